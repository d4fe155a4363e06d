//! Who calls: the owner of the bearer token.

use super::Service;
use super::error::ApiError;
use super::oauth;
use crate::access::Viewer;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::Duration;

/// Whose token a request without one counts as, if it is registered: clients with anonymous
/// credentials send none.
const ANONYMOUS: &str = "anonymous";

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
        let token = match parts.headers.get(AUTHORIZATION) {
            None => Some(ANONYMOUS),
            Some(header) => header
                .to_str()
                .ok()
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim()),
        };
        let viewer = token.and_then(|token| {
            let known = service.shared.viewer(token);
            known.or_else(|| signed(service, token))
        });
        viewer.map(Self).ok_or_else(ApiError::unauthenticated)
    }
}

/// A service account may sign its requests itself instead of asking for a token.
fn signed(service: &Service, token: &str) -> Option<Viewer> {
    let shared = &service.shared;
    let principal = shared.identities.verify(token, oauth::now()).ok()?;
    shared.change_access(|access| access.grant(token, &principal, SIGNED_LIFETIME));
    shared.viewer(token)
}
