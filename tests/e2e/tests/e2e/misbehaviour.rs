//! Plugins that do wrong: the host holds, says what happened, and keeps nothing of what they said.

use std::fmt::Write;

use crate::echo_server::EchoServer;
use crate::project::{Output, Project};

/// A project whose adapter `lab` misbehaves in this way, and is bound to this host.
fn project(behaviour: &str, host: &str) -> Project {
    let project = Project::without_config();
    configure(&project, behaviour, host);
    project
}

fn configure(project: &Project, behaviour: &str, host: &str) {
    project.write(
        "rocky.toml",
        format!(
            "[adapter.lab]\nplugin = \"probe\"\nhost = \"{host}\"\nbehaviour = \"{behaviour}\"\n\
             [adapter.lab.limits]\nmemory_mb = 200\nidle_seconds = 1\ntotal_seconds = 2\ntables = 1000\npage_mb = 8\nconcurrency = 4\n"
        ),
    );
}

fn run(project: &Project, schema: &str) -> Output {
    project.rocky(&[
        "run",
        "--catalog",
        "c",
        "--schema",
        schema,
        "--output",
        "json",
    ])
}

/// Nobody is asked there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Each behaviour, the kind of error that it ends in, and words that its message has to hold.
const BEHAVIOURS: &[(&str, &str, &str)] = &[
    ("fail", "internal", "the probe was asked to fail"),
    ("panic", "crash", "the probe was asked to panic about s"),
    ("recurse", "crash", "wasm trap"),
    (
        "loop",
        "limit",
        "it made no progress for 1 s; the limit is `idle_seconds`",
    ),
    (
        "sleep",
        "limit",
        "it made no progress for 1 s; the limit is `idle_seconds`",
    ),
    (
        "wait",
        "limit",
        "it took longer than 2 s; the limit is `total_seconds`",
    ),
    (
        "empty-pages",
        "limit",
        "it took longer than 2 s; the limit is `total_seconds`",
    ),
    (
        "allocate",
        "limit",
        "it needs more than 200 MiB of memory; the limit is `memory_mb`",
    ),
    (
        "endless",
        "limit",
        "it returned more than 1000 tables; the limit is `tables`",
    ),
    (
        "huge-page",
        "limit",
        "it returned a page of more than 8 MiB; the limit is `page_mb`",
    ),
    (
        "table-twice",
        "invalid-answer",
        "it holds the table \"first\" twice",
    ),
    (
        "column-twice",
        "invalid-answer",
        "it holds the column \"c\" twice in the table \"twice\"",
    ),
    (
        "unnamed",
        "invalid-answer",
        "it holds a table without a name",
    ),
    (
        "untyped",
        "invalid-answer",
        "column 2 of the table \"untyped\" has no type",
    ),
    (
        "never-known",
        "invalid-answer",
        "it calls the table \"never\" unchanged, of which no revision was known",
    ),
    (
        "unchanged",
        "invalid-answer",
        "it calls the schema unchanged",
    ),
    (
        "environment",
        "internal",
        "variables and arguments: 0, files: false, sockets: false",
    ),
    (
        "dance",
        "invalid-config",
        "the probe does not know how to dance",
    ),
];

#[test]
fn every_misbehaviour_is_told_and_nothing_of_the_answer_is_kept() {
    let project = project("nothing", NOWHERE);
    let mut told = String::new();
    for (behaviour, code, expected) in BEHAVIOURS {
        configure(&project, behaviour, NOWHERE);
        let run = run(&project, "s");
        assert_eq!(run.code, Some(1), "{behaviour}: {run}");
        let error = run.schema("s")["error"].take();
        let message = error["message"].as_str().unwrap();
        assert_eq!(error["code"], *code, "{behaviour}: {run}");
        assert!(message.contains(expected), "{behaviour}: {run}");
        assert!(!run.stderr.contains("warning"), "{behaviour}: {run}");
        assert_eq!(project.cached_tables("c.s"), None, "{behaviour}");
        writeln!(
            told,
            "{behaviour}: {message}\n  hint: {}",
            error["hint"].as_str().unwrap_or("none")
        )
        .unwrap();
    }
    // Where the probe panics changes with the probe.
    let line = regex::Regex::new(r"lib\.rs:\d+:\d+").unwrap();
    insta::assert_snapshot!("misbehaviours", line.replace_all(&told, "lib.rs:[LINE]"));
    // What fails in every case above was there to be kept.
    configure(&project, "nothing", NOWHERE);
    assert_eq!(run(&project, "s").counts("s"), Some([1, 0, 0]));
    assert_eq!(project.cached_tables("c.s"), Some(vec!["first".to_owned()]));
    configure(&project, "panic", NOWHERE);
    assert_eq!(run(&project, "s").code, Some(1));
    assert_eq!(project.cached_tables("c.s"), Some(vec!["first".to_owned()]));
}

#[test]
fn an_answer_of_many_pages_has_a_limit() {
    let project = Project::new(
        "[adapter.lab]\nplugin = \"probe\"\nhost = \"http://127.0.0.1:9\"\nbehaviour = \"many\"\n\
         [adapter.lab.limits]\nanswer_mb = 1\n",
    );
    let run = run(&project, "s");
    assert_eq!(run.code, Some(1), "{run}");
    let error = run.schema("s")["error"].take();
    assert_eq!(error["code"], "limit", "{run}");
    let message = error["message"].as_str().unwrap();
    let expected = "it returned more than 1 MiB in all; the limit is `answer_mb`";
    assert!(message.ends_with(expected), "{run}");
    assert_eq!(project.cached_tables("c.s"), None, "{run}");
}

#[test]
fn a_crash_of_one_call_does_not_touch_the_others() {
    let project = project("nothing", NOWHERE);
    let two = "[adapter.bad]\nplugin = \"probe\"\nhost = \"http://127.0.0.1:9\"\nbehaviour = \"panic\"\n\
               [adapter.good]\nplugin = \"probe\"\nhost = \"http://127.0.0.1:9\"\nbehaviour = \"nothing\"\n\
               [pipeline.p]\nsource = { adapter = \"bad\", catalog = \"c\", schemas = [\"s\"] }\n\
               target = { adapter = \"good\", catalog = \"c\", schemas = [\"s\"] }\n";
    project.write("rocky.toml", two);
    let run = project.rocky(&["run", "--output", "json"]);
    assert_eq!(run.code, Some(3), "{run}");
    let report = run.json();
    let states: Vec<_> = report["schemas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (&s["adapter"], &s["status"]))
        .collect();
    assert_eq!(
        serde_json::json!(states),
        serde_json::json!([["bad", "failed"], ["good", "described"]])
    );
}

#[test]
fn a_plugin_cannot_send_a_credential_of_its_own() {
    let server = EchoServer::start("200 OK", "text/plain", str::to_owned);
    let project = project("forge", &format!("http://{}", server.address()));
    let run = run(&project, "s");
    assert_eq!(run.code, Some(1), "{run}");
    run.has("authorization");
    let forged = |head: &String| {
        head.to_lowercase().contains("forged") && head.to_lowercase().contains("authorization")
    };
    assert!(!server.heads().iter().any(forged), "{:?}", server.heads());
    assert_eq!(project.cached_tables("c.s"), None);
}

#[test]
fn a_plugin_reaches_its_endpoint_and_nothing_else() {
    let endpoint = EchoServer::start("200 OK", "text/plain", str::to_owned);
    let other = EchoServer::start("200 OK", "text/plain", str::to_owned);
    let host = format!("http://{}", endpoint.address());
    let project = project("elsewhere", &host);
    let run = run(&project, other.address());
    assert_eq!(run.code, Some(1), "{run}");
    run.has(&format!(
        "the host refused GET http://{other}/elsewhere: http://{other} (an address of this machine) is neither this \
         adapter's endpoint, {host}, nor allowed, and its manifest never announced it",
        other = other.address()
    ));
    assert_eq!(other.heads(), [""; 0]);

    let run = self::run(&project, endpoint.address());
    run.has("it answered 200");
    assert_eq!(endpoint.heads().len(), 1);
}

#[test]
fn a_plugin_that_has_nothing_to_describe_keeps_the_run_green() {
    let project = Project::new(
        "[adapter.quiet]\nplugin = \"metadata_only\"\n\
         [pipeline.p]\nsource = { adapter = \"quiet\", catalog = \"c\", schemas = [\"s\", \"t*\"] }\n",
    );
    let run = project.rocky(&["run", "--output", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(
        run.warnings(),
        ["the plugin `metadata-only` has nothing to describe"]
    );
    assert_eq!(run.json()["total"]["schemas"], 0);
    let alone = Project::without_config();
    let run = alone.rocky(&[
        "run",
        "--plugin",
        "metadata_only",
        "--catalog",
        "c",
        "--schema",
        "s",
        "--output",
        "table",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    insta::assert_snapshot!(run.redacted());
}
