//! Who may sign in the way Google's clients do: service accounts, which sign a statement with
//! their private key, and users, who hold a refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Longest life of a signed statement, in seconds.
const LIFE_LIMIT: u64 = 3_600;
/// How far clocks may differ, in seconds.
const SKEW: u64 = 120;

/// An identity that is given tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GoogleIdentity {
    /// A service account; its tokens have the rights of the principal that is called like it.
    ServiceAccount {
        /// Its name, for example `svc@project.iam.gserviceaccount.com`.
        email: String,
        /// The public half of its RSA key, as PEM.
        public_key: String,
    },
    /// A user who has signed in before.
    AuthorizedUser {
        /// The program that the user signed in with.
        client_id: String,
        /// How that program proves what it is.
        client_secret: String,
        /// What the user was given.
        refresh_token: String,
        /// Whose rights the tokens have.
        principal: String,
    },
}

/// The identities there are.
#[derive(Debug, Default)]
pub(crate) struct Identities(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    accounts: Vec<Account>,
    users: Vec<User>,
}

#[derive(Debug)]
struct Account {
    email: String,
    /// `RSAPublicKey` in DER.
    key: Vec<u8>,
}

#[derive(Debug)]
struct User {
    client_id: String,
    client_secret: String,
    refresh_token: String,
    principal: String,
}

impl Identities {
    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One of the same name is replaced. Fails with a sentence when the key is none.
    pub fn add(&self, identity: GoogleIdentity) -> Result<(), String> {
        match identity {
            GoogleIdentity::ServiceAccount { email, public_key } => {
                let key = rsa_public_key(&public_key)
                    .ok_or_else(|| format!("the public key of {email} is no RSA key in PEM"))?;
                self.with(|known| {
                    known.accounts.retain(|account| account.email != email);
                    known.accounts.push(Account { email, key });
                });
            }
            GoogleIdentity::AuthorizedUser {
                client_id,
                client_secret,
                refresh_token,
                principal,
            } => self.with(|known| {
                known
                    .users
                    .retain(|user| user.refresh_token != refresh_token);
                known.users.push(User {
                    client_id,
                    client_secret,
                    refresh_token,
                    principal,
                });
            }),
        }
        Ok(())
    }

    /// The service account of the machine that the emulator plays: the first one.
    pub fn default_account(&self) -> Option<String> {
        self.with(|known| known.accounts.first().map(|account| account.email.clone()))
    }

    /// Whose refresh token this is, if the program is the one that the user signed in with.
    pub fn user(&self, client_id: &str, client_secret: &str, token: &str) -> Option<String> {
        self.with(|known| {
            let users = known.users.iter();
            let mut own = users.filter(|user| {
                user.client_id == client_id
                    && user.client_secret == client_secret
                    && user.refresh_token == token
            });
            own.next().map(|user| user.principal.clone())
        })
    }

    /// The principal that a signed statement speaks for, at this time in seconds since 1970; or
    /// what is wrong with it.
    pub fn verify(&self, statement: &str, now: u64) -> Result<String, &'static str> {
        let (signed, signature) = statement
            .rsplit_once('.')
            .ok_or("Invalid JWT: no signature")?;
        let (header, claims) = signed.split_once('.').ok_or("Invalid JWT: no claims")?;
        let header = jwt_part(header).ok_or("Invalid JWT: unreadable header")?;
        let claims = jwt_part(claims).ok_or("Invalid JWT: unreadable claims")?;
        if header["alg"] != "RS256" {
            return Err("Invalid JWT: the algorithm must be RS256");
        }
        let issuer = claims["iss"].as_str().ok_or("Invalid JWT: no issuer")?;
        let signature = URL_SAFE_NO_PAD.decode(signature);
        let signature = signature.map_err(|_| "Invalid JWT: unreadable signature")?;
        let key = self.with(|known| {
            let mut accounts = known.accounts.iter();
            let account = accounts.find(|account| account.email == issuer);
            account.map(|account| account.key.clone())
        });
        let key = key.ok_or("Invalid grant: account not found")?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| "Invalid JWT Signature.")?;
        check_times(&claims, now)?;
        Ok(claims["sub"].as_str().unwrap_or(issuer).to_owned())
    }
}

fn check_times(claims: &Value, now: u64) -> Result<(), &'static str> {
    let (Some(issued), Some(expires)) = (claims["iat"].as_u64(), claims["exp"].as_u64()) else {
        return Err("Invalid JWT: iat and exp are required");
    };
    let life = expires.checked_sub(issued);
    match life.is_some_and(|life| life <= LIFE_LIMIT)
        && issued <= now.saturating_add(SKEW)
        && expires.saturating_add(SKEW) >= now
    {
        true => Ok(()),
        false => Err(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a \
                      reasonable timeframe. Check your iat and exp values in the JWT claim.",
        ),
    }
}

/// The header or the claims of a signed statement.
pub(crate) fn jwt_part(encoded: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// The `RSAPublicKey` in a PEM text, bare or with its algorithm around it.
fn rsa_public_key(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let text: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(text).ok()?;
    match label {
        "RSA PUBLIC KEY" => Some(der),
        "PUBLIC KEY" => subject_public_key(&der).map(<[u8]>::to_vec),
        _ => None,
    }
}

/// The key inside a `SubjectPublicKeyInfo`.
pub(crate) fn subject_public_key(der: &[u8]) -> Option<&[u8]> {
    let (0x30, inside, _) = element(der)? else {
        return None;
    };
    let (0x30, _, rest) = element(inside)? else {
        return None;
    };
    match element(rest)? {
        // A bit string begins with how many of its last bits do not count: none.
        (0x03, [0, key @ ..], _) => Some(key),
        _ => None,
    }
}

/// The tag and content of the first element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_key_is_read_or_refused(body in "[A-Za-z0-9+/=]{0,80}") {
            let _ = rsa_public_key(&format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----"));
        }

        #[test]
        fn no_text_is_believed(statement in "\\PC{0,80}") {
            prop_assert!(Identities::default().verify(&statement, 0).is_err());
        }
    }
}
