//! Chunks of results as files in the object store.

use super::Workspace;
use super::statements::File;
use crate::storage::{Refused, Signed};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Workspace>> {
    Router::new().route("/results/{statement}/{chunk}", get(file))
}

/// Where a chunk lies.
pub(super) fn path(statement: &str, chunk: usize) -> String {
    format!("/results/{statement}/{chunk}")
}

async fn file(
    State(workspace): State<Arc<Workspace>>,
    Path((statement, chunk)): Path<(String, usize)>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let path = path(&statement, chunk);
    workspace.shared.storage.check(&path, &signed, &headers)?;
    let file: Option<File> = workspace.statements.file(&statement, chunk);
    let file = file.ok_or_else(Refused::missing)?;
    Ok(([(CONTENT_TYPE, file.media_type)], file.data).into_response())
}
