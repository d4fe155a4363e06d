//! Gets the credentials of warehouse adapters, keeps them fresh, and says what to attach to a request.
//!
//! A [`Broker`] is made from a [`CredentialConfig`]. Before each request the host asks it for an [`Attachment`] and applies that to the request's headers.
//! After an answer of 401 it asks for a [renewed](Broker::renewed) one, once. Whatever comes back from outside goes through [`Broker::redact`], or through
//! a mask of the host's own that is made of [`Broker::needles`].
//!
//! The crate is told everything: it reads no environment and no configuration file, has no clock ([`Clock`]) and no HTTP stack ([`TokenTransport`]). Only what
//! its configuration names does it do itself: read a file or run a command ([`SecretSource`]).
//!
//! ```
//! # use std::sync::Arc;
//! # use rocky_credentials::*;
//! # struct NoTransport;
//! # impl TokenTransport for NoTransport {
//! #     fn send(&self, _: http::Request<bytes::Bytes>) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, TransportError>> {
//! #         Box::pin(async { Err(TransportError::Unreachable("no network".to_owned())) })
//! #     }
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let token = SecretSource::Text(Secret::new("dapi-0123456789"));
//! let broker = Broker::new(CredentialConfig::Bearer { token }, Arc::new(NoTransport), Arc::new(SystemClock))?;
//!
//! let mut headers = http::HeaderMap::new();
//! broker.attachment().await?.apply(&mut headers);
//! assert_eq!(headers["authorization"], "Bearer dapi-0123456789");
//! assert_eq!(broker.redact("who is dapi-0123456789?".to_owned()), "who is [redacted]?");
//! # Ok::<(), CredentialError>(())
//! # }).unwrap();
//! ```

mod answer;
mod attachment;
mod broker;
mod cache;
mod clock;
mod command;
mod config;
mod endpoint;
mod error;
mod excerpt;
mod exchange;
mod flight;
mod google;
mod hint;
mod jwt;
mod key;
mod metadata;
mod mint;
mod oauth;
mod pem;
mod scheme;
mod secret;
mod snowflake;
mod snowflake_token;
mod source;
mod transport;
mod vault;

pub use attachment::Attachment;
pub use broker::Broker;
pub use clock::{Clock, ClockSkew, SystemClock};
pub use config::CredentialConfig;
pub use error::{CommandFailure, CredentialError, Grant, KeyProblem, Rejection, Setting};
pub use google::{GoogleAuthorizedUser, GoogleServiceAccount};
pub use metadata::GoogleMetadata;
pub use oauth::{ClientAuth, OauthClientCredentials, databricks_m2m};
pub use secret::Secret;
pub use snowflake::{SnowflakeKeyPair, jwt_account};
pub use snowflake_token::{SnowflakeOauth, SnowflakeTokenType};
pub use source::SecretSource;
pub use transport::{BoxFuture, TokenTransport, TransportError};
