//! `GET tables/{table}/data`: a table's rows without a query.

use crate::bigquery::caller::Caller;
use crate::bigquery::error::ApiError;
use crate::bigquery::extract::Params;
use crate::bigquery::jobs::{Cut, PageRows, TimestampFormat};
use crate::bigquery::numbers::{flag, number};
use crate::bigquery::{Service, find, respond};
use crate::sql::google::{GoogleStatement, Mode, quoted};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Which {
    #[serde(deserialize_with = "number")]
    max_results: Option<u64>,
    #[serde(deserialize_with = "number")]
    start_index: Option<u64>,
    page_token: Option<String>,
    selected_fields: Option<String>,
    #[serde(rename = "formatOptions.useInt64Timestamp", deserialize_with = "flag")]
    use_int64_timestamp: bool,
}

pub(super) async fn list(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, dataset, name)): Path<(String, String, String)>,
    Params(which): Params<Which>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    {
        let catalogs = service.shared.metastore.read();
        let path = (project.as_str(), dataset.as_str(), name.as_str());
        let found = find::table(&catalogs, &viewer, path)?;
        if found.table.kind.is_view() {
            let kind = super::render::kind(found.table);
            return Err(ApiError::invalid(format!(
                "Cannot list a table of type {kind}."
            )));
        }
    }
    let columns = columns(which.selected_fields.as_deref());
    let path = [&project, &dataset, &name]
        .map(|part| quoted(part))
        .join(".");
    let statement = GoogleStatement {
        sql: format!("SELECT {columns} FROM {path}"),
        viewer,
        project,
        default_dataset: None,
        parameters: Vec::new(),
        location: None,
    };
    let answer = service.shared.engine.google(&statement, Mode::Run).await?;
    let cut = Cut::read(
        which.page_token.as_deref(),
        which.start_index,
        which.max_results,
        service.shared.settings().chunk_rows,
    )?;
    let timestamps = match which.use_int64_timestamp {
        true => TimestampFormat::Int64,
        false => TimestampFormat::Float64,
    };
    let total = answer.rows.row_count();
    let mut body = json!({"kind": "bigquery#tableDataList", "totalRows": total.to_string()});
    let rows = PageRows {
        rows: &answer.rows,
        cut,
        timestamps,
    };
    if !rows.is_empty() {
        body["rows"] = json!(rows);
    }
    if let Some(next) = cut.next(total) {
        body["pageToken"] = next.into();
    }
    Ok(respond::tagged(&headers, body))
}

/// What to select: everything, unless just some fields are wanted.
fn columns(selected_fields: Option<&str>) -> String {
    match selected_fields {
        None => "*".to_owned(),
        Some(fields) => {
            let names = fields.split(',').map(|field| quoted(field.trim()));
            names.collect::<Vec<_>>().join(", ")
        }
    }
}
