//! Tokens of Snowflake that somebody else has made: programmatic access tokens, and those of OAuth.

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use url::Url;

use crate::answer;
use crate::endpoint;
use crate::error::{CredentialError, Grant, Setting};
use crate::exchange::Question;
use crate::mint::{Context, Minted};
use crate::oauth::form_encoded;
use crate::scheme;
use crate::secret::Secret;
use crate::snowflake::TOKEN_TYPE;
use crate::source::{SecretSource, Source};

/// Which kind of token it is (Snowflake SQL API, "Authenticating to the server").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnowflakeTokenType {
    /// An access token of OAuth, Snowflake's own or another server's.
    Oauth,
    /// A programmatic access token.
    ProgrammaticAccessToken,
}

impl SnowflakeTokenType {
    /// The header that says so.
    pub(crate) fn header(self) -> (HeaderName, HeaderValue) {
        let word = match self {
            Self::Oauth => "OAUTH",
            Self::ProgrammaticAccessToken => "PROGRAMMATIC_ACCESS_TOKEN",
        };
        (TOKEN_TYPE, HeaderValue::from_static(word))
    }
}

/// A client that a user of Snowflake has let in, and what that left (RFC 6749, section 6). `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct SnowflakeOauth {
    /// The account: tokens are had there.
    pub endpoint: Url,
    /// The client's id, of the security integration.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretSource,
    /// What the login left.
    pub refresh_token: SecretSource,
}

/// Gets such a client its tokens.
#[derive(Debug)]
pub(crate) struct SnowflakeLogin {
    token_url: Url,
    client_id: String,
    client_secret: Source,
    refresh_token: Source,
}

impl SnowflakeLogin {
    /// Checks what can be checked without asking.
    pub(crate) fn new(config: SnowflakeOauth, context: &Context) -> Result<Self, CredentialError> {
        let mut token_url = config.endpoint;
        token_url.set_path("/oauth/token-request");
        token_url.set_query(None);
        token_url.set_fragment(None);
        endpoint::check("endpoint", &token_url)?;
        if config.client_id.trim().is_empty() {
            return Err(CredentialError::Empty(Setting::value("client_id")));
        }
        context.note_endpoint(&token_url);
        Ok(Self {
            token_url,
            client_id: config.client_id,
            client_secret: Source::new("client_secret", config.client_secret, &context.vault)?,
            refresh_token: Source::new("refresh_token", config.refresh_token, &context.vault)?,
        })
    }

    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        let secret = self.client_secret.read(context).await?.trimmed();
        let refresh_token = self.refresh_token.read(context).await?.trimmed();
        context.vault.remember_in_form(&secret);
        context.vault.remember_in_form(&refresh_token);
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        let mut question = Question::post(Grant::SnowflakeRefreshToken, &self.token_url, &form);
        // Both are encoded as in a form first, lest a colon in one of them mislead (RFC 6749, section 2.3.1).
        let encoded = Secret::new(form_encoded(secret.expose()));
        let client_id = form_encoded(&self.client_id);
        let header = scheme::basic(&client_id, encoded.expose(), &context.vault)
            .ok_or_else(|| CredentialError::NotAHeader(self.client_secret.setting()))?;
        question.headers_mut().insert(AUTHORIZATION, header);
        let answer = question.ask(context).await?;
        let mut minted = answer::read(&question, &answer, context)?;
        minted.headers.push(SnowflakeTokenType::Oauth.header());
        Ok(minted)
    }
}
