//! Key pairs.

use rocky_credentials::{
    CredentialConfig, CredentialError, SecretSource, SnowflakeKeyPair, SnowflakeOauth,
    SnowflakeTokenType, jwt_account,
};
use serde_json::json as value;

use crate::support::*;

fn key_pair(key_name: &str, passphrase: Option<&str>) -> CredentialConfig {
    CredentialConfig::SnowflakeKeyPair(SnowflakeKeyPair {
        account: "xy12345.eu-central-1".to_owned(),
        user: "svc_rocky".to_owned(),
        private_key: SecretSource::File(format!("{KEYS}/{key_name}.pem").into()),
        passphrase: passphrase.map(text),
    })
}

#[tokio::test]
async fn a_key_pair_signs_what_snowflake_expects() {
    for name in ["pkcs8", "pkcs1", "des3_pbkdf2", "scrypt"] {
        let config = key_pair(&format!("test_rsa_2048.{name}"), Some("test-passphrase"));
        let headers = headers(&offline(config).unwrap()).await;
        assert_eq!(
            headers["x-snowflake-authorization-token-type"],
            "KEYPAIR_JWT"
        );
        let bearer = headers["authorization"].to_str().unwrap();
        let (header, claims) = verified(bearer.strip_prefix("Bearer ").unwrap());
        assert_eq!(header, value!({"alg": "RS256", "typ": "JWT"}));
        let expected = value!({
            "iss": "XY12345.SVC_ROCKY.SHA256:d9dt5V6gOQAGkbm4UYzhrVuqViQkYyAVWatVmKzRi7I=",
            "sub": "XY12345.SVC_ROCKY",
            "iat": START - 30,
            "exp": START + 600,
        });
        assert_eq!(claims, expected);
    }
}

#[tokio::test]
async fn a_token_is_sent_with_the_word_for_its_kind() {
    for (token_type, word) in [
        (
            SnowflakeTokenType::ProgrammaticAccessToken,
            "PROGRAMMATIC_ACCESS_TOKEN",
        ),
        (SnowflakeTokenType::Oauth, "OAUTH"),
    ] {
        let token = text(" token-canary\n");
        let config = CredentialConfig::SnowflakeToken { token_type, token };
        let headers = headers(&offline(config).unwrap()).await;
        assert_eq!(headers["authorization"], "Bearer token-canary");
        assert_eq!(headers["x-snowflake-authorization-token-type"], word);
    }
}

fn login() -> CredentialConfig {
    CredentialConfig::SnowflakeOauth(SnowflakeOauth {
        endpoint: "https://acme-dev.snowflakecomputing.com".parse().unwrap(),
        client_id: "client:1".to_owned(),
        client_secret: text("s3cret/+ canary"),
        refresh_token: text("ver:1-hint:2 canary/"),
    })
}

#[tokio::test]
async fn a_login_is_renewed_at_the_account_itself() {
    let script = Script::new(numbered_tokens);
    let broker = broker(login(), &script, &SetClock::new());
    let headers = headers(&broker).await;
    assert_eq!(headers["authorization"], "Bearer token-canary-1");
    assert_eq!(headers["x-snowflake-authorization-token-type"], "OAUTH");
    let request = &script.requests()[0];
    assert_eq!(
        request.uri(),
        "https://acme-dev.snowflakecomputing.com/oauth/token-request"
    );
    // base64 of client%3A1:s3cret%2F%2B+canary
    assert_eq!(
        request.headers()["authorization"],
        "Basic Y2xpZW50JTNBMTpzM2NyZXQlMkYlMkIrY2FuYXJ5"
    );
    assert_eq!(
        request.body(),
        "grant_type=refresh_token&refresh_token=ver%3A1-hint%3A2+canary%2F"
    );
}

#[tokio::test]
async fn a_login_that_has_ended_has_to_be_made_anew() {
    let script = Script::new(|_| {
        json(
            400,
            r#"{"error":"invalid_grant","message":"Invalid refresh token."}"#,
        )
    });
    let error = error(&broker(login(), &script, &SetClock::new())).await;
    assert!(
        error.to_string().contains("Invalid refresh token."),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("sign in once more"));
}

#[tokio::test]
async fn a_new_one_is_signed_in_time_and_after_a_rejection() {
    let (script, clock) = (Script::new(numbered_tokens), SetClock::new());
    let broker = broker(key_pair("test_rsa_2048.pkcs8", None), &script, &clock);
    let first = authorization(&broker).await;
    clock.advance(539);
    assert_eq!(authorization(&broker).await, first);
    clock.advance(1);
    let second = authorization(&broker).await;
    assert_ne!(second, first);
    clock.advance(1);
    let rejected = broker.attachment().await.unwrap();
    assert!(broker.renewed(&rejected).await.unwrap().is_some());
    // Signed in the same second it would be the very same.
    let rejected = broker.attachment().await.unwrap();
    assert!(broker.renewed(&rejected).await.unwrap().is_none());
    assert_eq!(script.count(), 0);
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_named_with_its_file() {
    let broker = offline(key_pair("test_rsa_2048.scrypt", None)).unwrap();
    let error = error(&broker).await;
    assert_eq!(
        error.to_string(),
        format!(
            "`private_key_file` ({KEYS}/test_rsa_2048.scrypt.pem) holds no usable private key: it is encrypted, and there is no passphrase"
        )
    );
    assert!(error.hint().unwrap().contains("`passphrase_file`"));
}

#[test]
fn an_account_is_no_url_and_not_empty() {
    let with_account = |account: &str| {
        let mut config = key_pair("test_rsa_2048.pkcs8", None);
        if let CredentialConfig::SnowflakeKeyPair(SnowflakeKeyPair { account: it, .. }) =
            &mut config
        {
            *it = account.to_owned();
        }
        offline(config).unwrap_err()
    };
    assert!(matches!(
        with_account("https://acme.snowflakecomputing.com"),
        CredentialError::Unusable { .. }
    ));
    assert_eq!(with_account(" ").to_string(), "`account` is empty");
}

#[test]
fn accounts_lose_their_region() {
    let check = |account: &str, expected: &str| assert_eq!(jwt_account(account), expected);
    check("acme-prod", "ACME-PROD");
    check("xy12345", "XY12345");
    check("xy12345.us-east-2.aws", "XY12345");
    check("acme.snowflakecomputing.com", "ACME");
    check("acme-a1b2c3.global", "ACME");
    check("acme.prod-a1b2.global", "ACME-PROD");
}
