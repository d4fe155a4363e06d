//! Databases, schemas, tables and views as JSON.

use crate::catalog::{Catalog, Column, Content, Facts, Schema, Table};
use crate::sql::snowflake::names::{Found, column_name};
use crate::sql::snowflake::show::{bytes, row_count, table_kind};
use crate::types::snowflake::column_text;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// How much of a table is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Names,
    Columns,
}

/// `2026-11-01T00:00:00.000+00:00`
fn time(milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}

fn facts(name: &str, facts: &Facts) -> Value {
    json!({
        "name": name,
        "kind": "PERMANENT",
        "comment": facts.comment.as_deref().unwrap_or_default(),
        "created_on": time(facts.created_at),
        "owner": &*facts.owner,
        "owner_role_type": "ROLE",
        "data_retention_time_in_days": 1,
        "is_default": false,
        "is_current": false,
    })
}

pub(super) fn database(found: &Found<'_, Catalog>) -> Value {
    facts(&found.name, &found.object.facts)
}

pub(super) fn schema(database: &Found<'_, Catalog>, found: &Found<'_, Schema>) -> Value {
    let mut body = facts(&found.name, &found.object.facts);
    body["database_name"] = (&*database.name).into();
    body
}

fn shared([database, schema]: [&str; 2], found: &Found<'_, Arc<Table>>) -> Value {
    let table = found.object;
    json!({
        "name": &*found.name,
        "database_name": database,
        "schema_name": schema,
        "comment": table.comment.as_deref().unwrap_or_default(),
        "created_on": time(table.created_at),
        "owner": &*table.owner,
        "owner_role_type": "ROLE",
    })
}

pub(super) fn table(above: [&str; 2], found: &Found<'_, Arc<Table>>, depth: Depth) -> Value {
    let table = found.object;
    let kind = table_kind(table);
    let mut body = shared(above, found);
    body["kind"] = match kind.show {
        "TABLE" => "PERMANENT",
        other => other,
    }
    .into();
    body["table_type"] = kind.rest.into();
    body["rows"] = row_count(table).into();
    body["bytes"] = bytes(table).into();
    if depth == Depth::Columns {
        let columns = table.layout.columns().iter();
        body["columns"] = columns.map(|column| table_column(table, column)).collect();
        body["constraints"] = json!([]);
    }
    body
}

fn table_column(table: &Table, column: &Column) -> Value {
    json!({
        "name": column_name(table, column),
        "datatype": column_text(column),
        "nullable": column.nullable,
        "collate": Value::Null,
        "default": crate::sql::snowflake::default_text(column),
        "autoincrement": false,
        "comment": column.comment.as_deref(),
    })
}

pub(super) fn view(above: [&str; 2], found: &Found<'_, Arc<Table>>, depth: Depth) -> Value {
    let table = found.object;
    let mut body = shared(above, found);
    body["kind"] = "PERMANENT".into();
    body["secure"] = false.into();
    body["query"] = match &table.content {
        Content::Query { definition, .. } => (&**definition).into(),
        _ => Value::Null,
    };
    if depth == Depth::Columns {
        let columns = table.layout.columns().iter();
        let column = |column: &Column| {
            json!({
                "name": column_name(table, column),
                "datatype": column_text(column),
                "comment": column.comment.as_deref(),
            })
        };
        body["columns"] = columns.map(column).collect();
    }
    body
}
