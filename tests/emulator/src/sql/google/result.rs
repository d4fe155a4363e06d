//! What a query answered, with the types of GoogleSQL.

use crate::catalog::{STORED_NAME, TYPE_TEXT};
use crate::sql::error::SqlError;
use crate::sql::rows::convert;
use crate::types::google::{GoogleField, GoogleType, from_arrow, parse_type, to_arrow};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::can_cast_types;
use datafusion::arrow::datatypes::{DataType as Arrow, Field, Schema};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use std::collections::HashSet;
use std::sync::Arc;

/// The rows of a result and what its columns are.
#[derive(Debug, Clone, Default)]
pub(crate) struct GoogleRows {
    pub fields: Vec<GoogleField>,
    pub batches: Vec<RecordBatch>,
}

impl GoogleRows {
    /// `names` are those that the statement gives the columns, when it lists all of them.
    pub(super) fn new(
        schema: &Schema,
        batches: Vec<RecordBatch>,
        names: Option<&Vec<String>>,
    ) -> Result<Self, SqlError> {
        let columns = schema.fields().iter().enumerate();
        let fields: Vec<GoogleField> = columns
            .map(|(at, field)| GoogleField {
                name: Some(name(field, names.and_then(|names| names.get(at))).into()),
                data_type: data_type(field).bare(),
                required: false,
                description: None,
            })
            .collect();
        check_names(&fields)?;
        let types = fields.iter().map(|field| to_arrow(&field.data_type));
        let types: Vec<Arrow> = types.collect();
        let batches = batches.iter().map(|batch| conform(batch, &types));
        Ok(Self {
            fields,
            batches: batches.collect::<Result<_, _>>()?,
        })
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// Every array in the one layout that its type has, where the engine's can be cast to it.
fn conform(batch: &RecordBatch, types: &[Arrow]) -> Result<RecordBatch, SqlError> {
    let arrays = batch.columns().iter().zip(types);
    let arrays: Vec<ArrayRef> = arrays
        .map(|(array, to)| match can_cast_types(array.data_type(), to) {
            true => convert(array, to),
            false => Ok(Arc::clone(array)),
        })
        .collect::<Result<_, _>>()?;
    let fields = arrays.iter().enumerate();
    let fields =
        fields.map(|(at, array)| Field::new(at.to_string(), array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
}

fn check_names(fields: &[GoogleField]) -> Result<(), SqlError> {
    let mut seen = HashSet::new();
    let names = fields.iter().filter_map(|field| field.name.as_deref());
    match names
        .into_iter()
        .find(|name| !seen.insert(name.to_lowercase()))
    {
        None => Ok(()),
        Some(twin) => Err(SqlError::new(
            "COLUMN_ALREADY_EXISTS",
            "42711",
            format!(
                "Duplicate column names in the result are not supported. Found duplicate(s): {twin}"
            ),
        )),
    }
}

/// What the statement calls the column, else what it is stored as, else what the engine calls it.
fn name(field: &Field, given: Option<&String>) -> String {
    if let Some(given) = given {
        return given.clone();
    }
    let stored = field.metadata().get(STORED_NAME);
    match stored.filter(|stored| stored.to_lowercase() == *field.name()) {
        Some(stored) => stored.clone(),
        None => field.name().clone(),
    }
}

/// What the column's text says, where the engine has kept to it.
pub(super) fn data_type(field: &Field) -> GoogleType {
    let told = field.metadata().get(TYPE_TEXT);
    told.and_then(|text| parse_type(text).ok())
        .filter(|data_type| same_shape(&to_arrow(data_type), field.data_type()))
        .unwrap_or_else(|| from_arrow(field.data_type()))
}

/// Equal but for the names and metadata of what is nested.
fn same_shape(one: &Arrow, other: &Arrow) -> bool {
    match (one, other) {
        (Arrow::List(one), Arrow::List(other)) => same_shape(one.data_type(), other.data_type()),
        (Arrow::Struct(one), Arrow::Struct(other)) => {
            let mut pairs = one.iter().zip(other.iter());
            one.len() == other.len()
                && pairs.all(|(one, other)| same_shape(one.data_type(), other.data_type()))
        }
        (Arrow::Decimal128(..), Arrow::Decimal128(..)) => true,
        _ => one == other,
    }
}
