//! `GET tables`, `GET tables/{full_name}` and `GET tables/{full_name}/exists`.

use super::find::{self, FoundTable};
use super::page::{Page, PageParameters};
use super::render::{self, TableParts};
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
    schema_name: Option<String>,
    #[serde(default)]
    omit_columns: bool,
    #[serde(default)]
    omit_properties: bool,
    #[serde(default)]
    omit_username: bool,
}

pub(super) async fn list(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Params(which): Params<Which>,
    Params(parameters): Params<PageParameters>,
) -> Result<Response, ApiError> {
    let (Some(catalog), Some(schema)) = (&which.catalog_name, &which.schema_name) else {
        let message = "catalog_name and schema_name are required.";
        return Err(ApiError::invalid_parameter(message));
    };
    let settings = workspace.shared.settings();
    let size = match which.omit_columns {
        true => settings.list_page_size,
        false => settings.page_size,
    };
    let page = Page::read(&parameters, &settings, size)?;
    let parts = TableParts {
        columns: !which.omit_columns,
        properties: !which.omit_properties,
        usernames: !which.omit_username,
        integers: Integers {
            as_text: settings.int64_as_text,
        },
    };
    let catalogs = workspace.shared.metastore.read();
    let (catalog, schema, entry) = find::schema(&catalogs, &viewer, catalog, schema)?;
    let entries = entry
        .tables
        .after(page.after.first())
        .filter(|(name, _)| viewer.may_use(&[catalog.as_str(), schema.as_str(), name.as_str()]));
    let entries = entries.map(|(name, table)| (vec![name.clone()], table));
    let body = page.fill("tables", entries, |out, names, table| {
        let found = FoundTable {
            catalog,
            schema,
            name: &names[0],
            table,
        };
        render::table(out, &found, parts)
    })?;
    Ok(answer(body))
}

pub(super) async fn one(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(full_name): Path<String>,
) -> Result<Response, ApiError> {
    let parts = TableParts {
        columns: true,
        properties: true,
        usernames: true,
        integers: Integers {
            as_text: workspace.shared.settings().int64_as_text,
        },
    };
    let catalogs = workspace.shared.metastore.read();
    let found = find::table(&catalogs, &viewer, &full_name)?;
    let mut body = Vec::new();
    render::table(&mut body, &found, parts)?;
    Ok(answer(body))
}

pub(super) async fn exists(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(full_name): Path<String>,
) -> Response {
    let catalogs = workspace.shared.metastore.read();
    let exists = find::table(&catalogs, &viewer, &full_name).is_ok();
    answer(format!("{{\"table_exists\":{exists}}}"))
}
