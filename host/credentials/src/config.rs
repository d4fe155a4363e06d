use http::HeaderName;

use crate::google::{GoogleAuthorizedUser, GoogleServiceAccount};
use crate::metadata::GoogleMetadata;
use crate::oauth::OauthClientCredentials;
use crate::snowflake::SnowflakeKeyPair;
use crate::snowflake_token::{SnowflakeOauth, SnowflakeTokenType};
use crate::source::SecretSource;

/// How an adapter proves who it is: what stands under `[adapter.NAME.auth]`. `Debug` shows no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CredentialConfig {
    /// Not at all.
    None,
    /// `Authorization: Bearer TOKEN` (RFC 6750).
    Bearer {
        /// The token; white space around it does not count. From a file or a command it is read again every 5 minutes.
        token: SecretSource,
    },
    /// `Authorization: Basic …` (RFC 7617), in UTF-8.
    Basic {
        /// Anything without a colon.
        username: String,
        /// The password. From a file or a command it is read again every 5 minutes.
        password: SecretSource,
    },
    /// A header of the server's own.
    Header {
        /// Any but those that belong to HTTP: hop-by-hop ones, `host`, `content-*`.
        name: HeaderName,
        /// Its value. From a file or a command it is read again every 5 minutes.
        value: SecretSource,
    },
    /// A token for a client's id and secret.
    OauthClientCredentials(OauthClientCredentials),
    /// A token for a statement that is signed with a service account's key.
    GoogleServiceAccount(GoogleServiceAccount),
    /// A token for a login of gcloud.
    GoogleAuthorizedUser(GoogleAuthorizedUser),
    /// The token that a machine of Google Cloud is given.
    GoogleMetadata(GoogleMetadata),
    /// A statement that is signed with a user's private key, itself the token.
    SnowflakeKeyPair(SnowflakeKeyPair),
    /// A token that Snowflake, or a server of OAuth that it trusts, has given.
    SnowflakeToken {
        /// Which kind of token it is.
        token_type: SnowflakeTokenType,
        /// The token; white space around it does not count. From a file or a command it is read again every 5 minutes.
        token: SecretSource,
    },
    /// A token of Snowflake's own server of OAuth, for what an earlier login left.
    SnowflakeOauth(SnowflakeOauth),
}

impl CredentialConfig {
    /// What a configuration file calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bearer { .. } => "bearer",
            Self::Basic { .. } => "basic",
            Self::Header { .. } => "header",
            Self::OauthClientCredentials(_) => "oauth-client-credentials",
            Self::GoogleServiceAccount(_) => "google-service-account",
            Self::GoogleAuthorizedUser(_) => "google-authorized-user",
            Self::GoogleMetadata(_) => "google-metadata",
            Self::SnowflakeKeyPair(_) => "snowflake-key-pair",
            Self::SnowflakeToken { token_type, .. } => match token_type {
                SnowflakeTokenType::ProgrammaticAccessToken => "snowflake-pat",
                SnowflakeTokenType::Oauth => "snowflake-oauth",
            },
            Self::SnowflakeOauth(_) => "snowflake-oauth",
        }
    }
}
