//! Stored tables as GoogleSQL sees them: every integer is an INT64, every float a FLOAT64.

use crate::catalog::{Column, Layout, STORED_NAME, TYPE_TEXT};
use crate::types::google::{GoogleType, of_column, to_arrow};
use datafusion::arrow::compute::can_cast_types;
use datafusion::arrow::datatypes::{DataType as Arrow, Field};
use datafusion::catalog::TableProvider;
use datafusion::catalog::view::ViewTable;
use datafusion::common::Result;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Cast, Expr, LogicalPlanBuilder, ident};
use std::collections::HashMap;
use std::sync::Arc;

/// The table with its columns cast to the types that its layout means in GoogleSQL.
pub(in crate::sql) fn widen(
    stored: Arc<dyn TableProvider>,
    layout: &Layout,
) -> Result<Arc<dyn TableProvider>> {
    let schema = stored.schema();
    let columns = layout.columns().iter().zip(schema.fields());
    let columns: Vec<Expr> = columns
        .map(|(column, field)| widened(column, field))
        .collect();
    let plan = LogicalPlanBuilder::scan("stored", provider_as_source(stored), None)?
        .project(columns)?
        .build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

fn widened(column: &Column, field: &Field) -> Expr {
    let data_type = of_column(column);
    let metadata = HashMap::from([
        (STORED_NAME.to_owned(), column.name.to_string()),
        (TYPE_TEXT.to_owned(), data_type.bare().to_string()),
    ]);
    let stored = ident(field.name());
    let expression = match target(&data_type, field.data_type()) {
        Some(target) => Expr::Cast(Cast::new(Box::new(stored), target)),
        None => stored,
    };
    expression.alias_with_metadata(field.name(), Some(metadata.into()))
}

/// The type to cast to, unless the values have it already or cannot get it.
fn target(data_type: &GoogleType, stored: &Arrow) -> Option<Arrow> {
    let target = to_arrow(data_type);
    (target != *stored && can_cast_types(stored, &target)).then_some(target)
}
