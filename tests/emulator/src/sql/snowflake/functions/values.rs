//! Values of the engine as plain ones.

use datafusion::arrow::datatypes::DataType as Arrow;
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;

/// Fails with this message.
pub(super) fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(DataFusionError::Execution(message.into()))
}

pub(super) fn first(given: &[ScalarValue]) -> Result<&ScalarValue> {
    match given.first() {
        Some(value) => Ok(value),
        None => wrong("expected a value"),
    }
}

/// The text that a value is.
pub(super) fn text(value: &ScalarValue) -> Result<&str> {
    match value.try_as_str() {
        Some(Some(text)) => Ok(text),
        _ => wrong(format!("expected a text, not {value}")),
    }
}

/// The text of any single value.
pub(super) fn printed(value: &ScalarValue) -> Result<String> {
    match value {
        ScalarValue::Float64(Some(number)) => Ok(number.to_string()),
        ScalarValue::Boolean(Some(value)) => Ok(value.to_string()),
        other => match other.cast_to(&Arrow::Utf8)? {
            ScalarValue::Utf8(Some(text)) => Ok(text),
            _ => wrong(format!("{value} has no text")),
        },
    }
}

pub(super) fn integer(value: &ScalarValue) -> Result<i64> {
    match value.cast_to(&Arrow::Int64)? {
        ScalarValue::Int64(Some(number)) => Ok(number),
        _ => wrong(format!("expected an integer, not {value}")),
    }
}
