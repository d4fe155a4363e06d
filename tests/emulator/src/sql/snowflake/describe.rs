//! `DESCRIBE TABLE` and `DESCRIBE VIEW`

use super::names::{self, column_name};
use super::relations::missing;
use super::{SnowflakeColumn, SnowflakeRows, SnowflakeStatement};
use crate::catalog::{Column, Table, ValueSource};
use crate::sql::Engine;
use crate::sql::error::SqlError;
use crate::sql::information::cells::Cell;
use crate::types::snowflake::{SnowflakeType, column_text};
use std::borrow::Cow;

const COLUMNS: &[&str] = &[
    "name",
    "type",
    "kind",
    "null?",
    "default",
    "primary key",
    "unique key",
    "check",
    "expression",
    "comment",
    "policy name",
    "privacy domain",
];

/// The expression behind DEFAULT.
pub(crate) fn default_text(column: &Column) -> Option<String> {
    match column.source.as_deref()? {
        ValueSource::Default(expression) => Some(expression.clone()),
        ValueSource::Expression(_) => None,
        ValueSource::Identity {
            start, increment, ..
        } => Some(format!(
            "IDENTITY START {start} INCREMENT {increment} NOORDER"
        )),
    }
}

/// The columns of the table that a path means.
pub(super) fn describe(
    engine: &Engine,
    path: &[String],
    statement: &SnowflakeStatement,
) -> Result<SnowflakeRows, SqlError> {
    let full = statement.context.table(path)?;
    let [database, schema, table] = full.each_ref().map(String::as_str);
    let found = names::table(
        &engine.metastore,
        &statement.viewer,
        [database, schema, table],
    );
    let (_, found) = found.ok_or_else(|| missing("Object", &[database, schema, table]))?;
    let rows: Vec<Vec<Cell<'_>>> = found
        .layout
        .columns()
        .iter()
        .map(|column| row(&found, column))
        .collect();
    let columns = COLUMNS
        .iter()
        .map(|name| SnowflakeColumn::new(name, SnowflakeType::TEXT));
    SnowflakeRows::of_cells(columns.collect(), &rows)
}

fn row<'a>(table: &'a Table, column: &'a Column) -> Vec<Cell<'a>> {
    let owned = |text: String| Cell::Text(Cow::Owned(text));
    vec![
        Cell::Text(column_name(table, column)),
        owned(column_text(column)),
        "COLUMN".into(),
        if column.nullable { "Y" } else { "N" }.into(),
        default_text(column).map_or(Cell::Null, owned),
        "N".into(),
        "N".into(),
        Cell::Null,
        match column.source.as_deref() {
            Some(ValueSource::Expression(expression)) => expression.as_str().into(),
            _ => Cell::Null,
        },
        column.comment.as_deref().into(),
        Cell::Null,
        Cell::Null,
    ]
}
