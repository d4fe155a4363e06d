//! Makes the credential of each kind.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

use crate::attachment::Attachment;
use crate::clock::Clock;
use crate::config::CredentialConfig;
use crate::endpoint;
use crate::error::CredentialError;
use crate::flight::lock;
use crate::google::{AuthorizedUser, ServiceAccount};
use crate::metadata::Metadata;
use crate::oauth::ClientCredentials;
use crate::scheme::Scheme;
use crate::snowflake::KeyPair;
use crate::snowflake_token::SnowflakeLogin;
use crate::source::Source;
use crate::transport::TokenTransport;
use crate::vault::Vault;

/// Names and values, to be attached.
pub(crate) type Headers = Vec<(HeaderName, HeaderValue)>;

/// How long a credential is used that does not say how long it lives: a token whose server keeps silent about that, and what was read from a file or a command.
pub(crate) const ASSUMED_LIFE: Duration = Duration::from_secs(5 * 60);

/// A new credential.
pub(crate) struct Minted {
    pub headers: Headers,
    /// Counted from when it was asked for.
    pub life: Duration,
}

/// What minting needs from outside, and where it leaves what others look for.
pub(crate) struct Context {
    pub transport: Arc<dyn TokenTransport>,
    pub clock: Arc<dyn Clock>,
    pub vault: Vault,
    /// The origin of the token endpoint that is named in a file, once that has been read.
    token_origin: Mutex<Option<String>>,
}

impl Context {
    pub(crate) fn new(transport: Arc<dyn TokenTransport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            clock,
            vault: Vault::default(),
            token_origin: Mutex::new(None),
        }
    }

    /// Notes where tokens come from.
    pub(crate) fn note_endpoint(&self, endpoint: &Url) {
        *lock(&self.token_origin) = Some(endpoint::origin(endpoint));
    }

    pub(crate) fn token_origin(&self) -> Option<String> {
        lock(&self.token_origin).clone()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("token_origin", &self.token_origin())
            .finish_non_exhaustive()
    }
}

/// A credential that is there once and for all, or what makes one whenever it is needed.
#[derive(Debug)]
pub(crate) enum Credential {
    Fixed(Attachment),
    Minted(Box<Minter>),
}

/// What makes credentials, by kind.
#[derive(Debug)]
pub(crate) enum Minter {
    Source(Scheme, Source),
    ClientCredentials(ClientCredentials),
    ServiceAccount(ServiceAccount),
    AuthorizedUser(AuthorizedUser),
    Metadata(Metadata),
    KeyPair(KeyPair),
    SnowflakeLogin(SnowflakeLogin),
}

impl Credential {
    /// Checks all that can be checked without asking anybody.
    pub(crate) fn new(
        config: CredentialConfig,
        context: &Context,
    ) -> Result<Self, CredentialError> {
        let source = |stem, source| Source::new(stem, source, &context.vault);
        let minter = match config {
            CredentialConfig::None => {
                return Ok(Self::Fixed(Attachment::new(Vec::new(), Vec::new(), 0)));
            }
            CredentialConfig::Bearer { token } => {
                return Self::from_source(Scheme::Bearer, source("token", token)?, context);
            }
            CredentialConfig::Basic { username, password } => {
                let scheme = Scheme::Basic { username };
                return Self::from_source(scheme, source("password", password)?, context);
            }
            CredentialConfig::Header { name, value } => {
                return Self::from_source(Scheme::Header(name), source("value", value)?, context);
            }
            CredentialConfig::OauthClientCredentials(config) => {
                Minter::ClientCredentials(ClientCredentials::new(config, context)?)
            }
            CredentialConfig::GoogleServiceAccount(config) => {
                Minter::ServiceAccount(ServiceAccount::new(config, context)?)
            }
            CredentialConfig::GoogleAuthorizedUser(config) => {
                Minter::AuthorizedUser(AuthorizedUser::new(config, context)?)
            }
            CredentialConfig::GoogleMetadata(config) => {
                Minter::Metadata(Metadata::new(&config, context)?)
            }
            CredentialConfig::SnowflakeKeyPair(config) => {
                Minter::KeyPair(KeyPair::new(config, context)?)
            }
            CredentialConfig::SnowflakeToken { token_type, token } => {
                let scheme = Scheme::Snowflake(token_type);
                return Self::from_source(scheme, source("token", token)?, context);
            }
            CredentialConfig::SnowflakeOauth(config) => {
                Minter::SnowflakeLogin(SnowflakeLogin::new(config, context)?)
            }
        };
        Ok(Self::Minted(Box::new(minter)))
    }

    fn from_source(
        scheme: Scheme,
        source: Source,
        context: &Context,
    ) -> Result<Self, CredentialError> {
        scheme.check()?;
        let Some(text) = source.text() else {
            return Ok(Self::Minted(Box::new(Minter::Source(scheme, source))));
        };
        let headers = scheme.headers(text, source.setting(), &context.vault)?;
        let secrets = context.vault.needles();
        Ok(Self::Fixed(Attachment::new(headers, secrets, 0)))
    }
}

impl Minter {
    /// Makes a new credential.
    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        match self {
            Self::Source(scheme, source) => {
                let secret = source.read(context).await?;
                let headers = scheme.headers(&secret, source.setting(), &context.vault)?;
                Ok(Minted {
                    headers,
                    life: ASSUMED_LIFE,
                })
            }
            Self::ClientCredentials(it) => it.mint(context).await,
            Self::ServiceAccount(it) => it.mint(context).await,
            Self::AuthorizedUser(it) => it.mint(context).await,
            Self::Metadata(it) => it.mint(context).await,
            Self::KeyPair(it) => it.mint(context).await,
            Self::SnowflakeLogin(it) => it.mint(context).await,
        }
    }
}
