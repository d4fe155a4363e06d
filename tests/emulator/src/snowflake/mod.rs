//! Snowflake's SQL API, version 2: statements and their partitions; and the part of its REST API
//! that tells of databases, schemas, tables and views.
//!
//! Every path may have a first segment before it, because clients put the account there when they
//! cannot put it into the host.

mod caller;
mod error;
mod extract;
mod keys;
mod metadata;
mod oauth;
mod statements;

pub use keys::SnowflakeUser;
pub(crate) use keys::Users;

use crate::http::{Wire, front};
use crate::shared::Shared;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use statements::Statements;
use std::sync::Arc;

const WIRE: Wire = Wire {
    error_body: error::body_for,
    page_parameter: "fromName",
    next_page_member: "fromName",
    first_page_token: "",
};

/// What the handlers of this protocol work with.
#[derive(Debug)]
struct Service {
    shared: Arc<Shared>,
    statements: Statements,
}

/// The routes of this protocol.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let service = Arc::new(Service {
        shared: Arc::clone(&shared),
        statements: Statements::default(),
    });
    let mut router = Router::new();
    for prefix in ["", "/{account}"] {
        router = router
            .merge(statements::routes(&format!("{prefix}/api/v2")))
            .merge(metadata::routes(&format!("{prefix}/api/v2")))
            .merge(oauth::routes(prefix));
    }
    router
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(middleware::from_fn_with_state((shared, WIRE), front))
        .with_state(service)
}
