//! Components that ask too much of the host itself: its memory, its log, the servers that it asks for tokens.

use serde_json::json;

use crate::attacks::{check_refused, heard, project, refused};
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
