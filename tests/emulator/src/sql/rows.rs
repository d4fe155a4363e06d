//! What a statement answers.

use super::error::SqlError;
use super::rewrite::without_twin_mark;
use crate::catalog::{STORED_NAME, TYPE_TEXT};
use crate::types::{DataType, from_arrow, parse_type, to_arrow};
use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType as Arrow, Field, FieldRef, Schema};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use std::sync::Arc;

/// A column of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultColumn {
    /// What it is called.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
}

/// The rows of a result. Every array has exactly the Arrow type of its column.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The columns; none for a statement that is no query.
    pub columns: Vec<ResultColumn>,
    /// The rows in order.
    pub batches: Vec<RecordBatch>,
}

impl Rows {
    pub(super) fn new(
        schema: &Schema,
        batches: Vec<RecordBatch>,
        spellings: &[(String, String)],
    ) -> Result<Self, SqlError> {
        let fields = schema.fields().iter();
        let columns: Vec<ResultColumn> = fields.map(|field| column(field, spellings)).collect();
        let target = target(&columns);
        let batches = batches.into_iter().map(|batch| conform(&batch, &target));
        let batches = batches.collect::<Result<_, _>>()?;
        Ok(Self { columns, batches })
    }

    /// Rows of texts, as the statements answer that list and describe.
    pub(super) fn of_texts(names: &[&str], rows: &[Vec<Option<String>>]) -> Result<Self, SqlError> {
        let column = |name: &&str| ResultColumn {
            name: (*name).to_owned(),
            data_type: DataType::STRING,
        };
        let columns: Vec<ResultColumn> = names.iter().map(column).collect();
        let cells = |at: usize| rows.iter().map(move |row| row.get(at).cloned().flatten());
        let arrays =
            (0..names.len()).map(|at| Arc::new(cells(at).collect::<StringArray>()) as ArrayRef);
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let batch =
            RecordBatch::try_new_with_options(target(&columns), arrays.collect(), &options)?;
        let batches = vec![batch];
        Ok(Self { columns, batches })
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Keeps the first rows only; true if that cut any off.
    pub(crate) fn truncate(&mut self, limit: usize) -> bool {
        let mut left = limit;
        let before = self.row_count();
        for batch in &mut self.batches {
            *batch = batch.slice(0, batch.num_rows().min(left));
            left -= batch.num_rows();
        }
        self.batches.retain(|batch| batch.num_rows() > 0);
        before > limit
    }
}

fn column(field: &FieldRef, spellings: &[(String, String)]) -> ResultColumn {
    ResultColumn {
        name: display_name(field, spellings),
        data_type: result_type(field),
    }
}

/// A stored column is called as it is stored, anything else as the statement spells it.
fn display_name(field: &Field, spellings: &[(String, String)]) -> String {
    let name = without_twin_mark(field.name());
    let stored = field.metadata().get(STORED_NAME);
    if let Some(stored) = stored.filter(|stored| stored.to_lowercase() == name) {
        return stored.clone();
    }
    let spelt = spellings.iter().find(|(lower, _)| lower == name);
    spelt.map_or_else(|| name.to_owned(), |(_, spelling)| spelling.clone())
}

/// What the stored column's type says, where the engine has kept to it.
fn result_type(field: &Field) -> DataType {
    let stored = field.metadata().get(TYPE_TEXT);
    let stored = stored.and_then(|text| parse_type(text).ok());
    stored
        .filter(|data_type| to_arrow(data_type) == *field.data_type())
        .unwrap_or_else(|| from_arrow(field.data_type()))
}

fn target(columns: &[ResultColumn]) -> Arc<Schema> {
    let field = |column: &ResultColumn| Field::new(&column.name, to_arrow(&column.data_type), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn conform(batch: &RecordBatch, schema: &Arc<Schema>) -> Result<RecordBatch, SqlError> {
    let arrays = batch.columns().iter().zip(schema.fields());
    let arrays: Result<Vec<_>, _> = arrays
        .map(|(array, field)| convert(array, field.data_type()))
        .collect();
    // Without columns only the options know how many rows there are.
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), arrays?, &options);
    Ok(batch?)
}

/// The values as another type; one that does not fit is an error, never a NULL.
pub(super) fn convert(array: &ArrayRef, to: &Arrow) -> Result<ArrayRef, SqlError> {
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    Ok(cast_with_options(array, to, &options)?)
}
