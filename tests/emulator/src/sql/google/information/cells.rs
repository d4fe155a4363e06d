//! The value of one column for one object.

use super::super::relations::{bytes, dataset_location};
use super::GoogleView;
use crate::catalog::{Column, Content, Facts, Table};
use crate::sql::information::cells::{Builder, Cell};
use crate::types::google::{GoogleField, GoogleType, of_column, write_name};
use datafusion::arrow::record_batch::RecordBatch;

/// One row's object, with all that stands above it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub project: &'a str,
    pub dataset: &'a str,
    pub facts: &'a Facts,
    pub table: Option<(&'a str, &'a Table)>,
    pub column: Option<(usize, &'a Column)>,
    pub path: Option<&'a FieldPath>,
    pub option: Option<&'a TableOption>,
}

/// A column or a field in it.
#[derive(Debug)]
pub(super) struct FieldPath {
    path: String,
    data_type: GoogleType,
    description: Option<String>,
}

/// An option of a table as DDL would write it.
#[derive(Debug)]
pub(super) struct TableOption {
    name: &'static str,
    data_type: &'static str,
    value: String,
}

impl FieldPath {
    /// The column and all fields in it, each before its own fields.
    pub fn all(column: &Column) -> Vec<Self> {
        let mut paths = Vec::new();
        let description = column.comment.as_deref().map(str::to_owned);
        Self::collect(
            &mut paths,
            column.name.to_string(),
            of_column(column),
            description,
        );
        paths
    }

    fn collect(
        paths: &mut Vec<Self>,
        path: String,
        data_type: GoogleType,
        description: Option<String>,
    ) {
        paths.push(Self {
            path: path.clone(),
            data_type: data_type.clone(),
            description,
        });
        let fields: Vec<GoogleField> = match data_type {
            GoogleType::Struct(fields) => fields,
            GoogleType::Array(element) => match *element {
                GoogleType::Struct(fields) => fields,
                _ => return,
            },
            _ => return,
        };
        for field in fields {
            let name = field.name.as_deref().unwrap_or_default();
            let description = field.description.as_deref().map(str::to_owned);
            Self::collect(
                paths,
                format!("{path}.{name}"),
                field.data_type,
                description,
            );
        }
    }
}

/// The options that a table has.
pub(super) fn option_entries(table: &Table) -> Vec<TableOption> {
    let comment = table.comment.iter();
    comment
        .map(|comment| TableOption {
            name: "description",
            data_type: "STRING",
            value: literal(comment),
        })
        .collect()
}

/// A string literal of GoogleSQL in double quotes, whose escapes are those of JSON.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Appends the object's values.
pub(super) fn append(view: GoogleView, entry: &Entry<'_>, builders: &mut [(&str, Builder)]) {
    for (column, builder) in builders {
        builder.append(cell(view, entry, column));
    }
}

fn owned(text: String) -> Cell<'static> {
    Cell::Text(text.into())
}

fn yes_or_no(yes: bool) -> Cell<'static> {
    if yes { "YES" } else { "NO" }.into()
}

fn cell<'a>(view: GoogleView, entry: &Entry<'a>, column: &str) -> Cell<'a> {
    match column {
        "table_catalog" | "catalog_name" | "project_id" => entry.project.into(),
        "table_schema" | "schema_name" | "dataset_id" => entry.dataset.into(),
        "table_name" | "table_id" => entry.table.map(|(name, _)| name).into(),
        _ => match (view, entry.table) {
            (GoogleView::Schemata, _) => dataset_cell(entry, column),
            (GoogleView::Columns, _) => column_cell(entry, column),
            (GoogleView::ColumnFieldPaths, _) => path_cell(entry, column),
            (GoogleView::TableOptions, _) => option_cell(entry, column),
            (GoogleView::Tables, Some((name, table))) => table_cell(entry, name, table, column),
            (GoogleView::Views, Some((_, table))) => view_cell(table, column),
            (GoogleView::TableList, Some((_, table))) => list_cell(table, column),
            _ => Cell::Null,
        },
    }
}

fn dataset_cell<'a>(entry: &Entry<'a>, column: &str) -> Cell<'a> {
    match column {
        "schema_owner" => Cell::Null,
        "creation_time" => Cell::Time(entry.facts.created_at),
        "last_modified_time" => Cell::Time(entry.facts.updated_at),
        "location" => dataset_location(entry.facts).into(),
        "ddl" => owned(format!(
            "CREATE SCHEMA `{}.{}`\nOPTIONS(\n  location={}\n);",
            entry.project,
            entry.dataset,
            literal(dataset_location(entry.facts)).to_lowercase()
        )),
        _ => Cell::Null,
    }
}

/// The words of `TABLES.table_type` for the catalog's kinds.
fn table_type(table: &Table) -> Cell<'_> {
    match table.kind.as_str() {
        "MANAGED" | "TABLE" => "BASE TABLE".into(),
        "MATERIALIZED_VIEW" => "MATERIALIZED VIEW".into(),
        other => other.into(),
    }
}

fn table_cell<'a>(entry: &Entry<'_>, name: &str, table: &'a Table, column: &str) -> Cell<'a> {
    match column {
        "table_type" => table_type(table),
        "is_insertable_into" => yes_or_no(!table.kind.is_view()),
        "is_typed" | "is_change_history_enabled" | "is_fine_grained_mutations_enabled" => {
            "NO".into()
        }
        "creation_time" => Cell::Time(table.created_at),
        "ddl" => owned(ddl(entry, name, table)),
        _ => Cell::Null,
    }
}

fn ddl(entry: &Entry<'_>, name: &str, table: &Table) -> String {
    let full = format!("`{}.{}.{name}`", entry.project, entry.dataset);
    if let Content::Query { definition, .. } = &table.content {
        return format!("CREATE VIEW {full}\nAS {definition};");
    }
    let columns = table.layout.columns().iter().map(|column| {
        let mut text = String::from("  ");
        // Writing to a string cannot fail.
        let _ = write_name(&mut text, &column.name);
        text.push_str(&format!(" {}", of_column(column)));
        if !column.nullable {
            text.push_str(" NOT NULL");
        }
        if let Some(comment) = &column.comment {
            text.push_str(&format!(" OPTIONS(description={})", literal(comment)));
        }
        text
    });
    let columns: Vec<String> = columns.collect();
    format!("CREATE TABLE {full}\n(\n{}\n);", columns.join(",\n"))
}

fn column_cell<'a>(entry: &Entry<'a>, column: &str) -> Cell<'a> {
    let Some((at, described)) = entry.column else {
        return Cell::Null;
    };
    let data_type = || of_column(described);
    match column {
        "column_name" => (&*described.name).into(),
        "ordinal_position" => Cell::Number(at as i64 + 1),
        // An array is never NULL, and nobody can say so.
        "is_nullable" => {
            yes_or_no(described.nullable && !matches!(data_type(), GoogleType::Array(_)))
        }
        "data_type" => owned(data_type().to_string()),
        "is_generated" => "NEVER".into(),
        "is_hidden" | "is_system_defined" => "NO".into(),
        "is_partitioning_column" => yes_or_no(described.partition_index.is_some()),
        "collation_name" => "NULL".into(),
        "column_default" => "NULL".into(),
        _ => Cell::Null,
    }
}

fn path_cell<'a>(entry: &Entry<'a>, column: &str) -> Cell<'a> {
    let (Some((_, described)), Some(path)) = (entry.column, entry.path) else {
        return Cell::Null;
    };
    match column {
        "column_name" => (&*described.name).into(),
        "field_path" => path.path.as_str().into(),
        "data_type" => owned(path.data_type.to_string()),
        "description" => path.description.as_deref().into(),
        "collation_name" => "NULL".into(),
        _ => Cell::Null,
    }
}

fn option_cell<'a>(entry: &Entry<'a>, column: &str) -> Cell<'a> {
    let Some(option) = entry.option else {
        return Cell::Null;
    };
    match column {
        "option_name" => option.name.into(),
        "option_type" => option.data_type.into(),
        "option_value" => option.value.as_str().into(),
        _ => Cell::Null,
    }
}

fn view_cell<'a>(table: &'a Table, column: &str) -> Cell<'a> {
    match column {
        "view_definition" => match &table.content {
            Content::Query { definition, .. } => (&**definition).into(),
            _ => Cell::Null,
        },
        "use_standard_sql" => "YES".into(),
        _ => Cell::Null,
    }
}

fn list_cell<'a>(table: &'a Table, column: &str) -> Cell<'a> {
    let count = |number: usize| Cell::Number(i64::try_from(number).unwrap_or(i64::MAX));
    match column {
        "creation_time" => Cell::Number(table.created_at),
        "last_modified_time" => Cell::Number(table.updated_at),
        "row_count" => count(table.rows().iter().map(RecordBatch::num_rows).sum()),
        "size_bytes" => count(table.rows().iter().map(bytes).sum()),
        "type" => Cell::Number(match table.kind.as_str() {
            "MANAGED" | "TABLE" => 1,
            "VIEW" => 2,
            _ => 3,
        }),
        _ => Cell::Null,
    }
}
