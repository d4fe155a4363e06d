//! `INSERT`, and query results made to fit a table.

use super::Run;
use crate::catalog::{Content, Layout, Table};
use crate::sql::error::SqlError;
use crate::sql::query;
use crate::sql::rows::convert;
use crate::sql::statement::Insert;
use datafusion::arrow::array::{Array, ArrayRef, new_null_array};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use std::sync::Arc;

impl Run {
    pub(super) async fn insert(&self, insert: Insert<'_>) -> Result<(), SqlError> {
        let path = self.table(&insert.table)?;
        if self.metastore().table(&path).is_none() {
            return Err(SqlError::table_not_found(&path));
        }
        let rows = query::run(&self.visible, insert.query).await?;
        // Fitted under the lock, to the columns the table has then.
        self.metastore().change_table(&path, |table| {
            let targets = targets(&table.layout, &insert.columns)?;
            all_given(&table.layout, &targets)?;
            let new = fit(rows.columns.len(), &rows.batches, &table.layout, &targets)?;
            append(table, new, insert.overwrite)
        })
    }
}

/// Where each column of the query goes.
fn targets(layout: &Layout, columns: &[String]) -> Result<Vec<usize>, SqlError> {
    if columns.is_empty() {
        return Ok((0..layout.columns().len()).collect());
    }
    let position = |name: &String| {
        let found = layout.position(name);
        found.ok_or_else(|| SqlError::unresolved_column(name))
    };
    columns.iter().map(position).collect()
}

/// The values that an expression would make are not made here.
fn all_given(layout: &Layout, targets: &[usize]) -> Result<(), SqlError> {
    let columns = layout.columns().iter().enumerate();
    let mut left_out = columns.filter(|(at, _)| !targets.contains(at));
    match left_out.find(|(_, column)| column.source.is_some()) {
        Some((_, column)) => Err(SqlError::unsupported(format!(
            "Inserting without a value for column `{}`, which has a default,",
            column.name
        ))),
        None => Ok(()),
    }
}

fn append(table: &mut Table, new: Vec<RecordBatch>, overwrite: bool) -> Result<(), SqlError> {
    let Content::Rows(rows) = &mut table.content else {
        return Err(SqlError::unsupported("Inserting into a view"));
    };
    let rows = Arc::make_mut(rows);
    if overwrite {
        rows.clear();
    }
    rows.extend(new);
    Ok(())
}

/// The rows in the table's shape: cast to its types, NULL where no column is given, checked
/// against NOT NULL.
pub(in crate::sql) fn fit(
    columns: usize,
    batches: &[RecordBatch],
    layout: &Layout,
    targets: &[usize],
) -> Result<Vec<RecordBatch>, SqlError> {
    if columns != targets.len() {
        let message = format!(
            "The query has {columns} columns, but {} are to be filled.",
            targets.len()
        );
        let class = "INSERT_COLUMN_ARITY_MISMATCH";
        return Err(SqlError::new(class, "21S01", message));
    }
    let filled = batches.iter().filter(|batch| batch.num_rows() > 0);
    filled
        .map(|batch| fit_batch(batch, layout, targets))
        .collect()
}

fn fit_batch(
    batch: &RecordBatch,
    layout: &Layout,
    targets: &[usize],
) -> Result<RecordBatch, SqlError> {
    let schema = layout.arrow();
    let column = |position: usize| -> Result<ArrayRef, SqlError> {
        let data_type = schema.field(position).data_type();
        let array = match targets.iter().position(|target| *target == position) {
            Some(source) => convert(batch.column(source), data_type)?,
            None => new_null_array(data_type, batch.num_rows()),
        };
        let described = &layout.columns()[position];
        if !described.nullable && array.logical_null_count() > 0 {
            return Err(SqlError::not_null_violated(&described.name));
        }
        Ok(array)
    };
    let columns: Result<Vec<_>, _> = (0..layout.columns().len()).map(column).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let fitted = RecordBatch::try_new_with_options(Arc::clone(&schema), columns?, &options);
    Ok(fitted?)
}
