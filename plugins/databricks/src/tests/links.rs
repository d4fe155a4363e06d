//! Results that are too large to come inline.

use super::sql::{EXECUTE, POLL, chunk_line, row, rows, sql, succeeded};
use super::*;
use rocky_adapter_sdk::http::transport::Fault;
use rocky_adapter_sdk::testing::Sent;

const TOO_LARGE: &str = r#"{"statement_id":"01f0","status":{"state":"FAILED","error":{"error_code":"BAD_REQUEST",
    "message":"Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result size of at most 26214400 bytes"}}}"#;

/// The part of an answer that leads to the file of a chunk.
fn link(index: u32, count: u32, signature: &str) -> String {
    format!(
        r#"{{"external_links":[{{"chunk_index":{index},"row_offset":{index},"row_count":{count},
            "external_link":"https://files.example/{index}?sig={signature}","http_headers":{{"x-store-key":"k"}}}}]}}"#
    )
}

fn file(index: u32, signature: &str) -> String {
    format!("GET /{index}?sig={signature}")
}

/// Two chunks of one row each, behind links.
fn linked(script: &Script) {
    script.on(EXECUTE, Reply::json(TOO_LARGE));
    let manifest = r#","total_chunk_count":2,"total_row_count":2"#;
    script.on(EXECUTE, succeeded(manifest, &link(0, 1, "a")));
}

fn content(table: &str) -> Reply {
    Reply::json(format!("[{}]", row(table, "r", "x", 1, "int")))
}

fn headers(sent: &Sent) -> Vec<&str> {
    sent.headers.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_result_that_is_too_large_comes_as_files() {
    let script = Script::new();
    linked(&script);
    script.on(&file(0, "a"), content("a"));
    script.on(&chunk_line(1), Reply::json(link(1, 1, "b")));
    script.on(&file(1, "b"), content("b"));
    let answer = sql(&script).unwrap();
    assert_eq!(names(&answer), ["a", "b"]);
    let sent = script.sent();
    assert!(sent[0].body.contains(r#""disposition":"INLINE""#));
    assert!(sent[1].body.contains(r#""disposition":"EXTERNAL_LINKS""#));
    let files = sent.iter().filter(|sent| sent.line.contains("?sig="));
    for file in files {
        assert_eq!(
            headers(file),
            ["x-store-key"],
            "nothing of ours goes to the storage"
        );
    }
    let learned = answer.summary.unwrap().learned;
    assert_eq!(learned.get("through_links"), Some("\nc\ts\n"));

    // The next instance does not try inline.
    let script = Script::new();
    script.on(
        EXECUTE,
        succeeded(r#","total_chunk_count":1"#, &link(0, 1, "a")),
    );
    script.on(&file(0, "a"), content("a"));
    let again = describe(&script, super::sql::SETTINGS, |request| {
        request.learned = learned
    });
    assert_eq!(
        again.unwrap().summary.unwrap().learned.get("through_links"),
        Some("\nc\ts\n")
    );
    assert!(script.sent()[0].body.contains("EXTERNAL_LINKS"));
}

#[test]
fn a_result_that_is_closed_at_once_was_too_large_as_well() {
    let script = Script::new();
    script.on(EXECUTE, super::sql::state("CLOSED"));
    script.on(
        EXECUTE,
        succeeded(r#","total_chunk_count":1"#, &link(0, 1, "a")),
    );
    script.on(&file(0, "a"), content("a"));
    assert_eq!(names(&sql(&script).unwrap()), ["a"]);
}

#[test]
fn a_link_that_has_expired_is_asked_for_again() {
    let script = Script::new();
    linked(&script);
    let expired = || {
        Reply::status(403).with_body(
            "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
        )
    };
    let of_google = "<Error><Code>ExpiredToken</Code><Message>late</Message></Error>";
    script.on(&file(0, "a"), expired());
    script.on(&chunk_line(0), Reply::json(link(0, 1, "b")));
    script.on(&file(0, "b"), Reply::status(400).with_body(of_google));
    script.on(&chunk_line(0), Reply::json(link(0, 1, "c")));
    script.on(&file(0, "c"), content("a"));
    script.on(&chunk_line(1), Reply::json(link(1, 1, "b")));
    script.on(&file(1, "b"), content("b"));
    assert_eq!(names(&sql(&script).unwrap()), ["a", "b"]);

    let script = Script::new();
    linked(&script);
    script.always(&file(0, "a"), expired());
    script.always(&chunk_line(0), Reply::json(link(0, 1, "a")));
    script.always(&chunk_line(1), Reply::json(link(1, 1, "b")));
    script.always(&file(1, "b"), content("b"));
    let error = sql(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::Other("storage-refused".to_owned()));
    assert!(error.message.contains("cannot fetch chunk 0"), "{error}");
    assert!(
        error.message.contains("GET https://files.example/0"),
        "{error}"
    );
    assert!(error.message.contains("Request has expired"), "{error}");
    assert!(!error.message.contains("sig"), "{error}");
    let tries = script
        .lines()
        .iter()
        .filter(|line| **line == file(0, "a"))
        .count();
    assert_eq!(tries, 3);
}

#[test]
fn a_place_that_the_host_refuses_is_not_asked_for_again() {
    let script = Script::new();
    linked(&script);
    script.on(&chunk_line(1), Reply::json(link(1, 1, "b")));
    script.always(&file(1, "b"), Reply::fault(Fault::Denied));
    script.always(&file(0, "a"), Reply::fault(Fault::Denied));
    let error = sql(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::PermissionDenied);
    let asked = script
        .lines()
        .iter()
        .filter(|line| **line == chunk_line(0))
        .count();
    assert_eq!(asked, 0);
}

#[test]
fn what_links_leave_out_is_noticed() {
    for (first, file_rows) in [
        (link(0, 2, "a"), 1),
        (r#"{"external_links":[{"chunk_index":5,"external_link":"https://files.example/0?sig=a"}]}"#.to_owned(), 1),
        (r#"{"external_links":[{"chunk_index":0,"external_link":"file:///etc/passwd"}]}"#.to_owned(), 1),
        (link(0, 1, "a"), 0),
    ] {
        let script = Script::new();
        script.on(EXECUTE, Reply::json(TOO_LARGE));
        script.on(EXECUTE, succeeded(r#","total_chunk_count":1,"total_row_count":1"#, &first));
        let rows = vec![row("a", "r", "x", 1, "int"); file_rows];
        script.always(&file(0, "a"), Reply::json(format!("[{}]", rows.join(","))));
        assert_eq!(sql(&script).unwrap_err().code, ErrorCode::Protocol, "{first}");
    }
}

#[test]
fn files_are_fetched_side_by_side() {
    let script = Script::new();
    script.on(EXECUTE, Reply::json(TOO_LARGE));
    let manifest = r#","total_chunk_count":4,"total_row_count":4"#;
    script.on(EXECUTE, succeeded(manifest, &link(0, 1, "a")));
    for index in 0..4 {
        script.on(
            &chunk_line(index),
            Reply::json(link(index, 1, "a")).after_millis(100),
        );
        let content = content(&format!("t{index}"));
        script.on(&file(index, "a"), content.after_millis(1000));
    }
    assert_eq!(names(&sql(&script).unwrap()), ["t0", "t1", "t2", "t3"]);
    assert_eq!(script.elapsed().as_millis(), 1100);
    assert!(!script.lines().contains(&POLL.to_owned()));
}

#[test]
fn a_small_result_never_leaves_the_endpoint() {
    let script = Script::new();
    script.on(
        EXECUTE,
        succeeded("", &rows(&[row("a", "r", "x", 1, "int")])),
    );
    assert_eq!(names(&sql(&script).unwrap()), ["a"]);
    assert_eq!(script.lines(), [EXECUTE]);
}
