//! The Databricks workspace API: Unity Catalog, statement execution, SQL warehouses, identity.

mod caller;
mod error;
mod extract;
mod identity;
mod json;
mod statements;
mod types;
mod unity;
mod warehouses;

use crate::http::{Wire, front};
use crate::shared::Shared;
use axum::http::{Method, Uri};
use axum::{Router, middleware};
use error::ApiError;
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
    statements: Statements,
}

/// The routes of this protocol.
pub(crate) fn router(shared: Arc<Shared>, warehouse_ids: &[String]) -> Router {
    let workspace = Arc::new(Workspace {
        shared: Arc::clone(&shared),
        warehouses: Warehouses::new(warehouse_ids),
        statements: Statements::default(),
    });
    Router::new()
        .merge(unity::routes())
        .merge(statements::routes())
        .merge(warehouses::routes())
        .merge(identity::routes())
        .fallback(no_such_endpoint)
        .method_not_allowed_fallback(no_such_endpoint)
        .layer(middleware::from_fn_with_state((shared, WIRE), front))
        .with_state(workspace)
}

async fn no_such_endpoint(method: Method, uri: Uri) -> ApiError {
    ApiError::not_found(
        "ENDPOINT_NOT_FOUND",
        format!("No API found for '{method} {}'", uri.path()),
    )
}
