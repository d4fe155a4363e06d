//! Databases, schemas, tables and views as JSON.

use crate::catalog::{Catalog, Column, Content, Facts, Schema, Table};
use crate::sql::snowflake::names::{Found, column_name};
use crate::sql::snowflake::show::{bytes, row_count, table_kind};
use crate::types::snowflake::column_text;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
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

/// What tables and views have in common.
#[derive(Serialize)]
struct Shared<'a> {
    name: &'a str,
    database_name: &'a str,
    schema_name: &'a str,
    kind: &'a str,
    comment: &'a str,
    created_on: String,
    owner: &'a str,
    owner_role_type: &'static str,
}

impl<'a> Shared<'a> {
    fn of(
        [database, schema]: [&'a str; 2],
        found: &'a Found<'_, Arc<Table>>,
        kind: &'a str,
    ) -> Self {
        let table = found.object;
        Self {
            name: &found.name,
            database_name: database,
            schema_name: schema,
            kind,
            comment: table.comment.as_deref().unwrap_or_default(),
            created_on: time(table.created_at),
            owner: &table.owner,
            owner_role_type: "ROLE",
        }
    }
}

/// A table. Written as it is, because there may be many with many columns.
#[derive(Serialize)]
pub(super) struct TableBody<'a> {
    #[serde(flatten)]
    shared: Shared<'a>,
    table_type: &'static str,
    rows: Option<usize>,
    bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<TableColumn<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<[(); 0]>,
}

#[derive(Serialize)]
struct TableColumn<'a> {
    name: Cow<'a, str>,
    datatype: String,
    nullable: bool,
    collate: Option<()>,
    default: Option<String>,
    autoincrement: bool,
    comment: Option<&'a str>,
}

/// A view.
#[derive(Serialize)]
pub(super) struct ViewBody<'a> {
    #[serde(flatten)]
    shared: Shared<'a>,
    secure: bool,
    query: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<ViewColumn<'a>>>,
}

#[derive(Serialize)]
struct ViewColumn<'a> {
    name: Cow<'a, str>,
    datatype: String,
    comment: Option<&'a str>,
}

/// A table or a view, to be written.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Body<'a> {
    Table(Box<TableBody<'a>>),
    View(Box<ViewBody<'a>>),
}

pub(super) fn table<'a>(
    above: [&'a str; 2],
    found: &'a Found<'_, Arc<Table>>,
    depth: Depth,
) -> Body<'a> {
    let table = found.object;
    let kind = table_kind(table);
    let word = match kind.show {
        "TABLE" => "PERMANENT",
        other => other,
    };
    let column = |column: &'a Column| TableColumn {
        name: column_name(table, column),
        datatype: column_text(column),
        nullable: column.nullable,
        collate: None,
        default: crate::sql::snowflake::default_text(column),
        autoincrement: false,
        comment: column.comment.as_deref(),
    };
    let is_deep = depth == Depth::Columns;
    let columns = || table.layout.columns().iter().map(column).collect();
    Body::Table(Box::new(TableBody {
        shared: Shared::of(above, found, word),
        table_type: kind.rest,
        rows: row_count(table),
        bytes: bytes(table),
        columns: is_deep.then(columns),
        constraints: is_deep.then_some([]),
    }))
}

pub(super) fn view<'a>(
    above: [&'a str; 2],
    found: &'a Found<'_, Arc<Table>>,
    depth: Depth,
) -> Body<'a> {
    let table = found.object;
    let column = |column: &'a Column| ViewColumn {
        name: column_name(table, column),
        datatype: column_text(column),
        comment: column.comment.as_deref(),
    };
    let columns = || table.layout.columns().iter().map(column).collect();
    Body::View(Box::new(ViewBody {
        shared: Shared::of(above, found, "PERMANENT"),
        secure: false,
        query: match &table.content {
            Content::Query { definition, .. } => Some(definition),
            _ => None,
        },
        columns: (depth == Depth::Columns).then(columns),
    }))
}
