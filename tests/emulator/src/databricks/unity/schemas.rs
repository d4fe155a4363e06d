//! `GET schemas` and `GET schemas/{full_name}`.

use super::page::{Page, PageParameters};
use super::{find, render};
use crate::access::Permission;
use crate::databricks::Workspace;
use crate::databricks::caller::Caller;
use crate::databricks::error::ApiError;
use crate::databricks::extract::Params;
use crate::databricks::json::{Integers, answer};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    catalog_name: Option<String>,
}

pub(super) async fn list(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Params(which): Params<Which>,
    Params(parameters): Params<PageParameters>,
) -> Result<Response, ApiError> {
    let catalog_name = which
        .catalog_name
        .ok_or_else(|| ApiError::invalid_parameter("catalog_name is required."))?;
    let settings = workspace.shared.settings();
    let page = Page::read(&parameters, &settings, settings.list_page_size)?;
    let integers = Integers {
        as_text: settings.int64_as_text,
    };
    let catalogs = workspace.shared.metastore.read();
    let (catalog_name, catalog) = find::catalog(&catalogs, &viewer, &catalog_name)?;
    let catalog_name = catalog_name.as_str();
    let schemas = catalog.schemas.after(page.after.first());
    let entries = schemas.filter_map(|(name, schema)| {
        let permission = viewer.permission(&[catalog_name, name.as_str()]);
        let listed = match permission {
            Permission::Granted => true,
            Permission::Denied => parameters.include_browse,
            Permission::Hidden => false,
        };
        listed.then(|| (vec![name.clone()], (schema, permission)))
    });
    let body = page.fill("schemas", entries, |out, names, (schema, permission)| {
        let full_name = (catalog_name, names[0].as_str());
        let browse_only = permission == Permission::Denied;
        render::schema(out, full_name, &schema.facts, browse_only, integers)
    })?;
    Ok(answer(body))
}

pub(super) async fn one(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(full_name): Path<String>,
) -> Result<Response, ApiError> {
    let integers = Integers {
        as_text: workspace.shared.settings().int64_as_text,
    };
    let catalogs = workspace.shared.metastore.read();
    let (catalog, name) = find::split_schema(&catalogs, &full_name)?;
    let (catalog, name, schema) = find::schema(&catalogs, &viewer, &catalog, &name)?;
    let mut body = Vec::new();
    let full_name = (catalog.as_str(), name.as_str());
    render::schema(&mut body, full_name, &schema.facts, false, integers)?;
    Ok(answer(body))
}
