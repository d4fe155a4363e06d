//! A column's type as DESCRIBE, SHOW COLUMNS and results tell it.

use super::{SnowflakeType, of_column, parse_type};
use crate::catalog::Column;
use crate::types::DataType;
use serde_json::{Map, Value, json as object};

/// The type's text. What a column was registered with is told verbatim, unless it is a type of
/// the catalog's own grammar, which is translated.
pub(crate) fn column_text(column: &Column) -> String {
    match (&column.type_text, &column.data_type) {
        (Some(text), DataType::Opaque(_)) => text.to_string(),
        (Some(text), data_type) if data_type.to_string() != **text && parse_type(text).is_ok() => {
            text.to_string()
        }
        _ => of_column(column).to_string(),
    }
}

/// The numbers that describe a type: `precision`, `scale`, `length`, `byteLength`.
pub(crate) fn sizes(data_type: &SnowflakeType) -> Map<String, Value> {
    let sizes = match data_type {
        SnowflakeType::Number { precision, scale } => {
            object!({"precision": precision, "scale": scale})
        }
        SnowflakeType::Text { length, .. } => {
            object!({"length": length, "byteLength": u64::from(*length).saturating_mul(4).min(16_777_216.max(u64::from(*length)))})
        }
        SnowflakeType::Binary(length) => object!({"length": length, "byteLength": length}),
        SnowflakeType::Time(fraction)
        | SnowflakeType::TimestampNtz(fraction)
        | SnowflakeType::TimestampLtz(fraction)
        | SnowflakeType::TimestampTz(fraction) => object!({"precision": 0, "scale": fraction}),
        _ => Value::Null,
    };
    match sizes {
        Value::Object(sizes) => sizes,
        _ => Map::new(),
    }
}

/// The JSON that SHOW COLUMNS has for a type.
pub(crate) fn json(data_type: &SnowflakeType, nullable: bool) -> Value {
    let mut shown = Map::new();
    shown.insert("type".to_owned(), data_type.wire_name().into());
    shown.extend(sizes(data_type));
    match data_type {
        SnowflakeType::Text { collation, .. } => {
            shown.insert("fixed".to_owned(), false.into());
            if let Some(collation) = collation {
                shown.insert("collation".to_owned(), collation.to_string().into());
            }
        }
        SnowflakeType::Binary(_) => drop(shown.insert("fixed".to_owned(), true.into())),
        SnowflakeType::Vector(element, size) => {
            let element = match element {
                super::VectorElement::Float => SnowflakeType::Float,
                super::VectorElement::Int => SnowflakeType::INTEGER,
            };
            shown.insert("dimension".to_owned(), (*size).into());
            shown.insert("vectorElementType".to_owned(), json(&element, false));
        }
        _ => {}
    }
    shown.insert("nullable".to_owned(), nullable.into());
    Value::Object(shown)
}
