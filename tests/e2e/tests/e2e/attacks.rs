//! Components that attack: what the host keeps from them, and what the user is told.

use std::fs;

use serde_json::{Value, json};

use crate::project::{Output, Project};
use crate::server::{Reply, Server};

/// A project whose adapter `lab` attacks in this way. `more` goes on in its section.
pub fn project(host: &str, attack: &str, target: &str, more: &str) -> Project {
    let (attack, target) = (json!(attack), json!(target));
    Project::new(&format!(
        "[adapter.lab]\nplugin = \"hostile\"\nhost = \"{host}\"\nattack = {attack}\ntarget = {target}\n{more}\n"
    ))
}

pub fn run(project: &Project) -> Output {
    project.rocky(&["run", "--catalog", "c", "--schema", "s", "--output", "json"])
}

/// The error of an attack, which failed and left nothing in the cache.
#[track_caller]
pub fn refused(project: &Project) -> Value {
    let run = run(project);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(project.cached_tables("c.s"), None, "{run}");
    run.schema("s")["error"].take()
}

/// What an attacker who could send this request told of the answer, or why it could not.
#[track_caller]
pub fn heard(host: &str, request: &Value, more: &str) -> Value {
    refused(&project(host, "request", &request.to_string(), more))
}

#[track_caller]
pub fn check_refused(host: &str, request: &Value, expected: &[&str]) {
    let error = heard(host, request, "");
    assert_eq!(error["code"], "refused", "{request}: {error}");
    for part in expected {
        let told = [&error["message"], &error["hint"], &error["request"]];
        let found = told
            .iter()
            .any(|text| text.as_str().is_some_and(|text| text.contains(part)));
        assert!(found, "{request} lacks {part:?}: {error}");
    }
}

fn silent() -> Server {
    Server::start(|_| Reply::text("200 OK", "hello"))
}

fn url(server: &Server) -> String {
    format!("http://{}", server.address())
}

#[test]
fn nothing_of_the_machine_is_seen() {
    let project = project("http://127.0.0.1:9", "surroundings", "", "");
    let mut command =
        project.command(&["run", "--catalog", "c", "--schema", "s", "--output", "json"]);
    let run = project.finish(command.env("SECRET_OF_THE_HOST", "x"));
    run.has(
        "variables 0, arguments 0, directory false, files 0, written 0, connected 0, listening false, datagrams false, \
         names 0",
    );
    assert!(!fs::exists("/tmp/rocky-was-here").unwrap());
    assert!(!project.files().contains(&"was-here".to_owned()));
}

#[test]
fn no_other_place_is_reached_however_it_is_spelled() {
    let endpoint = silent();
    let other = silent();
    let port = other.port();
    let own_port = endpoint.port();
    let own = url(&endpoint);
    for (authority, expected) in [
        (
            other.address().to_owned(),
            "is neither this adapter's endpoint",
        ),
        (format!("localhost:{port}"), "is neither"),
        (format!("0.0.0.0:{port}"), "an address of this network"),
        (format!("127.1:{port}"), "an address of this machine"),
        (format!("0x7f.0.0.1:{port}"), "an address of this machine"),
        (format!("0177.0.0.1:{port}"), "an address of this machine"),
        (format!("2130706433:{port}"), "an address of this machine"),
        (format!("[::1]:{port}"), "an address of this machine"),
        (
            format!("[::ffff:127.0.0.1]:{own_port}"),
            "an address of this machine",
        ),
        (
            format!("[::ffff:7f00:1]:{port}"),
            "an address of this machine",
        ),
        (
            format!("[64:ff9b::7f00:1]:{port}"),
            "an address of this machine",
        ),
        (format!("localhost:{own_port}"), "is neither"),
        (format!("127.0.0.1.:{port}"), "is neither"),
        (
            "169.254.169.254".to_owned(),
            "the address of a cloud's metadata service",
        ),
        (
            "[fd00:ec2::254]".to_owned(),
            "the address of a cloud's metadata service",
        ),
        ("metadata.google.internal".to_owned(), "is neither"),
        ("10.0.0.1".to_owned(), "a private address"),
    ] {
        let expected = [
            expected,
            "its manifest never announced it",
            "do not allow that before",
        ];
        check_refused(&own, &json!({"authority": authority}), &expected);
    }
    // The endpoint itself, in other spellings of the same address, is the endpoint.
    for authority in [
        format!("127.1:{own_port}"),
        format!("0x7f000001:{own_port}"),
    ] {
        let error = heard(&own, &json!({"authority": authority}), "");
        assert!(
            error["message"].as_str().unwrap().contains("HTTP 200"),
            "{error}"
        );
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn another_scheme_or_a_user_in_the_address_is_refused() {
    let endpoint = silent();
    let own = url(&endpoint);
    check_refused(
        &own,
        &json!({"scheme": "https"}),
        &["is neither this adapter's endpoint"],
    );
    for request in [
        json!({"scheme": "ftp"}),
        json!({"scheme": "file", "authority": "/etc/passwd"}),
        json!({"authority": format!("user:pw@{}", endpoint.address())}),
        json!({"authority": format!("{}@evil.example", endpoint.address())}),
        json!({"authority": "evil.example\r\nhost: x"}),
        json!({"path": "/a\r\nauthorization: x\r\n\r\nGET /b"}),
        json!({"method": "GET / HTTP/1.1\r\nx: y"}),
    ] {
        let error = heard(&own, &request, "");
        assert!(
            !error["message"].as_str().unwrap().contains("HTTP 200"),
            "{request}: {error}"
        );
    }
    assert_eq!(endpoint.connections(), 0);
}

#[test]
fn a_place_that_the_manifest_declares_is_refused_with_the_line_that_would_allow_it() {
    let request =
        json!({"scheme": "https", "authority": "a.b.declared.example", "path": "/x?sig=secret"});
    check_refused(
        "http://127.0.0.1:9",
        &request,
        &[
            "GET https://a.b.declared.example/x",
            "and its manifest declares it",
            "under [adapter.lab.network] write: allow = [\"https://a.b.declared.example\"]",
        ],
    );
    let error = heard("http://127.0.0.1:9", &request, "");
    assert!(!error.to_string().contains("sig=secret"), "{error}");
}

#[test]
fn an_allowed_place_is_read_without_the_credential_and_never_written() {
    let endpoint = silent();
    let other = silent();
    let more = format!(
        "[adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"canary-token\"\n[adapter.lab.network]\nallow = [\"{}\"]\n",
        url(&other)
    );
    let ask = |request: &Value| heard(&url(&endpoint), request, &more);
    let error = ask(&json!({"authority": other.address(), "path": "/part?x=1"}));
    assert!(
        error["message"].as_str().unwrap().contains("HTTP 200"),
        "{error}"
    );
    let [request] = &other.received()[..] else {
        panic!("{:?}", other.received())
    };
    assert_eq!(request.line, "GET /part?x=1 HTTP/1.1");
    assert!(!request.holds("canary"), "{request:?}");
    for request in [
        json!({"authority": other.address(), "method": "POST"}),
        json!({"authority": other.address(), "method": "POST", "path": "/api/2.0/sql/statements"}),
        json!({"authority": other.address(), "body": "x"}),
        json!({"authority": other.address(), "method": "DELETE"}),
    ] {
        let error = ask(&request);
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("an adapter may only read"),
            "{error}"
        );
    }
    assert_eq!(other.received().len(), 1);
    ask(&json!({"path": "/own"}));
    assert_eq!(
        endpoint.received()[0].header("authorization"),
        ["Bearer canary-token"]
    );
}

#[test]
fn no_redirect_is_followed() {
    let other = silent();
    let to = format!("{}/stolen", url(&other));
    let endpoint =
        Server::start(move |_| Reply::text("302 Found", "").header("location", to.clone()));
    let error = heard(&url(&endpoint), &json!({}), "");
    assert!(
        error["message"].as_str().unwrap().contains("HTTP 302"),
        "{error}"
    );
    assert_eq!(other.connections(), 0);
}

#[test]
fn headers_of_the_host_cannot_be_set() {
    let endpoint = silent();
    for name in [
        "authorization",
        "Authorization",
        "proxy-authorization",
        "proxy-connection",
        "host",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "accept-encoding",
        "te",
        "trailer",
        "upgrade",
        "x-http-method-override",
        "x_http_method_override",
        "x-original-url",
        "X-HTTP-Method",
        "x-method-override",
    ] {
        let error = heard(&url(&endpoint), &json!({"headers": [[name, "x"]]}), "");
        let expected = format!("the header {name} is refused: HeaderError::Forbidden");
        assert!(
            error["message"].as_str().unwrap().contains(&expected),
            "{error}"
        );
    }
    for value in ["a\r\nx: y", "a\nx: y", "a\0b"] {
        let error = heard(
            &url(&endpoint),
            &json!({"headers": [["x-note", value]]}),
            "",
        );
        assert!(
            error["message"].as_str().unwrap().contains("is refused"),
            "{error}"
        );
    }
    assert_eq!(endpoint.connections(), 0);
}

#[test]
fn a_request_is_one_request() {
    let endpoint = silent();
    let more = "[adapter.lab.network]\nstatements = \"any\"\n";
    let second = "x\r\n\r\nGET /second HTTP/1.1\r\nhost: evil\r\n\r\n";
    for headers in [
        json!([]),
        json!([["content-length", "1"]]),
        json!([["content-length", "0"]]),
    ] {
        heard(
            &url(&endpoint),
            &json!({"method": "POST", "path": "/first", "headers": headers, "body": second}),
            more,
        );
    }
    let received = endpoint.received();
    assert!(!received.is_empty());
    for request in &received {
        assert_eq!(request.line, "POST /first HTTP/1.1");
        assert_eq!(request.body, second.as_bytes());
        assert_eq!(request.header("content-length"), [second.len().to_string()]);
    }
}

#[test]
fn what_is_too_large_does_not_go_out() {
    let endpoint = silent();
    let own = url(&endpoint);
    let headers = |bytes: usize| -> Vec<Value> {
        (0..12)
            .map(|number| json!([format!("x-{number}"), "x".repeat(bytes)]))
            .collect()
    };
    check_refused(
        &own,
        &json!({"headers": headers(4_000)}),
        &["its headers are longer than 32768 bytes"],
    );
    // More than that the host does not even keep for it.
    let error = heard(&own, &json!({"headers": headers(8_000)}), "");
    let expected = "total size of fields exceeds limit";
    assert!(
        error["message"].as_str().unwrap().contains(expected),
        "{error}"
    );
    check_refused(
        &own,
        &json!({"path": format!("/{}", "x".repeat(40_000))}),
        &["its address is longer than"],
    );
    let more = "[adapter.lab.network]\nstatements = \"any\"\n";
    let body = json!({"method": "POST", "body": "x".repeat(1 << 20), "times": 40});
    let error = heard(&own, &body, more);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("its body is longer than 33554432 bytes"),
        "{error}"
    );
    assert_eq!(endpoint.connections(), 0);
}

#[test]
fn a_refusal_that_is_swallowed_is_a_failure_all_the_same() {
    let target = json!({"authority": "evil.example"}).to_string();
    let project = project("http://127.0.0.1:9", "swallow", &target, "");
    let error = refused(&project);
    assert_eq!(
        (&error["code"], &error["request"]),
        (&json!("refused"), &json!("GET http://evil.example/"))
    );
    let table = project.rocky(&[
        "run",
        "--catalog",
        "c",
        "--schema",
        "s",
        "--output",
        "table",
    ]);
    table.has("the host refused GET http://evil.example/");
}

#[test]
fn a_panic_tells_nothing_of_the_credential() {
    let endpoint = Server::start(|request| Reply::text("200 OK", format!("you said {request:?}")));
    let more = "[adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"canary-7Qv0zP2mXk9Lw\"\n";
    let error = refused(&project(&url(&endpoint), "panic-with", "{}", more));
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("crashed") && message.contains("Bearer ****"),
        "{error}"
    );
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[test]
fn the_credential_is_nowhere_in_the_memory_of_a_component() {
    let more =
        |token: &str| format!("[adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"{token}\"\n");
    let echo = Server::start(|request| {
        Reply::text("200 OK", format!("{request:?}"))
            .header("x-echo", format!("{:?}", request.headers))
    });
    let found = |token: &str| {
        let error = refused(&project(&url(&echo), "search-memory", "{}", &more(token)));
        error["message"]
            .as_str()
            .unwrap()
            .split("found ")
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert!(found("canary-7Qv0zP2mXk9Lw").starts_with("0 times"));
    // It does find what is there: here the server tells something like it.
    let careless =
        Server::start(|_| Reply::text("200 OK", "canary-of-another canary-of-yet-another"));
    let error = refused(&project(
        &url(&careless),
        "search-memory",
        "{}",
        &more("canary-7Qv0zP2mXk9Lw"),
    ));
    assert!(
        !error["message"].as_str().unwrap().contains("found 0 times"),
        "{error}"
    );
}

#[test]
fn a_trap_in_any_function_is_told_with_its_name() {
    for export in ["open", "list-schemas", "describe", "next", "drop"] {
        let project = project("http://127.0.0.1:9", &format!("trap-{export}"), "", "");
        let schema = if export == "list-schemas" { "s*" } else { "s" };
        let run = project.rocky(&[
            "run",
            "--catalog",
            "c",
            "--schema",
            schema,
            "--output",
            "json",
        ]);
        assert_eq!(run.code, Some(1), "{export}: {run}");
        run.has(&format!("trapped in {export}"));
        assert_eq!(run.schema(schema)["error"]["code"], "crash", "{run}");
        assert_eq!(project.cached_tables("c.s"), None, "{export}");
    }
}

#[test]
fn a_name_that_no_warehouse_has_is_refused() {
    let error = refused(&project("http://127.0.0.1:9", "long-name", "", ""));
    assert_eq!(error["code"], "invalid-answer", "{error}");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("the name of a table has 1048576 bytes"),
        "{error}"
    );
}

#[test]
fn a_list_that_makes_no_sense_is_refused() {
    for (attack, expected) in [
        ("schema-twice", "the name of a schema \"s\" comes twice"),
        ("schema-unnamed", "the name of a schema is empty"),
    ] {
        let project = project("http://127.0.0.1:9", attack, "", "");
        let run = project.rocky(&[
            "run",
            "--catalog",
            "c",
            "--schema",
            "s*",
            "--output",
            "json",
        ]);
        let error = run.schema("s*")["error"].take();
        assert_eq!(error["code"], "invalid-answer", "{run}");
        assert!(
            error["message"].as_str().unwrap().contains(expected),
            "{run}"
        );
    }
}

#[test]
fn nobody_has_to_read_ten_megabytes() {
    let project = project("http://127.0.0.1:9", "long-message", "", "");
    let told = run(&project);
    assert_eq!(told.code, Some(1));
    assert!(
        told.stdout.len() + told.stderr.len() < 100_000,
        "{}",
        told.stdout.len()
    );
}
