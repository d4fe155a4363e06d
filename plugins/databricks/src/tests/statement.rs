//! The life of a statement: waiting for it, failing, and cancelling it.

use super::sql::*;
use super::*;
use rocky_adapter_sdk::http::transport::Fault;
use rocky_adapter_sdk::{Cursor, Step};

const CANCEL: &str = "POST /api/2.0/sql/statements/01f0/cancel";

#[test]
fn a_cold_warehouse_is_waited_for_and_told() {
    let script = Script::new();
    script.on(EXECUTE, state("PENDING").after_millis(5000));
    for _ in 0..40 {
        script.on(POLL, state("PENDING"));
    }
    script.on(POLL, state("RUNNING"));
    script.on(POLL, succeeded("", &rows(&[row("a", "r", "x", 1, "int")])));
    let answer = sql(&script).unwrap();
    assert_eq!(names(&answer), ["a"]);
    assert!(script.elapsed().as_secs() > 150, "{:?}", script.elapsed());
    assert!(
        answer.waits.len() > 70,
        "a step at least every few seconds: {}",
        answer.waits.len()
    );
    assert!(
        answer
            .waits
            .iter()
            .any(|wait| wait.message == "the SQL warehouse is starting, or busy")
    );
    assert_eq!(
        answer.waits.last().unwrap().message,
        "the statement is running"
    );
    assert!(!script.lines().contains(&CANCEL.to_owned()));
}

#[test]
fn a_statement_that_fails_says_why() {
    let failed = |error: &str| {
        Reply::json(format!(
            r#"{{"statement_id":"01f0","status":{{"state":"FAILED","error":{error}}}}}"#
        ))
    };
    for (reply, code, words) in [
        (
            failed(r#"{"error_code":"BAD_REQUEST","message":"[TABLE_OR_VIEW_NOT_FOUND] `c`"}"#),
            ErrorCode::NotFound,
            "does not exist, or is hidden",
        ),
        (
            failed(r#"{"error_code":"BAD_REQUEST","message":"[INSUFFICIENT_PERMISSIONS] no"}"#),
            ErrorCode::PermissionDenied,
            "] no",
        ),
        (failed("null"), ErrorCode::Protocol, "no reason given"),
        (
            state("CANCELED"),
            ErrorCode::Other("cancelled".into()),
            "cancelled the statement",
        ),
        (state("DREAMING"), ErrorCode::Protocol, "`DREAMING`"),
    ] {
        let script = Script::new();
        script.on(EXECUTE, reply);
        let error = sql(&script).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert_eq!(error.attributes.get("statement_id"), Some("01f0"));
        assert_eq!(script.lines(), [EXECUTE], "nothing is left to cancel");
    }
}

#[test]
fn a_result_that_is_closed_late_was_not_fetched_in_time() {
    let script = Script::new();
    script.on(EXECUTE, state("RUNNING"));
    for _ in 0..200 {
        script.on(POLL, state("RUNNING"));
    }
    script.on(POLL, state("CLOSED"));
    let error = sql(&script).unwrap_err();
    assert!(script.elapsed().as_secs() > 900);
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert!(error.message.contains("result is gone"), "{error}");
}

#[test]
fn a_statement_that_is_forgotten_is_not_a_schema_that_does_not_exist() {
    let gone = || {
        Reply::status(404).with_body(r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone"}"#)
    };
    let script = Script::new();
    script.on(EXECUTE, state("RUNNING"));
    script.on(POLL, gone());
    assert_eq!(sql(&script).unwrap_err().code, ErrorCode::Unavailable);
    script.on(
        EXECUTE,
        succeeded(r#","total_chunk_count":2"#, r#"{"data_array":[]}"#),
    );
    script.on(&chunk_line(1), gone());
    let gone_result = ErrorCode::Other("result-gone".to_owned());
    assert_eq!(sql(&script).unwrap_err().code, gone_result);
    script.on(EXECUTE, gone());
    let error = sql(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(
        error.message.starts_with(
            "cannot run a statement on SQL warehouse `4f2a`, which `warehouse_id` or `http_path` names: "
        ),
        "{error}"
    );
}

/// A cursor that has taken one step.
fn begun(script: &Script) -> impl Cursor {
    let mut cursor = open(script, SETTINGS)
        .describe(DescribeRequest::new("c", "s"))
        .unwrap();
    let step = cursor.next().unwrap();
    assert!(matches!(step, Step::Waiting(_)), "{step:?}");
    cursor
}

#[test]
fn dropping_the_cursor_cancels_the_statement() {
    let script = Script::new();
    script.on(CANCEL, Reply::json("{}").after_millis(20));
    script.on(EXECUTE, state("RUNNING"));
    script.always(POLL, state("RUNNING"));
    drop(begun(&script));
    assert_eq!(script.lines().last().unwrap(), CANCEL);
    assert_eq!(script.sent().last().unwrap().body, "{}");
    assert_eq!(script.abandoned(), Vec::<String>::new());
}

#[test]
fn dropping_the_cursor_before_the_statement_has_an_id_waits_for_it() {
    let script = Script::new();
    script.on(CANCEL, Reply::json("{}"));
    script.on(EXECUTE, state("PENDING").after_millis(5000));
    drop(begun(&script));
    assert_eq!(script.lines(), [EXECUTE, CANCEL]);

    let script = Script::new();
    script.on(
        EXECUTE,
        succeeded("", r#"{"data_array":[]}"#).after_millis(5000),
    );
    drop(begun(&script));
    assert_eq!(script.lines(), [EXECUTE], "it is over");

    let script = Script::new();
    script.on(EXECUTE, state("PENDING").after_millis(60_000));
    drop(begun(&script));
    assert_eq!(script.elapsed().as_secs(), 8, "but not for ever");
}

#[test]
fn a_statement_is_cancelled_when_asking_for_it_fails() {
    let script = Script::new();
    script.on(EXECUTE, state("RUNNING"));
    script.on(CANCEL, Reply::json("{}"));
    script.always(POLL, Reply::status(403));
    assert_eq!(sql(&script).unwrap_err().code, ErrorCode::PermissionDenied);
    assert_eq!(script.lines().last().unwrap(), CANCEL);
}

#[test]
fn a_statement_that_may_have_begun_is_not_sent_twice() {
    let script = Script::new();
    script.on(EXECUTE, Reply::fault(Fault::Lost("reset".to_owned())));
    assert_eq!(sql(&script).unwrap_err().code, ErrorCode::Unavailable);
    assert_eq!(script.sent().len(), 1);
    script.on(EXECUTE, Reply::status(429));
    script.on(
        EXECUTE,
        succeeded("", &rows(&[row("a", "r", "x", 1, "int")])),
    );
    assert_eq!(names(&sql(&script).unwrap()), ["a"]);
}
