//! `POST /oauth/token-request`: an access token for a refresh token.

use super::Service;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn routes(prefix: &str) -> Router<Arc<Service>> {
    Router::new().route(&format!("{prefix}/oauth/token-request"), post(token))
}

fn refused(error: &str, message: &str) -> Response {
    let body = json!({"data": Value::Null, "error": error, "message": message, "success": false});
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

/// Name and secret of `Basic …`.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (id.to_owned(), secret.to_owned()))
}

async fn token(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    let shared = &service.shared;
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let Some((id, secret)) = basic(&headers) else {
        return refused("invalid_client", "The client is not authenticated.");
    };
    if form.get("grant_type").map(String::as_str) != Some("refresh_token") {
        return refused(
            "unsupported_grant_type",
            "Only refresh tokens are offered here.",
        );
    }
    let refresh = form.get("refresh_token").map(String::as_str);
    let principal = refresh.and_then(|token| shared.identities.user(&id, &secret, token));
    let Some(principal) = principal else {
        return refused("invalid_grant", "The refresh token is unknown or expired.");
    };
    let lifetime = shared.settings().token_lifetime_ms;
    let access_token =
        shared.change_access(|access| access.mint(&principal, Duration::from_millis(lifetime)));
    axum::Json(json!({
        "access_token": access_token,
        "expires_in": lifetime / 1_000,
        "token_type": "Bearer",
        "username": principal,
    }))
    .into_response()
}
