//! Signing in to Snowflake through the broker, against an emulator that checks what is signed, and with what word.

use std::path::Path;

use rocky_emulator::emulator::DEFAULT_TOKEN;
use rocky_emulator::{Emulator, GoogleIdentity, SnowflakeUser};

use crate::project::Lake;
use crate::snowflake::{add, lake_with, three_tables};
use rocky_emulator::{RawColumn, RawTable};

fn key(name: &str) -> std::path::PathBuf {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/credentials/tests/keys");
    keys.join(name)
}

fn key_pair(account: &str, user: &str, passphrase: &str) -> String {
    let file = key("test_rsa_2048.scrypt.pem");
    format!(
        "type = \"snowflake-key-pair\"\naccount = \"{account}\"\nuser = \"{user}\"\n\
         private_key_file = '{}'\npassphrase = \"{passphrase}\"",
        file.display()
    )
}

/// A warehouse that knows one user by the key, and one by a login.
fn signed() -> Emulator {
    let emulator = Emulator::builder()
        .snowflake_user(SnowflakeUser {
            account: "ACME-DEV".to_owned(),
            user: "LOADER".to_owned(),
            public_key: std::fs::read_to_string(key("test_rsa_2048.public.pem")).unwrap(),
            principal: Some("bob@example.com".to_owned()),
        })
        .google_identity(GoogleIdentity::AuthorizedUser {
            client_id: "app".to_owned(),
            client_secret: "hush-hush".to_owned(),
            refresh_token: "ver:1-refresh".to_owned(),
            principal: "ada@example.com".to_owned(),
        })
        .start()
        .unwrap();
    add(
        &emulator,
        vec![RawTable::new("T", vec![RawColumn::new("X", "DATE")])],
    );
    emulator
}

#[track_caller]
fn check(lake: &Lake, code: i32, words: &str) {
    let run = lake.run();
    assert_eq!(run.code, Some(code), "{run}");
    run.has(words);
    assert!(!run.to_string().contains("PRIVATE KEY"), "{run}");
}

#[test]
fn a_key_pair_signs_in_however_its_account_and_user_are_spelt() {
    for (account, user) in [
        ("ACME-DEV", "LOADER"),
        ("acme-dev.eu-central-1.aws", "loader"),
    ] {
        let auth = key_pair(account, user, "test-passphrase");
        check(&lake_with(signed(), "", &auth, "D", &["S"]), 0, "described");
    }
    for (account, user, passphrase, words) in [
        ("ACME-PROD", "LOADER", "test-passphrase", "3943"),
        ("ACME-DEV", "STRANGER", "test-passphrase", "3943"),
        ("ACME-DEV", "LOADER", "wrong", "passphrase"),
    ] {
        let auth = key_pair(account, user, passphrase);
        check(&lake_with(signed(), "", &auth, "D", &["S"]), 1, words);
    }
}

#[test]
fn a_login_a_token_of_oauth_and_a_programmatic_one_sign_in() {
    let login = "type = \"snowflake-oauth\"\nclient_id = \"app\"\nclient_secret = \"hush-hush\"\nrefresh_token = \"ver:1-refresh\"";
    let lake = lake_with(signed(), "", login, "D", &["S"]);
    check(&lake, 0, "described");
    assert_eq!(lake.emulator.requests().to("/oauth/token-request"), 1);
    let expired = login.replace("ver:1", "ver:0");
    check(
        &lake_with(signed(), "", &expired, "D", &["S"]),
        1,
        "sign in once more",
    );
    for kind in ["snowflake-oauth", "snowflake-pat", "bearer"] {
        let auth = format!("type = \"{kind}\"\ntoken = \"{DEFAULT_TOKEN}\"");
        check(
            &lake_with(three_tables(), "", &auth, "D", &["S"]),
            0,
            "described",
        );
    }
    // A word that is not true is refused, so that it is known to have come.
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    let wrong = "token_type = \"keypair_jwt\"";
    check(
        &lake_with(three_tables(), wrong, &auth, "D", &["S"]),
        1,
        "unauthenticated",
    );
    // The host knows better than the setting.
    let auth = format!("type = \"snowflake-pat\"\ntoken = \"{DEFAULT_TOKEN}\"");
    check(
        &lake_with(three_tables(), wrong, &auth, "D", &["S"]),
        0,
        "described",
    );
}
