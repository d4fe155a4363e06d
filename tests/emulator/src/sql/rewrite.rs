//! What a query must have changed before the engine plans it.

use super::error::SqlError;
use super::parameters::{Parameter, cast};
use crate::types::DataType;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Query, Select, SelectItem, SetExpr, Value, visit_expressions_mut,
};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Stands between a name and the number of its twin; no name in SQL text can hold it.
const TWIN: char = '\0';

/// Binds parameters, names the columns as Databricks does, and makes integer literals INT.
pub(super) fn rewrite(query: &mut Query, parameters: &[Parameter]) -> Result<(), SqlError> {
    bind(query, parameters)?;
    body(&mut query.body, true);
    Ok(())
}

fn bind(query: &mut Query, parameters: &[Parameter]) -> Result<(), SqlError> {
    let bound = visit_expressions_mut(query, |expression| {
        let Expr::Value(value) = expression else {
            return ControlFlow::Continue(());
        };
        let Value::Placeholder(marker) = &value.value else {
            return ControlFlow::Continue(());
        };
        match Parameter::find(parameters, marker.trim_start_matches(':')) {
            Ok(parameter) => *expression = parameter.to_expression(),
            Err(error) => return ControlFlow::Break(error),
        }
        ControlFlow::Continue(())
    });
    match bound {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

/// `outermost` is false in the right branch of a set operation, whose names nobody sees.
fn body(part: &mut SetExpr, outermost: bool) {
    match part {
        SetExpr::Select(select) => projection(select, outermost),
        SetExpr::Query(query) => body(&mut query.body, outermost),
        SetExpr::SetOperation { left, right, .. } => {
            body(left, outermost);
            body(right, false);
        }
        SetExpr::Values(values) => {
            let cells = values
                .rows
                .iter_mut()
                .flat_map(|row| row.content.iter_mut());
            cells.for_each(narrow);
        }
        _ => {}
    }
}

fn projection(select: &mut Select, outermost: bool) {
    let mut taken = HashSet::new();
    for item in &mut select.projection {
        if outermost {
            name(item, &mut taken);
        }
        if let SelectItem::UnnamedExpr(expression)
        | SelectItem::ExprWithAlias {
            expr: expression, ..
        } = item
        {
            narrow(expression);
        }
    }
}

/// Gives the item the name Databricks would: a column keeps its own, a string is called by what it
/// says, any other expression by its text. A name that is taken gets a mark, because the engine
/// wants each only once.
fn name(item: &mut SelectItem, taken: &mut HashSet<String>) {
    let (expression, name, kept) = match item {
        SelectItem::ExprWithAlias { expr, alias } => (expr.clone(), alias.value.clone(), true),
        SelectItem::UnnamedExpr(expr) => match &*expr {
            Expr::Identifier(column) => (expr.clone(), column.value.clone(), true),
            // Where two tables have a column of one name, their own names tell them apart.
            Expr::CompoundIdentifier(_) => return,
            Expr::Value(value) => {
                let text = value.value.clone().into_string();
                let name = text.unwrap_or_else(|| value.to_string());
                (expr.clone(), name, false)
            }
            other => (expr.clone(), other.to_string(), false),
        },
        _ => return,
    };
    let mut unique = name.clone();
    let mut twins = 0;
    while !taken.insert(unique.clone()) {
        twins += 1;
        unique = format!("{name}{TWIN}{twins}");
    }
    if !kept || twins > 0 {
        *item = SelectItem::ExprWithAlias {
            expr: expression,
            alias: Ident::with_quote('`', unique),
        };
    }
}

/// A result column's name without the mark that told it from its twin.
pub(super) fn without_twin_mark(name: &str) -> &str {
    name.split(TWIN).next().unwrap_or(name)
}

/// The engine reads every integer literal as 64 bits wide; Databricks takes 32 where they suffice.
/// Only constants are touched: their type is what a client sees.
fn narrow(expression: &mut Expr) {
    match expression {
        Expr::Value(value) => {
            if let Value::Number(digits, _) = &value.value
                && digits.parse::<i32>().is_ok()
            {
                *expression = cast(expression.clone(), &DataType::Int);
            }
        }
        Expr::UnaryOp { expr, .. } | Expr::Nested(expr) => narrow(expr),
        Expr::BinaryOp { left, right, .. } if is_constant(left) && is_constant(right) => {
            narrow(left);
            narrow(right);
        }
        _ => {}
    }
}

fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Value(value) => matches!(value.value, Value::Number(..)),
        Expr::UnaryOp { expr, .. } | Expr::Nested(expr) => is_constant(expr),
        Expr::BinaryOp { left, right, .. } => is_constant(left) && is_constant(right),
        _ => false,
    }
}
