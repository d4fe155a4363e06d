//! Signing in to BigQuery through the broker, against an emulator that checks what is signed.

use std::path::{Path, PathBuf};

use rocky_emulator::{Emulator, GoogleIdentity, RawColumn, RawTable};
use serde_json::json;

use crate::bigquery::{add, lake_with};

const SQL: &str = "source = \"information_schema\"";

fn key(name: &str) -> PathBuf {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/credentials/tests/keys");
    keys.join(name)
}

#[test]
fn a_service_account_and_a_user_sign_in() {
    let read = |name| std::fs::read_to_string(key(name)).unwrap();
    let email = "svc@p.iam.gserviceaccount.com";
    let emulator = Emulator::builder()
        .google_identity(GoogleIdentity::ServiceAccount {
            email: email.to_owned(),
            public_key: read("test_rsa_2048.public.pem"),
        })
        .google_identity(GoogleIdentity::AuthorizedUser {
            client_id: "app".to_owned(),
            client_secret: "hush-hush".to_owned(),
            refresh_token: "1//refresh".to_owned(),
            principal: "ada@example.com".to_owned(),
        })
        .start()
        .unwrap();
    add(
        &emulator,
        vec![RawTable::new("t", vec![RawColumn::new("x", "INT64")])],
    );
    let token_uri = format!("{}/token", emulator.url());
    let account = json!({"type": "service_account", "client_email": email, "private_key_id": "k1",
        "private_key": read("test_rsa_2048.pkcs8.pem"), "token_uri": token_uri});
    let auth = "type = \"google-service-account\"\nkey_file = \"key.json\"";
    let lake = lake_with(emulator, SQL, auth, "p", &["s"]);
    lake.write("key.json", account.to_string());
    let run = lake.run();
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.schema("s")["principal"], email);
    assert_eq!(lake.emulator.requests().to("/token"), 1);

    let config = std::fs::read_to_string(lake.path("rocky.toml")).unwrap();
    let user = config.replace(
        auth,
        "type = \"google-authorized-user\"\ncredentials_file = \"adc.json\"",
    );
    let stored = json!({"type": "authorized_user", "client_id": "app", "client_secret": "hush-hush",
        "refresh_token": "1//refresh", "token_uri": token_uri});
    lake.write("adc.json", stored.to_string());
    lake.write("rocky.toml", user);
    let run = lake.run();
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.schema("s")["principal"], "ada@example.com");

    lake.write("rocky.toml", config);
    let mut stranger = account.clone();
    stranger["client_email"] = json!("other@p.iam.gserviceaccount.com");
    lake.write("key.json", stranger.to_string());
    let run = lake.run();
    assert_eq!(run.code, Some(1), "{run}");
    run.has("invalid_grant");
    assert!(!run.to_string().contains("PRIVATE KEY"), "{run}");
}
