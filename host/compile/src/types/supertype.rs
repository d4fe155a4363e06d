//! The one type that values of two types have in common.

use super::{Field, FloatSize, Type, Zone};
use crate::Dialect;

/// See [`Type::common`].
pub(super) fn of(dialect: Dialect, left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
        (Type::Null, other) | (other, Type::Null) => other.clone(),
        _ if left == right => left.clone(),
        (Type::Array(left), Type::Array(right)) => Type::Array(Box::new(of(dialect, left, right))),
        (Type::Map(left_key, left_value), Type::Map(right_key, right_value)) => Type::Map(
            Box::new(of(dialect, left_key, right_key)),
            Box::new(of(dialect, left_value, right_value)),
        ),
        (Type::Struct(left), Type::Struct(right)) => structure(dialect, left, right),
        _ => match dialect {
            Dialect::Databricks => databricks(left, right),
            Dialect::BigQuery => bigquery(left, right),
            Dialect::Snowflake => snowflake(left, right),
        },
    }
}

/// Fields of the same names in the same order, each with what it has in common. Others the dialects treat differently.
fn structure(dialect: Dialect, left: &[Field], right: &[Field]) -> Type {
    let is_same = left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| left.name == right.name);
    if !is_same {
        return Type::Unknown;
    }
    let pairs = left.iter().zip(right);
    let fields = pairs.map(|(left, right)| Field {
        name: left.name.clone(),
        data_type: of(dialect, &left.data_type, &right.data_type),
        nullable: left.nullable || right.nullable,
    });
    Type::Struct(fields.collect())
}

fn databricks(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Integer(left), Type::Integer(right)) => Type::Integer(*left.max(right)),
        (Type::String { .. }, Type::String { .. }) => Type::TEXT,
        (Type::Float(_), Type::Float(_)) => Type::Float(FloatSize::Double),
        (Type::Float(_), Type::Integer(_) | Type::Decimal { .. })
        | (Type::Integer(_) | Type::Decimal { .. }, Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        (Type::Date, Type::Timestamp { zone, .. }) | (Type::Timestamp { zone, .. }, Type::Date) => {
            Type::timestamp(*zone)
        }
        // Of these two an instant is what either can be.
        (Type::Timestamp { .. }, Type::Timestamp { .. }) => Type::timestamp(Zone::Local),
        _ => match (left.decimal_of_databricks(), right.decimal_of_databricks()) {
            (Some(left), Some(right)) => widest(left, right),
            _ => Type::Unknown,
        },
    }
}

fn bigquery(left: &Type, right: &Type) -> Type {
    let big = Type::BigDecimal { precision: None };
    match (left, right) {
        // Parameters are of columns, not of values.
        (Type::String { .. }, Type::String { .. }) => Type::TEXT,
        (Type::Bytes { .. }, Type::Bytes { .. }) => Type::Bytes { length: None },
        (Type::Decimal { .. } | Type::Integer(_), Type::Decimal { .. })
        | (Type::Decimal { .. }, Type::Integer(_)) => Type::NUMERIC,
        (
            Type::BigDecimal { .. },
            Type::BigDecimal { .. } | Type::Decimal { .. } | Type::Integer(_),
        )
        | (Type::Decimal { .. } | Type::Integer(_), Type::BigDecimal { .. }) => big,
        (Type::Float(_), Type::Integer(_)) | (Type::Integer(_), Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        // A literal such as 1.5 becomes what the other one is, a column of FLOAT64 does not: not to be told apart here.
        _ => Type::Unknown,
    }
}

fn snowflake(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::String { length: left, .. }, Type::String { length: right, .. }) => Type::String {
            length: left.zip(*right).map(|(left, right)| left.max(right)),
            fixed: false,
        },
        (Type::Bytes { length: left }, Type::Bytes { length: right }) => Type::Bytes {
            length: left.zip(*right).map(|(left, right)| left.max(right)),
        },
        (Type::Float(_), Type::Decimal { .. }) | (Type::Decimal { .. }, Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        (
            Type::Decimal {
                precision: left_precision,
                scale: left_scale,
            },
            Type::Decimal {
                precision: right_precision,
                scale: right_scale,
            },
        ) => widest(
            (*left_precision, *left_scale),
            (*right_precision, *right_scale),
        ),
        (
            Type::Timestamp {
                zone: left_zone,
                digits: left,
            },
            Type::Timestamp {
                zone: right_zone,
                digits: right,
            },
        ) if left_zone == right_zone => Type::Timestamp {
            zone: *left_zone,
            digits: left.zip(*right).map(|(left, right)| left.max(right)),
        },
        _ => Type::Unknown,
    }
}

/// A decimal that both fit into. Where there is none, digits are given up, by rules that differ between versions.
fn widest(left: (u16, i16), right: (u16, i16)) -> Type {
    let scale = left.1.max(right.1);
    let whole = |(precision, scale): (u16, i16)| i32::from(precision) - i32::from(scale);
    let precision = whole(left).max(whole(right)) + i32::from(scale);
    match u16::try_from(precision) {
        Ok(precision @ 1..=38) => Type::Decimal { precision, scale },
        _ => Type::Unknown,
    }
}
