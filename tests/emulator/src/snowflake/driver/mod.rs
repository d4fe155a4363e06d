//! The protocol that the vendor's own drivers speak: sign in, run statements in a session that
//! stays, fetch large results as files. Results are JSON, never Arrow.
//!
//! Failures are told in the body, under HTTP status 200.

mod chunks;
mod error;
mod login;
mod query;
mod render;
mod session;

pub(super) use chunks::routes as storage_routes;
pub(super) use session::{Sessions, token};

use super::Service;
use axum::Router;
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/session/v1/login-request", post(login::login))
        .route("/session", post(login::logout))
        .route("/session/heartbeat", post(login::heartbeat))
        .route("/session/token-request", post(login::renew))
        .route("/queries/v1/query-request", post(query::submit))
        .route("/queries/v1/abort-request", post(query::abort_request))
        .route("/queries/{handle}/result", get(query::result))
        .route("/queries/{handle}/abort-request", post(query::abort))
        .route("/monitoring/queries/{handle}", get(query::monitor))
        // As the Python connector spells it from version 5 on.
        .route("/monitoring/queries//{handle}", get(query::monitor))
        .route("/telemetry/send", post(telemetry))
}

/// What every answer has.
fn success(data: Value) -> Value {
    json!({"data": data, "code": Value::Null, "message": Value::Null, "success": true})
}

/// What drivers tell of themselves is not kept.
async fn telemetry() -> axum::Json<Value> {
    axum::Json(success("Log Received".into()))
}
