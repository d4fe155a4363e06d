//! The BigQuery REST API, version 2: projects, datasets, tables, jobs and their results; and the
//! ways to a token that Google's clients go.

mod caller;
mod datasets;
mod error;
mod extract;
mod fields;
mod find;
mod jobs;
mod numbers;
mod oauth;
mod page;
mod projects;
mod respond;
mod tables;

use crate::http::{Wire, front};
use crate::shared::Shared;
use axum::http::{Method, Uri};
use axum::routing::any;
use axum::{Router, middleware};
use error::ApiError;
use jobs::Jobs;
use std::sync::Arc;

const WIRE: Wire = Wire {
    error_body: error::body_for,
    page_parameter: "pageToken",
    next_page_member: "nextPageToken",
    first_page_token: page::FIRST_PAGE,
};

/// What every path of the API begins with.
const ROOT: &str = "/bigquery/v2/projects";

/// What the handlers of this protocol work with.
#[derive(Debug)]
struct Service {
    shared: Arc<Shared>,
    jobs: Jobs,
}

/// The routes of this protocol.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let service = Arc::new(Service {
        shared: Arc::clone(&shared),
        jobs: Jobs::default(),
    });
    Router::new()
        .merge(projects::routes())
        .merge(datasets::routes())
        .merge(tables::routes())
        .merge(jobs::routes())
        .merge(oauth::routes())
        .route("/bigquery/{*path}", any(no_such_method))
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state((shared, WIRE), front))
        .with_state(service)
}

async fn no_such_method(method: Method, uri: Uri) -> ApiError {
    let message = format!("Not found: no method {method} {}", uri.path());
    ApiError::not_found(message)
}
