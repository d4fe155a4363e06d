//! Google's key files, logins and metadata server.

use rocky_credentials::{
    Broker, CredentialConfig, CredentialError, GoogleAuthorizedUser, GoogleMetadata,
    GoogleServiceAccount, KeyProblem,
};
use serde_json::{Value, json as value};

use crate::support::*;

fn key_file() -> Value {
    value!({
        "type": "service_account",
        "client_email": "svc@acme-dev.example",
        "private_key": key("test_rsa_2048.pkcs8"),
        "private_key_id": "key-1",
        "token_uri": "http://127.0.0.1:9/token",
        "project_id": "acme-dev",
    })
}

fn service_account(file: &Value) -> CredentialConfig {
    CredentialConfig::GoogleServiceAccount(GoogleServiceAccount {
        key: text(&file.to_string()),
        scopes: Vec::new(),
        subject: None,
    })
}

#[tokio::test]
async fn a_service_account_signs_who_it_is() {
    let script = Script::new(numbered_tokens);
    let broker = broker(service_account(&key_file()), &script, &SetClock::new());
    assert_eq!(broker.token_origin().as_deref(), Some("http://127.0.0.1:9"));
    assert_eq!(authorization(&broker).await, "Bearer token-canary-1");
    assert_eq!(script.requests()[0].uri(), "http://127.0.0.1:9/token");
    let form = script.form();
    assert_eq!(
        form["grant_type"],
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    );
    let (header, claims) = verified(&form["assertion"]);
    assert_eq!(
        header,
        value!({"alg": "RS256", "typ": "JWT", "kid": "key-1"})
    );
    let expected = value!({
        "iss": "svc@acme-dev.example",
        "scope": "https://www.googleapis.com/auth/bigquery",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": START - 30,
        "exp": START - 30 + 3_600,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn a_service_account_acts_for_a_user_within_scopes() {
    let script = Script::new(numbered_tokens);
    let config = CredentialConfig::GoogleServiceAccount(GoogleServiceAccount {
        key: text(&key_file().to_string()),
        scopes: vec!["one".to_owned(), "two".to_owned()],
        subject: Some("ann@acme.example".to_owned()),
    });
    authorization(&broker(config, &script, &SetClock::new())).await;
    let (_, claims) = verified(&script.form()["assertion"]);
    assert_eq!(
        (&claims["scope"], &claims["sub"]),
        (&value!("one two"), &value!("ann@acme.example"))
    );
}

fn check_file(change: impl Fn(&mut Value), expected: &str) {
    let mut file = key_file();
    change(&mut file);
    let error = offline(service_account(&file)).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("`key` is not a service_account file: {expected}")
    );
}

#[test]
fn what_is_wrong_with_a_key_file_is_told() {
    check_file(|file| *file = value!(["canary"]), "it is no JSON object");
    check_file(
        |file| file["type"] = value!("authorized_user"),
        "its `type` is authorized_user",
    );
    check_file(
        |file| file["type"] = value!("canary"),
        "its `type` is another",
    );
    check_file(
        |file| file["client_email"] = value!(""),
        "it has no `client_email`",
    );
    check_file(
        |file| file["private_key"] = value!(1),
        "it has no `private_key`",
    );
    check_file(
        |file| file["token_uri"] = value!("http://idp.example/token"),
        "`token_uri` cannot be http://idp.example/token: over plain http a secret goes to this machine only: use https",
    );
    let not_json = CredentialConfig::GoogleServiceAccount(GoogleServiceAccount {
        key: text("canary"),
        scopes: Vec::new(),
        subject: None,
    });
    let error = offline(not_json).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`key` is not a service_account file: it is not JSON (line 1, column 1)"
    );
    assert!(error.hint().unwrap().contains("`key`"));
}

#[tokio::test]
async fn a_bad_key_in_a_key_file_is_told_without_asking_anybody() {
    let mut file = key_file();
    file["private_key"] = value!(key("test_rsa_2048.public"));
    let error = error(&offline(service_account(&file)).unwrap()).await;
    let problem = KeyProblem::WrongLabel("PUBLIC KEY".to_owned());
    assert!(matches!(error, CredentialError::Key { problem: actual, .. } if actual == problem));
}

#[tokio::test]
async fn a_rejected_assertion_tells_of_the_clock() {
    let script = Script::new(|_| {
        let mut answer = json(
            400,
            r#"{"error":"invalid_grant","error_description":"Invalid JWT: Token must be short-lived"}"#,
        )?;
        answer
            .headers_mut()
            .insert("date", "Fri, 06 Mar 2026 12:02:00 GMT".parse().unwrap());
        Ok(answer)
    });
    let error = error(&broker(
        service_account(&key_file()),
        &script,
        &SetClock::new(),
    ))
    .await;
    assert_eq!(
        error.to_string(),
        "http://127.0.0.1:9/token rejected the signed assertion: invalid_grant: Invalid JWT: Token must be short-lived; \
         this machine's clock is 2 min behind the server's"
    );
    assert!(error.hint().unwrap().contains("clock"));
}

fn login() -> CredentialConfig {
    let file = value!({
        "type": "authorized_user",
        "client_id": "gcloud",
        "client_secret": "login-secret-canary",
        "refresh_token": "1//refresh-canary",
        "quota_project_id": "acme-dev",
    });
    CredentialConfig::GoogleAuthorizedUser(GoogleAuthorizedUser {
        credentials: text(&file.to_string()),
        scopes: Vec::new(),
    })
}

#[tokio::test]
async fn a_login_is_exchanged_and_names_who_pays() {
    let script = Script::new(numbered_tokens);
    let broker = broker(login(), &script, &SetClock::new());
    let headers = headers(&broker).await;
    assert_eq!(headers["authorization"], "Bearer token-canary-1");
    assert_eq!(headers["x-goog-user-project"], "acme-dev");
    let request = &script.requests()[0];
    assert_eq!(request.uri(), "https://oauth2.googleapis.com/token");
    assert_eq!(
        request.body(),
        "grant_type=refresh_token&client_id=gcloud&client_secret=login-secret-canary&refresh_token=1%2F%2Frefresh-canary"
    );
}

#[tokio::test]
async fn a_revoked_login_says_how_to_log_in() {
    let script = Script::new(|_| {
        json(
            400,
            r#"{"error":"invalid_grant","error_description":"expired: 1//refresh-canary, a=1%2F%2Frefresh-canary"}"#,
        )
    });
    let error = error(&broker(login(), &script, &SetClock::new())).await;
    assert!(
        error
            .to_string()
            .ends_with("invalid_grant: expired: [redacted], a=[redacted]"),
        "{error}"
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("gcloud auth application-default login")
    );
}

fn metadata(scopes: &[&str]) -> CredentialConfig {
    CredentialConfig::GoogleMetadata(GoogleMetadata {
        host: None,
        service_account: "default".to_owned(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
    })
}

async fn ask_metadata(scopes: &[&str], flavor: Option<&'static str>) -> (Broker, String) {
    let script = Script::new(move |number| {
        let mut answer = numbered_tokens(number)?;
        if let Some(flavor) = flavor {
            answer
                .headers_mut()
                .insert("metadata-flavor", flavor.parse().unwrap());
        }
        Ok(answer)
    });
    let broker = broker(metadata(scopes), &script, &SetClock::new());
    let _ = broker.attachment().await;
    let request = &script.requests()[0];
    assert_eq!(
        (request.method().as_str(), request.body().len()),
        ("GET", 0)
    );
    assert_eq!(request.headers()["metadata-flavor"], "Google");
    (broker, request.uri().to_string())
}

#[tokio::test]
async fn a_machine_of_google_cloud_gets_its_token() {
    let path = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
    let (broker, uri) = ask_metadata(&[], Some("Google")).await;
    assert_eq!(authorization(&broker).await, "Bearer token-canary-1");
    assert_eq!(uri, path);
    let (_, uri) = ask_metadata(&["a", "b"], Some("Google")).await;
    assert_eq!(uri, format!("{path}?scopes=a%2Cb"));
}

#[tokio::test]
async fn whoever_does_not_say_google_is_not_believed() {
    for flavor in [None, Some("Acme")] {
        let (broker, _) = ask_metadata(&[], flavor).await;
        let error = error(&broker).await;
        assert!(
            matches!(error, CredentialError::NotMetadataServer { .. }),
            "{error}"
        );
    }
}
