//! Who calls: the owner of the bearer token, of the kind that a header names.

use super::Service;
use super::driver;
use super::error::ApiError;
use crate::access::Viewer;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The header that says what kind of token it is.
const KIND: &str = "x-snowflake-authorization-token-type";

/// How long a signed token is believed before its signature and times are looked at again.
const SIGNED_LIFETIME: Duration = Duration::from_secs(1);

/// The caller, for handlers to ask for. A request without a known token never reaches them.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub Viewer);

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, ApiError> {
        let header = parts.headers.get(AUTHORIZATION);
        let header = header.and_then(|value| value.to_str().ok());
        // Drivers lend their sessions to clients of the REST API.
        if let Some(token) = header.and_then(driver::token) {
            let session = service.sessions.find(token)?;
            return Ok(Self(service.shared.viewer_of(&session.principal)));
        }
        let token = header.and_then(bearer).ok_or_else(ApiError::no_token)?;
        let kind = parts.headers.get(KIND).map(|kind| kind.to_str());
        let viewer = match kind {
            Some(Ok("KEYPAIR_JWT")) => signed(service, token)?,
            Some(Ok("OAUTH" | "PROGRAMMATIC_ACCESS_TOKEN" | "WORKLOAD_IDENTITY_FEDERATION")) => {
                let known = service
                    .shared
                    .viewer(token)
                    .filter(|_| !is_jwt(service, token));
                known.ok_or_else(ApiError::unknown_token)?
            }
            Some(_) => return Err(ApiError::malformed("Unsupported authorization token type.")),
            // Without a word the token itself tells.
            None => match service.shared.viewer(token) {
                Some(viewer) => viewer,
                None if token.matches('.').count() == 2 => signed(service, token)?,
                None => return Err(ApiError::unknown_token()),
            },
        };
        Ok(Self(viewer))
    }
}

/// The token of `Bearer …`.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| rest.trim())
}

/// True for a token that a user has signed; such tokens are no OAuth tokens.
fn is_jwt(service: &Service, token: &str) -> bool {
    service.shared.snowflake_users.verify(token, now()).is_ok()
}

fn signed(service: &Service, token: &str) -> Result<Viewer, ApiError> {
    let principal = verified(service, token)?;
    let shared = &service.shared;
    shared.change_access(|access| access.grant(token, &principal, SIGNED_LIFETIME));
    shared.viewer(token).ok_or_else(ApiError::unknown_token)
}

/// Whose signed token this is.
pub(super) fn verified(service: &Service, token: &str) -> Result<String, ApiError> {
    let principal = service.shared.snowflake_users.verify(token, now());
    principal.map_err(|why| ApiError::untrusted(why.code, why.message))
}

/// Seconds since 1970.
fn now() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| age.as_secs())
}
