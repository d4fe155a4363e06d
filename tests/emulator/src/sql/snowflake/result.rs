//! What a statement answered, with the types of Snowflake.

use super::naming::without_twin_mark;
use super::present::{DATABASE, SCHEMA, TABLE};
use crate::catalog::TYPE_TEXT;
use crate::sql::error::SqlError;
use crate::sql::information::cells::{Builder, Cell};
use crate::types::snowflake::{SnowflakeType, from_arrow, parse_type, to_arrow};
use datafusion::arrow::datatypes::{DataType as Arrow, Field, Schema};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use std::sync::Arc;

/// A column of a result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SnowflakeColumn {
    pub name: String,
    pub data_type: SnowflakeType,
    pub nullable: bool,
    /// Database, schema and table of the stored column that this one is.
    pub origin: Option<[String; 3]>,
}

impl SnowflakeColumn {
    /// A nullable column of no table.
    pub fn new(name: &str, data_type: SnowflakeType) -> Self {
        Self {
            name: name.to_owned(),
            data_type,
            nullable: true,
            origin: None,
        }
    }

    fn of(field: &Field) -> Self {
        let told = |key: &str| field.metadata().get(key).cloned();
        let origin = match (told(DATABASE), told(SCHEMA), told(TABLE)) {
            (Some(database), Some(schema), Some(table)) => Some([database, schema, table]),
            _ => None,
        };
        Self {
            name: without_twin_mark(field.name()).to_owned(),
            data_type: data_type(field),
            nullable: field.is_nullable(),
            origin,
        }
    }
}

/// The rows of a result and what its columns are.
#[derive(Debug, Clone, Default)]
pub(crate) struct SnowflakeRows {
    pub columns: Vec<SnowflakeColumn>,
    pub batches: Vec<RecordBatch>,
}

impl SnowflakeRows {
    pub(super) fn new(schema: &Schema, batches: Vec<RecordBatch>) -> Result<Self, SqlError> {
        let fields = schema.fields().iter();
        Ok(Self {
            columns: fields.map(|field| SnowflakeColumn::of(field)).collect(),
            batches,
        })
    }

    /// One row with one text.
    pub fn status(message: &str) -> Result<Self, SqlError> {
        let columns = vec![SnowflakeColumn::new("status", SnowflakeType::TEXT)];
        Self::of_cells(columns, &[vec![message.into()]])
    }

    /// Rows of single values, each a text, a number or a point in time.
    pub(super) fn of_cells(
        columns: Vec<SnowflakeColumn>,
        rows: &[Vec<Cell<'_>>],
    ) -> Result<Self, SqlError> {
        let builder = |column: &SnowflakeColumn| Builder::for_type(&to_arrow(&column.data_type));
        let mut builders: Vec<Builder> = columns.iter().map(builder).collect();
        for row in rows {
            for (builder, cell) in builders.iter_mut().zip(row) {
                builder.append(copy(cell));
            }
        }
        Self::of_columns(columns, builders, rows.len())
    }

    /// So many rows of single values, column by column.
    pub(super) fn of_columns(
        columns: Vec<SnowflakeColumn>,
        builders: Vec<Builder>,
        count: usize,
    ) -> Result<Self, SqlError> {
        let arrays = builders.into_iter().map(Builder::finish).collect();
        let fields = columns.iter().map(|column| {
            let arrow = to_arrow(&column.data_type);
            Field::new(&column.name, arrow, true)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let batch = RecordBatch::try_new_with_options(schema, arrays, &options)?;
        Ok(Self {
            columns,
            batches: vec![batch],
        })
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Keeps the first rows only.
    pub fn truncate(&mut self, limit: usize) {
        let mut left = limit;
        for batch in &mut self.batches {
            *batch = batch.slice(0, batch.num_rows().min(left));
            left -= batch.num_rows();
        }
    }
}

fn copy<'a>(cell: &'a Cell<'_>) -> Cell<'a> {
    match cell {
        Cell::Text(text) => Cell::Text(std::borrow::Cow::Borrowed(text)),
        Cell::Number(number) => Cell::Number(*number),
        Cell::Time(time) => Cell::Time(*time),
        Cell::Null => Cell::Null,
    }
}

/// What the column's text says, where the engine has kept to it.
fn data_type(field: &Field) -> SnowflakeType {
    let told = field.metadata().get(TYPE_TEXT);
    told.map(|text| parse_type(text).unwrap_or_else(|_| SnowflakeType::Other(text.as_str().into())))
        .filter(|data_type| same_kind(data_type, field.data_type()))
        .unwrap_or_else(|| from_arrow(field.data_type()))
}

/// Whether values of this Arrow type can be told as of that type: metadata outlives some
/// expressions that change the type.
fn same_kind(data_type: &SnowflakeType, arrow: &Arrow) -> bool {
    match (data_type, arrow) {
        (SnowflakeType::Number { scale: 0, .. }, arrow) if arrow.is_integer() => true,
        (SnowflakeType::Number { scale, .. }, Arrow::Decimal128(_, own)) => {
            i8::try_from(*scale) == Ok(*own)
        }
        (SnowflakeType::Array(_), Arrow::List(_))
        | (SnowflakeType::Object(_), Arrow::Struct(_))
        | (SnowflakeType::Map(_), Arrow::Map(..)) => true,
        (SnowflakeType::Time(_), Arrow::Time64(_)) => true,
        (SnowflakeType::TimestampNtz(_), Arrow::Timestamp(_, None)) => true,
        (SnowflakeType::TimestampLtz(_), Arrow::Timestamp(_, Some(_))) => true,
        _ => to_arrow(data_type) == *arrow,
    }
}
