//! Types as `DESCRIBE` tells them: a short text, or JSON.

use super::{DataType, Srid, StructField};
use crate::catalog::Column;
use serde_json::{Value, json};

/// Most fields of a struct that the short text shows.
const MOST_FIELDS: usize = 25;

/// The column's type as `DESCRIBE TABLE` prints it: without what is known of nested fields besides
/// their types, and with wide structs cut short.
pub(crate) fn short_text(column: &Column) -> String {
    match (&column.data_type, &column.type_text) {
        (DataType::Opaque(_), Some(text)) => text.to_string(),
        (data_type, _) => short(data_type),
    }
}

fn short(data_type: &DataType) -> String {
    match data_type {
        DataType::Array(element) => format!("array<{}>", short(element)),
        DataType::Map(entry) => format!("map<{},{}>", short(&entry.0), short(&entry.1)),
        DataType::Struct(fields) => {
            let field = |field: &StructField| format!("{}:{}", field.name, short(&field.data_type));
            let mut shown: Vec<String> = fields.iter().take(MOST_FIELDS).map(field).collect();
            if fields.len() > MOST_FIELDS {
                shown.push(format!("... {} more fields", fields.len() - MOST_FIELDS));
            }
            format!("struct<{}>", shown.join(","))
        }
        other => other.to_string(),
    }
}

/// The type as `DESCRIBE TABLE EXTENDED … AS JSON` tells it.
pub(crate) fn describe_json(data_type: &DataType) -> Value {
    match data_type {
        DataType::Decimal { precision, scale } => {
            json!({"name": "decimal", "precision": precision, "scale": scale})
        }
        DataType::Char(length) => json!({"name": "char", "length": length}),
        DataType::Varchar(length) => json!({"name": "varchar", "length": length}),
        DataType::String { collation } => {
            json!({"name": "string", "collation": collation.as_deref().unwrap_or("UTF8_BINARY")})
        }
        DataType::Timestamp => json!({"name": "timestamp_ltz"}),
        DataType::Time { precision } => json!({"name": "time", "precision": precision}),
        DataType::Interval { from, to } => {
            let end = to.unwrap_or(*from);
            json!({"name": "interval", "start_unit": from.word(), "end_unit": end.word()})
        }
        DataType::Geography(srid) => json!({"name": "geography", "srid": srid_json(*srid)}),
        DataType::Geometry(srid) => json!({"name": "geometry", "srid": srid_json(*srid)}),
        DataType::Array(element) => json!({
            "name": "array",
            "element_type": describe_json(element),
            "element_nullable": true,
        }),
        DataType::Map(entry) => json!({
            "name": "map",
            "key_type": describe_json(&entry.0),
            "value_type": describe_json(&entry.1),
            "value_nullable": true,
        }),
        DataType::Struct(fields) => {
            let fields: Vec<Value> = fields.iter().map(field_json).collect();
            json!({"name": "struct", "fields": fields})
        }
        other => json!({"name": other.to_string()}),
    }
}

fn srid_json(srid: Srid) -> Value {
    match srid {
        Srid::Any => "any".into(),
        Srid::Number(number) => number.into(),
    }
}

fn field_json(field: &StructField) -> Value {
    let mut shown = json!({
        "name": &*field.name,
        "type": describe_json(&field.data_type),
        "nullable": field.nullable,
    });
    if let Some(comment) = &field.comment {
        shown["comment"] = (&**comment).into();
    }
    shown
}
