//! Stored tables as Snowflake sees them: columns under their shown names, every integer one type.

use super::names::column_name;
use crate::catalog::{Content, TYPE_TEXT, Table};
use crate::sql::rows::convert;
use crate::types::snowflake::{SnowflakeType, of_column, to_arrow};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::can_cast_types;
use datafusion::arrow::datatypes::{DataType as Arrow, Field, Schema};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::provider_as_source;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Cast, Expr, LogicalPlanBuilder, ident};
use std::collections::HashMap;
use std::sync::Arc;

/// Metadata key of an Arrow field: the database of the column it comes from.
pub(super) const DATABASE: &str = "snowflake_database";
/// The same for the schema.
pub(super) const SCHEMA: &str = "snowflake_schema";
/// The same for the table.
pub(super) const TABLE: &str = "snowflake_table";

/// The table with its columns as they are shown. `stored` is how the catalog has it, `names` are
/// those of database, schema and table.
pub(in crate::sql) fn present(
    stored: Arc<dyn TableProvider>,
    names: &[String; 3],
    table: &Table,
) -> Result<Arc<dyn TableProvider>> {
    match &table.content {
        Content::Rows(rows) => of_rows(rows, names, table),
        _ => of_view(stored, names, table),
    }
}

/// What a result can tell of a column.
fn metadata(names: &[String; 3], data_type: &SnowflakeType) -> HashMap<String, String> {
    let [database, schema, table] = names.clone();
    HashMap::from([
        (TYPE_TEXT.to_owned(), data_type.to_string()),
        (DATABASE.to_owned(), database),
        (SCHEMA.to_owned(), schema),
        (TABLE.to_owned(), table),
    ])
}

fn of_rows(
    rows: &[RecordBatch],
    names: &[String; 3],
    table: &Table,
) -> Result<Arc<dyn TableProvider>> {
    let layout = table.layout.arrow();
    let columns = table.layout.columns().iter().zip(layout.fields());
    let fields = columns.map(|(column, stored)| {
        let data_type = of_column(column);
        let arrow = target(&data_type, stored.data_type(), rows.is_empty());
        Field::new(column_name(table, column), arrow, column.nullable)
            .with_metadata(metadata(names, &data_type))
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batches: Result<Vec<RecordBatch>> = rows
        .iter()
        .map(|batch| {
            let arrays: Vec<ArrayRef> = batch
                .columns()
                .iter()
                .zip(schema.fields())
                .map(|(array, field)| convert(array, field.data_type()))
                .collect::<std::result::Result<_, _>>()
                .map_err(|error| DataFusionError::External(Box::new(error)))?;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(
                Arc::clone(&schema),
                arrays,
                &options,
            )?)
        })
        .collect();
    Ok(Arc::new(MemTable::try_new(schema, vec![batches?])?))
}

fn of_view(
    stored: Arc<dyn TableProvider>,
    names: &[String; 3],
    table: &Table,
) -> Result<Arc<dyn TableProvider>> {
    let schema = stored.schema();
    let columns = table.layout.columns().iter().zip(schema.fields());
    let columns: Vec<Expr> = columns
        .map(|(column, field)| {
            let data_type = of_column(column);
            let arrow = target(&data_type, field.data_type(), false);
            let inner = ident(field.name());
            let expression = match arrow == *field.data_type() {
                true => inner,
                false => Expr::Cast(Cast::new(Box::new(inner), arrow)),
            };
            let told = metadata(names, &data_type);
            expression.alias_with_metadata(column_name(table, column), Some(told.into()))
        })
        .collect();
    let plan = LogicalPlanBuilder::scan("stored", provider_as_source(stored), None)?
        .project(columns)?
        .build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// The type that the engine computes with: the stored one, but for integers and floats, which come
/// in one width, and types that only their text tells.
fn target(data_type: &SnowflakeType, stored: &Arrow, empty: bool) -> Arrow {
    let wanted = to_arrow(data_type);
    match (data_type, stored) {
        _ if empty => wanted,
        (SnowflakeType::Number { scale: 0, .. }, stored) if stored.is_integer() => Arrow::Int64,
        (SnowflakeType::Number { .. }, Arrow::Decimal128(..)) => stored.clone(),
        _ if can_cast_types(stored, &wanted) => wanted,
        _ => stored.clone(),
    }
}
