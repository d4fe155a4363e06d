//! `GET projects`: the catalogs.

use super::caller::Caller;
use super::extract::Params;
use super::page::{Page, PageParameters};
use super::{ROOT, Service, error::ApiError, respond};
use crate::catalog::SYSTEM_CATALOG;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new().route(ROOT, get(list))
}

async fn list(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Params(parameters): Params<PageParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = Page::read(&parameters, &service.shared.settings())?;
    let catalogs = service.shared.metastore.read();
    let entries = catalogs
        .after(page.after.as_ref())
        .filter(|(name, _)| name.as_str() != SYSTEM_CATALOG && viewer.may_use(&[name.as_str()]));
    let mut body = json!({"kind": "bigquery#projectList"});
    page.fill(&mut body, "projects", entries, |name, _| {
        let name = name.as_str();
        json!({
            "kind": "bigquery#project",
            "id": name,
            "numericId": "1",
            "projectReference": {"projectId": name},
            "friendlyName": name,
        })
    });
    body["totalItems"] = body["projects"].as_array().map_or(0, Vec::len).into();
    Ok(respond::tagged(&headers, body))
}
