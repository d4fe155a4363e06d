//! The control endpoint.

use crate::client::{Client, pluck};
use rocky_emulator::Emulator;
use serde_json::json;

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder().token("t", "tester").start().unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

#[test]
fn health_needs_no_token() {
    let (_emulator, client) = emulator();
    let answer = client.without_token().get("/_emulator/health");
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"status": "ok"}))
    );
    let answer = client.get("/_emulator/nothing");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error_code"], "ENDPOINT_NOT_FOUND");
    let answer = client.request("PUT", "/_emulator/health", b"");
    assert_eq!(answer.json()["error_code"], "ENDPOINT_NOT_FOUND");
}

#[test]
fn settings_are_read_and_patched_one_by_one() {
    let (_emulator, client) = emulator();
    assert_eq!(client.get_json("/_emulator/settings")["page_size"], 50);
    let patch = |body: &str| client.request("PATCH", "/_emulator/settings", body.as_bytes());
    let changed = patch(r#"{"page_size": 7, "empty_pages": true}"#).json();
    assert_eq!(
        (&changed["page_size"], &changed["empty_pages"]),
        (&json!(7), &json!(true))
    );
    assert_eq!(changed["chunk_rows"], 10_000);
    for wrong in [
        r#"{"page_sice": 1}"#,
        r#"{"page_size": 0}"#,
        r#"{"latency_ms": "x"}"#,
        "[",
    ] {
        let answer = patch(wrong);
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(answer.json()["error_code"], "BAD_REQUEST");
    }
    assert_eq!(client.get_json("/_emulator/settings")["page_size"], 7);
}

#[test]
fn faults_are_placed_listed_and_cleared() {
    let (_emulator, client) = emulator();
    let path = "/api/2.1/unity-catalog/catalogs";
    let rules = json!([
        {"match": {"path": "/catalogs", "query": "max_results"}, "times": "forever",
         "action": {"kind": "status", "status": 418, "body": "tea", "headers": {"x-pot": "small"}}},
        {"match": {"method": "POST"}, "action": {"kind": "drop_connection"}},
    ]);
    assert_eq!(client.post("/_emulator/faults", &rules).status, 200);
    let answer = client.get(&format!("{path}?max_results=0"));
    assert_eq!((answer.status, answer.text()), (418, "tea"));
    assert_eq!(answer.headers["x-pot"], "small");
    assert_eq!(client.get(path).status, 200);
    let list = client.get_json("/_emulator/faults");
    assert_eq!(list[0]["times"], "forever");
    assert_eq!(list[1]["action"]["kind"], "drop_connection");
    client.request("DELETE", "/_emulator/faults", b"");
    assert_eq!(client.get(&format!("{path}?max_results=0")).status, 200);
    let wrong = json!({"action": {"kind": "explode"}});
    assert_eq!(client.post("/_emulator/faults", &wrong).status, 400);
}

#[test]
fn requests_are_reported_and_reset() {
    let (_emulator, client) = emulator();
    client.get("/api/2.0/sql/warehouses");
    let report = client.get_json("/_emulator/requests");
    assert_eq!(report["total"], 1);
    assert_eq!(report["routes"][0]["path"], "/api/2.0/sql/warehouses");
    client.request("DELETE", "/_emulator/requests", b"");
    assert_eq!(client.get_json("/_emulator/requests")["total"], 0);
}

#[test]
fn a_script_runs_up_to_the_statement_that_fails() {
    let (_emulator, client) = emulator();
    let run = |script: &str| client.request("POST", "/_emulator/sql", script.as_bytes());
    let answer = run("CREATE CATALOG c; CREATE SCHEMA c.s; -- done\n");
    assert_eq!(answer.json(), json!({"statements": 2}));
    let answer = run("CREATE TABLE c.s.a (x INT); CREATE TABLE c.s.b (x NUMBER); DROP CATALOG c");
    assert_eq!(answer.status, 400);
    let body = answer.json();
    assert_eq!(body["number"], 2);
    assert_eq!(body["statement"], "CREATE TABLE c.s.b (x NUMBER)");
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("[PARSE_SYNTAX_ERROR]")
    );
    let tables = client.get_json("/api/2.1/unity-catalog/tables?catalog_name=c&schema_name=s");
    assert_eq!(pluck(&tables["tables"], "name"), ["a"]);
}

#[test]
fn tokens_and_rules_change_while_it_runs() {
    let (emulator, client) = emulator();
    let token = json!({"token": "n", "principal": "new@example.com"});
    client.post("/_emulator/tokens", &token);
    let rule = json!({"principal": "new@*", "object": "system", "effect": "deny"});
    client.post("/_emulator/rules", &rule);
    let new = Client::new(&emulator, "n");
    assert_eq!(
        new.get("/api/2.1/unity-catalog/catalogs/system").status,
        403
    );
    client.request("DELETE", "/_emulator/tokens/n", b"");
    assert_eq!(new.get("/api/2.1/unity-catalog/catalogs").status, 401);
}
