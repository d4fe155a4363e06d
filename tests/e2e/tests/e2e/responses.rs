//! Servers that attack: answers that are too large, too slow, or never end.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::attacks::{project, refused};
use crate::server::{Reply, Server};

/// What an adapter with these limits, whose endpoint answers so, comes to.
fn error_of(reply: impl Fn() -> Reply + Send + Sync + 'static, limits: &str) -> Value {
    let server = Server::start(move |_| reply());
    let more = format!("[adapter.lab.limits]\n{limits}\n");
    refused(&project(
        &format!("http://{}", server.address()),
        "request",
        "{}",
        &more,
    ))
}

#[test]
fn a_compressed_bomb_is_stopped_where_it_unfolds() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&zeros).unwrap());
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let reply = move || Reply::text("200 OK", bomb.clone()).header("content-encoding", "gzip");
    let error = error_of(reply, "response_mb = 20");
    assert_eq!(error["code"], "limit", "{error}");
    assert_eq!(
        error["message"],
        "adapter `lab` could not describe c.s: the warehouse sent it more than 20 MiB; the limit is `response_mb`"
    );
}

#[test]
fn headers_without_end_are_an_error() {
    let long = "x".repeat(60_000);
    let reply = move || {
        let headers = ["x-a", "x-b", "x-c", "x-d", "x-e"];
        headers
            .into_iter()
            .fold(Reply::text("200 OK", ""), |reply, name| {
                reply.header(name, long.clone())
            })
    };
    let error = error_of(reply, "idle_seconds = 60");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("its headers are longer than") || message.contains("too large"),
        "{error}"
    );
}

#[test]
fn a_server_that_does_not_answer_is_left_when_the_time_is_over() {
    for (limits, expected) in [
        (
            "idle_seconds = 1",
            "it made no progress for 1 s; the limit is `idle_seconds`",
        ),
        (
            "total_seconds = 1",
            "it took longer than 1 s; the limit is `total_seconds`",
        ),
    ] {
        let reply = || Reply {
            after: Duration::from_secs(600),
            ..Reply::text("200 OK", "")
        };
        let error = error_of(reply, limits);
        assert_eq!(error["code"], "limit", "{error}");
        assert!(
            error["message"].as_str().unwrap().contains(expected),
            "{error}"
        );
    }
}

#[test]
fn a_pause_that_a_server_asks_for_is_kept_by_all_calls_to_it() {
    let server = Server::start(
        |request| match request.line.contains("unity-catalog/tables") {
            true => Reply::text("429 Too Many Requests", "{}").header("retry-after", "120"),
            false => Reply::json(&json!({})),
        },
    );
    let host = format!("http://{}", server.address());
    let config = crate::project::config(
        &host,
        &["a", "b", "c", "d"],
        "retry_seconds = 0\n[adapter.lake.limits]\nconcurrency = 1",
    );
    let run = crate::project::Project::new(&config).rocky(&["run"]);
    assert_eq!(run.code, Some(1), "{run}");
    for schema in ["a", "b", "c", "d"] {
        assert_eq!(run.schema(schema)["error"]["code"], "rate-limited", "{run}");
    }
    let asked = server.received();
    let tables = asked
        .iter()
        .filter(|request| request.line.contains("unity-catalog/tables"));
    assert_eq!(tables.count(), 1, "{asked:?}");
}
