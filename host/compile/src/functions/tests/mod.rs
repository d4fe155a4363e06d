//! The tables, and what the tests of calls and operators are written in.

mod calls;
mod operators;
mod proptests;

use std::collections::HashSet;

use Dialect::{BigQuery, Databricks, Snowflake};

use super::*;

const DIALECTS: [Dialect; 3] = [Databricks, BigQuery, Snowflake];

/// An argument from its type, with `!` behind it where it is never NULL. A literal stands in quotes or is a number.
fn argument(dialect: Dialect, text: &str) -> Argument {
    let literal = |data_type, literal| Argument {
        typed: Typed::new(data_type, false),
        literal: Some(literal),
    };
    if let Some(text) = text.strip_prefix('\'') {
        return literal(Type::TEXT, Literal::Text(text.to_owned()));
    }
    if let Ok(number) = text.parse() {
        return literal(Type::of_number(dialect, text), Literal::Integer(number));
    }
    let (text, nullable) = text
        .strip_suffix('!')
        .map_or((text, true), |it| (it, false));
    let data_type = match text {
        "?" => Type::Unknown,
        _ => Type::parse(dialect, text),
    };
    Argument {
        typed: Typed::new(data_type, nullable),
        literal: None,
    }
}

/// The type, with `!` behind it where it is never NULL.
fn text(dialect: Dialect, typed: &Typed) -> String {
    let data_type = typed.data_type.text(dialect);
    let suffix = if typed.nullable { "" } else { "!" };
    format!("{}{suffix}", data_type.as_deref().unwrap_or("?"))
}

#[test]
fn every_line_of_every_table_is_read() {
    for dialect in DIALECTS {
        let lines = table::text_of(dialect).lines();
        for line in lines.filter(|it| !it.is_empty() && !it.starts_with(['#', ' '])) {
            let (head, names) = line.rsplit_once('|').unwrap();
            assert!(
                table::entry_of(dialect, head).is_some(),
                "{dialect:?}: {line}"
            );
            assert!(!names.trim().is_empty(), "{dialect:?}: {line}");
        }
    }
}

#[test]
fn every_function_is_told_once_and_in_capitals() {
    for dialect in DIALECTS {
        let lines = table::text_of(dialect)
            .lines()
            .filter(|it| !it.starts_with('#'));
        let names = lines.filter_map(|line| line.rsplit('|').next());
        let mut seen = HashSet::new();
        for name in names.flat_map(str::split_whitespace) {
            assert!(seen.insert(name), "{dialect:?}: {name} twice");
            assert_eq!(name, name.to_ascii_uppercase(), "{dialect:?}");
            assert!(
                function_kind(dialect, name).is_some(),
                "{dialect:?}: {name}"
            );
        }
        assert!(seen.len() > 300, "{dialect:?}: {}", seen.len());
    }
}

#[test]
fn what_takes_many_rows_is_told_from_what_takes_one() {
    for (name, expected) in [
        ("COUNT", Some(FunctionKind::Aggregate)),
        ("ROW_NUMBER", Some(FunctionKind::Window)),
        ("UPPER", Some(FunctionKind::Scalar)),
        ("MY_OWN_FUNCTION", None),
    ] {
        for dialect in DIALECTS {
            assert_eq!(function_kind(dialect, name), expected);
        }
    }
    assert_eq!(
        function_kind(Snowflake, "FLATTEN"),
        Some(FunctionKind::Table)
    );
    assert_eq!(
        function_kind(BigQuery, "SAFE.UPPER"),
        Some(FunctionKind::Scalar)
    );
    assert_eq!(function_kind(Snowflake, "SAFE.UPPER"), None);
}

#[test]
fn names_without_parentheses_are_functions_of_their_dialect() {
    for (dialect, name, expected) in [
        (Databricks, "CURRENT_DATE", Some("DATE!")),
        (BigQuery, "CURRENT_DATETIME", Some("DATETIME!")),
        (Snowflake, "CURRENT_TIMESTAMP", Some("TIMESTAMP_LTZ(9)!")),
        (Snowflake, "CURRENT_DATETIME", None),
        (Databricks, "UPPER", None),
    ] {
        let typed = niladic(dialect, name);
        assert_eq!(typed.map(|it| text(dialect, &it)).as_deref(), expected);
    }
    let lists = [
        NILADIC_IN_DATABRICKS,
        NILADIC_IN_BIGQUERY,
        NILADIC_IN_SNOWFLAKE,
    ];
    for (dialect, names) in DIALECTS.into_iter().zip(lists) {
        for name in names {
            assert!(
                function_kind(dialect, name).is_some(),
                "{dialect:?}: {name}"
            );
        }
    }
}
