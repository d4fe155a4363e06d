//! The token is sent to the warehouse, and is nowhere else.

use std::fs;
use std::path::Path;

use rocky_emulator::{Action, Emulator, Fault};
use serde_json::json;

use crate::echo_server::EchoServer;
use crate::project::{Lake, Output, Project, add_tables, components, config};

/// Looks like a token and like nothing else.
const CANARY: &str = "dapi7Qv0zP2mXk9LwR4tYcB8nJ5hGf3sD6a-canary";

/// No part of the token that would be of use is in a text.
#[track_caller]
fn check_absent(place: &str, bytes: &[u8]) {
    for part in CANARY.as_bytes().windows(10) {
        let found = bytes.windows(part.len()).any(|window| window == part);
        assert!(
            !found,
            "{place} shows {:?} of the token: {}",
            String::from_utf8_lossy(part),
            String::from_utf8_lossy(bytes)
        );
    }
}

#[track_caller]
fn check_output(output: &Output) {
    check_absent("standard output", output.stdout.as_bytes());
    check_absent("standard error", output.stderr.as_bytes());
}

/// Everything below a directory.
fn check_directory(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check_directory(&path);
        } else {
            check_absent(path.to_str().unwrap(), &fs::read(&path).unwrap());
        }
    }
}

/// A project that takes the token from the environment, for this host.
fn project(plugin: &str, host: &str, more: &str) -> Project {
    let config = format!(
        "[adapter.lake]\nplugin = \"{plugin}\"\nhost = \"{host}\"\n{more}\n\
         [adapter.lake.auth]\ntype = \"bearer\"\ntoken = \"${{CANARY}}\"\n\
         [pipeline.p]\nsource = {{ adapter = \"lake\", catalog = \"c\", schemas = [\"s\", \"t*\"] }}\n"
    );
    Project::new(&config)
}

fn rocky(project: &Project, arguments: &[&str]) -> Output {
    let cache = project.home("cache");
    let mut command = project.command(arguments);
    let output = project.finish(command.env("CANARY", CANARY).env("XDG_CACHE_HOME", cache));
    check_output(&output);
    output
}

/// Every command, in every form and at every level, shows nothing; nor does any file that it leaves.
fn check_everywhere(project: &Project) {
    for level in ["-q", "-v", "-vv", "-vvv"] {
        for form in ["json", "table"] {
            rocky(project, &["run", level, "--output", form]);
        }
    }
    for arguments in [
        &["schema", "ls"][..],
        &["schema", "show", "c.s.t"],
        &["state"],
        &["plugin", "inspect", "databricks"],
    ] {
        for form in ["json", "table"] {
            rocky(project, &[arguments, &["-vvv", "--output", form]].concat());
        }
    }
    check_directory(&project.path(""));
    check_directory(&project.home("cache"));
}

#[test]
fn a_token_that_is_accepted_is_shown_nowhere() {
    let emulator = Emulator::builder()
        .token(CANARY, "canary@example.com")
        .start()
        .unwrap();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let project = project("databricks", &emulator.url(), "");
    check_everywhere(&project);
    let run = rocky(&project, &["run", "--output", "json"]);
    assert_eq!(
        run.schema("s")["principal"],
        "canary@example.com",
        "the token did not arrive: {run}"
    );
    let sql = format!(
        "source=information_schema,warehouse_id={}",
        rocky_emulator::emulator::DEFAULT_WAREHOUSE
    );
    let sets: Vec<&str> = sql
        .split(',')
        .flat_map(|setting| ["--set", setting])
        .collect();
    assert_eq!(
        rocky(&project, &[&["run", "-vvv"], &sets[..]].concat()).code,
        Some(0)
    );
}

#[test]
fn a_token_that_is_refused_is_shown_nowhere() {
    let emulator = Emulator::builder()
        .token("another", "a@example.com")
        .start()
        .unwrap();
    check_everywhere(&project("databricks", &emulator.url(), ""));
    emulator.fault(Fault::on("/", Action::status(403)).forever());
    check_everywhere(&project("databricks", &emulator.url(), ""));
}

#[test]
fn a_server_that_echoes_the_token_does_not_make_it_seen() {
    let json_error = |head: &str| {
        json!({"error_code": "BAD_REQUEST", "message": format!("cannot read {head}")}).to_string()
    };
    let servers = [
        EchoServer::start("500 Oops", "text/plain", str::to_owned),
        EchoServer::start("200 OK", "application/json", json_error),
        EchoServer::start("400 Bad", "application/json", json_error),
        EchoServer::start("200 OK", "text/html", |head| {
            format!("<html><title>{head}</title></html>")
        }),
        EchoServer::start("302 Found", "text/plain", str::to_owned),
        EchoServer::start("200 OK", "application/json", |head| {
            head.replace("\r\n", " ")
        }),
    ];
    for server in servers {
        let host = format!("http://{}", server.address());
        let project = project("databricks", &host, "retry_seconds = 0");
        check_everywhere(&project);
        let sent = format!("authorization: Bearer {CANARY}").to_lowercase();
        let arrived = |head: &String| head.to_lowercase().contains(&sent);
        assert!(!server.heads().is_empty());
        assert!(
            server.heads().iter().all(arrived),
            "the token did not arrive: {:?}",
            server.heads()
        );
    }
}

#[test]
fn a_text_that_is_cut_short_in_the_middle_of_the_token_does_not_show_half_of_it() {
    // Long error texts are cut somewhere between these lengths; wherever that is, it is within the token once.
    for padding in (0..1_200).step_by(30) {
        let server = EchoServer::start("500 Oops", "application/json", move |head| {
            let token = head
                .lines()
                .find(|line| line.contains("Bearer"))
                .unwrap_or_default()
                .to_owned();
            json!({"error_code": "OOPS", "message": "x".repeat(padding) + &token}).to_string()
        });
        let host = format!("http://{}", server.address());
        let project = project("databricks", &host, "retry_seconds = 0");
        let mut command = project.command(&["run", "-vvv", "--catalog", "c", "--schema", "s"]);
        check_output(&project.finish(command.env("CANARY", CANARY)));
        assert!(!server.heads().is_empty());
    }
}

#[test]
fn a_plugin_that_repeats_what_it_heard_does_not_show_the_token() {
    let server = EchoServer::start("200 OK", "text/plain", str::to_owned);
    let host = format!("http://{}", server.address());
    let project = project("probe", &host, "behaviour = \"echo\"");
    let run = rocky(
        &project,
        &["run", "-vvv", "--catalog", "c", "--schema", "s"],
    );
    run.has("Bearer ****");
}

#[test]
fn a_token_goes_to_no_other_origin() {
    let elsewhere = EchoServer::start("200 OK", "application/json", |_| "{}".to_owned());
    let emulator = Emulator::builder()
        .token(CANARY, "canary@example.com")
        .start()
        .unwrap();
    let to = format!("http://{}/", elsewhere.address());
    emulator.fault(Fault::on("/", Action::Redirect { to }).forever());
    rocky(&project("databricks", &emulator.url(), ""), &["run"]);
    assert_eq!(elsewhere.heads(), [""; 0]);

    let cleartext = project("databricks", "http://example.com", "");
    let run = rocky(&cleartext, &["run"]);
    assert_eq!(run.code, Some(1));
    run.has("the credential would travel unencrypted to http://example.com; use https://");
}

#[test]
fn a_token_that_cannot_be_used_is_refused_without_showing_it() {
    let project = project("databricks", "http://127.0.0.1:9", "");
    for (token, expected) in [
        (format!("{CANARY}\nx: y"), "a line break"),
        (" ".to_owned(), "`token` is empty"),
    ] {
        let run = project.finish(project.command(&["run"]).env("CANARY", token));
        assert_eq!(run.code, Some(1), "{run}");
        check_output(&run);
        run.has(expected);
        run.has("rocky.toml:");
    }
    let run = project.rocky(&["run"]);
    run.has("`token` needs the environment variable CANARY, which is not set");
    let mistaken =
        config("http://127.0.0.1:9", &["s"], "tokn = \"CANARY\"").replace("CANARY", CANARY);
    project.write("rocky.toml", mistaken.replace("tokn", "token"));
    project
        .rocky(&["run"])
        .has("`token` is not a setting of the plugin `databricks`");
}

#[test]
fn a_token_in_the_environment_of_a_run_without_a_project_is_shown_nowhere() {
    let emulator = Emulator::builder()
        .token(CANARY, "canary@example.com")
        .start()
        .unwrap();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let lake = Lake::new(emulator, &["s"], "");
    fs::remove_file(lake.path("rocky.toml")).unwrap();
    let host = format!("host={}", lake.emulator.url());
    let arguments = [
        "run",
        "-vvv",
        "--plugin",
        "databricks",
        "--set",
        &host,
        "--catalog",
        "c",
        "--schema",
        "s",
    ];
    let run = lake.finish(lake.command(&arguments).env("DATABRICKS_TOKEN", CANARY));
    assert_eq!(run.code, Some(0), "{run}");
    check_output(&run);
    check_absent(
        "the components",
        &fs::read(components().join("databricks.wasm")).unwrap(),
    );
}
