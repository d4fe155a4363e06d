//! Operators, casts and CASE.

use sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr, UnaryOperator, Value as Written};

use super::{Place, Value};
use crate::analyzer::Analyzer;
use crate::functions::{Literal, Typed, binary_arguments, unary};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// A chain of operators. It may be long, and every link is one level of the tree, so the walk follows it without descending.
    pub(super) fn binary(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        let mut links: Vec<(&BinaryOperator, &Expr)> = Vec::new();
        let mut first = expr;
        while let Expr::BinaryOp { left, op, right } = first {
            links.push((op, right));
            first = left;
        }
        let mut value = self.expr(first, at);
        for (operator, right) in links.into_iter().rev() {
            let right = self.expr(right, at);
            let typed = binary_arguments(
                self.dialect(),
                operator,
                &value.argument(),
                &right.argument(),
            );
            value = Value::computed(typed, [value, right]);
        }
        value
    }

    pub(super) fn unary(&mut self, operator: &UnaryOperator, expr: &Expr, at: Place<'_>) -> Value {
        if let (Dialect::Databricks, UnaryOperator::Minus, Expr::Value(value)) =
            (self.dialect(), operator, expr)
            && let Written::Number(digits, _) = &value.value
            && digits.bytes().all(|digit| digit.is_ascii_digit())
        {
            // The smallest numbers are as small as that only with their sign.
            return self.literal(&Written::Number(format!("-{digits}"), false));
        }
        let operand = self.expr(expr, at);
        let typed = unary(self.dialect(), operator, &operand.typed);
        let literal = match (operator, &operand.literal) {
            (UnaryOperator::Minus, Some(Literal::Integer(value))) => {
                value.checked_neg().map(Literal::Integer)
            }
            _ => None,
        };
        Value {
            literal,
            ..Value::computed(typed, [operand])
        }
    }

    pub(super) fn cast(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        let (inner, data_type, may_fail) = match expr {
            Expr::Cast {
                kind,
                expr,
                data_type,
                ..
            } => {
                let may_fail = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
                (expr, Some(data_type), may_fail)
            }
            Expr::Convert {
                is_try,
                expr,
                data_type,
                ..
            } => (expr, data_type.as_ref(), *is_try),
            _ => return Value::unknown(),
        };
        let value = self.expr(inner, at);
        let data_type = data_type.map_or(Type::Unknown, |it| self.type_of(it));
        let typed = Typed::new(data_type, value.typed.nullable || may_fail);
        let is_column = matches!(**inner, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
        let name = value
            .name
            .clone()
            .filter(|_| is_column && self.dialect() == Dialect::Databricks);
        Value {
            name,
            ..Value::computed(typed, [value])
        }
    }

    /// The type that a query names.
    pub(super) fn type_of(&self, data_type: &DataType) -> Type {
        Type::from_sql(self.dialect(), data_type)
    }

    pub(super) fn case(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        let Expr::Case {
            operand,
            conditions,
            else_result,
            ..
        } = expr
        else {
            return Value::unknown();
        };
        let mut sources = Value::unknown();
        if let Some(operand) = operand {
            sources.add_sources(self.expr(operand, at).sources);
        }
        let mut results = Vec::with_capacity(conditions.len() + 1);
        for when in conditions {
            let condition = self.expr(&when.condition, at);
            sources.add_sources(condition.sources);
            results.push(self.expr(&when.result, at));
        }
        match else_result {
            Some(result) => results.push(self.expr(result, at)),
            None => results.push(self.literal(&sqlparser::ast::Value::Null)),
        }
        let typed = common(self.dialect(), results.iter().map(|result| &result.typed));
        let mut value = Value::computed(typed, results);
        value.add_sources(sources.sources);
        value
    }
}

/// What a value is that may be any of these.
pub(crate) fn common<'t>(dialect: Dialect, all: impl IntoIterator<Item = &'t Typed>) -> Typed {
    let mut all = all.into_iter();
    let Some(first) = all.next() else {
        return Typed::UNKNOWN;
    };
    let mut typed = first.clone();
    for other in all {
        typed.data_type = Type::common(dialect, &typed.data_type, &other.data_type);
        typed.nullable |= other.nullable;
    }
    typed
}
