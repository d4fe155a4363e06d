//! Tables as JSON.

use crate::bigquery::datasets::labels;
use crate::bigquery::error::ApiError;
use crate::bigquery::fields::table_schema;
use crate::bigquery::find::FoundTable;
use crate::catalog::{Content, Table};
use crate::sql::google::{dataset_location, stored_bytes};
use crate::types::google::{GoogleType, of_column};
use datafusion::arrow::record_batch::RecordBatch;
use serde_json::{Value, json};

/// How much of a table is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Without counts and the time of the last change.
    Basic,
    Full,
}

impl View {
    pub fn read(text: Option<&str>) -> Result<Self, ApiError> {
        match text.unwrap_or_default() {
            "BASIC" => Ok(Self::Basic),
            "" | "TABLE_METADATA_VIEW_UNSPECIFIED" | "STORAGE_STATS" | "FULL" => Ok(Self::Full),
            other => Err(ApiError::invalid(format!(
                "Invalid value for view: {other}"
            ))),
        }
    }
}

/// The API's word for the kind of table.
pub(super) fn kind(table: &Table) -> &str {
    match table.kind.as_str() {
        "MANAGED" | "BASE TABLE" => "TABLE",
        other => other,
    }
}

/// What lists and single tables both tell.
pub(super) fn summary((project, dataset, name): (&str, &str, &str), table: &Table) -> Value {
    let mut body = json!({
        "kind": "bigquery#table",
        "id": format!("{project}:{dataset}.{name}"),
        "tableReference": {"projectId": project, "datasetId": dataset, "tableId": name},
        "type": kind(table),
        "creationTime": table.created_at.to_string(),
        "labels": labels(&table.properties),
    });
    if let Some(partitioning) = partitioning(table) {
        body["timePartitioning"] = partitioning;
    }
    if matches!(table.content, Content::Query { .. }) {
        body["view"] = json!({"useLegacySql": false});
    }
    body
}

/// A table partitioned by a day or point in time is partitioned by its days.
fn partitioning(table: &Table) -> Option<Value> {
    let columns = table.layout.columns().iter();
    let column = columns
        .filter(|column| column.partition_index == Some(0))
        .find(|column| {
            matches!(
                of_column(column),
                GoogleType::Date | GoogleType::Datetime | GoogleType::Timestamp(_)
            )
        })?;
    Some(json!({"type": "DAY", "field": &*column.name}))
}

/// Everything there is to tell.
pub(super) fn table(path: (&str, &str, &str), found: &FoundTable<'_>, view: View) -> Value {
    let table = found.table;
    let mut body = summary(path, table);
    body["location"] = dataset_location(&found.schema.facts).into();
    body["schema"] = table_schema(table.layout.columns());
    if let Some(comment) = table.comment.as_deref() {
        body["description"] = comment.into();
    }
    if let Content::Query { definition, .. } = &table.content {
        let member = match kind(table) {
            "MATERIALIZED_VIEW" => "materializedView",
            _ => "view",
        };
        body[member] = json!({"query": &**definition, "useLegacySql": false});
    }
    if view == View::Full {
        let rows: usize = table.rows().iter().map(RecordBatch::num_rows).sum();
        body["numRows"] = rows.to_string().into();
        body["numBytes"] = stored_bytes(table).to_string().into();
        body["lastModifiedTime"] = table.updated_at.to_string().into();
    }
    body
}

/// Keeps the fields that a list such as `a,b.c` names.
pub(super) fn select_fields(schema: &mut Value, selected: &str) -> Result<(), ApiError> {
    let paths: Vec<&str> = selected.split(',').map(str::trim).collect();
    for path in &paths {
        if !holds(schema, path) {
            return Err(ApiError::invalid(format!("Invalid field name: {path}")));
        }
    }
    keep(schema, &paths);
    Ok(())
}

fn same(field: &Value, name: &str) -> bool {
    field["name"]
        .as_str()
        .is_some_and(|own| own.eq_ignore_ascii_case(name))
}

fn holds(parent: &Value, path: &str) -> bool {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let fields = parent["fields"].as_array();
    let found = fields.into_iter().flatten().find(|field| same(field, name));
    found.is_some_and(|field| rest.is_empty() || holds(field, rest))
}

fn keep(parent: &mut Value, paths: &[&str]) {
    let Some(fields) = parent["fields"].as_array_mut() else {
        return;
    };
    fields.retain_mut(|field| {
        let own: Vec<&str> = paths
            .iter()
            .filter(|path| same(field, path.split('.').next().unwrap_or_default()))
            .copied()
            .collect();
        let whole = own.iter().any(|path| !path.contains('.'));
        if !whole {
            let inner: Vec<&str> = own
                .iter()
                .filter_map(|path| path.split_once('.').map(|(_, rest)| rest))
                .collect();
            keep(field, &inner);
        }
        !own.is_empty()
    });
}
