//! Statements: waiting, parts, repeats, cancelling.

use super::*;
use rocky_adapter_sdk::Cursor;

const SQL: &str = "information_schema";
const POLL: &str = "GET /api/v2/statements/h";
const CANCEL: &str = "POST /api/v2/statements/h/cancel";

fn running() -> Reply {
    Reply::status(202).with_body(r#"{"code":"333334","message":"running","statementHandle":"h"}"#)
}

#[test]
fn a_statement_that_runs_is_asked_after_less_and_less_often() {
    let script = Script::new();
    script.on(QUERY, running());
    for _ in 0..4 {
        script.on(POLL, running());
    }
    script.on(POLL, sql::result(&[("T", "A")]));
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(names(&answer), ["T"]);
    // 200 + 300 + 450 + 675 ms; the first look is at once.
    assert_eq!(script.elapsed().as_millis(), 1_625);
    assert_eq!(script.sent().len(), 6);
}

#[test]
fn every_part_of_a_result_counts() {
    let parts =
        |parts: &[usize]| rows_in_parts(["name", "kind", "comment"], &[["A", "TABLE", ""]], parts);
    let part = |names: &[&str]| {
        let all: Vec<[&str; 3]> = names.iter().map(|name| [*name, "TABLE", ""]).collect();
        Reply::json(json!({"data": cells(&all)}).to_string())
    };
    let start = |script: &Script| {
        script.on(SHOW, rows(COLUMNS, &[]));
        script.on(SHOW, parts(&[1, 2, 1]));
        script.on(SHOW, rows(["name", "comment"], &[]));
    };
    let script = Script::new();
    start(&script);
    // They come out of order.
    script.on(
        "GET /api/v2/statements/h?partition=1",
        part(&["B", "C"]).after_millis(300),
    );
    script.on("GET /api/v2/statements/h?partition=2", part(&["D"]));
    for _ in 0..4 {
        script.on(
            SHOW,
            rows(
                ["name", "type", "null?", "default"],
                &[["A", "DATE", "Y", "-"]],
            ),
        );
    }
    assert_eq!(
        names(&describe(&script, "show", |_| ()).unwrap()),
        ["A", "B", "C", "D"]
    );

    let script = Script::new();
    start(&script);
    script.on("GET /api/v2/statements/h?partition=1", part(&["B"]));
    script.on("GET /api/v2/statements/h?partition=2", part(&["D"]));
    let error = describe(&script, "show", |_| ()).unwrap_err();
    assert!(
        error
            .message
            .contains("part 1 of the statement's result has 2 rows, but 1 came"),
        "{error}"
    );

    let script = Script::new();
    start(&script);
    script.on(
        "GET /api/v2/statements/h?partition=1",
        refused(422, "000709", "Statement h not found"),
    );
    script.on("GET /api/v2/statements/h?partition=2", part(&["D"]));
    let error = describe(&script, "show", |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
}

#[test]
fn a_submission_that_got_lost_is_sent_again_as_the_same() {
    let script = Script::new();
    script.on(QUERY, Reply::status(502));
    script.on(&format!("{QUERY}&retry=true"), Reply::status(504));
    script.on(&format!("{QUERY}&retry=true"), sql::result(&[("T", "A")]));
    assert_eq!(names(&describe(&script, SQL, |_| ()).unwrap()), ["T"]);
}

#[test]
fn a_statement_that_nobody_waits_for_is_cancelled() {
    let script = Script::new();
    script.on(QUERY, running());
    script.always(POLL, running());
    script.on(CANCEL, Reply::json("{}"));
    let adapter = open(&script, &json!({"source": SQL, "role": "r"}));
    let mut cursor = adapter.describe(DescribeRequest::new("D", "S")).unwrap();
    cursor.next().unwrap();
    drop(cursor);
    assert_eq!(script.sent().last().unwrap().line, CANCEL);

    // Also before its handle is known.
    let script = Script::new();
    script.on(QUERY, running().after_millis(2_000));
    script.on(CANCEL, Reply::json("{}"));
    let adapter = open(&script, &json!({"source": SQL, "role": "r"}));
    drop(adapter.describe(DescribeRequest::new("D", "S")).unwrap());
    assert_eq!(script.sent().last().unwrap().line, CANCEL);
}

#[test]
fn what_has_ended_is_not_cancelled() {
    for end in [
        refused(422, "000604", "SQL execution canceled"),
        refused(
            408,
            "000630",
            "Statement reached its statement or warehouse timeout",
        ),
        refused(422, "000709", "Statement h not found"),
    ] {
        let script = Script::new();
        script.on(QUERY, running());
        script.on(POLL, end);
        let error = describe(&script, SQL, |_| ()).unwrap_err();
        assert_eq!(script.sent().last().unwrap().line, POLL, "{error}");
        assert_ne!(error.code, ErrorCode::NotFound);
    }
}

#[test]
fn a_result_that_is_too_large_is_no_result() {
    let script = Script::new();
    let body = json!({"code": "391908", "statementHandle": "h", "resultSetMetaData": {"rowType": []}, "data": []});
    script.on(SHOW, Reply::json(body.to_string()));
    listed(&script, &[], &[]);
    let error = describe(&script, "show", |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge);
}

#[test]
fn the_kind_of_a_token_is_said_where_the_user_says_it() {
    let script = Script::new();
    script.on(TABLES, Reply::json("[]"));
    script.on(VIEWS, Reply::json("[]"));
    let settings = json!({"source": "rest", "role": "\"My role\"", "token_type": "oauth"});
    describe_with(&script, &settings, |_| ()).unwrap();
    let headers = &script.sent()[0].headers;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert!(headers.contains(&pair("x-snowflake-authorization-token-type", "OAUTH")));
    assert!(headers.contains(&pair("x-snowflake-role", "\"My role\"")));
}
