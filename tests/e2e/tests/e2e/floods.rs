//! Components that ask too much of the host itself: its memory, its log, the servers that it asks for tokens.

use serde_json::json;

use crate::attacks::{check_refused, heard, project, refused, run};
use crate::project::{Output, Project};
use crate::server::{Reply, Server};

/// Whatever it sends may pass.
const ANY: &str = "[adapter.lab.network]\nstatements = \"any\"\n";

fn url(server: &Server) -> String {
    format!("http://{}", server.address())
}

fn silent() -> Server {
    Server::start(|_| Reply::text("200 OK", "hello"))
}

#[test]
fn the_bodies_of_all_requests_under_way_have_a_limit() {
    let endpoint = silent();
    // Each body is short enough, and never ends.
    let target = json!({"method": "POST", "body": "x".repeat(1 << 20), "times": 20}).to_string();
    let error = refused(&project(&url(&endpoint), "hoard-bodies", &target, ANY));
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("the bodies of all requests under way are longer than 67108864 bytes"),
        "{error}"
    );
    assert_eq!(endpoint.connections(), 0);
}

#[test]
fn a_request_that_is_refused_for_its_head_is_refused_before_its_body_has_come() {
    let endpoint = silent();
    let body = "x".repeat(1 << 20);
    for request in [
        json!({"method": "POST", "path": "/own", "body": body, "times": 40}),
        json!({"method": "POST", "path": "/api/2.0/sql/statements", "body": body, "times": 40}),
    ] {
        let error = heard(&url(&endpoint), &request, "");
        let message = error["message"].as_str().unwrap();
        assert!(!message.contains("longer than"), "{message:.300}");
        assert_eq!(error["code"], "refused", "{message:.300}");
    }
    assert_eq!(endpoint.connections(), 0);
}

#[test]
fn handles_have_an_end() {
    let error = refused(&project("http://127.0.0.1:9", "hoard-headers", "", ""));
    assert_eq!(error["code"], "crash", "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("resource table has no free keys"),
        "{error}"
    );
}

#[test]
fn a_method_has_a_length_that_methods_have() {
    let endpoint = silent();
    let own = url(&endpoint);
    let named = |bytes| json!({"method": "X".repeat(bytes)});
    check_refused(&own, &named(64), &["can change something"]);
    let error = heard(&own, &named(65), "");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("the method is refused"), "{error}");
    assert_eq!(endpoint.connections(), 0);
}

/// The first few refusals are logged, and each in a few words.
#[track_caller]
fn check_log(run: &Output) {
    let lines: Vec<&str> = run.stderr.lines().collect();
    let logged = lines
        .iter()
        .filter(|line| line.contains("refused a request of a plugin"));
    assert_eq!(logged.count(), 8, "{run}");
    assert!(lines.iter().all(|line| line.len() < 10_000), "{run}");
}

#[test]
fn a_component_that_does_not_stop_to_ask_is_stopped() {
    let long = format!("/{}", "x".repeat(40_000));
    for target in [
        json!({"authority": "evil.example", "path": long}),
        json!({"method": "DELETE"}),
    ] {
        let more = "[adapter.lab.limits]\nidle_seconds = 20\n";
        let project = project("http://127.0.0.1:9", "insist", &target.to_string(), more);
        let run = run(&project);
        assert_eq!(run.schema("s")["error"]["code"], "refused", "{run}");
        check_log(&run);
    }
}

#[test]
fn what_is_refused_counts_as_a_request() {
    let target = json!({"authority": "evil.example"}).to_string();
    let more = "[adapter.lab.limits]\nrequests = 5\n";
    let run = run(&project("http://127.0.0.1:9", "insist", &target, more));
    assert_eq!(run.schema("s")["error"]["code"], "limit", "{run}");
    run.has("it sent more than 5 requests; the limit is `requests`");
}

#[test]
fn a_component_that_asks_for_more_than_what_it_is_asked_is_stopped_as_well() {
    let run = Project::without_config().rocky(&["plugin", "inspect", "restless"]);
    assert_eq!(run.code, Some(1), "{run}");
    run.has("the host refused GET https://somewhere.example/: a plugin has no network while it tells its manifest");
    check_log(&run);
}
