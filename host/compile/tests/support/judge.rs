//! What differs between an analysis and what a case expects of it.

use std::ops::Range;

use rocky_compile::{Analysis, Code, Diagnostic, Dialect, Field, Home, Output, Type};

use super::expected::{ExpectedDiagnostic, ExpectedOutput, ExpectedOutputs, ExpectedType};

/// What differs between the outputs found and those expected.
pub fn outputs(home: &Home, analysis: &Analysis, expected: &ExpectedOutputs) -> Vec<String> {
    let (found, columns) = (&analysis.outputs, &expected.columns);
    let mut differences = Vec::new();
    for index in 0..found.len().max(columns.len()) {
        match (found.get(index), columns.get(index)) {
            (Some(found), Some(expected)) if is_as_expected(home, found, expected) => {}
            (Some(found), Some(expected)) => {
                let found = written(home.dialect, found);
                differences.push(format!("-> {}\n     but it is {found}", expected.text));
            }
            (None, Some(expected)) => {
                differences.push(format!("-> {}\n     but there is none", expected.text));
            }
            (Some(found), None) if !expected.open => {
                let found = written(home.dialect, found);
                differences.push(format!("   one column more: {found}"));
            }
            _ => {}
        }
    }
    if !expected.open && !analysis.exact {
        differences.push("   more columns are thought to be there".to_owned());
    }
    differences
}

fn is_as_expected(home: &Home, found: &Output, expected: &ExpectedOutput) -> bool {
    let key = |name: &str| home.rules.columns.key(name).into_owned();
    let name = expected.name.as_ref();
    let same_type = match &expected.data_type {
        ExpectedType::Any => true,
        ExpectedType::Unknown => found.data_type == Type::Unknown,
        ExpectedType::Head(head) => {
            let text = found.data_type.text(home.dialect).unwrap_or_default();
            text.split('(').next() == Some(head)
        }
        ExpectedType::Exactly(data_type) => is_same(home.dialect, &found.data_type, data_type),
    };
    name.is_none_or(|name| key(name) == key(&found.name))
        && same_type
        && expected.nullable.is_none_or(|it| it == found.nullable)
}

/// Whether two types are the same to the warehouse, whatever is known of the nullability of fields.
fn is_same(dialect: Dialect, one: &Type, other: &Type) -> bool {
    let (one, other) = (nullable(dialect, one), nullable(dialect, other));
    one == other || (one != Type::Unknown && one.text(dialect) == other.text(dialect))
}

/// The type with all fields nullable, and with the digits that Snowflake's clocks have where no others are told.
fn nullable(dialect: Dialect, data_type: &Type) -> Type {
    let boxed = |inner: &Type| Box::new(nullable(dialect, inner));
    match data_type {
        Type::Array(element) => Type::Array(boxed(element)),
        Type::Map(key, value) => Type::Map(boxed(key), boxed(value)),
        Type::Struct(fields) => {
            let field = |field: &Field| Field {
                name: field.name.clone(),
                data_type: nullable(dialect, &field.data_type),
                nullable: true,
            };
            Type::Struct(fields.iter().map(field).collect())
        }
        Type::Timestamp { zone, digits: None } if dialect == Dialect::Snowflake => {
            let digits = Some(9);
            Type::Timestamp {
                zone: *zone,
                digits,
            }
        }
        Type::Time { digits: None } if dialect == Dialect::Snowflake => {
            Type::Time { digits: Some(9) }
        }
        _ => data_type.clone(),
    }
}

/// An output, as a case would say it.
fn written(dialect: Dialect, output: &Output) -> String {
    let data_type = match &output.data_type {
        Type::Unknown => "?".to_owned(),
        known => known.text(dialect).unwrap_or_else(|| format!("{known:?}")),
    };
    let nullable = if output.nullable { "" } else { " not null" };
    format!("{} {data_type}{nullable}", output.name)
}

/// What differs between the diagnostics found and those expected.
pub fn diagnostics(
    home: &Home,
    sql: &str,
    found: &[Diagnostic],
    expected: &[ExpectedDiagnostic],
) -> Vec<String> {
    let mut left: Vec<&Diagnostic> = found.iter().collect();
    let mut differences = Vec::new();
    for expected in expected {
        let is_it = |it: &&Diagnostic| is_at(sql, it, expected);
        let Some(index) = left.iter().position(is_it) else {
            differences.push(format!("!! {}\n     but it is missing", expected.text));
            continue;
        };
        if let Some(difference) = words(home, left.remove(index), expected) {
            differences.push(format!("!! {}\n     but {difference}", expected.text));
        }
    }
    for diagnostic in found {
        if sql.get(diagnostic.span.clone()).is_none() {
            differences.push(format!("   no place: {diagnostic:?}"));
        }
        if diagnostic.code == Code::TableNotVisible && diagnostic.described.is_none() {
            differences.push(format!("   without provenance: {diagnostic:?}"));
        }
        if diagnostic.severity != diagnostic.code.severity() {
            differences.push(format!("   not its severity: {diagnostic:?}"));
        }
    }
    let more = |it: &&Diagnostic| {
        let at = sql.get(it.span.clone()).unwrap_or_default();
        let help = it.help.as_deref().unwrap_or_default();
        format!(
            "   one more: {} at {at:?}: {} ({help})",
            it.code, it.message
        )
    };
    differences.extend(left.iter().map(more));
    differences
}

/// Whether the diagnostic is of that code and covers that text.
fn is_at(sql: &str, found: &Diagnostic, expected: &ExpectedDiagnostic) -> bool {
    let place = match (&expected.at, expected.occurrence) {
        (None, _) => true,
        (Some(at), None) => sql.get(found.span.clone()) == Some(at),
        (Some(at), Some(occurrence)) => words_at(sql, at)
            .nth(occurrence - 1)
            .is_some_and(|range| range == found.span),
    };
    found.code.name() == expected.code && place
}

/// Where `word` stands in `sql` as a word of its own.
fn words_at<'a>(sql: &'a str, word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    sql.match_indices(word)
        .map(|(start, found)| start..start + found.len())
        .filter(move |range| {
            !sql[..range.start].ends_with(is_part) && !sql[range.end..].starts_with(is_part)
        })
}

/// What its message, help and fix say otherwise.
fn words(home: &Home, found: &Diagnostic, expected: &ExpectedDiagnostic) -> Option<String> {
    let Diagnostic { message, help, .. } = found;
    let help = help.as_deref().unwrap_or_default();
    if expected.says.iter().any(|part| !message.contains(part)) {
        return Some(format!("it says {message:?}"));
    }
    if expected.helps.iter().any(|part| !help.contains(part)) {
        return Some(format!("it helps {help:?}"));
    }
    let stored = |name: &String| home.rules.stored(name, false).into_owned();
    let fix = found.fix.as_ref().map(|fix| &fix.replacement);
    let wanted = expected.fix.as_ref();
    (wanted.is_some() && wanted.map(stored) != fix.map(stored))
        .then(|| format!("it would be replaced by {fix:?}"))
}
