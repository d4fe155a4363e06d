//! How the fields of a table become types: the text of GoogleSQL, as `INFORMATION_SCHEMA` writes it.

use rocky_adapter_sdk::{Error, Result};

use crate::page::Field;

/// Deeper nesting than BigQuery allows is no answer of BigQuery.
const MOST_LEVELS: usize = 40;

/// The whole type of a field.
///
/// # Errors
/// When a part is missing that makes the type another one.
pub fn text(field: &Field<'_>) -> Result<String> {
    let mut out = String::new();
    write(&mut out, field, 0)?;
    Ok(out)
}

/// Whether the field may be NULL. An array never is: a missing one is stored as an empty one.
pub fn is_nullable(field: &Field<'_>) -> bool {
    !matches!(field.mode.as_deref(), Some("REQUIRED" | "REPEATED"))
}

fn write(out: &mut String, field: &Field<'_>, level: usize) -> Result<()> {
    if level > MOST_LEVELS {
        return Err(Error::protocol(format!(
            "field `{}` is nested more than {MOST_LEVELS} levels deep",
            field.name
        )));
    }
    let is_repeated = field.mode.as_deref() == Some("REPEATED");
    if is_repeated {
        out.push_str("ARRAY<");
    }
    write_element(out, field, level)?;
    if is_repeated {
        out.push('>');
    }
    Ok(())
}

fn write_element(out: &mut String, field: &Field<'_>, level: usize) -> Result<()> {
    let name = canonical(&field.data_type);
    match name.as_str() {
        "STRUCT" => return write_struct(out, field, level),
        "RANGE" => {
            let element = field.range_element_type.as_ref().ok_or_else(|| {
                Error::protocol(format!("field `{}` is a RANGE of nothing", field.name))
            })?;
            out.push_str(&format!("RANGE<{}>", canonical(&element.data_type)));
        }
        "STRING" | "BYTES" => {
            out.push_str(&name);
            if let Some(length) = field.max_length {
                out.push_str(&format!("({})", length.0));
            }
        }
        "NUMERIC" | "BIGNUMERIC" => {
            out.push_str(&name);
            match (field.precision, field.scale) {
                (Some(precision), Some(scale)) => {
                    out.push_str(&format!("({}, {})", precision.0, scale.0));
                }
                (Some(precision), None) => out.push_str(&format!("({})", precision.0)),
                (None, _) => {}
            }
        }
        "TIMESTAMP" => {
            out.push_str(&name);
            if let Some(precision) = field.timestamp_precision.filter(|it| it.0 != 6) {
                out.push_str(&format!("({})", precision.0));
            }
        }
        _ => out.push_str(&name),
    }
    Ok(())
}

fn write_struct(out: &mut String, field: &Field<'_>, level: usize) -> Result<()> {
    let fields = field.fields.as_ref().ok_or_else(|| {
        Error::protocol(format!("field `{}` is a STRUCT without fields", field.name))
    })?;
    out.push_str("STRUCT<");
    for (at, inner) in fields.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        push_name(out, &inner.name);
        out.push(' ');
        write(out, inner, level + 1)?;
    }
    out.push('>');
    Ok(())
}

/// The name of a field, in backticks where a bare word would not do.
fn push_name(out: &mut String, name: &str) {
    let is_bare = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_bare {
        out.push_str(name);
        return;
    }
    out.push('`');
    for letter in name.chars() {
        if matches!(letter, '`' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('`');
}

/// The name of a type in GoogleSQL. The API still answers in the words of legacy SQL.
fn canonical(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    match upper.as_str() {
        "INTEGER" => "INT64",
        "FLOAT" => "FLOAT64",
        "BOOLEAN" => "BOOL",
        "RECORD" => "STRUCT",
        other => other,
    }
    .to_owned()
}

/// What is known of the fields within a column, besides their types: for attributes.
#[derive(Debug, Default)]
pub struct Nested {
    /// Descriptions by path, such as `lines.sku`.
    pub descriptions: Vec<(String, String)>,
    /// The paths of fields that may not be NULL.
    pub required: Vec<String>,
}

impl Nested {
    /// Collects it, in the order of the fields.
    pub fn of(field: &Field<'_>) -> Self {
        let mut nested = Self::default();
        nested.add(&field.name, field);
        nested
    }

    fn add(&mut self, path: &str, field: &Field<'_>) {
        for inner in field.fields.iter().flatten() {
            let path = format!("{path}.{}", inner.name);
            if let Some(description) = inner.description.as_deref().filter(|it| !it.is_empty()) {
                self.descriptions
                    .push((path.clone(), description.to_owned()));
            }
            if inner.mode.as_deref() == Some("REQUIRED") {
                self.required.push(path.clone());
            }
            self.add(&path, inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::json;

    fn of(json: &str) -> Result<String> {
        text(&json::decode::<Field>(json.as_bytes())?)
    }

    #[test]
    fn every_type_has_the_text_of_the_information_schema() {
        for (json, expected) in [
            (r#"{"name":"x","type":"INTEGER"}"#, "INT64"),
            (r#"{"name":"x","type":"FLOAT64"}"#, "FLOAT64"),
            (r#"{"name":"x","type":"BOOLEAN","mode":"REQUIRED"}"#, "BOOL"),
            (
                r#"{"name":"x","type":"STRING","maxLength":"12"}"#,
                "STRING(12)",
            ),
            (r#"{"name":"x","type":"BYTES","maxLength":3}"#, "BYTES(3)"),
            (r#"{"name":"x","type":"NUMERIC"}"#, "NUMERIC"),
            (
                r#"{"name":"x","type":"NUMERIC","precision":"12","scale":"2"}"#,
                "NUMERIC(12, 2)",
            ),
            (
                r#"{"name":"x","type":"BIGNUMERIC","precision":"40"}"#,
                "BIGNUMERIC(40)",
            ),
            (
                r#"{"name":"x","type":"TIMESTAMP","timestampPrecision":"12"}"#,
                "TIMESTAMP(12)",
            ),
            (
                r#"{"name":"x","type":"TIMESTAMP","timestampPrecision":"6"}"#,
                "TIMESTAMP",
            ),
            (
                r#"{"name":"x","type":"RANGE","rangeElementType":{"type":"DATE"}}"#,
                "RANGE<DATE>",
            ),
            (
                r#"{"name":"x","type":"GEOGRAPHY","mode":"REPEATED"}"#,
                "ARRAY<GEOGRAPHY>",
            ),
            (
                r#"{"name":"x","type":"RECORD","mode":"REPEATED","fields":[{"name":"a","type":"STRING"},
                    {"name":"b c","type":"RECORD","fields":[{"name":"d","type":"DATE","mode":"REPEATED"}]}]}"#,
                "ARRAY<STRUCT<a STRING, `b c` STRUCT<d ARRAY<DATE>>>>",
            ),
        ] {
            assert_eq!(of(json).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn a_type_that_is_not_whole_is_refused() {
        for json in [
            r#"{"name":"x","type":"RECORD"}"#,
            r#"{"name":"x","type":"RANGE"}"#,
        ] {
            assert!(of(json).is_err(), "{json}");
        }
        let deep = (0..100).fold(r#"{"name":"x","type":"DATE"}"#.to_owned(), |inner, _| {
            format!(r#"{{"name":"x","type":"RECORD","fields":[{inner}]}}"#)
        });
        assert!(of(&deep).is_err());
    }

    #[test]
    fn what_is_known_of_nested_fields_has_their_paths() {
        let field: Field = json::decode(
            br#"{"name":"l","type":"RECORD","description":"not nested","fields":[
                {"name":"sku","type":"STRING","mode":"REQUIRED","description":"the \"key\""},
                {"name":"d","type":"RECORD","mode":"REPEATED","fields":[{"name":"e","type":"DATE","description":"when"}]}]}"#,
        )
        .unwrap();
        let nested = Nested::of(&field);
        assert_eq!(nested.required, ["l.sku"]);
        let described = [("l.sku", "the \"key\""), ("l.d.e", "when")];
        let described = described.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(nested.descriptions, described);
    }
}
