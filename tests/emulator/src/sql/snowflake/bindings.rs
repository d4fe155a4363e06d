//! Values for `?` and `:1`.

use super::expressions::{call, cast, null, text};
use crate::sql::error::SqlError;
use crate::types::snowflake::{SnowflakeType, parse_type};
use datafusion::sql::sqlparser::ast::{CastKind, Expr};
use std::collections::BTreeMap;

/// A value as a client sends it: every one is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The wire name of its type in upper case, for example FIXED.
    pub data_type: String,
    pub value: Option<String>,
}

impl Binding {
    fn expression(&self) -> Result<Expr, SqlError> {
        let data_type = match self.data_type.as_str() {
            "FIXED" => fixed(self.value.as_deref().unwrap_or_default()),
            "REAL" | "DECFLOAT" => SnowflakeType::Float,
            // What some drivers say of a NULL.
            "TEXT" | "ANY" => SnowflakeType::TEXT,
            other => parse_type(other).map_err(|_| wrong(other, "no such type"))?,
        };
        let Some(value) = &self.value else {
            return Ok(cast(null(), &data_type, CastKind::Cast));
        };
        Ok(match data_type {
            SnowflakeType::Text { .. } => text(value),
            SnowflakeType::Binary(_) => call("to_binary", vec![text(value)]),
            // Numbers count from 1970, anything else is the text of a date or time.
            SnowflakeType::Date
            | SnowflakeType::Time(_)
            | SnowflakeType::TimestampNtz(_)
            | SnowflakeType::TimestampLtz(_)
            | SnowflakeType::TimestampTz(_) => {
                let family = data_type.family().to_lowercase();
                call(&format!("bound_{family}"), vec![text(value)])
            }
            SnowflakeType::Variant | SnowflakeType::Object(_) | SnowflakeType::Array(_) => {
                call("parse_json", vec![text(value)])
            }
            other => cast(text(value), &other, CastKind::Cast),
        })
    }
}

/// The number with just as many digits behind the point as it has.
fn fixed(digits: &str) -> SnowflakeType {
    let scale = digits.split_once('.').map_or(0, |(_, after)| after.len());
    SnowflakeType::Number {
        precision: 38,
        scale: u8::try_from(scale.min(37)).unwrap_or(37),
    }
}

fn wrong(data_type: &str, why: &str) -> SqlError {
    let message = format!("Invalid value for bind variable of type {data_type}: {why}");
    SqlError::new("INVALID_STATEMENT", "42601", message)
}

/// The value of the marker, `?1` or `:1`.
pub(super) fn bind(bindings: &BTreeMap<String, Binding>, marker: &str) -> Result<Expr, SqlError> {
    find(bindings, marker)?.expression()
}

/// The text that is bound to the marker, which shall be a name.
pub(super) fn text_of(
    bindings: &BTreeMap<String, Binding>,
    marker: &str,
) -> Result<String, SqlError> {
    let value = find(bindings, marker)?.value.clone();
    value.ok_or_else(|| wrong("TEXT", "NULL is no name"))
}

fn find<'a>(
    bindings: &'a BTreeMap<String, Binding>,
    marker: &str,
) -> Result<&'a Binding, SqlError> {
    let number = marker.trim_start_matches(['?', ':']);
    bindings
        .get(number)
        .ok_or_else(|| SqlError::unbound(&format!("?{number}")))
}
