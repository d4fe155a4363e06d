//! How one secret becomes a header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    AUTHORIZATION, CONNECTION, HOST, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE,
};

use crate::error::{CredentialError, Setting};
use crate::mint::Headers;
use crate::secret::Secret;
use crate::snowflake_token::SnowflakeTokenType;
use crate::vault::Vault;

/// A header and what goes into it.
#[derive(Debug)]
pub(crate) enum Scheme {
    Bearer,
    Snowflake(SnowflakeTokenType),
    Basic { username: String },
    Header(HeaderName),
}

impl Scheme {
    /// Checks what is no secret.
    pub(crate) fn check(&self) -> Result<(), CredentialError> {
        let unusable = |key, value: &str, reason: &str| {
            Err(CredentialError::Unusable {
                key,
                value: format!("{value:?}"),
                reason: reason.to_owned(),
            })
        };
        match self {
            Self::Basic { username }
                if username.contains(':') || username.contains(char::is_control) =>
            {
                unusable(
                    "username",
                    username,
                    "Basic knows no user name with a colon or a control character (RFC 7617)",
                )
            }
            Self::Header(name) if belongs_to_http(name) => unusable(
                "header",
                name.as_str(),
                "this header belongs to HTTP itself and carries no credential",
            ),
            _ => Ok(()),
        }
    }

    /// The header with the secret, which is not blank, in it. The vault remembers both.
    pub(crate) fn headers(
        &self,
        secret: &Secret,
        setting: Setting,
        vault: &Vault,
    ) -> Result<Headers, CredentialError> {
        match self {
            Self::Snowflake(token_type) => {
                let mut headers = Self::Bearer.headers(secret, setting, vault)?;
                headers.push(token_type.header());
                Ok(headers)
            }
            Self::Bearer => {
                let token = secret.trimmed();
                let start = token.expose().get(..7).unwrap_or_default();
                if start.eq_ignore_ascii_case("bearer ") {
                    return Err(CredentialError::BearerTwice(setting));
                }
                vault.remember_sent(&token);
                let header = bearer(&token).ok_or(CredentialError::NotAHeader(setting))?;
                Ok(vec![(AUTHORIZATION, header)])
            }
            Self::Basic { username } => {
                if secret.expose().contains(char::is_control) {
                    return Err(CredentialError::NotAHeader(setting));
                }
                vault.remember_sent(secret);
                let header = basic(username, secret.expose(), vault)
                    .ok_or(CredentialError::NotAHeader(setting))?;
                Ok(vec![(AUTHORIZATION, header)])
            }
            Self::Header(name) => {
                let value = secret.trimmed();
                vault.remember_sent(&value);
                let value =
                    header_value(value.expose()).ok_or(CredentialError::NotAHeader(setting))?;
                Ok(vec![(name.clone(), value)])
            }
        }
    }
}

/// `Bearer TOKEN` (RFC 6750, section 2.1). None where the token holds anything but visible ASCII.
pub(crate) fn bearer(token: &Secret) -> Option<HeaderValue> {
    let text = token.expose();
    let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_token.then(|| header_value(&format!("Bearer {text}")))?
}

/// `Basic BASE64` (RFC 7617). The vault remembers the base64, which is as good as the password.
pub(crate) fn basic(username: &str, password: &str, vault: &Vault) -> Option<HeaderValue> {
    let encoded = Secret::new(STANDARD.encode(format!("{username}:{password}")));
    vault.remember_sent(&encoded);
    header_value(&format!("Basic {}", encoded.expose()))
}

/// Only ASCII: what a server makes of other bytes is its own affair.
fn header_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Headers between one hop and the next, and those that say what a message is (RFC 9110, sections 7.6.1 and 8).
fn belongs_to_http(name: &HeaderName) -> bool {
    [CONNECTION, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE].contains(name)
        || name == "keep-alive"
        || name.as_str().starts_with("proxy-")
        || name.as_str().starts_with("content-")
}
