//! Choosing the source, and the tables.

use super::rest::LIST;
use super::sql::{EXECUTE, row, rows, succeeded};
use super::*;
use rocky_adapter_sdk::Coverage;

const WAREHOUSE: &str = r#"{"warehouse_id":"4f2a"}"#;
const REFUSED: &str = r#"{"error_code":"PERMISSION_DENIED","message":"no USE SCHEMA"}"#;

fn refusing() -> Script {
    let script = Script::new();
    script.always(super::rest::ME, Reply::json(r#"{"userName":"ada"}"#));
    script.always(LIST, Reply::status(403).with_body(REFUSED));
    script
}

fn answers_sql(script: &Script, tables: &[&str]) {
    let given: Vec<String> = tables
        .iter()
        .map(|table| row(table, "r", "x", 1, "int"))
        .collect();
    script.on(EXECUTE, succeeded("", &rows(&given)));
}

#[test]
fn where_rest_answers_no_statement_is_sent() {
    let script = super::rest::warehouse(&[r#"{"name":"t","columns":[]}"#]);
    let answer = describe(&script, WAREHOUSE, |_| ()).unwrap();
    assert_eq!(names(&answer), ["t"]);
    assert!(
        !script.lines().contains(&EXECUTE.to_owned()),
        "{:?}",
        script.lines()
    );
    assert_eq!(answer.summary.unwrap().learned.get("through_sql"), None);
}

#[test]
fn where_rest_is_not_permitted_sql_is_asked_and_next_time_at_once() {
    let script = refusing();
    answers_sql(&script, &["t"]);
    let answer = describe(&script, WAREHOUSE, |_| ()).unwrap();
    assert_eq!(names(&answer), ["t"]);
    let summary = answer.summary.unwrap();
    assert_eq!(
        (summary.coverage, summary.principal.as_deref()),
        (Coverage::Exhausted, Some("ada"))
    );
    assert_eq!(summary.learned.get("through_sql"), Some("\nc\n"));

    let script = Script::new();
    answers_sql(&script, &["t"]);
    let again = describe(&script, WAREHOUSE, |request| {
        request.learned = summary.learned.clone()
    });
    assert_eq!(
        again.unwrap().summary.unwrap().learned.get("through_sql"),
        Some("\nc\n")
    );
    assert_eq!(script.lines(), [EXECUTE]);

    // What was learned of one catalog says nothing of another, and is kept.
    let script = super::rest::warehouse(&[r#"{"name":"t","columns":[]}"#]);
    let other = describe(&script, WAREHOUSE, |request| {
        request.learned.set("through_sql", "\nd\n")
    });
    assert_eq!(
        other.unwrap().summary.unwrap().learned.get("through_sql"),
        Some("\nd\n")
    );
}

#[test]
fn without_a_warehouse_the_refusal_says_that_one_would_help() {
    let error = describe(&refusing(), "{}", |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::PermissionDenied);
    assert!(error.message.contains("with a `warehouse_id`"), "{error}");
    assert!(error.message.contains("no USE SCHEMA"), "{error}");
}

#[test]
fn where_sql_sees_nothing_either_the_refusal_is_the_reason() {
    let script = refusing();
    script.on(EXECUTE, succeeded("", &rows(&[])));
    let error = describe(&script, WAREHOUSE, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::PermissionDenied);
    assert!(error.message.contains("does not list it either"), "{error}");
}

#[test]
fn a_warehouse_that_does_not_exist_is_not_a_schema_that_nobody_lists() {
    let script = refusing();
    let body = r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no such warehouse"}"#;
    script.on(EXECUTE, Reply::status(404).with_body(body));
    let error = describe(&script, WAREHOUSE, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(error.message.contains("SQL warehouse `4f2a`"), "{error}");
}

#[test]
fn only_a_refusal_at_the_beginning_turns_to_sql() {
    for (status, body, code) in [
        (
            404,
            r#"{"error_code":"CATALOG_DOES_NOT_EXIST","message":"none"}"#,
            ErrorCode::NotFound,
        ),
        (
            401,
            r#"{"error_code":"UNAUTHENTICATED","message":"who"}"#,
            ErrorCode::Unauthenticated,
        ),
    ] {
        let script = Script::new();
        script.always(super::rest::ME, Reply::json(r#"{"userName":"ada"}"#));
        script.always(LIST, Reply::status(status).with_body(body));
        assert_eq!(describe(&script, WAREHOUSE, |_| ()).unwrap_err().code, code);
        assert!(!script.lines().contains(&EXECUTE.to_owned()));
    }
    let script = Script::new();
    script.always(super::rest::ME, Reply::json(r#"{"userName":"ada"}"#));
    script.on(
        LIST,
        Reply::json(r#"{"tables":[{"name":"t","columns":[]}],"next_page_token":"p"}"#),
    );
    script.always(
        &format!("{LIST}&page_token=p"),
        Reply::status(403).with_body(REFUSED),
    );
    let error = describe(&script, WAREHOUSE, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::PermissionDenied);
    assert!(!script.lines().contains(&EXECUTE.to_owned()));
}

#[test]
fn the_user_chooses_tables_by_name_from_either_source() {
    let choice = |source: &str| {
        format!(
            r#"{{"source":"{source}","warehouse_id":"w","include":["FACT_*","dim"],"exclude":["*_tmp"]}}"#
        )
    };
    let page = ["fact_a", "fact_tmp", "dim", "dim_x"]
        .map(|name| format!(r#"{{"name":"{name}","columns":[]}}"#));
    let script = super::rest::warehouse(&[&page.join(",")]);
    let over_rest = describe(&script, &choice("rest"), |_| ()).unwrap();
    let script = Script::new();
    answers_sql(&script, &["fact_a", "fact_tmp", "dim", "dim_x"]);
    let over_sql = describe(&script, &choice("information_schema"), |_| ()).unwrap();
    for answer in [over_rest, over_sql] {
        assert_eq!(names(&answer), ["fact_a", "dim"]);
        let summary = answer.summary.unwrap();
        assert_eq!(summary.coverage, Coverage::Truncated);
        assert!(
            summary
                .note
                .unwrap()
                .contains("only tables like fact_*, dim and no tables like *_tmp")
        );
    }
    // What is not wanted costs no request.
    let script = Script::new();
    script.always(super::rest::ME, Reply::json(r#"{"userName":"ada"}"#));
    let none = describe(&script, &choice("rest"), |request| {
        request.only = Some(vec!["other".to_owned()])
    });
    assert_eq!(names(&none.unwrap()), [""; 0]);
    assert_eq!(script.lines(), [super::rest::ME]);
}
