//! `GET table-summaries`: names only, across the schemas of a catalog.

use super::find;
use super::page::{Page, PageParameters};
use crate::access::Viewer;
use crate::catalog::{Catalog, Name, Table};
use crate::databricks::Workspace;
use crate::databricks::caller::Caller;
use crate::databricks::error::ApiError;
use crate::databricks::extract::Params;
use crate::databricks::json::answer;
use crate::glob;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    catalog_name: Option<String>,
    schema_name_pattern: Option<String>,
    table_name_pattern: Option<String>,
}

#[derive(Serialize)]
struct Summary<'a> {
    full_name: String,
    table_type: &'a str,
}

pub(super) async fn list(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Params(which): Params<Which>,
    Params(parameters): Params<PageParameters>,
) -> Result<Response, ApiError> {
    let wanted = which
        .catalog_name
        .as_deref()
        .ok_or_else(|| ApiError::invalid_parameter("catalog_name is required."))?;
    let settings = workspace.shared.settings();
    let page = Page::read(&parameters, &settings, settings.list_page_size)?;
    let catalogs = workspace.shared.metastore.read();
    let (catalog_name, catalog) = find::catalog(&catalogs, &viewer, wanted)?;
    let entries = tables(catalog, &page)
        .filter(|(names, _)| fits(&which, names) && may_see(&viewer, catalog_name, names));
    let body = page.fill("tables", entries, |out, names, table| {
        let summary = Summary {
            full_name: format!("{catalog_name}.{}.{}", names[0], names[1]),
            table_type: table.kind.as_str(),
        };
        Ok(serde_json::to_writer(out, &summary)?)
    })?;
    Ok(answer(body))
}

/// The tables of all schemas behind the page's start, with the names of schema and table.
fn tables<'a>(
    catalog: &'a Catalog,
    page: &'a Page,
) -> impl Iterator<Item = (Vec<Name>, &'a Table)> {
    let start = match page.after.as_slice() {
        [schema, table] => Some((schema, table)),
        _ => None,
    };
    let schemas = catalog.schemas.iter();
    let reached =
        schemas.filter(move |(schema, _)| start.is_none_or(|(first, _)| *schema >= first));
    reached.flat_map(move |(schema, content)| {
        let after = start
            .filter(|(first, _)| *first == schema)
            .map(|(_, table)| table);
        let tables = content.tables.after(after);
        tables.map(move |(table, info)| (vec![schema.clone(), table.clone()], &**info))
    })
}

fn fits(which: &Which, names: &[Name]) -> bool {
    let like = |pattern: &Option<String>, name: &Name| {
        pattern
            .as_deref()
            .filter(|pattern| !pattern.is_empty())
            .is_none_or(|pattern| {
                glob::like(&pattern.to_lowercase(), &name.as_str().to_lowercase())
            })
    };
    like(&which.schema_name_pattern, &names[0]) && like(&which.table_name_pattern, &names[1])
}

fn may_see(viewer: &Viewer, catalog: &Name, names: &[Name]) -> bool {
    let (catalog, schema, table) = (catalog.as_str(), names[0].as_str(), names[1].as_str());
    viewer.may_use(&[catalog, schema]) && viewer.may_use(&[catalog, schema, table])
}
