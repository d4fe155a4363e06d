//! Catalogs, schemas and tables as JSON.

use super::find::FoundTable;
use crate::catalog::{Column, Content, Facts, Protocol, SYSTEM_CATALOG, Table};
use crate::databricks::error::ApiError;
use crate::databricks::json::{Int64, Integers, append_member};
use crate::databricks::types;
use bytes::Bytes;
use serde::Serialize;
use std::collections::BTreeMap;

/// The one metastore there is.
const METASTORE_ID: &str = "6f0d9c1e-0000-4000-8000-000000000001";

#[derive(Serialize)]
struct CatalogInfo<'a> {
    name: &'a str,
    catalog_type: &'static str,
    #[serde(flatten)]
    facts: FactsInfo<'a>,
    metastore_id: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    browse_only: bool,
}

#[derive(Serialize)]
struct SchemaInfo<'a> {
    name: &'a str,
    catalog_name: &'a str,
    full_name: String,
    #[serde(flatten)]
    facts: FactsInfo<'a>,
    metastore_id: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    browse_only: bool,
}

/// What catalogs and schemas both tell.
#[derive(Serialize)]
struct FactsInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    owner: &'a str,
    created_at: Int64,
    created_by: &'a str,
    updated_at: Int64,
    updated_by: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: &'a BTreeMap<String, String>,
}

fn facts_info(facts: &Facts, integers: Integers) -> FactsInfo<'_> {
    FactsInfo {
        comment: facts.comment.as_deref(),
        owner: &facts.owner,
        created_at: integers.of(facts.created_at),
        created_by: &facts.owner,
        updated_at: integers.of(facts.updated_at),
        updated_by: &facts.owner,
        properties: &facts.properties,
    }
}

pub(super) fn catalog(
    out: &mut Vec<u8>,
    name: &str,
    facts: &Facts,
    browse_only: bool,
    integers: Integers,
) -> Result<(), ApiError> {
    let catalog_type = match name {
        SYSTEM_CATALOG => "SYSTEM_CATALOG",
        _ => "MANAGED_CATALOG",
    };
    let info = CatalogInfo {
        name,
        catalog_type,
        facts: facts_info(facts, integers),
        metastore_id: METASTORE_ID,
        browse_only,
    };
    Ok(serde_json::to_writer(out, &info)?)
}

pub(super) fn schema(
    out: &mut Vec<u8>,
    (catalog, name): (&str, &str),
    facts: &Facts,
    browse_only: bool,
    integers: Integers,
) -> Result<(), ApiError> {
    let info = SchemaInfo {
        name,
        catalog_name: catalog,
        full_name: format!("{catalog}.{name}"),
        facts: facts_info(facts, integers),
        metastore_id: METASTORE_ID,
        browse_only,
    };
    Ok(serde_json::to_writer(out, &info)?)
}

/// What to leave out of tables, and how to write their integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableParts {
    pub columns: bool,
    pub properties: bool,
    pub usernames: bool,
    pub integers: Integers,
}

#[derive(Serialize)]
struct TableInfo<'a> {
    name: &'a str,
    catalog_name: &'a str,
    schema_name: &'a str,
    full_name: String,
    table_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source_format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view_definition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    created_at: Int64,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<&'a str>,
    updated_at: Int64,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<&'a str>,
    table_id: String,
    metastore_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<&'a BTreeMap<String, String>>,
}

/// Appends a table. Its columns were rendered once for all tables that share them.
pub(super) fn table(
    out: &mut Vec<u8>,
    found: &FoundTable<'_>,
    parts: TableParts,
) -> Result<(), ApiError> {
    let table = found.table;
    let user = parts.usernames.then_some(&*table.owner);
    let info = TableInfo {
        name: found.name.as_str(),
        catalog_name: found.catalog.as_str(),
        schema_name: found.schema.as_str(),
        full_name: format!("{}.{}.{}", found.catalog, found.schema, found.name),
        table_type: table.kind.as_str(),
        data_source_format: (!table.kind.is_view()).then_some("DELTA"),
        comment: table.comment.as_deref(),
        view_definition: view_definition(table),
        owner: user,
        created_at: parts.integers.of(table.created_at),
        created_by: user,
        updated_at: parts.integers.of(table.updated_at),
        updated_by: user,
        table_id: format!("{:08x}-0000-4000-8000-{:012x}", table.id >> 48, table.id),
        metastore_id: METASTORE_ID,
        properties: parts.properties.then_some(&*table.properties),
    };
    serde_json::to_writer(&mut *out, &info)?;
    if parts.columns {
        let rendered = table.layout.rendered(Protocol::Databricks, columns);
        append_member(out, "columns", &rendered);
    }
    Ok(())
}

fn view_definition(table: &Table) -> Option<&str> {
    match &table.content {
        Content::Query { definition, .. } => Some(definition),
        _ => None,
    }
}

#[derive(Serialize)]
struct ColumnInfo<'a> {
    name: &'a str,
    type_text: &'a str,
    type_json: String,
    type_name: &'static str,
    type_precision: u8,
    type_scale: u8,
    position: usize,
    nullable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_index: Option<u32>,
}

/// The columns as a JSON array.
fn columns(columns: &[Column]) -> Bytes {
    let infos: Vec<_> = columns.iter().map(Column::type_text).collect();
    let infos = columns.iter().zip(&infos).enumerate();
    let infos = infos.map(|(position, (column, type_text))| {
        let (type_precision, type_scale) = types::precision_and_scale(&column.data_type);
        ColumnInfo {
            name: &column.name,
            type_text,
            type_json: types::type_json(column),
            type_name: types::type_name(&column.data_type),
            type_precision,
            type_scale,
            position,
            nullable: column.nullable,
            comment: column.comment.as_deref(),
            partition_index: column.partition_index,
        }
    });
    // Strings and numbers written to memory cannot fail.
    let rendered = serde_json::to_vec(&infos.collect::<Vec<_>>()).unwrap_or_default();
    rendered.into()
}
