//! The value of one column for one object.

use super::InformationView;
use crate::catalog::{Catalog, Column, Content, Facts, Table, ValueSource};
use crate::sql::information::cells::Cell;
use crate::sql::snowflake::Limits;
use crate::sql::snowflake::describe::default_text;
use crate::sql::snowflake::names::{Found, column_name};
use crate::sql::snowflake::show::{bytes, row_count, table_kind};
use crate::types::snowflake::{SnowflakeType, of_column, sizes};
use std::borrow::Cow;

/// One row's object, with all that stands above it; names as they are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub database: (&'a str, &'a Facts),
    pub schema: Option<(&'a str, &'a Facts)>,
    pub table: Option<(&'a str, &'a Table)>,
    pub column: Option<(usize, &'a Column)>,
}

impl<'a> Entry<'a> {
    pub fn of_database(found: &'a Found<'_, Catalog>) -> Self {
        Self {
            database: (&found.name, &found.object.facts),
            schema: None,
            table: None,
            column: None,
        }
    }
}

fn owned(text: String) -> Cell<'static> {
    Cell::Text(Cow::Owned(text))
}

fn yes_or_no(yes: bool) -> Cell<'static> {
    if yes { "YES" } else { "NO" }.into()
}

fn count(number: usize) -> Cell<'static> {
    i64::try_from(number).map_or(Cell::Null, Cell::Number)
}

/// What the column of the view says about the object.
pub(super) fn cell<'a>(
    view: InformationView,
    entry: &Entry<'a>,
    column: &str,
    limits: Limits,
) -> Cell<'a> {
    match column {
        "TABLE_CATALOG" | "CATALOG_NAME" | "DATABASE_NAME" => return entry.database.0.into(),
        "TABLE_SCHEMA" | "SCHEMA_NAME" => return entry.schema.map(|(name, _)| name).into(),
        "TABLE_NAME" => return entry.table.map(|(name, _)| name).into(),
        _ => {}
    }
    match (view, entry.table) {
        (InformationView::Databases, _) => facts_cell(entry.database.1, column),
        (InformationView::Schemata, _) => {
            let facts = entry.schema.map_or(entry.database.1, |(_, facts)| facts);
            facts_cell(facts, column)
        }
        (InformationView::Columns, Some((_, table))) => match entry.column {
            Some((at, described)) => column_cell(table, at, described, column),
            None => Cell::Null,
        },
        (InformationView::Tables | InformationView::Views, Some((_, table))) => {
            table_cell(table, column, limits)
        }
        _ => Cell::Null,
    }
}

fn facts_cell<'a>(facts: &'a Facts, column: &str) -> Cell<'a> {
    match column {
        "DATABASE_OWNER" | "SCHEMA_OWNER" => (&*facts.owner).into(),
        "CREATED" => Cell::Time(facts.created_at),
        "LAST_ALTERED" => Cell::Time(facts.updated_at),
        "COMMENT" => facts.comment.as_deref().into(),
        "IS_TRANSIENT" | "IS_MANAGED_ACCESS" => yes_or_no(false),
        "RETENTION_TIME" => Cell::Number(1),
        "TYPE" => "STANDARD".into(),
        "OWNER_ROLE_TYPE" => "ROLE".into(),
        _ => Cell::Null,
    }
}

fn table_cell<'a>(table: &'a Table, column: &str, limits: Limits) -> Cell<'a> {
    let kind = table_kind(table);
    match column {
        "TABLE_OWNER" | "LAST_DDL_BY" => (&*table.owner).into(),
        "TABLE_TYPE" => kind.information.into(),
        "IS_TRANSIENT" => yes_or_no(kind.show == "TRANSIENT"),
        "IS_TEMPORARY" => yes_or_no(kind.show == "TEMPORARY"),
        "IS_DYNAMIC" => yes_or_no(kind.dynamic),
        "IS_ICEBERG" => yes_or_no(kind.iceberg),
        "IS_HYBRID" => yes_or_no(kind.hybrid),
        "IS_IMMUTABLE" | "IS_UPDATABLE" | "INSERTABLE_INTO" | "IS_SECURE"
        | "AUTO_CLUSTERING_ON" => yes_or_no(false),
        "IS_INSERTABLE_INTO" | "IS_TYPED" => yes_or_no(true),
        "ROW_COUNT" => row_count(table).map_or(Cell::Null, count),
        "BYTES" => bytes(table).map_or(Cell::Null, count),
        "RETENTION_TIME" if !table.kind.is_view() => Cell::Number(1),
        "CREATED" => Cell::Time(table.created_at),
        "LAST_ALTERED" => Cell::Time(table.updated_at),
        "LAST_DDL" if limits.hide_last_ddl => Cell::Null,
        "LAST_DDL" => Cell::Time(table.updated_at),
        "COMMENT" => table.comment.as_deref().into(),
        "CHECK_OPTION" => "NONE".into(),
        "VIEW_DEFINITION" => match &table.content {
            Content::Query { definition, .. } => (&**definition).into(),
            _ => Cell::Null,
        },
        _ => Cell::Null,
    }
}

fn column_cell<'a>(table: &'a Table, at: usize, described: &'a Column, column: &str) -> Cell<'a> {
    let data_type = of_column(described);
    let size = |member: &str| {
        let number = sizes(&data_type)
            .get(member)
            .and_then(serde_json::Value::as_i64);
        number.map_or(Cell::Null, Cell::Number)
    };
    let is_number = matches!(data_type, SnowflakeType::Number { .. });
    let is_text = matches!(
        data_type,
        SnowflakeType::Text { .. } | SnowflakeType::Binary(_)
    );
    match column {
        "COLUMN_NAME" => Cell::Text(column_name(table, described)),
        "ORDINAL_POSITION" => count(at + 1),
        "COLUMN_DEFAULT" => default_text(described).map_or(Cell::Null, owned),
        "IS_NULLABLE" => yes_or_no(described.nullable),
        "DATA_TYPE" => owned(data_type.family().to_owned()),
        "CHARACTER_MAXIMUM_LENGTH" if is_text => size("length"),
        "CHARACTER_OCTET_LENGTH" if is_text => size("byteLength"),
        "NUMERIC_PRECISION" if is_number => size("precision"),
        "NUMERIC_PRECISION_RADIX" if is_number => Cell::Number(10),
        "NUMERIC_SCALE" if is_number => size("scale"),
        "COLLATION_NAME" => match data_type {
            SnowflakeType::Text {
                collation: Some(collation),
                ..
            } => owned(collation.into()),
            _ => Cell::Null,
        },
        "IS_SELF_REFERENCING" => yes_or_no(false),
        "COMMENT" => described.comment.as_deref().into(),
        "KIND" => "COLUMN".into(),
        _ => identity_cell(described, column),
    }
}

fn identity_cell(described: &Column, column: &str) -> Cell<'static> {
    let identity = match described.source.as_deref() {
        Some(ValueSource::Identity {
            always,
            start,
            increment,
        }) => Some((*always, *start, *increment)),
        _ => None,
    };
    match (column, identity) {
        ("IS_IDENTITY", _) => yes_or_no(identity.is_some()),
        ("IDENTITY_GENERATION", Some((true, ..))) => "ALWAYS".into(),
        ("IDENTITY_GENERATION", Some((false, ..))) => "BY DEFAULT".into(),
        ("IDENTITY_START", Some((_, start, _))) => owned(start.to_string()),
        ("IDENTITY_INCREMENT", Some((_, _, increment))) => owned(increment.to_string()),
        ("IDENTITY_CYCLE", Some(_)) => "NO".into(),
        ("IDENTITY_ORDERED", Some(_)) => "NO".into(),
        _ => Cell::Null,
    }
}
