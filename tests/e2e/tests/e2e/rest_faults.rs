//! A warehouse that fails over its REST API: each failure is told in full, and the cache keeps what it had.

use std::net::TcpListener;

use rocky_emulator::{Action, Emulator, Fault, Rule};

use crate::echo_server::EchoServer;
use crate::project::{Lake, Output, add_tables, config};

const LIST: &str = "/unity-catalog/tables";

/// Two schemas of three tables, a table a page. The cache holds `known` as it was, and `new` is not in it.
fn lake() -> Lake {
    let emulator = Emulator::builder().settings(|settings| settings.page_size = 1);
    let emulator = emulator.start().unwrap();
    let tables: [(&str, &[(&str, &str)]); 3] = [
        ("t1", &[("x", "int")]),
        ("t2", &[("x", "int")]),
        ("t3", &[("x", "int")]),
    ];
    add_tables(&emulator, "known", &tables);
    let lake = Lake::new(emulator, &["known"], "retry_seconds = 1");
    assert_eq!(lake.run().counts("known"), Some([3, 0, 0]));
    add_tables(&lake.emulator, "known", &[("t4", &[("x", "int")])]);
    add_tables(&lake.emulator, "new", &tables);
    configure(&lake, "retry_seconds = 1");
    lake
}

fn configure(lake: &Lake, more: &str) {
    let url = lake.emulator.url();
    lake.write("rocky.toml", config(&url, &["known", "new"], more));
}

/// The run fails for both schemas, says why, and neither is half written.
#[track_caller]
fn check_told(lake: &Lake, run: &Output, code: &str, expected: &[&str]) {
    assert_eq!(run.code, Some(1), "{code}: {run}");
    for name in ["known", "new"] {
        let error = run.schema(name)["error"].take();
        assert_eq!(error["code"], code, "{run}");
        let text = |member: &str| error[member].as_str().unwrap_or_default().to_owned();
        let told = [text("message"), text("hint"), text("request")].join("\n");
        for part in [
            "adapter `lake`",
            &format!("describe c.{name}:"),
            "GET /api/2.1/unity-catalog/tables",
        ]
        .iter()
        .chain(expected)
        {
            assert!(told.contains(part), "lacks {part:?}: {run}");
        }
    }
    let tables = ["t1", "t2", "t3"].map(str::to_owned);
    assert_eq!(lake.cached_tables("c.known"), Some(tables.to_vec()));
    assert_eq!(lake.cached_tables("c.new"), None);
}

/// The failures that an answer can be, from the second page on.
fn faults() -> Vec<(&'static str, Action, &'static str, &'static [&'static str])> {
    let text = |body: &str| Action::Status {
        status: 418,
        headers: [].into(),
        body: Some(body.to_owned()),
    };
    vec![
        (
            "401",
            Action::status(401),
            "unauthenticated",
            &[
                "answered HTTP 401",
                "check the credential under [adapter.lake.auth]",
            ],
        ),
        (
            "403",
            Action::status(403),
            "permission-denied",
            &["answered HTTP 403", "ask for the privilege"],
        ),
        (
            "500",
            Action::status(500),
            "unavailable",
            &[
                "answered HTTP 500",
                "check the endpoint under [adapter.lake]",
            ],
        ),
        (
            "503",
            Action::status(503),
            "unavailable",
            &[
                "answered HTTP 503",
                "check the endpoint under [adapter.lake]",
            ],
        ),
        (
            "429",
            Action::rate_limited(3_600),
            "rate-limited",
            &["answered HTTP 429", "lower `concurrency`"],
        ),
        (
            "418",
            text("short and stout"),
            "request-refused",
            &["answered HTTP 418: short and stout"],
        ),
        ("html", Action::Html, "protocol", &["HTML", "check"]),
        (
            "half a body",
            Action::CutBody,
            "unavailable",
            &["check the endpoint"],
        ),
        (
            "no answer",
            Action::DropConnection,
            "unavailable",
            &["check the endpoint"],
        ),
        ("half a JSON", Action::InvalidJson, "protocol", &["JSON"]),
        (
            "circle",
            Action::RepeatPage,
            "protocol",
            &["leads in a circle: page 2 ends with a page token"],
        ),
    ]
}

#[test]
fn every_failure_of_the_warehouse_is_told_and_nothing_is_half_written() {
    let lake = lake();
    for (name, action, code, expected) in faults() {
        lake.emulator.clear_faults();
        // The first page is fine, and is not kept.
        lake.emulator
            .fault(Fault::on(LIST, action).query("page_token=").forever());
        let run = lake.run_whole();
        eprintln!("{name}: {}", run.schema("new")["error"]);
        check_told(&lake, &run, code, expected);
        if name == "html" {
            insta::assert_snapshot!(
                "rest_fault",
                lake.rocky(&["run", "--refresh", "--output", "table"])
                    .redacted()
            );
        }
    }
    lake.emulator.clear_faults();
    let run = lake.run();
    assert_eq!(
        (run.counts("known"), run.counts("new")),
        (Some([1, 3, 0]), Some([3, 0, 0]))
    );
}

#[test]
fn every_failure_comes_with_a_next_step() {
    let lake = lake();
    let mut without = Vec::new();
    for (name, action, ..) in faults() {
        lake.emulator.clear_faults();
        lake.emulator.fault(Fault::on(LIST, action).forever());
        let error = lake.run().schema("new")["error"].take();
        let message = error["message"].as_str().unwrap();
        if error["hint"].is_null()
            && !["check ", "run again"]
                .iter()
                .any(|step| message.contains(step))
        {
            without.push((name, message.to_owned()));
        }
    }
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn a_warehouse_that_never_answers_is_not_waited_for_beyond_the_limit() {
    let lake = lake();
    configure(&lake, "[adapter.lake.limits]\nidle_seconds = 1");
    lake.emulator.fault(Fault::on(LIST, Action::Hang).forever());
    let run = lake.run();
    assert_eq!(run.code, Some(1), "{run}");
    for name in ["known", "new"] {
        let error = run.schema(name)["error"].take();
        assert_eq!(error["code"], "limit", "{run}");
        let hint = "raise `idle_seconds` under [adapter.lake.limits], or narrow what is described";
        assert_eq!(error["hint"], hint);
    }
    assert_eq!(
        lake.cached_tables("c.known").map(|tables| tables.len()),
        Some(3)
    );
    assert_eq!(lake.cached_tables("c.new"), None);
}

#[test]
fn a_schema_that_is_missing_or_forbidden_is_named() {
    let lake = lake();
    lake.emulator
        .sql("DROP SCHEMA c.known CASCADE; DROP SCHEMA c.new CASCADE")
        .unwrap();
    check_told(
        &lake,
        &lake.run(),
        "not-found",
        &[
            "does not exist, or is hidden from this principal",
            "HTTP 404",
        ],
    );
    let lake = self::lake();
    lake.emulator.add_rule(Rule::deny("*", "c"));
    check_told(
        &lake,
        &lake.run(),
        "permission-denied",
        &["PERMISSION_DENIED", "ask for the privilege"],
    );
}

#[test]
fn a_wrong_host_is_told_with_what_the_system_says() {
    let lake = lake();
    // Nobody listens there any more.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("host=http://{closed}");
    let run = lake.rocky(&["run", "--output", "json", "--set", &url]);
    check_told(
        &lake,
        &run,
        "unavailable",
        &[
            "onnection refused",
            "check the endpoint under [adapter.lake]",
        ],
    );
    let url = "host=http://nowhere.invalid";
    let run = lake.rocky(&["run", "--output", "json", "--set", url]);
    assert_eq!(run.code, Some(1), "{run}");
    run.has("the credential would travel unencrypted to http://nowhere.invalid; use https://");
}

#[test]
fn a_redirect_is_not_followed() {
    let lake = lake();
    let elsewhere = EchoServer::start("200 OK", "application/json", |_| "{}".to_owned());
    let to = format!("http://{}/login?secret=1", elsewhere.address());
    lake.emulator
        .fault(Fault::on(LIST, Action::Redirect { to }).forever());
    let run = lake.run();
    check_told(
        &lake,
        &run,
        "protocol",
        &["HTTP 302", elsewhere.address(), "not a login or a proxy"],
    );
    assert_eq!(elsewhere.heads(), [""; 0]);
}

#[test]
fn a_failure_that_passes_is_got_over() {
    let lake = lake();
    let all_fine = |fault: Fault| {
        lake.emulator.fault(fault);
        let fresh = lake.path("fresh.redb");
        let run = lake.rocky(&[
            "run",
            "--output",
            "json",
            "--set",
            "retry_seconds=60",
            "--state-path",
            fresh.to_str().unwrap(),
        ]);
        assert_eq!(
            (run.code, run.counts("known"), run.counts("new")),
            (Some(0), Some([4, 0, 0]), Some([3, 0, 0])),
            "{run}"
        );
        std::fs::remove_file(fresh).unwrap();
        lake.emulator.clear_faults();
    };
    for action in [
        Action::status(500),
        Action::status(503),
        Action::rate_limited(1),
        Action::CutBody,
        Action::DropConnection,
    ] {
        all_fine(Fault::on(LIST, action).skip(1));
    }
    lake.emulator.settings(|settings| {
        settings.empty_pages = true;
        settings.int64_as_text = true;
    });
    all_fine(Fault::on("/Me", Action::status(403)).forever());
}

#[test]
fn an_error_with_status_200_is_no_empty_schema() {
    let lake = lake();
    let body = r#"{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "the gateway is busy"}"#;
    let action = Action::Status {
        status: 200,
        headers: [].into(),
        body: Some(body.to_owned()),
    };
    lake.emulator.fault(Fault::on(LIST, action).forever());
    let run = lake.run();
    assert_eq!(run.code, Some(1), "{run}");
    run.has("the gateway is busy");
    let tables = ["t1", "t2", "t3"].map(str::to_owned);
    assert_eq!(lake.cached_tables("c.known"), Some(tables.to_vec()));
}

#[test]
fn a_table_that_comes_twice_is_told_with_the_request() {
    let lake = lake();
    lake.emulator
        .fault(Fault::on(LIST, Action::DuplicateItem).forever());
    let run = lake.run();
    run.has("table \\\"t1\\\" twice");
    assert_eq!(lake.cached_tables("c.new"), None);
    let code = run.schema("new")["error"]["code"].take();
    check_told(&lake, &run, code.as_str().unwrap(), &["twice"]);
}
