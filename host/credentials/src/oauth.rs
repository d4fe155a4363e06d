//! Tokens for a client's id and secret (RFC 6749, section 4.4): Databricks' service principals, and any other server of OAuth.

use std::collections::BTreeMap;
use std::fmt;

use http::header::AUTHORIZATION;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::answer;
use crate::config::CredentialConfig;
use crate::endpoint;
use crate::error::{CredentialError, Grant, Setting};
use crate::exchange::Question;
use crate::mint::{Context, Minted};
use crate::scheme;
use crate::secret::Secret;
use crate::source::{SecretSource, Source};

/// Fields of the request that have settings of their own.
const OWN_FIELDS: [&str; 4] = ["grant_type", "client_id", "client_secret", "scope"];

/// A client that asks for tokens in its own name (RFC 6749, section 4.4). `Debug` shows no secret.
#[derive(Clone)]
pub struct OauthClientCredentials {
    /// Where to ask: https, or http to this machine.
    pub token_url: Url,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretSource,
    /// What the token is for, where the server wants to know: names with blanks between them.
    pub scope: Option<String>,
    /// Further fields of the request, such as `audience` or `resource`.
    pub extra: BTreeMap<String, String>,
    /// How id and secret travel.
    pub client_auth: ClientAuth,
}

/// How a client's id and secret travel to a token endpoint (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// In the header `Authorization`, which every server has to understand.
    #[default]
    Basic,
    /// In the body, as `client_id` and `client_secret`.
    Body,
}

/// A service principal of Databricks: client credentials at the workspace's own token endpoint, with the scope `all-apis`
/// (Databricks, "Authorize service principal access with OAuth").
pub fn databricks_m2m(
    endpoint: &Url,
    client_id: impl Into<String>,
    client_secret: SecretSource,
) -> CredentialConfig {
    let mut token_url = endpoint.clone();
    token_url.set_path("/oidc/v1/token");
    token_url.set_query(None);
    token_url.set_fragment(None);
    CredentialConfig::OauthClientCredentials(OauthClientCredentials {
        token_url,
        client_id: client_id.into(),
        client_secret,
        scope: Some("all-apis".to_owned()),
        extra: BTreeMap::new(),
        client_auth: ClientAuth::Basic,
    })
}

/// Of the further fields only the names: their values may be anything, such as an assertion.
impl fmt::Debug for OauthClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OauthClientCredentials")
            .field("token_url", &endpoint::name(&self.token_url))
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("scope", &self.scope)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .field("client_auth", &self.client_auth)
            .finish()
    }
}

/// Gets such a client its tokens.
#[derive(Debug)]
pub(crate) struct ClientCredentials {
    client: OauthClientCredentials,
    secret: Source,
}

impl ClientCredentials {
    /// Checks what can be checked without asking.
    pub(crate) fn new(
        client: OauthClientCredentials,
        context: &Context,
    ) -> Result<Self, CredentialError> {
        endpoint::check("token_url", &client.token_url)?;
        if client.client_id.trim().is_empty() {
            return Err(CredentialError::Empty(Setting::value("client_id")));
        }
        if let Some(field) = OWN_FIELDS
            .into_iter()
            .find(|it| client.extra.contains_key(*it))
        {
            return Err(CredentialError::Unusable {
                key: "extra",
                value: format!("a field named `{field}`"),
                reason: "it has its own place in the request".to_owned(),
            });
        }
        context.note_endpoint(&client.token_url);
        let secret = client.client_secret.clone();
        let secret = Source::new("client_secret", secret, &context.vault)?;
        Ok(Self { client, secret })
    }

    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        let client = &self.client;
        let secret = self.secret.read(context).await?.trimmed();
        let encoded = Secret::new(form_encoded(secret.expose()));
        context.vault.remember_in_form(&secret);

        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(client.scope.as_deref().map(|scope| ("scope", scope)));
        form.extend(
            client
                .extra
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        if client.client_auth == ClientAuth::Body {
            form.push(("client_id", &client.client_id));
            form.push(("client_secret", secret.expose()));
        }
        let mut question = Question::post(Grant::ClientCredentials, &client.token_url, &form);
        if client.client_auth == ClientAuth::Basic {
            // Both are encoded as in a form first, lest a colon in one of them mislead (RFC 6749, section 2.3.1).
            let header = scheme::basic(
                &form_encoded(&client.client_id),
                encoded.expose(),
                &context.vault,
            )
            .ok_or_else(|| CredentialError::NotAHeader(self.secret.setting()))?;
            question.headers_mut().insert(AUTHORIZATION, header);
        }
        let answer = question.ask(context).await?;
        answer::read(&question, &answer, context)
    }
}

/// A text as it stands in `application/x-www-form-urlencoded`.
pub(crate) fn form_encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
