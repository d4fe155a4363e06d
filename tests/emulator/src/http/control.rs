//! `/_emulator/…`: turn the knobs, place faults, read the counters, change the warehouse.

use super::fault::Fault;
use super::requests::Requests;
use crate::access::{OauthClient, Rule, Viewer};
use crate::identity::GoogleIdentity;
use crate::load::LOADER;
use crate::register::{RawTables, register};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::snowflake::SnowflakeUser;
use crate::sql::Session;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The routes below `/_emulator`.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/requests", get(requests).delete(reset_requests))
        .route("/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/settings", get(settings).patch(change_settings))
        .route("/sql", post(sql))
        .route("/tables", post(tables))
        .route("/tokens", post(add_token))
        .route("/tokens/{token}", delete(remove_token))
        .route("/clients", post(add_client))
        .route("/google-identities", post(add_google_identity))
        .route("/snowflake-users", post(add_snowflake_user))
        .route("/rules", post(add_rule))
        .fallback(no_such_endpoint)
        .method_not_allowed_fallback(no_such_endpoint)
        .with_state(shared)
}

/// A refused request: what is wrong, and whatever helps to find it.
struct Refused(StatusCode, Value);

impl Refused {
    fn because(reason: impl ToString) -> Self {
        Self::with(&reason.to_string(), Value::Null)
    }

    fn with(message: &str, details: Value) -> Self {
        let mut body = json!({"error_code": "BAD_REQUEST", "message": message});
        if let (Value::Object(body), Value::Object(details)) = (&mut body, details) {
            body.extend(details);
        }
        Self(StatusCode::BAD_REQUEST, body)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(Refused::because)
}

fn done() -> Json<Value> {
    Json(json!({}))
}

async fn no_such_endpoint(method: Method, uri: Uri) -> Refused {
    let message = format!("no control endpoint {method} {}", uri.path());
    let body = json!({"error_code": "ENDPOINT_NOT_FOUND", "message": message});
    Refused(StatusCode::NOT_FOUND, body)
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Requests> {
    Json(shared.requests.report())
}

async fn reset_requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.requests.reset();
    done()
}

async fn faults(State(shared): State<Arc<Shared>>) -> Json<Vec<Fault>> {
    Json(shared.faults.list())
}

/// One fault or a list of them; they come after those that are there.
async fn add_faults(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let added: Vec<Fault> = match body.trim_ascii_start().first() {
        Some(b'[') => read(&body)?,
        _ => vec![read(&body)?],
    };
    for fault in added {
        shared.faults.add(fault);
    }
    Ok(done())
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.faults.clear();
    done()
}

async fn settings(State(shared): State<Arc<Shared>>) -> Json<Settings> {
    Json(shared.settings())
}

async fn change_settings(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Settings>, Refused> {
    let changes: Map<String, Value> = read(&body)?;
    let changed = shared.change_settings(|settings| {
        *settings = settings.patched(changes)?;
        Ok(settings.clone())
    });
    changed
        .map(Json)
        .map_err(|reason: String| Refused::because(reason))
}

/// The body is the script itself.
async fn sql(State(shared): State<Arc<Shared>>, body: String) -> Result<Json<Value>, Refused> {
    let session = Session::new(Viewer::unrestricted(LOADER));
    match shared.engine.run_script(&body, &session).await {
        Ok(statements) => Ok(Json(json!({"statements": statements}))),
        Err(failed) => Err(Refused::with(
            &failed.error.to_string(),
            json!({"statement": failed.statement, "number": failed.number}),
        )),
    }
}

async fn tables(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Json<Value>, Refused> {
    let raw: RawTables = read(&body)?;
    let count = raw.tables.len();
    register(&shared.metastore, raw);
    Ok(Json(json!({"tables": count})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    token: String,
    principal: String,
}

async fn add_token(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Json<Value>, Refused> {
    let NewToken { token, principal } = read(&body)?;
    shared.change_access(|access| access.add_token(token, principal));
    Ok(done())
}

async fn remove_token(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Json<Value> {
    shared.change_access(|access| access.remove_token(&token));
    done()
}

async fn add_client(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let client: OauthClient = read(&body)?;
    shared.change_access(|access| access.add_client(client));
    Ok(done())
}

async fn add_google_identity(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let identity: GoogleIdentity = read(&body)?;
    shared.identities.add(identity).map_err(Refused::because)?;
    Ok(done())
}

async fn add_snowflake_user(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let user: SnowflakeUser = read(&body)?;
    shared.snowflake_users.add(user).map_err(Refused::because)?;
    Ok(done())
}

async fn add_rule(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Json<Value>, Refused> {
    let rule: Rule = read(&body)?;
    shared.change_access(|access| access.add_rule(rule));
    Ok(done())
}
