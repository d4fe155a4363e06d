//! Where the engine asks how to understand types and operators.

use crate::catalog::TYPE_TEXT;
use crate::types::google::{parse_type, to_arrow};
use datafusion::arrow::datatypes::{DataType as Arrow, Field, FieldRef};
use datafusion::common::{DFSchema, Result, plan_datafusion_err};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr, TypePlanner};
use datafusion::logical_expr::{Expr, ExprSchemable, ScalarUDF};
use datafusion::sql::sqlparser::ast::{self, BinaryOperator};
use std::collections::HashMap;
use std::sync::Arc;

/// Types in casts are those of GoogleSQL. The field carries the type's text, so that what is text
/// to the engine can still be JSON in the result.
#[derive(Debug)]
pub(super) struct Types;

impl TypePlanner for Types {
    fn plan_type_field(&self, sql_type: &ast::DataType) -> Result<Option<FieldRef>> {
        let data_type = parse_type(&sql_type.to_string())
            .map_err(|error| plan_datafusion_err!("Type not found: {sql_type} ({error})"))?;
        let metadata = HashMap::from([(TYPE_TEXT.to_owned(), data_type.bare().to_string())]);
        let field = Field::new("", to_arrow(&data_type), true).with_metadata(metadata);
        Ok(Some(Arc::new(field)))
    }
}

/// `/` is never a division of integers, and dividing by zero is an error.
#[derive(Debug)]
pub(super) struct Division(pub Arc<ScalarUDF>);

impl ExprPlanner for Division {
    fn plan_binary_op(
        &self,
        expr: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        let decimal = |expr: &Expr| {
            let data_type = expr.get_type(schema);
            data_type.is_ok_and(|data_type| {
                matches!(data_type, Arrow::Decimal128(..) | Arrow::Decimal256(..))
            })
        };
        let decimals = decimal(&expr.left) && decimal(&expr.right);
        if expr.op != BinaryOperator::Divide || decimals {
            return Ok(PlannerResult::Original(expr));
        }
        let call = self.0.call(vec![expr.left, expr.right]);
        Ok(PlannerResult::Planned(call))
    }
}
