//! `queryParameters` of a request.

use crate::bigquery::error::ApiError;
use crate::sql::google::{GoogleParameter, ParameterValue};
use crate::types::google::{GoogleField, GoogleType, parse_type};
use serde_json::Value;

/// How deep the types of parameters may nest.
const MAX_DEPTH: usize = 15;

/// Reads all parameters. With the mode NAMED each has a name, with POSITIONAL none has.
pub(super) fn read(given: &[Value], mode: Option<&str>) -> Result<Vec<GoogleParameter>, ApiError> {
    let named = match mode {
        None | Some("" | "NONE") => None,
        Some("NAMED") => Some(true),
        Some("POSITIONAL") => Some(false),
        Some(other) => {
            let message = format!("Invalid value for parameterMode: {other}");
            return Err(ApiError::invalid(message));
        }
    };
    let one = |parameter: &Value| {
        let name = parameter["name"].as_str().filter(|name| !name.is_empty());
        if named.is_some_and(|named| named != name.is_some()) {
            return Err(ApiError::invalid(
                "Parameters must be all named or all positional",
            ));
        }
        let data_type = data_type(&parameter["parameterType"], 0)?;
        let value = value(&data_type, &parameter["parameterValue"])?;
        Ok(GoogleParameter {
            name: name.map(str::to_owned),
            data_type,
            value,
        })
    };
    given.iter().map(one).collect()
}

fn data_type(given: &Value, depth: usize) -> Result<GoogleType, ApiError> {
    let name = given["type"].as_str().unwrap_or_default();
    let invalid = || ApiError::invalid(format!("Invalid parameter type: {given}"));
    if depth > MAX_DEPTH {
        return Err(invalid());
    }
    match name.to_ascii_uppercase().as_str() {
        "ARRAY" => {
            let element = data_type(&given["arrayType"], depth + 1)?;
            match element {
                GoogleType::Array(_) => Err(invalid()),
                element => Ok(GoogleType::Array(Box::new(element))),
            }
        }
        "STRUCT" | "RECORD" => {
            let fields = given["structTypes"].as_array().into_iter().flatten();
            let field = |field: &Value| {
                Ok(GoogleField {
                    name: field["name"].as_str().map(Into::into),
                    data_type: data_type(&field["type"], depth + 1)?,
                    required: false,
                    description: None,
                })
            };
            Ok(GoogleType::Struct(
                fields.map(field).collect::<Result<_, ApiError>>()?,
            ))
        }
        "RANGE" => {
            let element = data_type(&given["rangeElementType"], depth + 1)?;
            let text = format!("RANGE<{element}>");
            parse_type(&text).map_err(|_| invalid())
        }
        "FLOAT" => Ok(GoogleType::Float64),
        other => parse_type(other).map_err(|_| invalid()),
    }
}

fn value(data_type: &GoogleType, given: &Value) -> Result<ParameterValue, ApiError> {
    match data_type {
        GoogleType::Array(element) => match given["arrayValues"].as_array() {
            // An array is never NULL.
            None => Ok(ParameterValue::Array(Vec::new())),
            Some(values) => {
                let values = values.iter().map(|each| value(element, each));
                Ok(ParameterValue::Array(values.collect::<Result<_, _>>()?))
            }
        },
        GoogleType::Struct(fields) => {
            let values = &given["structValues"];
            let one = |field: &GoogleField| {
                let name = field.name.as_deref().unwrap_or_default();
                value(&field.data_type, &values[name])
            };
            let values = fields.iter().map(one);
            Ok(ParameterValue::Struct(values.collect::<Result<_, _>>()?))
        }
        GoogleType::Range(_) if given["rangeValue"].is_object() => {
            let end = |which: &str| {
                let end = given["rangeValue"][which]["value"].as_str();
                end.unwrap_or("UNBOUNDED").to_owned()
            };
            Ok(ParameterValue::Text(format!(
                "[{}, {})",
                end("start"),
                end("end")
            )))
        }
        _ => match &given["value"] {
            Value::Null => Ok(ParameterValue::Null),
            Value::String(text) => Ok(ParameterValue::Text(text.clone())),
            other @ (Value::Bool(_) | Value::Number(_)) => {
                Ok(ParameterValue::Text(other.to_string()))
            }
            other => Err(ApiError::invalid(format!(
                "Invalid parameter value: {other}"
            ))),
        },
    }
}
