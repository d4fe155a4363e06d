//! Values for `@name` and `?`.

use super::expressions::{array, call, cast, null, text};
use super::tokens::RANGE_LITERAL;
use crate::sql::error::SqlError;
use crate::types::google::GoogleType;
use datafusion::sql::sqlparser::ast::Expr;

/// A value for a marker.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GoogleParameter {
    /// The name without the `@`; none for a positional one.
    pub name: Option<String>,
    pub data_type: GoogleType,
    pub value: ParameterValue,
}

/// What a parameter holds, in the shape of its type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ParameterValue {
    Null,
    Text(String),
    Array(Vec<ParameterValue>),
    /// The fields in the order of the type.
    Struct(Vec<ParameterValue>),
}

/// The parameter that a marker means: `@name`, or `?` with its number from 1.
pub(super) fn bind(parameters: &[GoogleParameter], marker: &str) -> Result<Expr, SqlError> {
    let found = match marker.strip_prefix('@') {
        Some(name) => parameters.iter().find(|parameter| {
            let own = parameter.name.as_deref();
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        }),
        None => {
            let number = marker.trim_start_matches('?').parse::<usize>().ok();
            let mut positional = parameters
                .iter()
                .filter(|parameter| parameter.name.is_none());
            number.and_then(|number| positional.nth(number.checked_sub(1)?))
        }
    };
    match found {
        Some(parameter) => Ok(expression(&parameter.data_type, &parameter.value)),
        None if marker.starts_with('@') => {
            let name = marker.trim_start_matches('@');
            let message = format!("Query parameter '{name}' not found");
            Err(SqlError::new("UNBOUND_SQL_PARAMETER", "42P02", message))
        }
        None => {
            let message = "Query has more positional parameters than were given";
            Err(SqlError::new("UNBOUND_SQL_PARAMETER", "42P02", message))
        }
    }
}

fn expression(data_type: &GoogleType, value: &ParameterValue) -> Expr {
    match (data_type, value) {
        (GoogleType::Array(element), ParameterValue::Array(values)) => {
            let values = values.iter().map(|value| expression(element, value));
            cast(array(values.collect()), data_type)
        }
        (GoogleType::Struct(fields), ParameterValue::Struct(values)) => {
            let fields = fields.iter().zip(values).enumerate();
            let arguments = fields.flat_map(|(at, (field, value))| {
                let unnamed = format!("_field_{}", at + 1);
                let name = field.name.as_deref().unwrap_or(&unnamed);
                [text(name), expression(&field.data_type, value)]
            });
            call("named_struct", arguments.collect())
        }
        (GoogleType::String(_), ParameterValue::Text(value)) => text(value),
        (GoogleType::Bytes(_), ParameterValue::Text(value)) => {
            call("from_base64", vec![text(value)])
        }
        (GoogleType::Interval, ParameterValue::Text(value)) => {
            call("google_interval", vec![text(value), text("YEAR TO SECOND")])
        }
        (GoogleType::Range(element), ParameterValue::Text(value)) => {
            call(RANGE_LITERAL, vec![text(&element.to_string()), text(value)])
        }
        (_, ParameterValue::Text(value)) => cast(text(value), data_type),
        _ => cast(null(), data_type),
    }
}
