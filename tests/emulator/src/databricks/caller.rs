//! Who calls: the owner of the bearer token.

use super::Workspace;
use super::error::ApiError;
use crate::access::Viewer;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;

/// The caller, for handlers to ask for. A request without a known token never reaches them.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub Viewer);

impl FromRequestParts<Arc<Workspace>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        workspace: &Arc<Workspace>,
    ) -> Result<Self, ApiError> {
        let header = parts.headers.get(AUTHORIZATION);
        let token = header
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let Some(token) = token else {
            return Err(ApiError::unauthenticated(
                "Credential was not sent or was of an unsupported type for this API.",
            ));
        };
        match workspace.shared.viewer(token) {
            Some(viewer) => Ok(Self(viewer)),
            None => Err(ApiError::unauthenticated("Invalid access token.")),
        }
    }
}
