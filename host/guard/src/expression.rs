//! Expressions.

use sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, CaseWhen, Expr, Ident, Interval, JsonPathElem,
    LambdaFunction, OneOrManyWithParens, Subscript, TypedString, UnaryOperator, Value,
};

use crate::functions::Place;
use crate::query::{Walk, absent};
use crate::refused::Refused;
use crate::types;

impl<'q> Walk<'q> {
    pub(crate) fn expressions(
        &mut self,
        expressions: impl IntoIterator<Item = &'q Expr>,
    ) -> Result<(), Refused> {
        expressions
            .into_iter()
            .try_for_each(|expr| self.expression(expr))
    }

    pub(crate) fn expression(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        // Chains like `a OR b OR c` lean to the left: going there in a loop takes no more room for a long one than for a short one.
        let mut expr = expr;
        while let Expr::BinaryOp { left, op, right } = expr {
            check_operator(op)?;
            self.descend(|walk| walk.operand(right))?;
            expr = left;
        }
        self.descend(|walk| walk.operand(expr))
    }

    fn operand(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            Expr::Identifier(_) | Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => Ok(()),
            Expr::CompoundIdentifier(parts) => check_column(parts),
            Expr::Value(value) => check_value(&value.value),
            Expr::BinaryOp { .. } => self.expression(expr),
            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner)
            | Expr::Nested(inner)
            | Expr::OuterJoin(inner)
            | Expr::Prior(inner)
            | Expr::Named {
                expr: inner,
                name: _,
            }
            | Expr::Collate {
                expr: inner,
                collation: _,
            } => self.expression(inner),
            Expr::Tuple(items) => self.expressions(items),
            Expr::Array(Array { elem, named: _ }) => self.expressions(elem),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                self.expressions(sets.iter().flatten())
            }
            Expr::Function(function) => self.function(function, Place::Expression),
            Expr::Exists {
                subquery,
                negated: _,
            }
            | Expr::Subquery(subquery) => self.query(subquery),
            _ => self.composed(expr),
        }
    }

    /// Whatever compares and yields true or false.
    fn comparison(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.expressions([left.as_ref(), right])
            }
            Expr::InList { expr, list, .. } => {
                self.expression(expr)?;
                self.expressions(list)
            }
            Expr::InSubquery { expr, subquery, .. } => {
                self.expression(expr)?;
                self.query(subquery)
            }
            Expr::InUnnest {
                expr, array_expr, ..
            } => self.expressions([expr.as_ref(), array_expr]),
            Expr::Between {
                expr, low, high, ..
            } => self.expressions([expr.as_ref(), low, high]),
            Expr::Like { expr, pattern, .. }
            | Expr::ILike { expr, pattern, .. }
            | Expr::SimilarTo { expr, pattern, .. }
            | Expr::RLike { expr, pattern, .. } => self.expressions([expr.as_ref(), pattern]),
            Expr::AnyOp {
                left,
                compare_op,
                right,
                ..
            }
            | Expr::AllOp {
                left,
                compare_op,
                right,
            } => {
                check_operator(compare_op)?;
                self.expressions([left.as_ref(), right])
            }
            _ => self.syntax(expr),
        }
    }

    /// Calls that have a syntax of their own.
    fn syntax(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            Expr::Cast {
                kind: _,
                expr,
                data_type,
                array: _,
                format: _,
            } => {
                types::check(data_type)?;
                self.expression(expr)
            }
            Expr::TypedString(TypedString {
                data_type,
                value,
                uses_odbc_syntax,
            }) => {
                absent(!uses_odbc_syntax, "a brace")?;
                types::check(data_type)?;
                check_value(&value.value)
            }
            Expr::Extract { expr, .. } | Expr::Ceil { expr, .. } | Expr::Floor { expr, .. } => {
                self.expression(expr)
            }
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => self.expressions([timestamp.as_ref(), time_zone]),
            Expr::Struct { values, fields } => {
                types::check_fields(fields, 0)?;
                self.expressions(values)
            }
            Expr::Prefixed { prefix, value }
                if prefix.value.eq_ignore_ascii_case("CONNECT_BY_ROOT") =>
            {
                self.expression(value)
            }
            _ => self.text_syntax(expr),
        }
    }

    /// Calls on text that have a syntax of their own.
    fn text_syntax(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            Expr::Position { expr, r#in } => self.expressions([expr.as_ref(), r#in]),
            Expr::Substring {
                expr,
                substring_from,
                substring_for,
                ..
            } => {
                let places = [substring_from, substring_for].into_iter().flatten();
                self.expression(expr)?;
                self.expressions(places.map(AsRef::as_ref))
            }
            Expr::Trim {
                trim_where: _,
                trim_what,
                expr,
                trim_characters,
            } => {
                self.expression(expr)?;
                self.expressions(trim_what.as_deref())?;
                self.expressions(trim_characters.iter().flatten())
            }
            Expr::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                self.expressions([expr.as_ref(), overlay_what, overlay_from])?;
                self.expressions(overlay_for.as_deref())
            }
            // Whatever else there is has not been looked at.
            _ => Err(Refused::construct(&format!("the expression `{expr}`"))),
        }
    }

    /// Expressions with a shape of their own.
    fn composed(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            Expr::UnaryOp { op, expr: inner } => {
                let is_known = matches!(
                    op,
                    UnaryOperator::Plus
                        | UnaryOperator::Minus
                        | UnaryOperator::Not
                        | UnaryOperator::BitwiseNot
                );
                absent(is_known, "an unusual sign before an expression")?;
                self.expression(inner)
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.expression(root)?;
                access_chain
                    .iter()
                    .try_for_each(|access| self.access(access))
            }
            Expr::JsonAccess { value, path } => {
                self.expression(value)?;
                path.path.iter().try_for_each(|element| match element {
                    JsonPathElem::Dot { .. } => Ok(()),
                    JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => {
                        self.expression(key)
                    }
                })
            }
            Expr::Case {
                case_token: _,
                end_token: _,
                operand,
                conditions,
                else_result,
            } => {
                self.expressions(operand.as_deref())?;
                for CaseWhen { condition, result } in conditions {
                    self.expressions([condition, result])?;
                }
                self.expressions(else_result.as_deref())
            }
            Expr::Lambda(LambdaFunction {
                params,
                body,
                syntax: _,
            }) => {
                let params = match params {
                    OneOrManyWithParens::One(param) => std::slice::from_ref(param),
                    OneOrManyWithParens::Many(params) => params,
                };
                let mut types = params.iter().filter_map(|param| param.data_type.as_ref());
                types.try_for_each(types::check)?;
                self.expression(body)
            }
            Expr::Interval(Interval { value, .. }) => self.expression(value),
            _ => self.comparison(expr),
        }
    }

    fn access(&mut self, access: &'q AccessExpr) -> Result<(), Refused> {
        match access {
            AccessExpr::Dot(Expr::Identifier(name)) => check_column([name]),
            // A call behind a period is the call of a function in a schema, or of a method.
            AccessExpr::Dot(expr) => Err(Refused::construct(&format!("`.{expr}`"))),
            AccessExpr::Subscript(Subscript::Index { index }) => self.expression(index),
            AccessExpr::Subscript(Subscript::Slice {
                lower_bound,
                upper_bound,
                stride,
            }) => self.expressions([lower_bound, upper_bound, stride].into_iter().flatten()),
        }
    }
}

/// Reading `sequence.NEXTVAL` moves the sequence on.
fn check_column<'a>(
    parts: impl IntoIterator<Item = &'a Ident, IntoIter: DoubleEndedIterator>,
) -> Result<(), Refused> {
    match parts.into_iter().next_back() {
        Some(last) if last.value.eq_ignore_ascii_case("NEXTVAL") => Err(Refused::harmful_function(
            &last.value,
            "moves a sequence on",
        )),
        _ => Ok(()),
    }
}

fn check_value(value: &Value) -> Result<(), Refused> {
    let is_known = matches!(
        value,
        Value::Number(..)
            | Value::SingleQuotedString(_)
            | Value::DoubleQuotedString(_)
            | Value::Boolean(_)
            | Value::Null
            | Value::Placeholder(_)
    );
    absent(is_known, "a literal of an unusual kind")
}

fn check_operator(operator: &BinaryOperator) -> Result<(), Refused> {
    let is_known = matches!(
        operator,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::Gt
            | BinaryOperator::Lt
            | BinaryOperator::GtEq
            | BinaryOperator::LtEq
            | BinaryOperator::Spaceship
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::And
            | BinaryOperator::Or
            | BinaryOperator::BitwiseOr
            | BinaryOperator::BitwiseAnd
            | BinaryOperator::BitwiseXor
    );
    match is_known {
        true => Ok(()),
        false => Err(Refused::construct(&format!("`{operator}`"))),
    }
}
