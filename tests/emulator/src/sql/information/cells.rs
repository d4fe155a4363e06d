//! The value of one column for one object.
//!
//! Which columns are always NULL, and the words YES, NO and NEVER, follow the descriptions of the
//! information schema in the Databricks SQL language manual.

use super::entries::{Entry, TableEntry};
use crate::catalog::{Column, Content, Facts, InformationView, Table, ValueSource};
use crate::types::DataType;
use datafusion::arrow::array::{
    ArrayRef, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::DataType as Arrow;
use std::borrow::Cow;
use std::sync::Arc;

/// A value.
#[derive(Debug)]
pub(in crate::sql) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    /// Milliseconds since 1970.
    Time(i64),
    Null,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

/// Collects the values of one column.
#[derive(Debug)]
pub(in crate::sql) enum Builder {
    Text(StringBuilder),
    Int(Int32Builder),
    Big(Int64Builder),
    Time(Box<TimestampMicrosecondBuilder>),
}

impl Builder {
    pub fn for_type(data_type: &Arrow) -> Self {
        match data_type {
            Arrow::Int32 => Self::Int(Int32Builder::new()),
            Arrow::Int64 => Self::Big(Int64Builder::new()),
            Arrow::Timestamp(..) => {
                let builder = TimestampMicrosecondBuilder::new();
                Self::Time(Box::new(builder.with_data_type(data_type.clone())))
            }
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// A value of another kind than the column's counts as NULL.
    pub fn append(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Int(builder), Cell::Number(number)) => {
                builder.append_option(i32::try_from(number).ok());
            }
            (Self::Big(builder), Cell::Number(number)) => builder.append_value(number),
            (Self::Time(builder), Cell::Time(time)) => builder.append_value(time * 1_000),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Int(builder), _) => builder.append_null(),
            (Self::Big(builder), _) => builder.append_null(),
            (Self::Time(builder), _) => builder.append_null(),
        }
    }

    pub fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Int(mut builder) => Arc::new(builder.finish()),
            Self::Big(mut builder) => Arc::new(builder.finish()),
            Self::Time(mut builder) => Arc::new(builder.finish()),
        }
    }
}

/// What `column` of the view says about the object.
pub(super) fn cell<'a>(view: InformationView, entry: Entry<'a>, column: &str) -> Cell<'a> {
    match entry {
        Entry::Catalog { name, facts } => match column {
            "catalog_name" => name.into(),
            "catalog_owner" => (&*facts.owner).into(),
            _ => facts_cell(facts, column),
        },
        Entry::Schema {
            catalog,
            name,
            facts,
        } => match column {
            "catalog_name" => catalog.into(),
            "schema_name" => name.into(),
            "schema_owner" => (&*facts.owner).into(),
            _ => facts_cell(facts, column),
        },
        Entry::Table(table) if view == InformationView::Views => view_cell(table, column),
        Entry::Table(table) => table_cell(table, column),
        Entry::Column {
            table,
            position,
            column: described,
        } => column_cell(table, position, described, column),
    }
}

fn facts_cell<'a>(facts: &'a Facts, column: &str) -> Cell<'a> {
    match column {
        "comment" => facts.comment.as_deref().into(),
        "created" => Cell::Time(facts.created_at),
        "last_altered" => Cell::Time(facts.updated_at),
        "created_by" | "last_altered_by" => (&*facts.owner).into(),
        _ => Cell::Null,
    }
}

fn path_cell<'a>(entry: TableEntry<'a>, column: &str) -> Cell<'a> {
    match column {
        "table_catalog" => entry.catalog.into(),
        "table_schema" => entry.schema.into(),
        "table_name" => entry.name.into(),
        _ => Cell::Null,
    }
}

fn table_cell<'a>(entry: TableEntry<'a>, column: &str) -> Cell<'a> {
    let table: &Table = entry.table;
    match column {
        "table_type" => table.kind.as_str().into(),
        "is_insertable_into" => yes_or_no(!table.kind.is_view()),
        "commit_action" => "PRESERVE".into(),
        "table_owner" | "created_by" | "last_altered_by" => (&*table.owner).into(),
        "comment" => table.comment.as_deref().into(),
        "created" => Cell::Time(table.created_at),
        "last_altered" => Cell::Time(table.updated_at),
        "data_source_format" if table.kind.is_view() => "UNKNOWN_DATA_SOURCE_FORMAT".into(),
        "data_source_format" => "DELTA".into(),
        _ => path_cell(entry, column),
    }
}

fn view_cell<'a>(entry: TableEntry<'a>, column: &str) -> Cell<'a> {
    match column {
        "view_definition" => match &entry.table.content {
            Content::Query { definition, .. } => (&**definition).into(),
            _ => Cell::Null,
        },
        "check_option" => "NONE".into(),
        "is_updatable" | "is_insertable_into" => "NO".into(),
        "is_materialized" => yes_or_no(entry.table.kind.as_str() == "MATERIALIZED_VIEW"),
        _ => path_cell(entry, column),
    }
}

fn column_cell<'a>(
    table: TableEntry<'a>,
    position: usize,
    described: &'a Column,
    column: &str,
) -> Cell<'a> {
    match column {
        "column_name" => (&*described.name).into(),
        "ordinal_position" => Cell::Number(position as i64 + 1),
        "is_nullable" => yes_or_no(described.nullable),
        "full_data_type" => Cell::Text(described.type_text()),
        "data_type" => Cell::Text(described.data_type.head().into()),
        "partition_index" => described
            .partition_index
            .map_or(Cell::Null, |index| Cell::Number(index.into())),
        "comment" => described.comment.as_deref().into(),
        "is_system_time_period_start" | "is_system_time_period_end" => "NO".into(),
        "column_default"
        | "is_identity"
        | "is_generated"
        | "generation_expression"
        | "identity_generation"
        | "identity_start"
        | "identity_increment" => source_cell(described.source.as_deref(), column),
        "is_updatable" => yes_or_no(!table.table.kind.is_view()),
        _ => number_cell(&described.data_type, column).unwrap_or_else(|| path_cell(table, column)),
    }
}

fn source_cell<'a>(source: Option<&'a ValueSource>, column: &str) -> Cell<'a> {
    match (column, source) {
        ("column_default", Some(ValueSource::Default(expression))) => expression.as_str().into(),
        ("generation_expression", Some(ValueSource::Expression(expression))) => {
            expression.as_str().into()
        }
        ("is_generated", Some(ValueSource::Expression(_))) => "ALWAYS".into(),
        ("is_generated", _) => "NEVER".into(),
        ("is_identity", source) => yes_or_no(matches!(source, Some(ValueSource::Identity { .. }))),
        (
            _,
            Some(ValueSource::Identity {
                always,
                start,
                increment,
            }),
        ) => match column {
            "identity_generation" if *always => "ALWAYS".into(),
            "identity_generation" => "BY DEFAULT".into(),
            "identity_start" => Cell::Text(start.to_string().into()),
            "identity_increment" => Cell::Text(increment.to_string().into()),
            _ => Cell::Null,
        },
        _ => Cell::Null,
    }
}

fn yes_or_no(yes: bool) -> Cell<'static> {
    if yes { "YES" } else { "NO" }.into()
}

/// Precision, radix and scale: decimals count digits in base 10, the other numbers bits in base 2.
fn number_cell(data_type: &DataType, column: &str) -> Option<Cell<'static>> {
    let (precision, radix, scale) = match data_type {
        DataType::Decimal { precision, scale } => (i64::from(*precision), 10, Some(*scale)),
        DataType::TinyInt => (8, 2, Some(0)),
        DataType::SmallInt => (16, 2, Some(0)),
        DataType::Int => (32, 2, Some(0)),
        DataType::BigInt => (64, 2, Some(0)),
        DataType::Float => (24, 2, None),
        DataType::Double => (53, 2, None),
        DataType::Interval { .. } if column == "interval_type" => {
            let text = data_type.to_string().to_uppercase();
            return Some(Cell::Text(
                text.trim_start_matches("INTERVAL ").to_owned().into(),
            ));
        }
        DataType::Timestamp | DataType::TimestampNtz if column == "datetime_precision" => {
            return Some(Cell::Number(6));
        }
        DataType::Date if column == "datetime_precision" => return Some(Cell::Number(0)),
        _ => return None,
    };
    match column {
        "numeric_precision" => Some(Cell::Number(precision)),
        "numeric_precision_radix" => Some(Cell::Number(radix)),
        "numeric_scale" => Some(scale.map_or(Cell::Null, |scale| Cell::Number(scale.into()))),
        _ => None,
    }
}
