//! Numbers and flags on the wire: 64-bit integers are strings there, and Python writes `True`.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A number, written as one or as text.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Number(number) if number.is_u64() => Ok(number.as_u64()),
        Value::String(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(serde::de::Error::custom(format!(
                "Invalid unsigned integer \"{text}\""
            ))),
        },
        other => Err(serde::de::Error::custom(format!(
            "Invalid unsigned integer {other}"
        ))),
    }
}

/// True or false, written as one or as text in any case.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        other => Err(serde::de::Error::custom(format!("Invalid boolean {other}"))),
    }
}
