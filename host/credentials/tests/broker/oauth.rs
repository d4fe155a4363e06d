//! Client credentials, and what servers answer.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use rocky_credentials::{
    ClientAuth, CredentialConfig, CredentialError, OauthClientCredentials, TransportError,
};

use crate::support::*;

fn client(token_url: &str, client_auth: ClientAuth) -> CredentialConfig {
    CredentialConfig::OauthClientCredentials(OauthClientCredentials {
        token_url: token_url.parse().unwrap(),
        client_id: "client:1".to_owned(),
        client_secret: text("s3cret/+ canary"),
        scope: None,
        extra: BTreeMap::from([("audience".to_owned(), "https://api.example".to_owned())]),
        client_auth,
    })
}

#[tokio::test]
async fn databricks_is_asked_as_it_wants_to_be() {
    let script = Script::new(numbered_tokens);
    let broker = broker(m2m(), &script, &SetClock::new());
    assert_eq!(
        broker.token_origin().as_deref(),
        Some("https://dbc-1.example")
    );
    assert_eq!(authorization(&broker).await, "Bearer token-canary-1");
    let request = &script.requests()[0];
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://dbc-1.example/oidc/v1/token");
    assert_eq!(
        request.headers()["authorization"],
        "Basic Y2xpZW50LTE6Y2xpZW50LXNlY3JldC1jYW5hcnk="
    );
    assert_eq!(
        request.body(),
        "grant_type=client_credentials&scope=all-apis"
    );
}

#[tokio::test]
async fn a_client_says_who_it_is_in_the_header_or_in_the_body() {
    let script = Script::new(numbered_tokens);
    let in_header = broker(
        client("https://idp.example/t?x=1", ClientAuth::Basic),
        &script,
        &SetClock::new(),
    );
    authorization(&in_header).await;
    let request = &script.requests()[0];
    assert_eq!(request.uri(), "https://idp.example/t?x=1");
    // base64 of client%3A1:s3cret%2F%2B+canary
    assert_eq!(
        request.headers()["authorization"],
        "Basic Y2xpZW50JTNBMTpzM2NyZXQlMkYlMkIrY2FuYXJ5"
    );
    assert_eq!(script.form()["audience"], "https://api.example");
    assert!(!script.form().contains_key("client_secret"));

    let in_body = broker(
        client("https://idp.example/t", ClientAuth::Body),
        &script,
        &SetClock::new(),
    );
    authorization(&in_body).await;
    assert!(!script.requests()[1].headers().contains_key("authorization"));
    assert_eq!(script.form()["client_id"], "client:1");
    assert_eq!(script.form()["client_secret"], "s3cret/+ canary");
}

#[test]
fn a_secret_goes_nowhere_in_the_clear() {
    let error = offline(client("http://idp.example/token", ClientAuth::Basic)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`token_url` cannot be http://idp.example/token")
    );
    offline(client("http://127.0.0.1:8080/token", ClientAuth::Basic)).unwrap();
}

async fn check_error(answer: fn() -> Answer, expected: &str, expected_hint: &str) {
    let script = Script::new(move |_| answer());
    let broker = broker(m2m(), &script, &SetClock::new());
    let error = error(&broker).await;
    assert_eq!(
        error.to_string(),
        format!("https://dbc-1.example/oidc/v1/token {expected}")
    );
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains(expected_hint), "{hint}");
    assert_eq!(script.count(), 1);
}

#[tokio::test]
async fn a_rejection_is_told_as_the_server_tells_it() {
    check_error(
        || {
            json(
                401,
                r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#,
            )
        },
        "rejected the client credentials: invalid_client: Client authentication failed",
        "check `client_id` and `client_secret`",
    )
    .await;
    check_error(
        || {
            json(
                400,
                r#"{"error":"invalid_scope","error_description":"no\n\tsuch\u0000 scope"}"#,
            )
        },
        "rejected the client credentials: invalid_scope: no such scope",
        "`scope`",
    )
    .await;
    check_error(
        || json(400, r#"{"error":"unauthorized_client"}"#),
        "rejected the client credentials: unauthorized_client",
        "`client_id`",
    )
    .await;
}

#[tokio::test]
async fn other_answers_without_a_token_are_told_apart() {
    check_error(
        || {
            json(
                403,
                r#"{"error_code":"PERMISSION_DENIED","message":"IP is blocked"}"#,
            )
        },
        "answered 403 to the client credentials: PERMISSION_DENIED: IP is blocked",
        "`client_id`",
    )
    .await;
    check_error(
        || json(404, "<html>Not found</html>"),
        "answered 404 to the client credentials",
        "`token_url`",
    )
    .await;
    check_error(
        || {
            Ok(Response::new(Bytes::from_static(
                b"access_token=canary-9876",
            )))
        },
        "answered the client credentials with something instead of JSON",
        "`token_url`",
    )
    .await;
    check_error(
        || json(200, r#"{"id_token":"canary-9876"}"#),
        "answered the client credentials with JSON that holds no `access_token`",
        "`token_url`",
    )
    .await;
    check_error(
        || json(200, r#"{"access_token":"canary-9876","token_type":"mac"}"#),
        "gave a token of type \"mac\" instead of Bearer",
        "",
    )
    .await;
    check_error(
        || json(200, r#"{"access_token":"canary\r\nx: 9876"}"#),
        "gave a token that cannot be sent in an HTTP header",
        "",
    )
    .await;
}

#[tokio::test]
async fn a_wrong_clock_is_told() {
    check_error(
        || {
            let mut answer = json(401, r#"{"error":"invalid_client"}"#)?;
            answer.headers_mut().insert("date", "Fri, 06 Mar 2026 11:53:00 GMT".parse().unwrap());
            Ok(answer)
        },
        "rejected the client credentials: invalid_client; this machine's clock is 7 min ahead of the server's",
        "check `client_id` and `client_secret`",
    )
    .await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_again_but_a_broken_answer_is_not() {
    let failing = |failure: TransportError| {
        let script = Script::new(move |_| Err(failure.clone()));
        (broker(m2m(), &script, &SetClock::new()), script)
    };
    let (unreachable, script) =
        failing(TransportError::Unreachable("connection refused".to_owned()));
    assert_eq!(
        error(&unreachable).await.to_string(),
        "cannot ask https://dbc-1.example/oidc/v1/token for a token (tried 3 times): connection refused"
    );
    assert_eq!(script.count(), 3);
    let (broken, script) = failing(TransportError::Failed("the answer broke off".to_owned()));
    assert!(matches!(
        error(&broken).await,
        CredentialError::Transport { attempts: 1, .. }
    ));
    assert_eq!(script.count(), 1);
}
