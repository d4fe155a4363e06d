//! Tokens for programs, and sessions.

use crate::client::Client;
use rocky_emulator::Emulator;
use rocky_emulator::emulator::DEFAULT_WAREHOUSE;
use serde_json::json;

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .token("t", "tester")
        .client("app", "hush", "robot@example.com")
        .start()
        .unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

const FORM: &[u8] = b"grant_type=client_credentials&scope=all-apis";
/// `app:hush`
const BASIC: (&str, &str) = ("authorization", "Basic YXBwOmh1c2g=");

#[test]
fn the_endpoint_is_found_through_two_documents_and_gives_tokens() {
    let (emulator, client) = emulator();
    let client = client.without_token();
    let config = client.get_json("/.well-known/databricks-config");
    let oidc = config["oidc_endpoint"].as_str().unwrap();
    let path = oidc.strip_prefix("http://emulator").unwrap();
    let server = client.get_json(&format!("{path}/.well-known/oauth-authorization-server"));
    assert_eq!(server["token_endpoint"], format!("{oidc}/v1/token"));
    let issued = client.request_with("POST", "/oidc/v1/token", &[BASIC], FORM);
    assert_eq!(issued.status, 200, "{}", issued.text());
    assert_eq!(issued.json()["expires_in"], 3600);
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let robot = Client::new(&emulator, &token);
    let me = robot.get_json("/api/2.0/preview/scim/v2/Me");
    assert_eq!(me["userName"], "robot@example.com");
}

#[test]
fn a_token_ends_with_its_lifetime() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.token_lifetime_ms = 0);
    let issued = client
        .without_token()
        .request_with("POST", "/oidc/v1/token", &[BASIC], FORM);
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let late = Client::new(&emulator, &token).get("/api/2.0/preview/scim/v2/Me");
    assert_eq!(late.status, 401);
}

#[test]
fn whoever_signs_in_wrongly_is_told_in_the_words_of_oauth() {
    let (_emulator, client) = emulator();
    let client = client.without_token();
    let wrong = ("authorization", "Basic YXBwOndyb25n");
    for (headers, form, status, error) in [
        (&[wrong][..], FORM, 401, "invalid_client"),
        (&[], FORM, 401, "invalid_client"),
        (
            &[BASIC],
            b"grant_type=password&scope=all-apis",
            400,
            "unsupported_grant_type",
        ),
        (
            &[BASIC],
            b"grant_type=client_credentials&scope=sql",
            400,
            "invalid_scope",
        ),
    ] {
        let answer = client.request_with("POST", "/oidc/v1/token", headers, form);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (status, &json!(error))
        );
    }
    let form = b"grant_type=client_credentials&scope=all-apis&client_id=app&client_secret=hush";
    assert_eq!(client.request("POST", "/oidc/v1/token", form).status, 200);
}

#[test]
fn a_session_says_where_bare_names_are() {
    let (emulator, client) = emulator();
    emulator
        .sql("CREATE CATALOG c; CREATE TABLE c.default.t AS SELECT 7 AS x")
        .unwrap();
    let body = json!({"warehouse_id": DEFAULT_WAREHOUSE, "catalog": "c", "schema": "default"});
    let opened = client.post("/api/2.0/sql/sessions", &body).json();
    let id = opened["session_id"].as_str().unwrap();
    let answer = client.statement_with("SELECT x FROM t", json!({"session_id": id}));
    assert_eq!(answer["result"]["data_array"], json!([["7"]]));
    let path = format!("/api/2.0/sql/sessions/{id}?warehouse_id={DEFAULT_WAREHOUSE}");
    assert_eq!(client.request("DELETE", &path, b"").status, 200);
    assert_eq!(client.request("DELETE", &path, b"").status, 404);
}
