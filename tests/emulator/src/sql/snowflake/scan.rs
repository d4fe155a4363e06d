//! `TABLE(RESULT_SCAN('…'))`: the result of an earlier statement.

use super::SnowflakeStatement;
use super::bindings;
use super::result::SnowflakeRows;
use crate::catalog::TablePath;
use crate::sql::error::SqlError;
use crate::types::snowflake::to_arrow;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::sql::sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, Value};
use datafusion::sql::sqlparser::ast::{FunctionArguments, TableFactor};
use std::fmt;
use std::sync::Arc;

type Find = dyn Fn(&str) -> Option<SnowflakeRows> + Send + Sync;

/// The results that there still are, by the handles of their statements.
#[derive(Clone)]
pub(crate) struct Results(Arc<Find>);

impl fmt::Debug for Results {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Results")
    }
}

impl Results {
    pub fn new(find: impl Fn(&str) -> Option<SnowflakeRows> + Send + Sync + 'static) -> Self {
        Self(Arc::new(find))
    }
}

/// The call, if that is what the factor is.
pub(super) fn called(factor: &TableFactor) -> Option<&Function> {
    let TableFactor::TableFunction { expr, .. } = factor else {
        return None;
    };
    match expr {
        Expr::Function(function) => {
            let name = function.name.to_string();
            name.eq_ignore_ascii_case("RESULT_SCAN").then_some(function)
        }
        _ => None,
    }
}

fn handle(function: &Function, statement: &SnowflakeStatement) -> Result<String, SqlError> {
    let wrong = || SqlError::syntax("RESULT_SCAN takes the id of a statement");
    let FunctionArguments::List(list) = &function.args else {
        return Err(wrong());
    };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))] = list.args.as_slice()
    else {
        return Err(wrong());
    };
    match &value.value {
        Value::SingleQuotedString(text) => Ok(text.clone()),
        Value::Placeholder(marker) => bindings::text_of(&statement.bindings, marker),
        _ => Err(wrong()),
    }
}

/// The result as a table, and where the query shall find it.
pub(super) fn table(
    function: &Function,
    statement: &SnowflakeStatement,
) -> Result<(TablePath, Arc<dyn TableProvider>), SqlError> {
    let handle = handle(function, statement)?;
    let rows = (statement.results.0)(&handle).ok_or_else(|| {
        let message = format!("Statement {handle} not found");
        SqlError::new("STATEMENT_NOT_FOUND", "02000", message)
    })?;
    let schema = rows.batches.first().map(|batch| batch.schema());
    let schema = schema.unwrap_or_else(|| {
        let columns = rows.columns.iter();
        let field =
            |it: &super::SnowflakeColumn| Field::new(&it.name, to_arrow(&it.data_type), true);
        Arc::new(Schema::new(columns.map(field).collect::<Vec<_>>()))
    });
    let provider = MemTable::try_new(schema, vec![rows.batches])?;
    let path = TablePath::new("result_scan", "result_scan", &handle);
    Ok((path, Arc::new(provider)))
}
