//! Where Google's clients get tokens: the OAuth endpoint, and the metadata server of a machine.

use super::Service;
use super::respond;
use crate::bigquery::extract::form;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The grant by which a service account shows a statement it has signed.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The header that asks for, and marks, answers of the metadata server.
const FLAVOR: &str = "metadata-flavor";

pub(super) fn routes() -> Router<Arc<Service>> {
    const ACCOUNT: &str = "/computeMetadata/v1/instance/service-accounts/{account}";
    Router::new()
        .route("/token", post(token))
        .route(&format!("{ACCOUNT}/token"), get(machine_token))
        .route(&format!("{ACCOUNT}/"), get(machine_account))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| age.as_secs())
}

/// A refusal as OAuth 2 words it (RFC 6749, section 5.2).
struct Refused(StatusCode, &'static str, String);

impl Refused {
    fn because(error: &'static str, description: &str) -> Self {
        Self(StatusCode::BAD_REQUEST, error, description.to_owned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, error, description) = self;
        let body = json!({"error": error, "error_description": description}).to_string();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

async fn token(State(service): State<Arc<Service>>, body: Bytes) -> Result<Response, Refused> {
    let form = form(&body);
    let member = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let identities = &service.shared.identities;
    let principal = match member("grant_type") {
        JWT_BEARER => identities
            .verify(member("assertion"), now())
            .map_err(|wrong| Refused::because("invalid_grant", wrong))?,
        "refresh_token" => identities
            .user(
                member("client_id"),
                member("client_secret"),
                member("refresh_token"),
            )
            .ok_or_else(|| {
                Refused::because("invalid_grant", "Token has been expired or revoked.")
            })?,
        other => {
            let why = format!("Invalid grant_type: {other}");
            return Err(Refused::because("unsupported_grant_type", &why));
        }
    };
    Ok(granted(&service, &principal))
}

fn granted(service: &Service, principal: &str) -> Response {
    let lifetime = Duration::from_millis(service.shared.settings().token_lifetime_ms);
    let token = service
        .shared
        .change_access(|access| access.mint(principal, lifetime));
    respond::json(&json!({
        "access_token": token,
        "expires_in": lifetime.as_secs(),
        "token_type": "Bearer",
    }))
}

/// The account that a path means, for whoever has said to know where it asks.
fn machine(service: &Service, headers: &HeaderMap, name: &str) -> Result<String, Refused> {
    let flavor = headers.get(FLAVOR).and_then(|value| value.to_str().ok());
    if flavor != Some("Google") {
        let why = "Missing Metadata-Flavor:Google header.".to_owned();
        return Err(Refused(StatusCode::FORBIDDEN, "forbidden", why));
    }
    let account = service.shared.identities.default_account();
    let account = account.filter(|account| name == "default" || name == account);
    account.ok_or_else(|| {
        let why = format!("no service account {name}");
        Refused(StatusCode::NOT_FOUND, "not_found", why)
    })
}

fn flavored(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(FLAVOR, HeaderValue::from_static("Google"));
    response
}

async fn machine_token(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let account = machine(&service, &headers, &name)?;
    Ok(flavored(granted(&service, &account)))
}

async fn machine_account(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let account = machine(&service, &headers, &name)?;
    Ok(flavored(respond::json(&json!({
        "aliases": ["default"],
        "email": account,
        "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
    }))))
}
