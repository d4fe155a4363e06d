//! Users who sign their own tokens with a key pair.

use crate::identity::{jwt_part, subject_public_key};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Longest life of a token, in seconds.
const LIFE_LIMIT: u64 = 3_600;
/// How far clocks may differ, in seconds.
const SKEW: u64 = 60;
/// How many keys a user has at most: one that goes and one that comes.
const KEY_LIMIT: usize = 2;

/// A user with a public key. The same user may be given a second key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnowflakeUser {
    /// The account as tokens name it, for example `ACME-DEV`; stored in upper case.
    pub account: String,
    /// The login name; stored in upper case.
    pub user: String,
    /// The public half of its RSA key: a `PUBLIC KEY` in PEM, or only what stands between the
    /// lines of that.
    pub public_key: String,
    /// Whose rights its tokens have; the user's own if none is given.
    #[serde(default)]
    pub principal: Option<String>,
}

/// The users there are.
#[derive(Debug, Default)]
pub(crate) struct Users(Mutex<Vec<Known>>);

#[derive(Debug, Clone)]
struct Known {
    /// `ACCOUNT.USER`
    subject: String,
    principal: String,
    /// The newest last.
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    /// `SHA256:` and the digest of the key with its algorithm around it.
    fingerprint: String,
    /// `RSAPublicKey` in DER.
    key: Vec<u8>,
}

impl Key {
    fn read(text: &str) -> Option<Self> {
        let body = text
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .flat_map(str::split_ascii_whitespace);
        let der = STANDARD.decode(body.collect::<String>()).ok()?;
        let key = subject_public_key(&der)?.to_vec();
        let fingerprint = STANDARD.encode(digest(&SHA256, &der));
        Some(Self {
            fingerprint: format!("SHA256:{fingerprint}"),
            key,
        })
    }
}

/// Why a token is not believed: the code and message of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disbelief {
    pub code: &'static str,
    pub message: &'static str,
}

const fn because(code: &'static str, message: &'static str) -> Disbelief {
    Disbelief { code, message }
}

const INVALID: Disbelief = because("390144", "JWT token is invalid.");

impl Users {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Known>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fails with a sentence when the key is none.
    pub fn add(&self, user: SnowflakeUser) -> Result<(), String> {
        let subject = format!("{}.{}", user.account, user.user).to_uppercase();
        let key = Key::read(&user.public_key)
            .ok_or_else(|| format!("the public key of {subject} is no RSA key in PEM"))?;
        let principal = user.principal.unwrap_or_else(|| user.user.clone());
        self.with(|users| {
            if !users.iter().any(|known| known.subject == subject) {
                users.push(Known {
                    subject: subject.clone(),
                    principal: principal.clone(),
                    keys: Vec::new(),
                });
            }
            for known in users.iter_mut().filter(|known| known.subject == subject) {
                known.principal.clone_from(&principal);
                known.keys.retain(|old| old.fingerprint != key.fingerprint);
                known.keys.push(key.clone());
                let surplus = known.keys.len().saturating_sub(KEY_LIMIT);
                known.keys.drain(..surplus);
            }
        });
        Ok(())
    }

    /// The principal that a token speaks for, at this time in seconds since 1970.
    pub(super) fn verify(&self, token: &str, now: u64) -> Result<String, Disbelief> {
        let (signed, signature) = token.rsplit_once('.').ok_or(INVALID)?;
        let (header, claims) = signed.split_once('.').ok_or(INVALID)?;
        let (header, claims) = (
            jwt_part(header).ok_or(INVALID)?,
            jwt_part(claims).ok_or(INVALID)?,
        );
        if header["alg"] != "RS256" {
            return Err(because("394305", "JWT signature algorithm is invalid."));
        }
        let (issuer, subject) = match (claims["iss"].as_str(), claims["sub"].as_str()) {
            (Some(issuer), Some(subject)) => (issuer, subject),
            _ => return Err(INVALID),
        };
        let (named, fingerprint) = issuer.rsplit_once(".SHA256:").ok_or(INVALID)?;
        let fingerprint = format!("SHA256:{fingerprint}");
        if named != subject {
            return Err(INVALID);
        }
        let known = self.known(subject)?;
        let key = known.keys.iter().find(|key| key.fingerprint == fingerprint);
        let key = key.ok_or(because("394304", "JWT public key fingerprint mismatch."))?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| INVALID)?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.key)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| because("394306", "JWT signature is invalid."))?;
        check_times(&claims, now)?;
        Ok(known.principal)
    }

    /// Everything before the fingerprint is in upper case.
    fn known(&self, subject: &str) -> Result<Known, Disbelief> {
        let account = subject.split('.').next().unwrap_or_default();
        self.with(|users| {
            let own = users.iter().find(|known| known.subject == subject);
            let same_account = || {
                let prefix = format!("{account}.");
                users.iter().any(|known| known.subject.starts_with(&prefix))
            };
            match own {
                Some(known) => Ok(known.clone()),
                None if users.is_empty() || same_account() => {
                    Err(because("394300", "JWT user is unknown or disabled."))
                }
                None => Err(because("394307", "JWT account mismatch.")),
            }
        })
    }
}

fn check_times(claims: &Value, now: u64) -> Result<(), Disbelief> {
    let (Some(issued), Some(expires)) = (claims["iat"].as_u64(), claims["exp"].as_u64()) else {
        return Err(INVALID);
    };
    if issued > now.saturating_add(SKEW) {
        return Err(because("394302", "JWT was issued in the future."));
    }
    let life = expires.checked_sub(issued);
    match life.is_some_and(|life| life <= LIFE_LIMIT) {
        true if expires.saturating_add(SKEW) >= now => Ok(()),
        true => Err(because("394303", "JWT token has expired.")),
        false => Err(INVALID),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_is_believed(token in "\\PC{0,80}") {
            prop_assert!(Users::default().verify(&token, 0).is_err());
        }

        #[test]
        fn any_key_is_read_or_refused(body in "[A-Za-z0-9+/=\\n-]{0,80}") {
            let _ = Key::read(&body);
        }
    }
}
