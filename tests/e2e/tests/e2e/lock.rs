//! `rocky.lock`: what a project trusts, and what happens when that changes.

use std::fs;

use insta::assert_snapshot;
use regex::Regex;
use serde_json::{Value, json};

use crate::attacks;
use crate::project::{Output, Project};
use crate::server::{Reply, Server};

fn server() -> Server {
    Server::start(|_| Reply::text("200 OK", "done"))
}

fn project(server: &Server, attack: &str, target: &Value) -> Project {
    // What is locked needs no token in the environment.
    let more = "[adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"${TOKEN}\"\n[adapter.lab.network]\nallow = [\"https://*.declared.example\"]\n";
    attacks::project(
        &format!("http://{}", server.address()),
        attack,
        &target.to_string(),
        more,
    )
}

fn run(project: &Project, more: &[&str]) -> Output {
    let arguments = [&["run", "--catalog", "c", "--schema", "s"][..], more].concat();
    project.finish(project.command(&arguments).env("TOKEN", "canary"))
}

/// Changes what is locked.
#[track_caller]
fn edit(project: &Project, from: &str, to: &str) {
    let before = fs::read_to_string(project.path("rocky.lock")).unwrap();
    let pattern = Regex::new(from).unwrap();
    let after = pattern.replace(&before, to).into_owned();
    assert_ne!(before, after, "{from}");
    project.write("rocky.lock", after);
}

#[test]
fn locking_writes_down_what_is_approved_and_shows_it() {
    let project = project(&server(), "nothing", &json!({}));
    let locked = project.rocky(&["plugin", "lock", "--output", "table"]);
    assert_eq!(
        (locked.code, locked.stderr.as_str()),
        (Some(0), ""),
        "{locked}"
    );
    let digest = Regex::new("[0-9a-f]{64}").unwrap();
    let port = Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let redacted = |text: &str| {
        let text = digest.replace_all(text, "[DIGEST]").into_owned();
        port.replace_all(&text, "127.0.0.1:[PORT]").into_owned()
    };
    let file = fs::read_to_string(project.path("rocky.lock")).unwrap();
    assert_snapshot!("lock_output", redacted(&locked.redacted()));
    assert_snapshot!("lock_file", redacted(&file));
    let again = project.rocky(&["plugin", "lock", "--output", "table"]);
    again.has("hostile 0.1.0 (unchanged)");
    again.has("Nothing has changed in ");
    assert_eq!(
        fs::read_to_string(project.path("rocky.lock")).unwrap(),
        file
    );
    assert_eq!(run(&project, &["--locked"]).code, Some(0));
}

#[test]
fn a_plugin_that_asks_for_more_than_before_is_refused_until_it_is_approved() {
    let project = project(&server(), "nothing", &json!({}));
    for (from, to, expected) in [
        (
            r#"origins = \["[^"]*"\]"#,
            "origins = []",
            "it now asks to reach https://*.declared.example",
        ),
        (
            r#"endpoints = \["\{host\}"\]"#,
            r#"endpoints = ["{target}"]"#,
            "it now asks to have its credential sent to the address in the setting `host`",
        ),
        (
            "/own/\\*/query",
            "/own/query",
            "it now asks to send databricks SQL with POST /own/*/query, at /statement",
        ),
        (
            "/own/\\*/stop",
            "/own/stop",
            "it now asks to send POST /own/*/stop",
        ),
    ] {
        assert_eq!(project.rocky(&["plugin", "lock"]).code, Some(0));
        assert_eq!(run(&project, &[]).code, Some(0));
        edit(&project, from, to);
        for more in [&[][..], &["--locked"]] {
            let refused = run(&project, more);
            refused.failed_with(1);
            refused.has(expected);
            refused.has("`rocky plugin lock`");
        }
        let approved = project.rocky(&["plugin", "lock"]).json();
        assert_eq!(approved["plugins"][0]["status"], "changed", "{approved}");
        assert_eq!(run(&project, &["--locked"]).code, Some(0));
    }
}

#[test]
fn locked_means_that_nothing_has_changed() {
    let server = server();
    let project = project(&server, "nothing", &json!({}));
    let missing = run(&project, &["--locked"]);
    missing.failed_with(1);
    missing.has("write it with `rocky plugin lock`, or run without --locked");
    project.rocky(&["plugin", "lock"]);
    let locked = fs::read_to_string(project.path("rocky.lock")).unwrap();
    for (from, to, expected, warns) in [
        (
            "sha256 = \"....",
            "sha256 = \"0000",
            "its SHA-256 was 0000",
            true,
        ),
        (
            "version = \"0.1.0\"",
            "version = \"0.0.9\"",
            "its version was 0.0.9 and is 0.1.0",
            false,
        ),
        (
            "endpoint = \"http://127.0.0.1",
            "endpoint = \"http://127.0.0.2",
            "its endpoint was http://127.0.0.2",
            false,
        ),
        (
            "allow = \\[[^]]*\\]",
            "allow = []",
            "its `allow` was nothing and is https://*.declared.example",
            false,
        ),
        (
            "statements = \"metadata\"",
            "statements = \"read\"",
            "its `statements` was read and is metadata",
            false,
        ),
        (
            "name = \"lab\"",
            "name = \"other\"",
            "rocky.lock does not name the adapter `lab`",
            false,
        ),
        (
            "source = \"hostile\"",
            "source = \"another\"",
            "rocky.lock does not name it",
            false,
        ),
    ] {
        project.write("rocky.lock", &locked);
        edit(&project, from, to);
        let refused = run(&project, &["--locked"]);
        refused.failed_with(1);
        refused.has("the plugin `hostile` is not as rocky.lock approves it: ");
        refused.has(expected);
        let unlocked = run(&project, &[]);
        assert_eq!(unlocked.code, Some(0), "{unlocked}");
        assert_eq!(unlocked.warnings().len(), usize::from(warns), "{unlocked}");
    }
    let ad_hoc = Project::without_config();
    let arguments = [
        "run",
        "--locked",
        "--plugin",
        "hostile",
        "--catalog",
        "c",
        "--schema",
        "s",
    ];
    ad_hoc.rocky(&arguments).failed_with(2);
}

#[test]
fn what_is_approved_may_be_sent_and_is_judged_all_the_same() {
    let server = server();
    let request = |sql: &str| {
        let body = json!({"statement": sql}).to_string();
        json!({"method": "POST", "path": "/own/x/query", "headers": [["content-type", "application/json"]], "body": body})
    };
    let with = |sql: &str| {
        let project = project(&server, "request", &request(sql));
        project.rocky(&["plugin", "lock"]);
        run(&project, &[]).schema("s")["error"].take()
    };
    let sent = with("SHOW TABLES");
    assert!(
        sent["message"].as_str().unwrap().contains("HTTP 200"),
        "{sent}"
    );
    let refused = with("DROP TABLE t");
    assert_eq!(refused["code"], "refused", "{refused}");
    let stop = project(
        &server,
        "request",
        &json!({"method": "POST", "path": "/own/x/stop"}),
    );
    stop.rocky(&["plugin", "lock"]);
    run(&stop, &[]).has("HTTP 200");
    assert_eq!(server.received().len(), 2);
}

#[test]
fn a_plugin_that_chooses_where_the_credential_goes_has_to_be_approved() {
    // Nobody listens there, so that nothing is looked up.
    let config = "[adapter.lab]\nplugin = \"template\"\naccount = \"acme\"\n\
                  [adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"canary-token\"\n\
                  [adapter.lab.network]\nproxy = \"http://127.0.0.1:9\"\n";
    let project = Project::new(config);
    let refused = run(&project, &[]);
    refused.failed_with(1);
    refused.has("the plugin `template` wants to talk to https://acme.vendor.example, which nobody has approved");
    refused.has("`rocky plugin lock`");
    let locked = project.rocky(&["plugin", "lock", "--output", "table"]);
    locked.has("sends its credential to https://acme.vendor.example");
    let approved = run(&project, &[]);
    assert_eq!(
        approved.schema("s")["error"]["code"],
        "unavailable",
        "{approved}"
    );
    // Another account is another place.
    project.write("rocky.toml", config.replace("acme", "other"));
    run(&project, &[]).has("https://other.vendor.example, which nobody has approved");
}

#[test]
fn a_plugin_that_would_send_the_credential_to_a_place_of_its_own_is_not_loaded() {
    let warehouse = server();
    let project = Project::new(&format!(
        "[adapter.lab]\nplugin = \"thief\"\nhost = \"http://{}\"\n\
         [adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"canary-token\"\n",
        warehouse.address()
    ));
    for arguments in [
        &["run", "--catalog", "c", "--schema", "s"][..],
        &["plugin", "lock"],
        &["plugin", "inspect", "thief"],
    ] {
        let refused = project.rocky(arguments);
        refused.failed_with(1);
        refused.has(
            "its endpoint is made from \"mirror\", which has a default: only the user may say where the credential goes",
        );
    }
    assert_eq!(warehouse.connections(), 0);
}

#[test]
fn a_lock_file_that_cannot_be_read_stops_everything() {
    let project = project(&server(), "nothing", &json!({}));
    for (text, expected) in [
        ("version = 2\n", "its version is 2, and this rocky knows 1"),
        ("version = 1\n[[plugin]]\nsource = 3\n", "invalid type"),
        ("version = 1\nplugins = []\n", "unknown field `plugins`"),
        ("<<<<<<< HEAD\n", "rocky.lock"),
    ] {
        project.write("rocky.lock", text);
        for arguments in [
            &["run", "--catalog", "c", "--schema", "s"][..],
            &["plugin", "lock"],
        ] {
            let refused = project.finish(project.command(arguments).env("TOKEN", "x"));
            refused.failed_with(1);
            refused.has(expected);
            refused.has("restore it from version control");
        }
        assert_eq!(
            fs::read_to_string(project.path("rocky.lock")).unwrap(),
            text
        );
    }
}

#[test]
fn what_is_approved_of_a_request_is_what_its_manifest_says_of_its_body() {
    let server = server();
    let with = |path: &str, body: &Value| {
        let request = json!({"method": "POST", "path": path,
            "headers": [["content-type", "application/json"]], "body": body.to_string()});
        let project = project(&server, "request", &request);
        project.rocky(&["plugin", "lock"]);
        run(&project, &[]).schema("s")["error"].take()
    };
    let announced = json!({"statement": "SHOW TABLES", "parameters": [{"name": "x"}]});
    with("/own/x/query", &announced);
    assert_eq!(server.received().len(), 1);
    for (path, body, words) in [
        (
            "/own/x/query",
            json!({"statement": "SHOW TABLES", "tasks": [{"notebook": "/x"}]}),
            "its body holds `/tasks`, which is not known to be harmless",
        ),
        (
            "/own/x/query",
            json!({"statement": "SHOW TABLES", "Statement": "DROP TABLE t"}),
            "its body holds `/Statement`",
        ),
        (
            "/own/x/query?dry=1",
            json!({"statement": "SHOW TABLES"}),
            "its query holds `dry`",
        ),
        (
            "/own/x/stop?force=true",
            json!({}),
            "its query holds `force`",
        ),
    ] {
        let refused = with(path, &body);
        assert_eq!(refused["code"], "refused", "{refused}");
        assert!(refused.to_string().contains(words), "{refused}");
    }
    with("/own/x/stop?reason=late", &json!({}));
    assert_eq!(server.received().len(), 2);
}

#[test]
fn what_is_known_of_a_request_holds_whatever_else_was_approved_of_it() {
    let server = server();
    let with = |body: &Value| {
        let request = json!({"method": "POST", "path": "/api/2.0/sql/statements",
            "headers": [["content-type", "application/json"]], "body": body.to_string()});
        let project = project(&server, "request", &request);
        // The manifest also says that the SQL of this path stands at /warehouse_id, and that is approved here.
        project.rocky(&["plugin", "lock"]);
        run(&project, &[]).schema("s")["error"].take()
    };
    let refused = with(&json!({"statement": "DROP TABLE t", "warehouse_id": "SHOW TABLES"}));
    assert_eq!(refused["code"], "refused", "{refused}");
    assert_eq!(server.received().len(), 0);
    with(&json!({"statement": "SHOW TABLES", "warehouse_id": "SHOW TABLES"}));
    assert_eq!(server.received().len(), 1);
}

#[test]
fn storage_that_anybody_can_have_is_warned_of_once() {
    let more = "[adapter.lab.network]\nallow = [\"https://*.s3.eu-west-1.amazonaws.com\", \"https://acme.blob.core.windows.net\"]\n\
                [pipeline.p]\nsource = { adapter = \"lab\", catalog = \"c\", schemas = [\"s\"] }\n\
                target = { adapter = \"lab\", catalog = \"c\", schemas = [\"t\"] }\n";
    let project = attacks::project("http://127.0.0.1:9", "nothing", "", more);
    for arguments in [&["plugin", "lock"][..], &["run"]] {
        let output = project.rocky(arguments);
        assert_eq!(output.code, Some(0), "{output}");
        let [warning] = &output.warnings()[..] else {
            panic!("{output}")
        };
        let expected = "adapter `lab` may read from https://*.s3.eu-west-1.amazonaws.com, where anybody can have a place";
        assert!(warning.starts_with(expected), "{output}");
    }
    project.write(
        "rocky.toml",
        fs::read_to_string(project.path("rocky.toml"))
            .unwrap()
            .replace(
                "*.s3.eu-west-1.amazonaws.com",
                "acme.s3.eu-west-1.amazonaws.com",
            ),
    );
    let run = project.rocky(&["run"]);
    assert_eq!((run.code, run.warnings().len()), (Some(0), 0), "{run}");
}
