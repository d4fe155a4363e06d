//! The types that casts name.

use sqlparser::ast::DataType;

use super::{Field, Type, Zone, read};
use crate::Dialect;

/// See [`Type::from_sql`]. The parser prints a type in words that are read like any other text of one.
pub(super) fn type_of(dialect: Dialect, data_type: &DataType) -> Type {
    let read = match data_type {
        // The two that casts name most, whatever their text.
        DataType::Date => Type::Date,
        DataType::Boolean | DataType::Bool => Type::Boolean,
        _ => read::type_of(dialect, &data_type.to_string()),
    };
    match dialect {
        Dialect::Databricks | Dialect::BigQuery => as_value(read),
        Dialect::Snowflake => with_defaults(read),
    }
}

/// What is left of a length where it is of a value: Databricks and BigQuery check it in the cast and then forget it.
fn as_value(data_type: Type) -> Type {
    match data_type {
        Type::String { .. } => Type::TEXT,
        Type::Bytes { .. } => Type::Bytes { length: None },
        Type::Array(element) => Type::Array(Box::new(as_value(*element))),
        Type::Map(key, value) => Type::Map(Box::new(as_value(*key)), Box::new(as_value(*value))),
        Type::Struct(fields) => {
            let fields = fields.into_iter().map(|field| Field {
                data_type: as_value(field.data_type),
                ..field
            });
            Type::Struct(fields.collect())
        }
        other => other,
    }
}

/// Snowflake's values keep what a cast says of them, or what it means by saying nothing.
fn with_defaults(data_type: Type) -> Type {
    match data_type {
        Type::String {
            length: None,
            fixed,
        } => Type::String {
            length: Some(16_777_216),
            fixed,
        },
        Type::Bytes { length: None } => Type::Bytes {
            length: Some(8_388_608),
        },
        Type::Time { digits: None } => Type::Time { digits: Some(9) },
        Type::Timestamp { zone, digits: None } => with_digits(zone),
        other => other,
    }
}

fn with_digits(zone: Zone) -> Type {
    Type::Timestamp {
        zone,
        digits: Some(9),
    }
}
