//! Conversions between text, numbers and bytes.

use super::row::{Returns, RowFunction};
use super::values::{Moment, float, text, wrong};
use crate::types::google::{GoogleType, parse_type};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::common::{Result, ScalarValue};
use jiff::civil::DateTime;

const TEXT: Returns = Returns::Type(|| GoogleType::String(None));
const BYTES: Returns = Returns::Type(|| GoogleType::Bytes(None));
const GEOGRAPHY: Returns = Returns::Type(|| GoogleType::Geography);

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new(
        "google_int64",
        1,
        Returns::Type(|| GoogleType::Int64),
        to_int64,
    ),
    RowFunction::new("google_string", 1, TEXT, to_string),
    RowFunction::new("google_error", 1, TEXT, |given| match given.first() {
        Some(message) => wrong(text(message)?),
        None => wrong("error"),
    }),
    RowFunction::new("to_base64", 1, TEXT, |given| {
        Ok(STANDARD.encode(bytes(given)?).into())
    }),
    RowFunction::new("from_base64", 1, BYTES, from_base64),
    RowFunction::new("to_hex", 1, TEXT, |given| {
        let hex: String = bytes(given)?
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(hex.into())
    }),
    RowFunction::new("from_hex", 1, BYTES, from_hex),
    RowFunction::new("st_geogfromtext", 1, GEOGRAPHY, first),
    RowFunction::new("st_geogpoint", 2, GEOGRAPHY, point),
    RowFunction::new("st_astext", 1, TEXT, first),
    RowFunction::new(
        "range_literal",
        2,
        // The element's name is an argument, but only its value tells; results say RANGE<DATE>
        // unless the text holds a clock.
        Returns::From(|_| GoogleType::Range(Box::new(GoogleType::Date))),
        range_literal,
    ),
    RowFunction {
        name: "google_range",
        arguments: (2, 2),
        returns: Returns::From(range_of),
        row: range,
        sees_nulls: true,
    },
];

fn first(given: &[ScalarValue]) -> Result<ScalarValue> {
    match given.first() {
        Some(value) => Ok(value.clone()),
        None => wrong("expected a value"),
    }
}

fn bytes(given: &[ScalarValue]) -> Result<&[u8]> {
    match given.first() {
        Some(
            ScalarValue::Binary(Some(bytes))
            | ScalarValue::LargeBinary(Some(bytes))
            | ScalarValue::BinaryView(Some(bytes)),
        ) => Ok(bytes),
        Some(other) => text(other).map(str::as_bytes),
        None => wrong("expected bytes"),
    }
}

fn from_base64(given: &[ScalarValue]) -> Result<ScalarValue> {
    match STANDARD.decode(text(&first(given)?)?) {
        Ok(bytes) => Ok(ScalarValue::Binary(Some(bytes))),
        Err(error) => wrong(format!("Failed to decode invalid base64 string: {error}")),
    }
}

fn from_hex(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    let digits: Option<Vec<u32>> = text(&value)?
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect();
    let Some(digits) = digits.filter(|digits| digits.len() % 2 == 0) else {
        return wrong("Failed to decode invalid hexadecimal string");
    };
    let pairs = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    let bytes = pairs.map(|byte| u8::try_from(byte).unwrap_or_default());
    Ok(ScalarValue::Binary(Some(bytes.collect())))
}

/// Floats are rounded, halves away from zero; the engine would cut them off.
fn to_int64(given: &[ScalarValue]) -> Result<ScalarValue> {
    use datafusion::arrow::datatypes::DataType;
    let value = first(given)?;
    match value.data_type() {
        DataType::Float64 | DataType::Float32 => {
            let rounded = float(&value)?.round();
            // The bounds of i64 as floats; the upper one is just outside.
            match (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
                true => Ok((rounded as i64).into()),
                false => wrong(format!(
                    "Illegal conversion of non-finite or too large {rounded}"
                )),
            }
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let digits = text(&value)?.trim();
            let parsed = match digits.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16),
                None => digits.parse::<i64>(),
            };
            parsed
                .map(Into::into)
                .or_else(|_| wrong(format!("Bad int64 value: {digits}")))
        }
        _ => value.cast_to(&DataType::Int64),
    }
}

fn to_string(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    let text = match &value {
        ScalarValue::Binary(Some(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return wrong("Invalid cast of bytes to UTF8 string"),
        },
        ScalarValue::Float64(Some(number)) => number.to_string(),
        ScalarValue::Decimal128(..) | ScalarValue::Decimal256(..) => plain_decimal(&value)?,
        ScalarValue::TimestampMicrosecond(_, zone) => {
            let at = Moment::read(&value)?.datetime();
            let zone = if zone.is_some() { "+00" } else { "" };
            format!("{}{zone}", spaced(at))
        }
        other => return other.cast_to(&datafusion::arrow::datatypes::DataType::Utf8),
    };
    Ok(text.into())
}

/// `2026-01-01 10:00:00[.5]`
fn spaced(at: DateTime) -> String {
    at.to_string().replacen('T', " ", 1)
}

/// Digits without zeros at the end of the fraction.
fn plain_decimal(value: &ScalarValue) -> Result<String> {
    let array = value.to_array()?;
    let array =
        datafusion::arrow::compute::cast(&array, &datafusion::arrow::datatypes::DataType::Utf8)?;
    let digits = ScalarValue::try_from_array(&array, 0)?;
    Ok(trimmed(text(&digits)?).to_owned())
}

/// A decimal's text without zeros at the end of its fraction.
pub(super) fn trimmed(digits: &str) -> &str {
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    }
}

fn point(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [longitude, latitude] = given else {
        return wrong("expected longitude and latitude");
    };
    Ok(format!("POINT({} {})", float(longitude)?, float(latitude)?).into())
}

fn range_literal(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [element, value] = given else {
        return wrong("expected a type and a text");
    };
    let (element, value) = (text(element)?, text(value)?);
    let range = parse_type(&format!("RANGE<{element}>"));
    let shaped = value.starts_with('[') && value.ends_with(')') && value.contains(',');
    match range.is_ok() && shaped {
        true => Ok(value.into()),
        false => wrong(format!("Invalid RANGE<{element}> literal: {value}")),
    }
}

fn range_of(types: &[datafusion::arrow::datatypes::DataType]) -> GoogleType {
    use datafusion::arrow::datatypes::DataType;
    let known = types.iter().find(|data_type| **data_type != DataType::Null);
    let element = match known {
        Some(DataType::Timestamp(_, Some(_))) => GoogleType::Timestamp(None),
        Some(DataType::Timestamp(_, None)) => GoogleType::Datetime,
        _ => GoogleType::Date,
    };
    GoogleType::Range(Box::new(element))
}

fn range(given: &[ScalarValue]) -> Result<ScalarValue> {
    let end = |value: &ScalarValue| -> Result<String> {
        if value.is_null() {
            return Ok("UNBOUNDED".to_owned());
        }
        let moment = Moment::read(value)?;
        Ok(match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(at) => format!("{}+00", spaced(at)),
            other => other.datetime().to_string(),
        })
    };
    match given {
        [from, to] => Ok(format!("[{}, {})", end(from)?, end(to)?).into()),
        _ => wrong("expected two ends"),
    }
}
