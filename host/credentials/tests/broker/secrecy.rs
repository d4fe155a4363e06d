//! No secret is seen, whatever is printed.

use std::collections::BTreeMap;
use std::fmt::Debug;

use http::HeaderName;
use rocky_credentials::{
    Broker, ClientAuth, CredentialConfig, GoogleAuthorizedUser, GoogleServiceAccount,
    OauthClientCredentials, Secret, SecretSource, SnowflakeKeyPair,
};

use crate::support::*;

fn configs() -> Vec<CredentialConfig> {
    let token_url = "https://me:canary@idp.example/t?canary#canary"
        .parse()
        .unwrap();
    vec![
        CredentialConfig::None,
        CredentialConfig::Bearer {
            token: text("canary-token"),
        },
        CredentialConfig::Bearer {
            token: SecretSource::Command(vec!["login".to_owned(), "canary-argument".to_owned()]),
        },
        CredentialConfig::Basic {
            username: "ann".to_owned(),
            password: text("canary-password"),
        },
        CredentialConfig::Header {
            name: HeaderName::from_static("x-key"),
            value: text("canary-value"),
        },
        CredentialConfig::OauthClientCredentials(OauthClientCredentials {
            token_url,
            client_id: "client".to_owned(),
            client_secret: text("canary-secret"),
            scope: None,
            extra: BTreeMap::from([("assertion".to_owned(), "canary-assertion".to_owned())]),
            client_auth: ClientAuth::Body,
        }),
        m2m(),
        CredentialConfig::GoogleServiceAccount(GoogleServiceAccount {
            key: text(
                r#"{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN canary"}"#,
            ),
            scopes: Vec::new(),
            subject: None,
        }),
        CredentialConfig::GoogleAuthorizedUser(GoogleAuthorizedUser {
            credentials: text(
                r#"{"type":"authorized_user","client_id":"a","client_secret":"canary-1","refresh_token":"canary-2"}"#,
            ),
            scopes: Vec::new(),
        }),
        CredentialConfig::SnowflakeKeyPair(SnowflakeKeyPair {
            account: "acme".to_owned(),
            user: "ann".to_owned(),
            private_key: text("canary-key"),
            passphrase: Some(text("canary-passphrase")),
        }),
    ]
}

fn check_hidden(value: &impl Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn nothing_that_holds_a_secret_shows_it() {
    check_hidden(&Secret::new("canary"));
    for config in configs() {
        check_hidden(&config);
        let script = Script::new(numbered_tokens);
        match Broker::new(config, script, SetClock::new()) {
            Ok(broker) => {
                check_hidden(&broker);
                match broker.attachment().await {
                    Ok(attachment) => {
                        check_hidden(&attachment);
                        let mut headers = http::HeaderMap::new();
                        attachment.apply(&mut headers);
                        check_hidden(&headers);
                    }
                    Err(error) => check_hidden(&(error.to_string(), error.hint(), error)),
                }
                check_hidden(&broker);
                check_hidden(&broker.needles());
            }
            Err(error) => check_hidden(&(error.to_string(), error.hint(), error)),
        }
    }
}

#[tokio::test]
async fn an_answer_that_echoes_everything_tells_nothing() {
    let script = Script::new(|number| match number {
        1 => numbered_tokens(1),
        _ => json(
            400,
            r#"{"error":"invalid_client","error_description":"client-secret-canary, Basic Y2xpZW50LTE6Y2xpZW50LXNlY3JldC1jYW5hcnk=, token-canary-1"}"#,
        ),
    });
    let clock = SetClock::new();
    let broker = broker(m2m(), &script, &clock);
    authorization(&broker).await;
    clock.advance(4_000);
    let error = error(&broker).await;
    assert!(
        error
            .to_string()
            .ends_with("invalid_client: [redacted], Basic [redacted], [redacted]"),
        "{error}"
    );
}

#[tokio::test]
async fn needles_are_what_a_server_may_echo() {
    let broker = broker(m2m(), &Script::new(numbered_tokens), &SetClock::new());
    authorization(&broker).await;
    let needles = broker.needles();
    let needles: Vec<&str> = needles.iter().map(Secret::expose).collect();
    assert_eq!(
        needles,
        [
            "Y2xpZW50LTE6Y2xpZW50LXNlY3JldC1jYW5hcnk=",
            "client-secret-canary",
            "token-canary-1"
        ]
    );
    let short = offline(CredentialConfig::Bearer {
        token: text("short"),
    })
    .unwrap();
    assert!(short.needles().is_empty());
}

#[tokio::test]
async fn what_was_sent_with_a_request_is_a_needle_until_it_is_answered() {
    let (script, clock) = (Script::new(numbered_tokens), SetClock::new());
    let broker = broker(m2m(), &script, &clock);
    let sent = broker.attachment().await.unwrap();
    for _ in 0..100 {
        clock.advance(3_600);
        broker.attachment().await.unwrap();
    }
    let holds = |needles: Vec<Secret>, text| needles.iter().any(|it| it.expose() == text);
    assert!(!holds(broker.needles(), "token-canary-1"));
    let needles = broker.needles_with(&sent);
    assert!(needles.is_sorted_by_key(|it| std::cmp::Reverse(it.expose().len())));
    for text in ["token-canary-1", "token-canary-101"] {
        assert!(holds(needles.clone(), text), "{text}");
    }
}

#[tokio::test]
async fn names_of_headers_are_told() {
    let broker = offline(CredentialConfig::Bearer {
        token: text("canary-token"),
    })
    .unwrap();
    let attachment = broker.attachment().await.unwrap();
    let names: Vec<&HeaderName> = attachment.header_names().collect();
    assert_eq!(names, ["authorization"]);
}
