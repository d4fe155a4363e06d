//! Signing in: OAuth for programs, and the two documents by which clients find its endpoint.

use super::Workspace;
use super::json::answer;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The only scope that programs ask for.
const SCOPE: &str = "all-apis";

pub(super) fn routes() -> Router<Arc<Workspace>> {
    Router::new()
        .route("/.well-known/databricks-config", get(config))
        .route(
            "/oidc/.well-known/oauth-authorization-server",
            get(authorization_server),
        )
        .route("/oidc/v1/token", post(token))
}

/// Where the caller believes this server to be.
fn base(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("127.0.0.1"))
}

async fn config(headers: HeaderMap) -> Response {
    let base = base(&headers);
    answer(json!({"oidc_endpoint": format!("{base}/oidc"), "cloud": "aws"}).to_string())
}

async fn authorization_server(headers: HeaderMap) -> Response {
    let oidc = format!("{}/oidc", base(&headers));
    let document = json!({
        "issuer": oidc,
        "authorization_endpoint": format!("{oidc}/v1/authorize"),
        "token_endpoint": format!("{oidc}/v1/token"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": [SCOPE],
    });
    answer(document.to_string())
}

/// A refusal as OAuth 2 words it (RFC 6749, section 5.2).
struct Refused(StatusCode, &'static str, &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, error, description) = self;
        let body = json!({"error": error, "error_description": description}).to_string();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

async fn token(
    State(workspace): State<Arc<Workspace>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let member = |name: &str| form.get(name).map(String::as_str);
    if member("grant_type") != Some("client_credentials") {
        let why = "grant_type must be client_credentials";
        return Err(Refused(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            why,
        ));
    }
    if member("scope") != Some(SCOPE) {
        let why = "scope must be all-apis";
        return Err(Refused(StatusCode::BAD_REQUEST, "invalid_scope", why));
    }
    let in_form = || {
        Some((
            member("client_id")?.to_owned(),
            member("client_secret")?.to_owned(),
        ))
    };
    let lifetime = Duration::from_millis(workspace.shared.settings().token_lifetime_ms);
    let issued = basic(&headers).or_else(in_form).and_then(|(id, secret)| {
        let shared = &workspace.shared;
        shared.change_access(|access| access.issue(&id, &secret, lifetime))
    });
    let Some(access_token) = issued else {
        let why = "Client authentication failed";
        return Err(Refused(StatusCode::UNAUTHORIZED, "invalid_client", why));
    };
    let body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": lifetime.as_secs(),
        "scope": SCOPE,
    });
    Ok(answer(body.to_string()))
}

/// The id and the secret of `Authorization: Basic …`.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
