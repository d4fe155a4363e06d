//! The program: its first line, its options, its end.

use crate::client::Client;
use crate::snowflake;
use crate::snowflake::sign_in::{claims, now, signed};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

fn start(arguments: &[&str]) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rocky-emulator"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let url = line
        .strip_prefix("listening on ")
        .unwrap()
        .trim_end()
        .to_owned();
    (child, stdout, url)
}

#[test]
fn options_reach_the_warehouse_and_the_end_of_stdin_ends_it() {
    let (mut child, mut stdout, url) = start(&[
        "--generate",
        "3x10x2",
        "--token",
        "secret=carol@example.com",
        "--warehouse",
        "wh9",
        "--page-size",
        "4",
        "--deny",
        "carol@example.com=gen.s0003",
        "--exit-with-stdin",
    ]);
    let client = Client::at(&url, "secret");
    let me = client.get_json("/api/2.0/preview/scim/v2/Me");
    assert_eq!(me["userName"], "carol@example.com");
    let tables = |schema: &str| {
        client.get(&format!(
            "/api/2.1/unity-catalog/tables?catalog_name=gen&schema_name={schema}&max_results=0"
        ))
    };
    assert_eq!(
        tables("s0001").json()["tables"].as_array().unwrap().len(),
        4
    );
    assert_eq!(tables("s0003").status, 403);
    assert_eq!(client.get("/api/2.0/sql/warehouses/wh9").status, 200);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let storage = rest.strip_prefix("large results on http://127.0.0.1:");
    assert!(
        storage.is_some_and(|port| port.trim_end().parse::<u16>().is_ok()),
        "{rest}"
    );
}

#[test]
fn a_signal_ends_it_cleanly() {
    let (mut child, _stdout, url) = start(&[]);
    let client = Client::at(&url, rocky_emulator::emulator::DEFAULT_TOKEN);
    assert_eq!(client.get("/_emulator/health").status, 200);
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.unwrap().success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_cannot_be_loaded_is_an_error_on_stderr() {
    let output = Command::new(env!("CARGO_BIN_EXE_rocky-emulator"))
        .args(["--load", "/no/such/directory"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("error: cannot read /no/such/directory"),
        "{error}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn users_of_snowflake_are_known_by_the_key_in_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("public.pem");
    std::fs::write(&file, snowflake::PUBLIC_KEY).unwrap();
    let user = format!("acme-dev.loader={}", file.display());
    let (mut child, _stdout, url) = start(&["--snowflake-user", &user, "--exit-with-stdin"]);
    let token = signed(&claims("ACME-DEV.LOADER", now(), 60));
    let client = Client::at(&url, &token);
    snowflake::check(&client, "SELECT CURRENT_USER()", &["loader"]);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    for wrong in [
        "acme-dev=x",
        &format!("loader={}", file.display()),
        "a.b=/none",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_rocky-emulator"))
            .args(["--snowflake-user", wrong])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{wrong}");
    }
}
