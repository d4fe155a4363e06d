//! A warehouse that fails over its SQL API: FAILED comes with HTTP 200, results in chunks, and nothing may run for nobody.

#[cfg(unix)]
use std::process::{Command, Stdio};

use rocky_emulator::{Action, Fault};

use crate::project::{Lake, Output, add_tables, config, empty_warehouse, through_sql};

const STATEMENTS: &str = "/sql/statements";

/// A schema of three tables with three columns each, of which the cache holds nothing yet.
fn lake(more: &str) -> Lake {
    let emulator = empty_warehouse();
    let columns: &[(&str, &str)] = &[("a", "int"), ("b", "decimal(10,2)"), ("c", "struct<x:int>")];
    add_tables(
        &emulator,
        "s",
        &[("t1", columns), ("t2", columns), ("t3", columns)],
    );
    Lake::new(
        emulator,
        &["s"],
        &format!("{}\nretry_seconds = 1\n{more}", through_sql()),
    )
}

/// The run fails and says why, and nothing is cached.
#[track_caller]
fn check_told(lake: &Lake, run: &Output, code: &str, expected: &[&str]) {
    assert_eq!(run.code, Some(1), "{run}");
    let error = run.schema("s")["error"].take();
    assert_eq!(error["code"], code, "{run}");
    let told = error.to_string();
    for part in ["adapter `lake` could not describe c.s:"]
        .iter()
        .chain(expected)
    {
        assert!(told.contains(part), "lacks {part:?}: {run}");
    }
    assert_eq!(lake.cached_tables("c.s"), None);
}

#[test]
fn a_cold_warehouse_is_waited_for_and_every_chunk_is_fetched() {
    let lake = lake("");
    lake.emulator.settings(|settings| {
        settings.chunk_rows = 2;
        settings.pending_polls = 2;
    });
    lake.emulator
        .fault(Fault::on("/chunks/", Action::status(503)).skip(1));
    let run = lake.rocky(&["run", "--output", "json", "--set", "retry_seconds=60"]);
    assert_eq!(
        (run.code, run.counts("s")),
        (Some(0), Some([3, 0, 0])),
        "{run}"
    );
    assert_eq!(run.schema("s")["columns"], 9);
    let chunks = lake.emulator.requests().to("/chunks/{index}")
        + lake.emulator.requests().to("/chunks/{chunk_index}");
    assert_eq!(chunks, 5, "{:?}", lake.emulator.requests());
}

#[test]
fn a_statement_that_fails_is_told_in_the_words_of_the_warehouse() {
    let lake = lake("");
    let other = |catalog: &str| {
        let text = config(
            &lake.emulator.url(),
            &["s"],
            &format!("{}\nretry_seconds = 1", through_sql()),
        );
        lake.write(
            "rocky.toml",
            text.replace("catalog = \"c\"", &format!("catalog = {catalog:?}")),
        );
        lake.run()
    };
    let run = other("nowhere");
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.schema("s")["error"]["code"], "not-found", "{run}");
    run.has("nowhere");
    run.has("the statement failed:");
    let run = other("a`b; DROP");
    assert_eq!(run.schema("s")["error"]["code"], "not-found", "{run}");
    other("c");
    lake.emulator.sql("DROP SCHEMA c.s CASCADE").unwrap();
    std::fs::remove_file(lake.cache()).unwrap();
    check_told(
        &lake,
        &lake.run(),
        "not-found",
        &["does not exist, or is hidden from this principal"],
    );
}

#[test]
fn every_failure_of_the_sql_api_is_told_and_nothing_is_half_written() {
    let lake = lake("");
    lake.emulator.settings(|settings| settings.chunk_rows = 2);
    let chunks = "/chunks/3";
    let faults: [(&str, Action, &str, &[&str]); 10] = [
        (
            STATEMENTS,
            Action::status(401),
            "unauthenticated",
            &["POST /api/2.0/sql/statements", "[adapter.lake.auth]"],
        ),
        (
            STATEMENTS,
            Action::status(404),
            "invalid-config",
            &["cannot run a statement on SQL warehouse", "`warehouse_id`"],
        ),
        (
            STATEMENTS,
            Action::status(500),
            "unavailable",
            &["POST /api/2.0/sql/statements", "check the endpoint"],
        ),
        (
            STATEMENTS,
            Action::Html,
            "protocol",
            &["HTML", "POST /api/2.0/sql/statements"],
        ),
        (
            STATEMENTS,
            Action::InvalidJson,
            "protocol",
            &["JSON", "POST /api/2.0/sql/statements"],
        ),
        (
            STATEMENTS,
            Action::DropConnection,
            "unavailable",
            &["POST /api/2.0/sql/statements"],
        ),
        (
            chunks,
            Action::status(404),
            "result-gone",
            &["cannot fetch chunk 3 of the statement's result"],
        ),
        (
            chunks,
            Action::CutBody,
            "unavailable",
            &["cannot fetch chunk 3"],
        ),
        (
            chunks,
            Action::InvalidJson,
            "protocol",
            &["/result/chunks/3"],
        ),
        (
            chunks,
            Action::Html,
            "protocol",
            &["HTML", "/result/chunks/3"],
        ),
    ];
    for (path, action, code, expected) in faults {
        lake.emulator.clear_faults();
        lake.emulator.fault(Fault::on(path, action).forever());
        check_told(&lake, &lake.run(), code, expected);
    }
    lake.emulator.clear_faults();
    assert_eq!(lake.run().counts("s"), Some([3, 0, 0]));
}

#[test]
fn a_warehouse_that_does_not_exist_is_named() {
    let lake = lake("");
    let run = lake.rocky(&["run", "--output", "json", "--set", "warehouse_id=none"]);
    check_told(&lake, &run, "invalid-config", &["SQL warehouse `none`"]);
}

#[test]
fn a_statement_is_cancelled_when_the_run_is_over_its_limit() {
    for limit in ["total_seconds = 2", "idle_seconds = 1"] {
        let lake = lake(&format!("[adapter.lake.limits]\n{limit}"));
        // The warehouse stays cold, so the statement never ends by itself.
        lake.emulator
            .settings(|settings| settings.pending_polls = u32::MAX);
        if limit.starts_with("idle") {
            // Waiting for a cold warehouse is progress; a poll without answer is none.
            lake.emulator.fault(
                Fault::on("/statements/", Action::Hang)
                    .method("GET")
                    .forever(),
            );
        }
        let run = lake.run();
        check_told(&lake, &run, "limit", &[limit.split(' ').next().unwrap()]);
        let requests = lake.emulator.requests();
        assert_eq!(
            requests.to("/cancel"),
            1,
            "{limit}: the statement is left running: {requests:?}"
        );
    }
}

#[test]
fn a_statement_is_cancelled_when_its_polls_fail() {
    let lake = lake("");
    lake.emulator
        .settings(|settings| settings.pending_polls = u32::MAX);
    lake.emulator.fault(
        Fault::on("/statements/", Action::status(500))
            .method("GET")
            .forever(),
    );
    check_told(&lake, &lake.run(), "unavailable", &["HTTP 500"]);
    assert_eq!(lake.emulator.requests().to("/cancel"), 1);
}

#[test]
fn a_setting_that_is_missing_is_told_before_anything_is_sent() {
    let lake = lake("");
    lake.write(
        "rocky.toml",
        config(
            &lake.emulator.url(),
            &["s"],
            "source = \"information_schema\"",
        ),
    );
    check_told(
        &lake,
        &lake.run(),
        "invalid-config",
        &[
            "`warehouse_id` or `http_path` must say",
            "correct the settings under [adapter.lake]",
        ],
    );
    assert_eq!(lake.emulator.requests().total, 0);
}

/// Starts a run that waits for a cold warehouse, and returns once its statement was sent.
#[cfg(unix)]
fn waiting_run(lake: &Lake) -> std::process::Child {
    lake.emulator
        .settings(|settings| settings.pending_polls = u32::MAX);
    let mut command = lake.command(&["run"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // The answer to the statement has come when it is polled.
    while lake
        .emulator
        .requests()
        .to("/sql/statements/{statement_id}")
        == 0
    {
        std::thread::yield_now();
    }
    child
}

#[cfg(unix)]
#[test]
fn a_statement_is_cancelled_when_the_user_interrupts() {
    let lake = lake("");
    let child = waiting_run(&lake);
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("interrupted: cancelling what still runs"),
        "{stderr}"
    );
    assert!(
        stderr.contains("what was committed to the cache stays"),
        "{stderr}"
    );
    let requests = lake.emulator.requests();
    assert_eq!(
        requests.to("/cancel"),
        1,
        "the statement is left running: {requests:?}"
    );
}
