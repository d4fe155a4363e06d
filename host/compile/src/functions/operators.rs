//! What operators make of values.

use sqlparser::ast::{BinaryOperator, UnaryOperator};

use super::arithmetic;
use super::{Literal, Operand, Typed};
use crate::Dialect;
use crate::types::{IntegerSize, Type};

/// See [`super::binary`].
pub(super) fn binary(
    dialect: Dialect,
    operator: &BinaryOperator,
    left: Operand<'_>,
    right: Operand<'_>,
) -> Typed {
    use BinaryOperator as Is;
    let either = left.nullable || right.nullable;
    match operator {
        Is::Gt | Is::Lt | Is::GtEq | Is::LtEq | Is::Eq | Is::NotEq => {
            Typed::new(Type::Boolean, either)
        }
        Is::Spaceship => Typed::new(Type::Boolean, false),
        Is::And | Is::Or => Typed::new(Type::Boolean, either && !is_decided(operator, left, right)),
        Is::Regexp => Typed::new(Type::Boolean, either),
        Is::StringConcat => Typed::new(concatenation(dialect, left, right), either),
        Is::Plus | Is::Minus | Is::Multiply | Is::Divide | Is::Modulo => {
            arithmetic::of(dialect, operator, left, right)
        }
        Is::MyIntegerDivide if dialect == Dialect::Databricks => {
            Typed::new(Type::Integer(IntegerSize::Big), either)
        }
        Is::BitwiseOr
        | Is::BitwiseAnd
        | Is::BitwiseXor
        | Is::PGBitwiseXor
        | Is::PGBitwiseShiftLeft
        | Is::PGBitwiseShiftRight => Typed::new(bits(dialect, operator, left, right), either),
        _ => Typed::UNKNOWN,
    }
}

/// See [`super::unary`].
pub(super) fn unary(dialect: Dialect, operator: &UnaryOperator, operand: &Typed) -> Typed {
    let data_type = match (operator, &operand.data_type) {
        (UnaryOperator::Not | UnaryOperator::BangNot, _) => Type::Boolean,
        (UnaryOperator::Plus | UnaryOperator::Minus, data_type) if is_signed(data_type) => {
            data_type.clone()
        }
        (UnaryOperator::BitwiseNot, Type::Integer(_)) => operand.data_type.clone(),
        (UnaryOperator::BitwiseNot, Type::Bytes { .. }) if dialect == Dialect::BigQuery => {
            Type::Bytes { length: None }
        }
        _ => Type::Unknown,
    };
    Typed::new(data_type, operand.nullable)
}

/// Whether a literal settles the outcome even where the other side is NULL: `x OR TRUE`.
fn is_decided(operator: &BinaryOperator, left: Operand<'_>, right: Operand<'_>) -> bool {
    let deciding = Literal::Boolean(*operator == BinaryOperator::Or);
    [left, right]
        .iter()
        .any(|it| it.literal == Some(Some(&deciding)))
}

fn is_signed(data_type: &Type) -> bool {
    matches!(
        data_type,
        Type::Integer(_)
            | Type::Decimal { .. }
            | Type::BigDecimal { .. }
            | Type::Float(_)
            | Type::Interval(_)
            | Type::Null
    )
}

fn concatenation(dialect: Dialect, left: Operand<'_>, right: Operand<'_>) -> Type {
    match (left.data_type, right.data_type) {
        // Anything else that stands beside a text is made one.
        (Type::String { .. }, Type::Bytes { .. } | Type::Array(_) | Type::Unknown)
        | (Type::Bytes { .. } | Type::Array(_) | Type::Unknown, Type::String { .. }) => {
            Type::Unknown
        }
        (Type::String { .. }, _) | (_, Type::String { .. }) => Type::TEXT,
        (Type::Bytes { .. }, Type::Bytes { .. }) => Type::Bytes { length: None },
        (Type::Array(_), Type::Array(_)) if dialect != Dialect::Snowflake => {
            Type::common(dialect, left.data_type, right.data_type)
        }
        _ => Type::Unknown,
    }
}

/// Snowflake's operators on bits are functions; its numbers are none of a fixed size.
fn bits(
    dialect: Dialect,
    operator: &BinaryOperator,
    left: Operand<'_>,
    right: Operand<'_>,
) -> Type {
    let is_shift = matches!(
        operator,
        BinaryOperator::PGBitwiseShiftLeft | BinaryOperator::PGBitwiseShiftRight
    );
    match (dialect, left.data_type, right.data_type) {
        (Dialect::BigQuery, Type::Integer(_), Type::Integer(_)) => Type::Integer(IntegerSize::Big),
        (Dialect::BigQuery, Type::Bytes { .. }, Type::Bytes { .. } | Type::Integer(_)) => {
            Type::Bytes { length: None }
        }
        (Dialect::Databricks, Type::Integer(size), Type::Integer(_)) if is_shift => {
            Type::Integer((*size).max(IntegerSize::Int))
        }
        (Dialect::Databricks, Type::Integer(left), Type::Integer(right)) => {
            Type::Integer(*left.max(right))
        }
        _ => Type::Unknown,
    }
}
