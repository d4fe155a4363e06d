//! How the Databricks APIs name types: the `type_name` enums and the `type_json` of Spark.

use crate::catalog::Column;
use crate::types::{DataType, StructField};

/// Unity Catalog's `ColumnTypeName`.
pub(super) fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "BOOLEAN",
        DataType::TinyInt => "BYTE",
        DataType::SmallInt => "SHORT",
        DataType::Int => "INT",
        DataType::BigInt => "LONG",
        DataType::Float => "FLOAT",
        DataType::Double => "DOUBLE",
        DataType::Decimal { .. } => "DECIMAL",
        DataType::String { .. } | DataType::Varchar(_) => "STRING",
        DataType::Char(_) => "CHAR",
        DataType::Binary => "BINARY",
        DataType::Date => "DATE",
        DataType::Timestamp => "TIMESTAMP",
        DataType::TimestampNtz => "TIMESTAMP_NTZ",
        DataType::Void => "NULL",
        DataType::Variant => "VARIANT",
        DataType::Interval { .. } => "INTERVAL",
        DataType::Geography(_) => "GEOGRAPHY",
        DataType::Geometry(_) => "GEOMETRY",
        DataType::Array(_) => "ARRAY",
        DataType::Map(_) => "MAP",
        DataType::Struct(_) => "STRUCT",
        DataType::Time { .. } | DataType::Object | DataType::Opaque(_) => "USER_DEFINED_TYPE",
    }
}

/// Precision and scale; only DECIMAL has them, everything else says 0.
pub(super) fn precision_and_scale(data_type: &DataType) -> (u8, u8) {
    match data_type {
        DataType::Decimal { precision, scale } => (*precision, *scale),
        _ => (0, 0),
    }
}

/// The type as a statement's manifest prints it: keywords in upper case, names as they are.
pub(super) fn statement_type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Array(element) => format!("ARRAY<{}>", statement_type_text(element)),
        DataType::Map(entry) => {
            let (key, value) = (statement_type_text(&entry.0), statement_type_text(&entry.1));
            format!("MAP<{key}, {value}>")
        }
        DataType::Struct(fields) => {
            let field = |field: &StructField| {
                format!("{}: {}", field.name, statement_type_text(&field.data_type))
            };
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("STRUCT<{}>", fields.join(", "))
        }
        DataType::String { .. } => "STRING".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}

/// The column as a Spark `StructField` in JSON.
pub(super) fn type_json(column: &Column) -> String {
    let mut out = String::with_capacity(96);
    let field = FieldView {
        name: &column.name,
        data_type: &column.data_type,
        nullable: column.nullable,
        comment: column.comment.as_deref(),
    };
    write_field(&mut out, &field);
    out
}

/// What columns and struct fields have in common.
struct FieldView<'a> {
    name: &'a str,
    data_type: &'a DataType,
    nullable: bool,
    comment: Option<&'a str>,
}

impl<'a> From<&'a StructField> for FieldView<'a> {
    fn from(field: &'a StructField) -> Self {
        Self {
            name: &field.name,
            data_type: &field.data_type,
            nullable: field.nullable,
            comment: field.comment.as_deref(),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write_field(out: &mut String, field: &FieldView<'_>) {
    out.push_str("{\"name\":");
    out.push_str(&quoted(field.name));
    out.push_str(",\"type\":");
    write_type(out, field.data_type);
    out.push_str(",\"nullable\":");
    out.push_str(if field.nullable { "true" } else { "false" });
    out.push_str(",\"metadata\":{");
    if let Some(comment) = field.comment {
        out.push_str("\"comment\":");
        out.push_str(&quoted(comment));
    }
    out.push_str("}}");
}

fn write_type(out: &mut String, data_type: &DataType) {
    match data_type {
        DataType::Array(element) => {
            out.push_str("{\"type\":\"array\",\"elementType\":");
            write_type(out, element);
            out.push_str(",\"containsNull\":true}");
        }
        DataType::Map(entry) => {
            out.push_str("{\"type\":\"map\",\"keyType\":");
            write_type(out, &entry.0);
            out.push_str(",\"valueType\":");
            write_type(out, &entry.1);
            out.push_str(",\"valueContainsNull\":true}");
        }
        DataType::Struct(fields) => {
            out.push_str("{\"type\":\"struct\",\"fields\":[");
            for (at, field) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_field(out, &field.into());
            }
            out.push_str("]}");
        }
        _ => out.push_str(&quoted(&spark_name(data_type))),
    }
}

/// Spark's JSON spells the integers its own way.
fn spark_name(data_type: &DataType) -> String {
    match data_type {
        DataType::TinyInt => "byte".to_owned(),
        DataType::SmallInt => "short".to_owned(),
        DataType::Int => "integer".to_owned(),
        DataType::BigInt => "long".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{TypeError, parse_type};

    #[test]
    fn type_json_is_a_spark_struct_field() -> Result<(), TypeError> {
        let mut column = Column::new("id", DataType::BigInt);
        column.nullable = false;
        assert_eq!(
            type_json(&column),
            r#"{"name":"id","type":"long","nullable":false,"metadata":{}}"#
        );
        let mut column = Column::new("t\"ags", parse_type("array<struct<a:int comment 'x'>>")?);
        column.comment = Some("free labels".into());
        assert_eq!(
            type_json(&column),
            concat!(
                r#"{"name":"t\"ags","type":{"type":"array","elementType":{"type":"struct","fields":["#,
                r#"{"name":"a","type":"integer","nullable":true,"metadata":{"comment":"x"}}]},"#,
                r#""containsNull":true},"nullable":true,"metadata":{"comment":"free labels"}}"#
            )
        );
        Ok(())
    }
}
