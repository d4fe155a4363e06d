//! The Databricks workspace API: Unity Catalog, statement execution, SQL warehouses, identity.

mod caller;
mod error;
mod extract;
mod identity;
mod json;
mod oauth;
mod sessions;
mod statements;
mod storage;
mod types;
mod unity;
mod warehouses;

use crate::http::{Wire, front};
use crate::shared::Shared;
use axum::http::{Method, Uri};
use axum::{Router, middleware};
use error::ApiError;
use sessions::Sessions;
use statements::Statements;
use std::sync::Arc;
use storage::Storage;
use warehouses::Warehouses;

const WIRE: Wire = Wire {
    error_body: error::body_for,
    page_parameter: "page_token",
    next_page_member: "next_page_token",
    first_page_token: unity::FIRST_PAGE,
};

/// The object store has no pages.
const STORAGE_WIRE: Wire = Wire {
    error_body: storage::body_for,
    ..WIRE
};

/// What the handlers of this protocol work with.
#[derive(Debug)]
struct Workspace {
    shared: Arc<Shared>,
    warehouses: Warehouses,
    sessions: Sessions,
    statements: Statements,
    storage: Storage,
}

/// The API of the workspace, and the object store of its results.
pub(crate) struct Servers {
    pub workspace: Router,
    pub storage: Router,
}

/// The routes of this protocol. The object store will be served at `storage_url`.
pub(crate) fn servers(
    shared: &Arc<Shared>,
    warehouse_ids: &[String],
    storage_url: String,
) -> Servers {
    let workspace = Arc::new(Workspace {
        shared: Arc::clone(shared),
        warehouses: Warehouses::new(warehouse_ids),
        sessions: Sessions::default(),
        statements: Statements::default(),
        storage: Storage::new(storage_url),
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
    let storage = storage::routes()
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), STORAGE_WIRE),
            front,
        ))
        .with_state(workspace);
    Servers {
        workspace: api,
        storage,
    }
}

async fn no_such_endpoint(method: Method, uri: Uri) -> ApiError {
    ApiError::not_found(
        "ENDPOINT_NOT_FOUND",
        format!("No API found for '{method} {}'", uri.path()),
    )
}
