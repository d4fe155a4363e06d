//! Columns as JSON: `TableFieldSchema`.

use crate::catalog::Column;
use crate::types::google::{Digits, GoogleField, GoogleType, of_column};
use serde_json::{Value, json};

/// The schema of a table.
pub(super) fn table_schema(columns: &[Column]) -> Value {
    let fields = columns.iter().map(|column| {
        let described = GoogleField {
            name: Some((&*column.name).into()),
            data_type: of_column(column),
            required: !column.nullable,
            description: column.comment.as_deref().map(Into::into),
        };
        field(&described)
    });
    json!({"fields": fields.collect::<Vec<_>>()})
}

/// The schema of a result.
pub(super) fn schema(fields: &[GoogleField]) -> Value {
    json!({"fields": fields.iter().map(field).collect::<Vec<_>>()})
}

fn field(described: &GoogleField) -> Value {
    let (mode, data_type) = match &described.data_type {
        GoogleType::Array(element) => ("REPEATED", &**element),
        other if described.required => ("REQUIRED", other),
        other => ("NULLABLE", other),
    };
    let mut out = json!({
        "name": described.name.as_deref().unwrap_or_default(),
        "type": data_type.rest_name(),
        "mode": mode,
    });
    if let Some(description) = &described.description {
        out["description"] = (**description).into();
    }
    match data_type {
        GoogleType::Struct(fields) => {
            out["fields"] = fields.iter().map(field).collect::<Vec<_>>().into();
        }
        GoogleType::Range(element) => {
            out["rangeElementType"] = json!({"type": element.rest_name()});
        }
        GoogleType::String(Some(length)) | GoogleType::Bytes(Some(length)) => {
            out["maxLength"] = length.to_string().into();
        }
        GoogleType::Timestamp(Some(precision)) => {
            out["timestampPrecision"] = precision.to_string().into();
        }
        GoogleType::Numeric(Some(digits)) | GoogleType::BigNumeric(Some(digits)) => {
            let Digits { precision, scale } = digits;
            out["precision"] = precision.to_string().into();
            if *scale > 0 {
                out["scale"] = scale.to_string().into();
            }
        }
        _ => {}
    }
    out
}
