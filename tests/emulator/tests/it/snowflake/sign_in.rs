//! Tokens that users sign, and tokens that they are given.

use super::{PUBLIC_KEY, STATEMENTS, check, post, shop};
use crate::client::Client;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rocky_emulator::Emulator;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The private half of the key.
const PRIVATE_KEY: &str = include_str!("../keys/snowflake_private.pem");

/// The header that says that a token is signed by its user.
const KIND: (&str, &str) = ("x-snowflake-authorization-token-type", "KEYPAIR_JWT");

/// What stands between the lines of a PEM text.
fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

pub fn signed(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({"alg": "RS256", "typ": "JWT"}));
    let text = format!("{head}.{}", part(claims));
    let key = RsaKeyPair::from_pkcs8(&der(PRIVATE_KEY)).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
        .unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub fn claims(subject: &str, issued: u64, life: u64) -> Value {
    let digest = ring::digest::digest(&ring::digest::SHA256, &der(PUBLIC_KEY));
    let fingerprint = STANDARD.encode(digest);
    json!({"iss": format!("{subject}.SHA256:{fingerprint}"), "sub": subject,
           "iat": issued, "exp": issued + life})
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    age.as_secs()
}

/// Status, code and rows of a statement that asks who is signed in.
fn ask(emulator: &Emulator, token: &str, kind: &[(&str, &str)]) -> (u16, String, Value) {
    let client = Client::new(emulator, token);
    let body = json!({"statement": "SELECT CURRENT_USER()"});
    let answer = post(&client, STATEMENTS, &body, kind);
    let body = answer.json();
    let code = body["code"].as_str().unwrap().to_owned();
    (answer.status, code, body["data"].clone())
}

#[test]
fn a_key_pair_signs_in_as_its_user() {
    let (emulator, client) = shop();
    let good = signed(&claims("ACME-DEV.LOADER", now(), 3_600));
    let expected = (200, "090001".to_owned(), json!([["alice@example.com"]]));
    assert_eq!(ask(&emulator, &good, &[KIND]), expected);
    assert_eq!(ask(&emulator, &good, &[]), expected);
    let oauth = [(KIND.0, "OAUTH")];
    assert_eq!(ask(&emulator, &good, &oauth).1, "390303");
    assert_eq!(ask(&emulator, "t", &oauth).0, 200);
    assert_eq!(ask(&emulator, "t", &[(KIND.0, "OTHER")]).0, 400);
    let add = |key: &str| {
        let user = json!({"account": "x", "user": "y", "public_key": key});
        client.post("/_emulator/snowflake-users", &user).status
    };
    assert_eq!((add("none"), add(PUBLIC_KEY)), (400, 200));
    let second = signed(&claims("X.Y", now(), 60));
    assert_eq!(ask(&emulator, &second, &[KIND]).2, json!([["y"]]));
}

#[test]
fn a_token_that_is_not_believed_says_why() {
    let (emulator, _) = shop();
    const LOADER: &str = "ACME-DEV.LOADER";
    let good = signed(&claims(LOADER, now(), 60));
    let (head, _) = good.rsplit_once('.').unwrap();
    let mut other_key = claims(LOADER, now(), 60);
    other_key["iss"] = "ACME-DEV.LOADER.SHA256:AAAA".into();
    let with = |subject: &str, issued: u64, life: u64| signed(&claims(subject, issued, life));
    for (token, code) in [
        ("t".to_owned(), "390144"),
        (with("acme-dev.loader", now(), 60), "394307"),
        (with("ACME-DEV.NOBODY", now(), 60), "394300"),
        (with("OTHER.LOADER", now(), 60), "394307"),
        (with(LOADER, now() - 5_000, 60), "394303"),
        (with(LOADER, now() + 5_000, 60), "394302"),
        (with(LOADER, now(), 3_601), "390144"),
        (signed(&other_key), "394304"),
        (format!("{head}.AAAA"), "394306"),
    ] {
        let (status, found, _) = ask(&emulator, &token, &[KIND]);
        assert_eq!((status, found.as_str()), (401, code));
    }
}

#[test]
fn a_refresh_token_is_exchanged_for_an_access_token() {
    let (emulator, client) = shop();
    let identity = json!({"kind": "authorized_user", "client_id": "c", "client_secret": "s",
                          "refresh_token": "r", "principal": "ute@example.com"});
    client.post("/_emulator/google-identities", &identity);
    let basic = format!("Basic {}", STANDARD.encode("c:s"));
    let stranger = client.without_token();
    let ask = |form: &str| {
        let headers = [("authorization", basic.as_str())];
        stranger.request_with("POST", "/oauth/token-request", &headers, form.as_bytes())
    };
    assert_eq!(ask("grant_type=refresh_token&refresh_token=x").status, 400);
    let issued = ask("grant_type=refresh_token&refresh_token=r").json();
    assert_eq!(issued["token_type"], "Bearer");
    let ute = Client::new(&emulator, issued["access_token"].as_str().unwrap());
    check(&ute, "SELECT CURRENT_USER()", &["ute@example.com"]);
}
