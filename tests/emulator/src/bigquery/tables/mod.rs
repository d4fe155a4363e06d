//! Tables: lists, single ones, and their rows.

mod data;
mod render;

use super::caller::Caller;
use super::error::ApiError;
use super::extract::Params;
use super::page::{Page, PageParameters};
use super::{ROOT, Service, find, respond};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use render::View;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Service>> {
    let tables = format!("{ROOT}/{{project}}/datasets/{{dataset}}/tables");
    Router::new()
        .route(&tables, get(list))
        .route(&format!("{tables}/{{table}}"), get(one))
        .route(&format!("{tables}/{{table}}/data"), get(data::list))
}

async fn list(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, dataset)): Path<(String, String)>,
    Params(parameters): Params<PageParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = Page::read(&parameters, &service.shared.settings())?;
    let catalogs = service.shared.metastore.read();
    let (_, schema) = find::dataset(&catalogs, &viewer, &project, &dataset)?;
    let seen = |name: &str| viewer.may_use(&[&project, &dataset, name]);
    let total = schema
        .tables
        .iter()
        .filter(|(name, _)| seen(name.as_str()))
        .count();
    let entries = schema.tables.after(page.after.as_ref());
    let entries = entries.filter(|(name, _)| seen(name.as_str()));
    let mut body = json!({"kind": "bigquery#tableList", "totalItems": total});
    page.fill(&mut body, "tables", entries, |name, table| {
        render::summary((&project, &dataset, name.as_str()), table)
    });
    Ok(respond::tagged(&headers, body))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parts {
    view: Option<String>,
    selected_fields: Option<String>,
}

async fn one(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, dataset, name)): Path<(String, String, String)>,
    Params(parts): Params<Parts>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = View::read(parts.view.as_deref())?;
    let catalogs = service.shared.metastore.read();
    let path = (project.as_str(), dataset.as_str(), name.as_str());
    let found = find::table(&catalogs, &viewer, path)?;
    let mut body = render::table(path, &found, view);
    if let Some(selected) = &parts.selected_fields {
        render::select_fields(&mut body["schema"], selected)?;
    }
    Ok(respond::tagged(&headers, body))
}
