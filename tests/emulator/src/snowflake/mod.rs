//! Snowflake's SQL API, version 2: statements and their partitions; and the part of its REST API
//! that tells of databases, schemas, tables and views. And the drivers' own protocol, as far as the
//! official connectors need it.
//!
//! Every path may have a first segment before it, because clients put the account there when they
//! cannot put it into the host.

mod caller;
mod driver;
mod error;
mod extract;
mod keys;
mod metadata;
mod oauth;
mod statements;

pub use keys::SnowflakeUser;
pub(crate) use keys::Users;

use crate::http::{Servers, Wire, front};
use crate::shared::Shared;
use crate::storage;
use axum::http::StatusCode;
use axum::middleware;
use driver::Sessions;
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
    sessions: Sessions,
}

/// The routes of this protocol.
pub(crate) fn servers(shared: &Arc<Shared>) -> Servers {
    let service = Arc::new(Service {
        shared: Arc::clone(shared),
        statements: Statements::default(),
        sessions: Sessions::default(),
    });
    let mut api = driver::routes();
    for prefix in ["", "/{account}"] {
        api = api
            .merge(statements::routes(&format!("{prefix}/api/v2")))
            .merge(metadata::routes(&format!("{prefix}/api/v2")))
            .merge(oauth::routes(prefix));
    }
    let before = |wire| middleware::from_fn_with_state((Arc::clone(shared), wire), front);
    let api = api
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(before(WIRE))
        .with_state(Arc::clone(&service));
    let storage = driver::storage_routes()
        .layer(before(storage::WIRE))
        .with_state(service);
    Servers { api, storage }
}
