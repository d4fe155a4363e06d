//! Where the engine asks how to understand types and operators.

use crate::catalog::TYPE_TEXT;
use crate::types::snowflake::{parse_type, to_arrow};
use datafusion::arrow::datatypes::{DataType as Arrow, Field, FieldRef};
use datafusion::common::{DFSchema, Result, plan_datafusion_err};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr, TypePlanner};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator, cast};
use datafusion::sql::sqlparser::ast::{self, BinaryOperator};
use std::collections::HashMap;
use std::sync::Arc;

/// Digits behind the point that a division of integers has.
const QUOTIENT_SCALE: i8 = 6;

/// Types in casts are Snowflake's. The field carries the type's text, so that what is text to the
/// engine can still be a VARIANT in the result.
#[derive(Debug)]
pub(super) struct Types;

impl TypePlanner for Types {
    fn plan_type_field(&self, sql_type: &ast::DataType) -> Result<Option<FieldRef>> {
        let data_type = parse_type(&sql_type.to_string())
            .map_err(|error| plan_datafusion_err!("Unsupported data type '{sql_type}': {error}"))?;
        let metadata = HashMap::from([(TYPE_TEXT.to_owned(), data_type.to_string())]);
        let field = Field::new("", to_arrow(&data_type), true).with_metadata(metadata);
        Ok(Some(Arc::new(field)))
    }
}

/// `/` of two integers has a fraction.
#[derive(Debug)]
pub(super) struct Division;

impl ExprPlanner for Division {
    fn plan_binary_op(
        &self,
        expr: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        let integer = |expr: &Expr| {
            let data_type = expr.get_type(schema);
            data_type.is_ok_and(|data_type| data_type.is_integer())
        };
        if expr.op != BinaryOperator::Divide || !(integer(&expr.left) && integer(&expr.right)) {
            return Ok(PlannerResult::Original(expr));
        }
        let quotient = Expr::BinaryExpr(BinaryExpr::new(
            Box::new(cast(expr.left, Arrow::Decimal128(20, 2))),
            Operator::Divide,
            Box::new(cast(expr.right, Arrow::Decimal128(20, 0))),
        ));
        let rounded = cast(quotient, Arrow::Decimal128(38, QUOTIENT_SCALE));
        Ok(PlannerResult::Planned(rounded))
    }
}
