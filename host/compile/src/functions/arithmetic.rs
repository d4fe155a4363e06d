//! Sums, products and quotients: of numbers, and of days and spans of time.

use sqlparser::ast::BinaryOperator;

use super::{Literal, Operand, Typed};
use crate::Dialect;
use crate::types::{FloatSize, IntegerSize, Type, Zone};

/// The most digits of an exact number.
const MOST_DIGITS: i32 = 38;

/// What one of `+ - * / %` makes of two values.
pub(super) fn of(
    dialect: Dialect,
    operator: &BinaryOperator,
    left: Operand<'_>,
    right: Operand<'_>,
) -> Typed {
    let data_type = match (left.data_type, right.data_type) {
        (Type::Unknown | Type::Null, _) | (_, Type::Unknown | Type::Null) => Type::Unknown,
        (one, other) if is_number(one) && is_number(other) => match dialect {
            Dialect::Databricks => databricks(operator, left, right),
            Dialect::BigQuery => bigquery(operator, left, right),
            Dialect::Snowflake => snowflake(operator, one, other),
        },
        (one, other) => moments(dialect, operator, one, other),
    };
    Typed::new(data_type, left.nullable || right.nullable)
}

fn is_number(data_type: &Type) -> bool {
    matches!(
        data_type,
        Type::Integer(_) | Type::Decimal { .. } | Type::BigDecimal { .. } | Type::Float(_)
    )
}

fn databricks(operator: &BinaryOperator, left: Operand<'_>, right: Operand<'_>) -> Type {
    let is_division = *operator == BinaryOperator::Divide;
    match (left.data_type, right.data_type) {
        (Type::Integer(_), Type::Integer(_)) if is_division => Type::Float(FloatSize::Double),
        (Type::Integer(left), Type::Integer(right)) => Type::Integer(*left.max(right)),
        (Type::Float(FloatSize::Single), Type::Float(FloatSize::Single)) if !is_division => {
            Type::Float(FloatSize::Single)
        }
        (Type::Float(FloatSize::Single), Type::Integer(IntegerSize::Tiny | IntegerSize::Small))
        | (Type::Integer(IntegerSize::Tiny | IntegerSize::Small), Type::Float(FloatSize::Single))
            if !is_division =>
        {
            Type::Float(FloatSize::Single)
        }
        (Type::Float(_), _) | (_, Type::Float(_)) => Type::Float(FloatSize::Double),
        _ => match (digits(left), digits(right)) {
            (Some(left), Some(right)) => databricks_decimal(operator, left, right),
            _ => Type::Unknown,
        },
    }
}

/// Precision and scale as Databricks computes with them. An integer that is written out has as many digits as it has, any other as many as its
/// type may have, so beside a decimal the two must be told apart.
fn digits(operand: Operand<'_>) -> Option<(i32, i32)> {
    let (precision, scale) = match (operand.data_type, operand.literal) {
        (Type::Integer(_), Some(Some(Literal::Integer(number)))) => {
            let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
            (u16::try_from(digits).ok()?, 0)
        }
        (Type::Integer(_), None) => return None,
        (data_type, _) => data_type.decimal_of_databricks()?,
    };
    Some((precision.into(), scale.into()))
}

fn databricks_decimal(
    operator: &BinaryOperator,
    (left_precision, left_scale): (i32, i32),
    (right_precision, right_scale): (i32, i32),
) -> Type {
    let (left_whole, right_whole) = (left_precision - left_scale, right_precision - right_scale);
    let widest_scale = left_scale.max(right_scale);
    let (precision, scale) = match operator {
        BinaryOperator::Plus | BinaryOperator::Minus => {
            (left_whole.max(right_whole) + widest_scale + 1, widest_scale)
        }
        BinaryOperator::Multiply => (
            left_precision + right_precision + 1,
            left_scale + right_scale,
        ),
        BinaryOperator::Divide => {
            let scale = (left_scale + right_precision + 1).max(6);
            (left_whole + right_scale + scale, scale)
        }
        BinaryOperator::Modulo => (left_whole.min(right_whole) + widest_scale, widest_scale),
        _ => return Type::Unknown,
    };
    if precision <= MOST_DIGITS {
        return decimal(precision, scale);
    }
    // What is too much is taken from the fraction, of which six digits stay.
    let whole = precision - scale;
    decimal(MOST_DIGITS, (MOST_DIGITS - whole).max(scale.min(6)))
}

fn bigquery(operator: &BinaryOperator, left: Operand<'_>, right: Operand<'_>) -> Type {
    let double = Type::Float(FloatSize::Double);
    match (left.data_type, right.data_type) {
        (Type::Float(_), Type::Float(_) | Type::Integer(_))
        | (Type::Integer(_), Type::Float(_)) => double,
        // Beside an exact number the literal 1.5 becomes exact as well, a column does not. A literal is never NULL.
        (Type::Float(_), _) if left.nullable => double,
        (_, Type::Float(_)) if right.nullable => double,
        (Type::Float(_), _) | (_, Type::Float(_)) => Type::Unknown,
        (Type::Integer(_), Type::Integer(_)) if *operator == BinaryOperator::Divide => double,
        (Type::Integer(_), Type::Integer(_)) => Type::Integer(IntegerSize::Big),
        (Type::BigDecimal { .. }, _) | (_, Type::BigDecimal { .. }) => {
            Type::BigDecimal { precision: None }
        }
        _ => Type::NUMERIC,
    }
}

fn snowflake(operator: &BinaryOperator, left: &Type, right: &Type) -> Type {
    let (left, right) = match (left, right) {
        (
            Type::Decimal { precision, scale },
            Type::Decimal {
                precision: right_precision,
                scale: right_scale,
            },
        ) => (
            (i32::from(*precision), i32::from(*scale)),
            (i32::from(*right_precision), i32::from(*right_scale)),
        ),
        _ => return Type::Float(FloatSize::Double),
    };
    let (left_whole, right_whole) = (left.0 - left.1, right.0 - right.1);
    let widest_scale = left.1.max(right.1);
    let (whole, scale) = match operator {
        BinaryOperator::Plus | BinaryOperator::Minus => {
            (left_whole.max(right_whole) + 1, widest_scale)
        }
        BinaryOperator::Multiply => (
            left_whole + right_whole,
            (left.1 + right.1).min(widest_scale.max(12)),
        ),
        BinaryOperator::Divide => (left_whole + right.1, left.1.max((left.1 + 6).min(12))),
        BinaryOperator::Modulo => (left_whole.max(right_whole), widest_scale),
        _ => return Type::Unknown,
    };
    decimal((whole + scale).min(MOST_DIGITS), scale)
}

fn decimal(precision: i32, scale: i32) -> Type {
    match (u16::try_from(precision), i16::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) => Type::Decimal { precision, scale },
        _ => Type::Unknown,
    }
}

/// What becomes of days and moments, and of the spans between them.
fn moments(dialect: Dialect, operator: &BinaryOperator, left: &Type, right: &Type) -> Type {
    let is_plus = *operator == BinaryOperator::Plus;
    let is_minus = *operator == BinaryOperator::Minus;
    match (left, right) {
        (Type::Interval(_), number) if is_scaling(operator) && is_number(number) => scaled(dialect),
        (number, Type::Interval(_))
            if *operator == BinaryOperator::Multiply && is_number(number) =>
        {
            scaled(dialect)
        }
        (Type::Interval(one), Type::Interval(other)) if is_plus || is_minus => match one == other {
            true => left.clone(),
            false => scaled(dialect),
        },
        (Type::Date, Type::Date) if is_minus => between_days(dialect),
        (Type::Date, number) if (is_plus || is_minus) && is_days(number) => Type::Date,
        (number, Type::Date) if is_plus && is_days(number) => Type::Date,
        (Type::Date, Type::Interval(units)) if is_plus || is_minus => {
            moved_day(dialect, units.as_deref())
        }
        (Type::Interval(units), Type::Date) if is_plus => moved_day(dialect, units.as_deref()),
        (Type::Timestamp { .. }, Type::Interval(_)) if is_plus || is_minus => left.clone(),
        (Type::Interval(_), Type::Timestamp { .. }) if is_plus => right.clone(),
        (Type::Time { .. }, Type::Interval(_))
            if dialect == Dialect::Snowflake && (is_plus || is_minus) =>
        {
            left.clone()
        }
        (Type::Timestamp { .. }, Type::Timestamp { .. }) if is_minus => between_moments(dialect),
        _ => Type::Unknown,
    }
}

fn is_scaling(operator: &BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide)
}

/// The units of a product are those of the span or finer ones, as the dialect has it.
fn scaled(dialect: Dialect) -> Type {
    match dialect {
        Dialect::Databricks => Type::Unknown,
        Dialect::BigQuery | Dialect::Snowflake => Type::Interval(None),
    }
}

/// Whether a number may be added to a day.
fn is_days(data_type: &Type) -> bool {
    matches!(data_type, Type::Integer(_) | Type::Decimal { scale: 0, .. })
}

fn between_days(dialect: Dialect) -> Type {
    match dialect {
        Dialect::Databricks => Type::Interval(Some("DAY".to_owned())),
        Dialect::BigQuery => Type::Interval(None),
        // A whole number of days, whatever its digits.
        Dialect::Snowflake => Type::Decimal {
            precision: 38,
            scale: 0,
        },
    }
}

fn between_moments(dialect: Dialect) -> Type {
    match dialect {
        Dialect::Databricks => Type::Interval(Some("DAY TO SECOND".to_owned())),
        Dialect::BigQuery => Type::Interval(None),
        Dialect::Snowflake => Type::Unknown,
    }
}

/// A day, moved by a span: it stays one if the span is of whole days, which in BigQuery does not matter.
fn moved_day(dialect: Dialect, units: Option<&str>) -> Type {
    let is_whole = units.is_some_and(|units| {
        let mut units = units.split(" TO ");
        units.all(|unit| matches!(unit, "YEAR" | "QUARTER" | "MONTH" | "WEEK" | "DAY"))
    });
    match dialect {
        Dialect::BigQuery => Type::timestamp(Zone::None),
        Dialect::Databricks | Dialect::Snowflake if is_whole => Type::Date,
        Dialect::Databricks | Dialect::Snowflake => Type::Unknown,
    }
}
