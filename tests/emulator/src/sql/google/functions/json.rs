//! JSON is text whose type says so.

use super::row::{Returns, RowFunction};
use super::values::{text, wrong};
use crate::types::google::GoogleType;
use datafusion::common::{Result, ScalarValue};
use serde_json::Value;

const TEXT: Returns = Returns::Type(|| GoogleType::String(None));
const JSON: Returns = Returns::Type(|| GoogleType::Json);

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new("parse_json", 1, JSON, |given| {
        Ok(document(given)?.to_string().into())
    }),
    RowFunction::new("json_value", 2, TEXT, scalar).at_least(1),
    RowFunction::new("json_extract_scalar", 2, TEXT, scalar).at_least(1),
    RowFunction::new("json_query", 2, JSON, query).at_least(1),
    RowFunction::new("json_extract", 2, JSON, query).at_least(1),
    RowFunction::new("to_json", 1, JSON, rendered),
    RowFunction::new("to_json_string", 1, TEXT, rendered).at_least(1),
];

fn document(given: &[ScalarValue]) -> Result<Value> {
    let document = match given.first() {
        Some(value) => text(value)?,
        None => return wrong("expected JSON"),
    };
    match serde_json::from_str(document) {
        Ok(value) => Ok(value),
        Err(error) => wrong(format!("Invalid input to PARSE_JSON: {error}")),
    }
}

/// What `$.a.b[0]` leads to; without a path the document itself. Text that is no JSON holds
/// nothing.
fn at_path(given: &[ScalarValue]) -> Result<Option<Value>> {
    let Ok(document) = document(given) else {
        return Ok(None);
    };
    let Some(path) = given.get(1) else {
        return Ok(Some(document));
    };
    let path = text(path)?;
    let Some(steps) = path.strip_prefix('$') else {
        return wrong(format!("JSONPath must start with '$': {path}"));
    };
    let normalized = steps
        .replace("[\"", ".")
        .replace("['", ".")
        .replace("\"]", "")
        .replace("']", "");
    let normalized = normalized.replace('[', ".").replace(']', "");
    let mut found = &document;
    for step in normalized.split('.').filter(|step| !step.is_empty()) {
        let next = match found {
            Value::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            other => other.get(step),
        };
        match next {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found.clone()))
}

fn scalar(given: &[ScalarValue]) -> Result<ScalarValue> {
    Ok(ScalarValue::Utf8(match at_path(given)? {
        Some(Value::String(text)) => Some(text),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => Some(value.to_string()),
        _ => None,
    }))
}

fn query(given: &[ScalarValue]) -> Result<ScalarValue> {
    Ok(ScalarValue::Utf8(
        at_path(given)?.map(|value| value.to_string()),
    ))
}

fn rendered(given: &[ScalarValue]) -> Result<ScalarValue> {
    match given.first() {
        Some(value) => Ok(json_of(value)?.to_string().into()),
        None => wrong("expected a value"),
    }
}

fn json_of(value: &ScalarValue) -> Result<Value> {
    use datafusion::arrow::array::Array;
    if value.is_null() {
        return Ok(Value::Null);
    }
    Ok(match value {
        ScalarValue::Boolean(Some(value)) => Value::Bool(*value),
        ScalarValue::Int64(Some(number)) => Value::from(*number),
        ScalarValue::Float64(Some(number)) => Value::from(*number),
        ScalarValue::List(list) => {
            let items = super::values::elements(&list.value(0))?;
            Value::Array(items.iter().map(json_of).collect::<Result<_>>()?)
        }
        ScalarValue::Struct(fields) => {
            let columns = fields.fields().iter().zip(fields.columns());
            let members = columns.map(|(field, column)| {
                let value = ScalarValue::try_from_array(column.as_ref() as &dyn Array, 0)?;
                Ok((field.name().clone(), json_of(&value)?))
            });
            Value::Object(members.collect::<Result<_>>()?)
        }
        other => {
            let text = other.cast_to(&datafusion::arrow::datatypes::DataType::Utf8)?;
            Value::from(super::values::text(&text)?)
        }
    })
}
