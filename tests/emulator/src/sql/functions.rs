//! Functions that Databricks has and the engine lacks or calls otherwise.

use super::Session;
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{TableFunction, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::provider_as_source;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{
    ColumnarValue, LogicalPlanBuilder, ScalarUDF, Volatility, create_udf, ident,
};
use std::sync::Arc;

/// Functions that are the same for everyone: other names of what the engine has.
pub(super) fn register_aliases(state: &mut SessionState) -> Result<()> {
    for (name, aliases) in [
        ("make_array", &["array"][..]),
        ("array_length", &["size", "cardinality"]),
        ("character_length", &["len"]),
    ] {
        if let Ok(function) = state.udf(name) {
            let renamed = ScalarUDF::clone(&function).with_aliases(aliases.iter().copied());
            state.register_udf(Arc::new(renamed))?;
        }
    }
    let range = state.table_functions().get("range").map(Arc::clone);
    if let Some(range) = range {
        state.register_udtf("range", Arc::new(Range(range)));
    }
    Ok(())
}

/// `range(…)` of the engine, with the column called `id` as in Databricks.
#[derive(Debug)]
struct Range(Arc<TableFunction>);

impl TableFunctionImpl for Range {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let numbers = self.0.function().call_with_args(args)?;
        let column = numbers.schema().field(0).name().clone();
        let plan = LogicalPlanBuilder::scan("range", provider_as_source(numbers), None)?
            .project([ident(column).alias("id")])?
            .build()?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }
}

/// Functions that tell of the session.
pub(super) fn register_session(state: &mut SessionState, session: &Session) -> Result<()> {
    let principal = &*session.viewer.principal;
    for (name, value) in [
        ("current_user", principal),
        ("session_user", principal),
        ("current_catalog", &session.catalog),
        ("current_schema", &session.schema),
        ("current_database", &session.schema),
    ] {
        state.register_udf(Arc::new(constant(name, value)))?;
    }
    Ok(())
}

fn constant(name: &str, value: &str) -> ScalarUDF {
    let value = ScalarValue::from(value);
    let answer = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(value.clone()));
    create_udf(
        name,
        vec![],
        DataType::Utf8,
        Volatility::Stable,
        Arc::new(answer),
    )
}
