//! The Databricks workspace API: Unity Catalog, statement execution, SQL warehouses, identity.

mod caller;
mod error;
mod extract;
mod files;
mod identity;
mod json;
mod oauth;
mod sessions;
mod statements;
mod types;
mod unity;
mod warehouses;

use crate::http::{Servers, Wire, front};
use crate::shared::Shared;
use crate::storage;
use axum::http::{Method, Uri};
use axum::{Router, middleware};
use error::ApiError;
use sessions::Sessions;
use statements::Statements;
use std::sync::Arc;
use warehouses::Warehouses;

const WIRE: Wire = Wire {
    error_body: error::body_for,
    page_parameter: "page_token",
    next_page_member: "next_page_token",
    first_page_token: unity::FIRST_PAGE,
};

/// What the handlers of this protocol work with.
#[derive(Debug)]
struct Workspace {
    shared: Arc<Shared>,
    warehouses: Warehouses,
    sessions: Sessions,
    statements: Statements,
}

/// The routes of this protocol.
pub(crate) fn servers(shared: &Arc<Shared>, warehouse_ids: &[String]) -> Servers {
    let workspace = Arc::new(Workspace {
        shared: Arc::clone(shared),
        warehouses: Warehouses::new(warehouse_ids),
        sessions: Sessions::default(),
        statements: Statements::default(),
    });
    let api = Router::new()
        .merge(unity::routes())
        .merge(statements::routes())
        .merge(warehouses::routes())
        .merge(identity::routes())
        .merge(oauth::routes())
        .merge(sessions::routes())
        .fallback(no_such_endpoint)
        .method_not_allowed_fallback(no_such_endpoint)
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), WIRE),
            front,
        ))
        .with_state(Arc::clone(&workspace));
    let storage = files::routes()
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), storage::WIRE),
            front,
        ))
        .with_state(workspace);
    Servers { api, storage }
}

async fn no_such_endpoint(method: Method, uri: Uri) -> ApiError {
    ApiError::not_found(
        "ENDPOINT_NOT_FOUND",
        format!("No API found for '{method} {}'", uri.path()),
    )
}
