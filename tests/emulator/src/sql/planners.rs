//! Where the engine asks how to understand a type or a dotted name.

use crate::types::{DataType, parse_type, to_arrow};
use datafusion::arrow::datatypes::{DataType as Arrow, Field, FieldRef};
use datafusion::common::{Column, Result, TableReference, plan_datafusion_err};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, TypePlanner};
use datafusion::sql::sqlparser::ast;
use std::sync::Arc;

/// Types in queries are those of our grammar: `TIMESTAMP` is an instant, `DECIMAL` is (10,0).
#[derive(Debug)]
pub(super) struct Types;

impl TypePlanner for Types {
    fn plan_type_field(&self, sql_type: &ast::DataType) -> Result<Option<FieldRef>> {
        let data_type: DataType = parse_type(&sql_type.to_string())
            .map_err(|error| plan_datafusion_err!("Unsupported data type: {error}"))?;
        Ok(Some(Arc::new(Field::new("", to_arrow(&data_type), true))))
    }
}

/// `column.field.field`, where a field is found in any case.
#[derive(Debug)]
pub(super) struct StructFields;

impl ExprPlanner for StructFields {
    fn plan_compound_identifier(
        &self,
        field: &Field,
        qualifier: Option<&TableReference>,
        nested_names: &[String],
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let mut expression = Expr::Column(Column::from((qualifier, field)));
        let mut data_type = field.data_type();
        for name in nested_names {
            let found = fields(data_type).iter().find(|field| {
                field.name() == name || field.name().to_lowercase() == name.to_lowercase()
            });
            let found = found.ok_or_else(|| {
                plan_datafusion_err!("No such struct field `{name}` in {data_type}")
            })?;
            expression = get_field(expression, found.name().as_str());
            data_type = found.data_type();
        }
        Ok(PlannerResult::Planned(expression))
    }
}

fn fields(data_type: &Arrow) -> &[FieldRef] {
    match data_type {
        Arrow::Struct(fields) => fields,
        _ => &[],
    }
}
