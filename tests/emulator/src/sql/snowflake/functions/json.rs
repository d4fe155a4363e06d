//! What is semi-structured is text whose type says so.

use super::row::{Returns, RowFunction};
use super::values::{first, integer, printed, text, wrong};
use crate::types::snowflake::SnowflakeType;
use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::DataType as Arrow;
use datafusion::common::{Result, ScalarValue};
use serde_json::{Map, Value};

const TEXT: Returns = Returns::Type(|| SnowflakeType::TEXT);
const VARIANT: Returns = Returns::Type(|| SnowflakeType::Variant);
const ARRAY: Returns = Returns::Type(|| SnowflakeType::Array(None));
const OBJECT: Returns = Returns::Type(|| SnowflakeType::Object(None));
const INTEGER: Returns = Returns::Type(|| SnowflakeType::INTEGER);

/// Most arguments of a function that takes any number.
const MANY: usize = 1_000;

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new("parse_json", 1, VARIANT, |given| {
        Ok(document(first(given)?)?.to_string().into())
    }),
    RowFunction::new("try_parse_json", 1, VARIANT, |given| {
        let read = document(first(given)?).ok();
        Ok(ScalarValue::Utf8(read.map(|value| value.to_string())))
    }),
    RowFunction::new("to_json", 1, TEXT, |given| {
        Ok(json_of(first(given)?)?.to_string().into())
    }),
    RowFunction::new("to_variant", 1, VARIANT, |given| {
        Ok(json_of(first(given)?)?.to_string().into())
    }),
    RowFunction::new("get", 2, VARIANT, step),
    RowFunction::new("get_path", 2, VARIANT, get_path),
    RowFunction::new("array_size", 1, INTEGER, |given| {
        let value = read(first(given)?)?;
        let size = value.as_array().map(Vec::len);
        Ok(ScalarValue::Int64(
            size.and_then(|size| i64::try_from(size).ok()),
        ))
    }),
    RowFunction::new("array_construct", MANY, ARRAY, |given| {
        let items: Result<Vec<Value>> = given.iter().map(read).collect();
        Ok(Value::Array(items?).to_string().into())
    })
    .at_least(0)
    .with_nulls(),
    RowFunction::new("object_construct", MANY, OBJECT, construct)
        .at_least(0)
        .with_nulls(),
    RowFunction::new("typeof", 1, TEXT, |given| {
        let kind = match read(first(given)?)? {
            Value::Null => "NULL_VALUE",
            Value::Bool(_) => "BOOLEAN",
            Value::Number(number) if number.is_f64() => "DOUBLE",
            Value::Number(_) => "INTEGER",
            Value::String(_) => "VARCHAR",
            Value::Array(_) => "ARRAY",
            Value::Object(_) => "OBJECT",
        };
        Ok(kind.into())
    }),
];

fn document(value: &ScalarValue) -> Result<Value> {
    match value.data_type() {
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => {
            let document = text(value)?;
            serde_json::from_str(document)
                .or_else(|error| wrong(format!("Error parsing JSON: {error}")))
        }
        _ => json_of(value),
    }
}

/// Text is read as JSON where it can be: the engine cannot tell a VARIANT from a VARCHAR here.
fn read(value: &ScalarValue) -> Result<Value> {
    document(value).or_else(|_| json_of(value))
}

fn construct(given: &[ScalarValue]) -> Result<ScalarValue> {
    let mut members = Map::new();
    for pair in given.chunks(2) {
        let [key, value] = pair else {
            return wrong("OBJECT_CONSTRUCT takes keys and values by turns");
        };
        // A NULL key or value leaves the member out.
        if !key.is_null() && !value.is_null() {
            members.insert(printed(key)?, read(value)?);
        }
    }
    Ok(Value::Object(members).to_string().into())
}

fn found(value: Option<&Value>) -> ScalarValue {
    ScalarValue::Utf8(value.map(Value::to_string))
}

fn step(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [holder, key] = given else {
        return wrong("expected a value and a key");
    };
    let holder = read(holder)?;
    Ok(match &holder {
        Value::Array(items) => {
            let at = integer(key).ok().and_then(|at| usize::try_from(at).ok());
            found(at.and_then(|at| items.get(at)))
        }
        Value::Object(members) => found(members.get(text(key)?)),
        _ => ScalarValue::Utf8(None),
    })
}

/// `a.b[0]`
fn get_path(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [holder, path] = given else {
        return wrong("expected a value and a path");
    };
    let holder = read(holder)?;
    let steps = text(path)?.replace(['[', ']', '\'', '"'], ".");
    let mut at = Some(&holder);
    for step in steps.split(['.', ':']).filter(|step| !step.is_empty()) {
        at = match at {
            Some(Value::Array(items)) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            Some(other) => other.get(step),
            None => None,
        };
    }
    Ok(found(at))
}

/// A value of the engine as JSON.
pub(crate) fn json_of(value: &ScalarValue) -> Result<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    Ok(match value {
        ScalarValue::Boolean(Some(value)) => Value::Bool(*value),
        ScalarValue::Float64(Some(number)) => Value::from(*number),
        ScalarValue::Float32(Some(number)) => Value::from(*number),
        ScalarValue::Int8(_) | ScalarValue::Int16(_) | ScalarValue::Int32(_) => {
            Value::from(integer(value)?)
        }
        ScalarValue::Int64(Some(number)) => Value::from(*number),
        ScalarValue::UInt64(Some(number)) => Value::from(*number),
        ScalarValue::Decimal128(..) => {
            let digits = printed(value)?;
            serde_json::from_str(&digits).unwrap_or(Value::String(digits))
        }
        ScalarValue::List(list) => {
            let items = list.value(0);
            let item = |at| json_of(&ScalarValue::try_from_array(items.as_ref(), at)?);
            Value::Array((0..items.len()).map(item).collect::<Result<_>>()?)
        }
        ScalarValue::Struct(fields) => {
            let columns = fields.fields().iter().zip(fields.columns());
            let members = columns.map(|(field, column)| {
                let value = ScalarValue::try_from_array(column.as_ref(), 0)?;
                Ok((field.name().clone(), json_of(&value)?))
            });
            Value::Object(members.collect::<Result<_>>()?)
        }
        ScalarValue::Map(map) => {
            let entries = map.value(0);
            let (keys, values) = (entries.column(0), entries.column(1));
            let member = |at| {
                let key = ScalarValue::try_from_array(keys.as_ref(), at)?;
                let value = ScalarValue::try_from_array(values.as_ref(), at)?;
                Ok((printed(&key)?, json_of(&value)?))
            };
            Value::Object((0..keys.len()).map(member).collect::<Result<_>>()?)
        }
        ScalarValue::Binary(Some(bytes)) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Value::String(digits)
        }
        other => Value::String(printed(other)?),
    })
}
