//! Calls and pipelines against a script.

use std::time::Duration;

use super::transport::Fault;
use crate::testing::{Reply, Script, log_lines};
use crate::{Error, ErrorCode, Pipeline, Reason, Repeat, Request, Response, Result, Retry, Waited};

fn fetch(script: &Script) -> Result<Response> {
    script
        .client()
        .fetch(Request::get("/x").query("secret", "s3cret"))
}

/// The error of one reply to a request that is not repeated.
fn error_of(reply: Reply) -> Error {
    let script = Script::new();
    script.on("GET /x", reply);
    script
        .client()
        .fetch(Request::get("/x").repeat(Repeat::Never))
        .unwrap_err()
}

const LINE: &str = "GET /x?secret=s3cret";

#[test]
fn a_status_means_a_kind_of_failure() {
    let other = ErrorCode::Other("request-refused".to_owned());
    for (status, code) in [
        (302, ErrorCode::Protocol),
        (400, other.clone()),
        (401, ErrorCode::Unauthenticated),
        (403, ErrorCode::PermissionDenied),
        (404, ErrorCode::NotFound),
        (413, ErrorCode::TooLarge),
        (422, other),
        (429, ErrorCode::RateLimited),
        (500, ErrorCode::Unavailable),
        (501, ErrorCode::Unsupported),
        (503, ErrorCode::Unavailable),
        (504, ErrorCode::Timeout),
    ] {
        let error = error_of(Reply::status(status));
        assert_eq!(error.code, code, "{status}");
        assert_eq!(
            error.attributes.get("http_status"),
            Some(status.to_string().as_str())
        );
        assert_eq!(error.attributes.get("request"), Some("GET /x"));
    }
}

#[test]
fn a_failure_quotes_the_first_line_of_its_body() {
    assert_eq!(
        error_of(Reply::status(400).with_body("INVALID: no such thing\r\nand more")).message,
        "GET /x answered HTTP 400: INVALID: no such thing"
    );
    assert_eq!(
        error_of(Reply::status(404)).message,
        "GET /x answered HTTP 404"
    );
    let long = error_of(Reply::status(400).with_body("ü".repeat(5000))).message;
    assert!(long.chars().count() < 240 && long.ends_with('…'), "{long}");
}

#[test]
fn a_failure_tells_a_web_page_by_its_title() {
    let page = "\n<!DOCTYPE html><html><head><title>\n Bad\n gateway </title></head>";
    assert_eq!(
        error_of(Reply::status(502).with_body(page)).message,
        "GET /x answered HTTP 502 with an HTML page titled `Bad gateway`"
    );
    let untitled = Reply::status(500)
        .with_header("Content-Type", "text/html; charset=utf-8")
        .with_body("<p>Oh</p>");
    assert_eq!(
        error_of(untitled).message,
        "GET /x answered HTTP 500 with an HTML page"
    );
}

#[test]
fn a_web_page_in_place_of_json_is_told_as_such() {
    let script = Script::new();
    script.on(
        LINE,
        Reply::status(200).with_body("<html><title>Sign in</title>"),
    );
    script.on(LINE, Reply::status(200));
    let error = fetch(&script).unwrap().json::<Vec<u8>>().unwrap_err();
    assert_eq!(error.code, ErrorCode::Protocol);
    assert!(
        error
            .message
            .starts_with("GET /x: HTTP 200 came with an HTML page titled `Sign in`"),
        "{error}"
    );
    let error = fetch(&script).unwrap().json::<Vec<u8>>().unwrap_err();
    assert_eq!(
        error.message,
        "GET /x: HTTP 200 came with an empty body where JSON was expected"
    );
}

#[test]
fn a_redirect_is_told_without_its_query() {
    let reply = Reply::status(302).with_header("location", "https://login.test/in?token=s3cret");
    assert_eq!(
        error_of(reply).message,
        "GET /x answered HTTP 302, a redirect to https://login.test/in; check that the endpoint is the warehouse itself and not a \
         login or a proxy"
    );
}

#[test]
fn the_adapter_says_how_an_error_body_is_read() {
    let script = Script::new();
    script.on(LINE, Reply::status(403).with_body("slow down"));
    script.on(
        LINE,
        Reply::status(403)
            .with_header("x-request-id", "r-1")
            .with_body("no"),
    );
    let client = script.client().with_explain(|status, body| {
        let slow = body == b"slow down";
        assert_eq!(status, 403);
        Some(Reason {
            error_code: Some("X1".to_owned()),
            message: String::from_utf8_lossy(body).into_owned(),
            code: slow.then_some(ErrorCode::RateLimited),
        })
    });
    let error = client
        .fetch(Request::get("/x").query("secret", "s3cret"))
        .unwrap_err();
    assert_eq!(
        script.sent().len(),
        2,
        "a rate limit is waited for, whatever its status"
    );
    assert_eq!(
        error.message,
        "GET /x answered HTTP 403 X1: no (tried 2 times in 1 s)"
    );
    assert_eq!(error.code, ErrorCode::PermissionDenied);
    assert_eq!(error.attributes.get("error_code"), Some("X1"));
    assert_eq!(error.attributes.get("request_id"), Some("r-1"));
}

#[test]
fn faults_have_a_kind_and_a_next_step() {
    for (fault, code, words) in [
        (Fault::Denied, ErrorCode::PermissionDenied, "network policy"),
        (
            Fault::UnknownHost,
            ErrorCode::Unavailable,
            "check its spelling",
        ),
        (
            Fault::Unreachable("the connection was refused".into()),
            ErrorCode::Unavailable,
            "refused; check the address",
        ),
        (Fault::Silent, ErrorCode::Timeout, "in time"),
        (Fault::TooLarge(Some(9)), ErrorCode::TooLarge, "9 bytes"),
        (
            Fault::Malformed("a header".into()),
            ErrorCode::Internal,
            "a header",
        ),
    ] {
        let error = error_of(Reply::fault(fault));
        assert_eq!(error.code, code);
        assert!(
            error
                .message
                .starts_with("GET /x to https://warehouse.test: "),
            "{error}"
        );
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn half_a_body_is_repeated_and_then_an_error() {
    let script = Script::new();
    script.always(LINE, Reply::json("[1,2").with_header("Content-Length", "5"));
    let error = fetch(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert!(
        error.message.contains("ended after 4 of 5 bytes"),
        "{error}"
    );
    assert!(error.message.ends_with("(tried 3 times in 0 s)"), "{error}");
}

#[test]
fn the_announced_length_of_a_compressed_body_is_not_that_of_the_body() {
    let script = Script::new();
    script.on(
        LINE,
        Reply::json("[]")
            .with_header("content-length", "22")
            .with_header("content-encoding", "gzip"),
    );
    assert_eq!(fetch(&script).unwrap().body(), b"[]");
}

#[test]
fn a_body_has_a_limit() {
    let script = Script::new();
    script.on("GET /x", Reply::json("123456"));
    let error = script
        .client()
        .with_most_body_bytes(5)
        .fetch(Request::get("/x"))
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge);
}

#[test]
fn a_lost_connection_is_tried_again_where_that_is_safe() {
    let script = Script::new();
    script.on(LINE, Reply::fault(Fault::Lost("reset".into())));
    script.on(LINE, Reply::json("1"));
    assert!(fetch(&script).is_ok());
    script.always("POST /x", Reply::fault(Fault::Lost("reset".into())));
    assert!(script.client().fetch(Request::post("/x")).is_err());
    assert_eq!(script.sent().len(), 3, "a POST may have happened");
    script.on("POST /y", Reply::status(503));
    script.on(
        "POST /y",
        Reply::fault(Fault::Unreachable("refused".into())),
    );
    script.on("POST /y", Reply::json("1"));
    assert!(
        script.client().fetch(Request::post("/y")).is_ok(),
        "neither happened"
    );
}

#[test]
fn retry_after_is_obeyed_and_told_while_waiting() {
    let script = Script::new();
    script.on("GET /x", Reply::status(429).with_header("retry-after", "7"));
    script.on("GET /x", Reply::json("1"));
    let mut call = script.client().send(Request::get("/x"));
    let mut waits = Vec::new();
    let response = loop {
        match call.wait().unwrap() {
            Waited::Ready(response) => break response,
            Waited::Waiting(progress) => waits.push(progress.message),
        }
    };
    assert_eq!(response.body(), b"1");
    assert_eq!(waits.len(), 3, "{waits:?}");
    assert!(waits[0].ends_with("next try in 6 s"), "{waits:?}");
    assert!(
        script.elapsed() >= Duration::from_secs(7) && script.elapsed() < Duration::from_secs(8)
    );
}

#[test]
fn a_rate_limit_beyond_the_budget_is_returned_with_its_time() {
    let script = Script::new();
    script.on(
        LINE,
        Reply::status(429)
            .with_header("Retry-After", "90")
            .with_body("slow"),
    );
    let error = fetch(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::RateLimited);
    assert_eq!(error.retry_after, Some(Duration::from_secs(90)));
    assert_eq!(script.elapsed(), Duration::ZERO);
}

#[test]
fn a_warehouse_that_is_out_of_service_is_given_up_after_the_budget() {
    let script = Script::new();
    script.always(LINE, Reply::status(503));
    let error = fetch(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert!(
        script.elapsed() > Duration::from_secs(50) && script.elapsed() <= Duration::from_secs(60)
    );
    let none = Retry {
        budget: Duration::ZERO,
    };
    assert!(
        script
            .client()
            .with_retry(none)
            .fetch(Request::get("/x"))
            .is_err()
    );
}

#[test]
fn no_line_or_error_tells_the_query() {
    let script = Script::new();
    script.on(LINE, Reply::status(503));
    script.on(LINE, Reply::status(404));
    let mut told = String::new();
    let lines = log_lines(|| told = fetch(&script).unwrap_err().to_string());
    assert!(lines.len() >= 3, "{lines:?}");
    assert!(
        !format!("{lines:?}{told}").contains("s3cret"),
        "{lines:?} {told}"
    );
}

#[test]
fn headers_of_a_request_take_the_place_of_the_client_s() {
    let script = Script::new();
    let client = script
        .client()
        .with_header("X-Kind", "a")
        .with_header("x-kind", "b")
        .with_header("x-more", "c");
    let _ = client.fetch(Request::post("/x").header("X-More", "d").json(&[1, 2]));
    let headers = &script.sent()[0].headers;
    let expected = [
        ("content-type", "application/json"),
        ("content-length", "5"),
        ("accept", "application/json"),
        ("x-kind", "b"),
        ("X-More", "d"),
    ];
    assert_eq!(
        *headers,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(script.sent()[0].body, "[1,2]");
}

#[test]
fn a_segment_that_would_change_the_path_is_not_sent() {
    let script = Script::new();
    for segment in ["", ".", ".."] {
        let error = script
            .client()
            .fetch(Request::get("/x").segment(segment))
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Unsupported);
    }
    assert!(script.sent().is_empty());
}

#[test]
fn a_dropped_call_abandons_its_request() {
    let script = Script::new();
    script.on("GET /x", Reply::json("1").after_millis(10));
    drop(script.client().send(Request::get("/x")));
    assert_eq!(script.abandoned(), ["GET /x"]);
}

#[test]
fn a_status_that_the_request_accepts_is_an_answer() {
    let script = Script::new();
    script.on("GET /x", Reply::status(304));
    assert_eq!(
        script
            .client()
            .fetch(Request::get("/x").accept(304))
            .unwrap()
            .status(),
        304
    );
}

#[test]
fn a_pipeline_keeps_the_order_and_the_window() {
    let script = Script::new();
    let mut pipeline = Pipeline::new(&script.client(), 4);
    for n in 0..10_u64 {
        let name = n.to_string();
        // The later the request, the faster its answer.
        script.on(
            &format!("GET /x/{name}"),
            Reply::json(name.as_str()).after_millis(100 - 10 * n),
        );
        pipeline.push(n, Request::get("/x").segment(&name));
    }
    let mut keys = Vec::new();
    while let Waited::Ready(Some((key, response))) = pipeline.next_outcome() {
        assert_eq!(response.unwrap().body(), key.to_string().as_bytes());
        keys.push(key);
    }
    assert_eq!(keys, (0..10).collect::<Vec<_>>());
    assert_eq!(script.most_at_once(), 4);
    assert!(
        script.elapsed() < Duration::from_millis(250),
        "{:?}",
        script.elapsed()
    );
}

#[test]
fn a_pipeline_tells_how_far_it_is_and_passes_failures_on() {
    let script = Script::new();
    script.on("GET /x/a", Reply::status(404));
    script.on("GET /x/b", Reply::json("1").after_millis(3000));
    let mut pipeline = Pipeline::new(&script.client(), 4);
    pipeline.push("a", Request::get("/x").segment("a"));
    pipeline.push("b", Request::get("/x").segment("b"));
    assert!(
        matches!(pipeline.next_outcome(), Waited::Ready(Some(("a", Err(error)))) if error.code == ErrorCode::NotFound)
    );
    let Waited::Waiting(progress) = pipeline.next_outcome() else {
        panic!()
    };
    assert_eq!((progress.done, progress.total), (Some(1), Some(2)));
    assert!(matches!(
        pipeline.next_outcome(),
        Waited::Ready(Some(("b", Ok(_))))
    ));
    assert!(matches!(pipeline.next_outcome(), Waited::Ready(None)));
}
