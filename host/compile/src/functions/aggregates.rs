//! Sums and means of many numbers, and numbers made rounder.

use super::{Argument, Literal};
use crate::Dialect;
use crate::types::{FloatSize, IntegerSize, Type};

const MOST_DIGITS: u16 = 38;

/// The sum of values of a type.
pub(super) fn sum(dialect: Dialect, data_type: &Type) -> Type {
    match (dialect, data_type) {
        (Dialect::Databricks | Dialect::BigQuery, Type::Integer(_)) => {
            Type::Integer(IntegerSize::Big)
        }
        (_, Type::Float(_)) => Type::Float(FloatSize::Double),
        (Dialect::Databricks, Type::Decimal { precision, scale }) => Type::Decimal {
            precision: precision.saturating_add(10).min(MOST_DIGITS),
            scale: *scale,
        },
        (Dialect::Snowflake, Type::Decimal { scale, .. }) => Type::Decimal {
            precision: MOST_DIGITS,
            scale: *scale,
        },
        _ => exact_of_bigquery(dialect, data_type),
    }
}

/// The mean of values of a type.
pub(super) fn average(dialect: Dialect, data_type: &Type) -> Type {
    match (dialect, data_type) {
        (Dialect::Databricks | Dialect::BigQuery, Type::Integer(_)) | (_, Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        (Dialect::Databricks, Type::Decimal { precision, scale }) => Type::Decimal {
            precision: precision.saturating_add(4).min(MOST_DIGITS),
            scale: scale.saturating_add(4).min(38),
        },
        (Dialect::Snowflake, Type::Decimal { scale: 0, .. }) => Type::Decimal {
            precision: MOST_DIGITS,
            scale: 6,
        },
        _ => exact_of_bigquery(dialect, data_type),
    }
}

/// A number with as many digits behind the point as the second argument says, or none.
pub(super) fn round(dialect: Dialect, data_type: &Type, digits: Option<&Argument>) -> Type {
    match (dialect, data_type) {
        (Dialect::Databricks, Type::Integer(_) | Type::Float(_)) => data_type.clone(),
        (Dialect::Databricks, Type::Decimal { precision, scale }) => {
            let digits = match digits.map(|it| &it.literal) {
                None => 0,
                Some(Some(Literal::Integer(digits))) => *digits,
                Some(_) => return Type::Unknown,
            };
            rounded(i64::from(*precision), i64::from(*scale), digits)
        }
        (Dialect::BigQuery, Type::Integer(_)) | (_, Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        _ => exact_of_bigquery(dialect, data_type),
    }
}

/// Rounding may carry into one more digit before the point.
fn rounded(precision: i64, scale: i64, digits: i64) -> Type {
    let whole = precision - scale + 1;
    let (precision, scale) = match digits {
        ..0 => (whole.max(digits.saturating_neg().saturating_add(1)), 0),
        _ => (whole + scale.min(digits), scale.min(digits)),
    };
    let precision = precision.clamp(1, i64::from(MOST_DIGITS));
    match (u16::try_from(precision), i16::try_from(scale)) {
        (Ok(precision), Ok(scale)) => Type::Decimal { precision, scale },
        _ => Type::Unknown,
    }
}

/// The whole number above or below a number.
pub(super) fn ceiling(dialect: Dialect, data_type: &Type) -> Type {
    match (dialect, data_type) {
        (Dialect::Databricks, Type::Integer(_) | Type::Float(_)) => Type::Integer(IntegerSize::Big),
        (Dialect::Databricks, Type::Decimal { scale: 0, .. }) => data_type.clone(),
        (Dialect::Databricks, Type::Decimal { precision, scale }) => {
            rounded(i64::from(*precision), i64::from(*scale), 0)
        }
        (Dialect::BigQuery, Type::Integer(_)) | (_, Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        _ => exact_of_bigquery(dialect, data_type),
    }
}

/// BigQuery's exact numbers stay what they are, whatever is done to them.
fn exact_of_bigquery(dialect: Dialect, data_type: &Type) -> Type {
    match (dialect, data_type) {
        (Dialect::BigQuery, Type::Decimal { .. }) => Type::NUMERIC,
        (Dialect::BigQuery, Type::BigDecimal { .. }) => Type::BigDecimal { precision: None },
        (Dialect::BigQuery, Type::Interval(_)) => Type::Interval(None),
        _ => Type::Unknown,
    }
}
