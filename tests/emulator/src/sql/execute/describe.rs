//! `DESCRIBE TABLE …`, as rows or as JSON.

use super::Run;
use crate::catalog::{Column, Content, HIVE_METASTORE, Table, TablePath};
use crate::sql::error::SqlError;
use crate::sql::rows::Rows;
use crate::sql::statement::{Describe, Parts};
use crate::types::{describe_json, short_text};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

type Row = Vec<Option<String>>;

impl Run {
    /// The table that a name means, which the viewer may read.
    pub(super) fn readable(&self, name: &Parts) -> Result<(TablePath, Arc<Table>), SqlError> {
        let path = self.session().table_path(name)?;
        self.visible.check(&path)?;
        let table = self.metastore().table(&path);
        let table = table.ok_or_else(|| SqlError::table_not_found(&path))?;
        Ok((path, table))
    }

    pub(super) fn describe(&self, describe: &Describe) -> Result<Rows, SqlError> {
        let (path, table) = self.readable(&describe.table)?;
        if !describe.as_json {
            return rows(&path, &table, describe.extended);
        }
        if !describe.extended {
            let message =
                "DESCRIBE TABLE ... AS JSON only supported when [EXTENDED|FORMATTED] is specified.";
            return Err(SqlError::new(
                "DESCRIBE_JSON_NOT_EXTENDED",
                "0A000",
                message,
            ));
        }
        let is_hive = path.catalog.eq_ignore_ascii_case(HIVE_METASTORE);
        if is_hive && !self.session().hive_as_json {
            return Err(SqlError::unsupported(
                "DESCRIBE TABLE AS JSON of a table in hive_metastore",
            ));
        }
        let row = vec![Some(document(&path, &table).to_string())];
        Rows::of_texts(&["json_metadata"], &[row])
    }
}

fn row(name: &str, data_type: &str, comment: Option<&str>) -> Row {
    let owned = |text: &str| Some(text.to_owned());
    vec![owned(name), owned(data_type), comment.map(str::to_owned)]
}

fn is_partition(column: &&Column) -> bool {
    column.partition_index.is_some()
}

/// Columns, then sections whose first row begins with `#`.
fn rows(path: &TablePath, table: &Table, extended: bool) -> Result<Rows, SqlError> {
    let columns = table.layout.columns();
    let line = |column: &Column| row(&column.name, &short_text(column), column.comment.as_deref());
    let mut rows: Vec<Row> = columns.iter().map(line).collect();
    if columns.iter().any(|column| is_partition(&column)) {
        rows.push(row("# Partition Information", "", Some("")));
        rows.push(row("# col_name", "data_type", Some("comment")));
        rows.extend(columns.iter().filter(is_partition).map(line));
    }
    if extended {
        rows.push(row("", "", Some("")));
        rows.push(row("# Detailed Table Information", "", Some("")));
        rows.extend(details(path, table));
    }
    Rows::of_texts(&["col_name", "data_type", "comment"], &rows)
}

fn details(path: &TablePath, table: &Table) -> Vec<Row> {
    let mut facts = vec![
        ("Catalog", path.catalog.clone()),
        ("Database", path.schema.clone()),
        ("Table", path.table.clone()),
        ("Owner", table.owner.to_string()),
        ("Created Time", time(table.created_at)),
        ("Type", table.kind.as_str().to_owned()),
    ];
    if let Some(comment) = &table.comment {
        facts.push(("Comment", comment.to_string()));
    }
    match &table.content {
        Content::Query { definition, .. } => facts.push(("View Text", definition.to_string())),
        _ => facts.push(("Provider", "delta".to_owned())),
    }
    let fact = |(name, value): (&str, String)| row(name, &value, Some(""));
    facts.into_iter().map(fact).collect()
}

/// `Sat Nov 21 06:30:00 UTC 2026`
fn time(milliseconds: i64) -> String {
    let instant = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    instant.strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}

fn document(path: &TablePath, table: &Table) -> Value {
    let columns = table.layout.columns();
    let column = |column: &Column| {
        let mut shown = json!({
            "name": &*column.name,
            "type": describe_json(&column.data_type),
            "nullable": column.nullable,
        });
        if let Some(comment) = &column.comment {
            shown["comment"] = (&**comment).into();
        }
        shown
    };
    let mut document = json!({
        "table_name": path.table,
        "catalog_name": path.catalog,
        "namespace": [path.schema],
        "schema_name": path.schema,
        "columns": columns.iter().map(column).collect::<Vec<_>>(),
        "owner": &*table.owner,
        "type": table.kind.as_str(),
    });
    let partitions: Vec<&str> = columns
        .iter()
        .filter(is_partition)
        .map(|it| &*it.name)
        .collect();
    if !partitions.is_empty() {
        document["partition_columns"] = json!(partitions);
    }
    if let Some(comment) = &table.comment {
        document["comment"] = (&**comment).into();
    }
    match &table.content {
        Content::Query { definition, .. } => document["view_text"] = (&**definition).into(),
        _ => document["provider"] = "delta".into(),
    }
    document
}
