//! From one type to another, where the engine does otherwise.

use super::clock::{Moment, SECOND, with_offset};
use super::json::json_of;
use super::row::{Returns, RowFunction};
use super::values::{first, printed, text, wrong};
use crate::sql::snowflake::epoch;
use crate::sql::snowflake::names::fold;
use crate::types::snowflake::{BINARY_LENGTH, FRACTION, SnowflakeType};
use datafusion::arrow::datatypes::DataType as Arrow;
use datafusion::common::{Result, ScalarValue};
use serde_json::Value;

const TEXT: Returns = Returns::Type(|| SnowflakeType::TEXT);
const INTEGER: Returns = Returns::Type(|| SnowflakeType::INTEGER);
const BOOLEAN: Returns = Returns::Type(|| SnowflakeType::Boolean);
const BINARY: Returns = Returns::Type(|| SnowflakeType::Binary(BINARY_LENGTH));
const DATE: Returns = Returns::Type(|| SnowflakeType::Date);
const TIME: Returns = Returns::Type(|| SnowflakeType::Time(FRACTION));
const NTZ: Returns = Returns::Type(|| SnowflakeType::TimestampNtz(FRACTION));
const LTZ: Returns = Returns::Type(|| SnowflakeType::TimestampLtz(FRACTION));
const TZ: Returns = Returns::Type(|| SnowflakeType::TimestampTz(FRACTION));

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new("snowflake_text", 1, TEXT, to_text),
    RowFunction::new("snowflake_integer", 1, INTEGER, to_integer),
    RowFunction::new("snowflake_boolean", 1, BOOLEAN, to_boolean),
    RowFunction::new("snowflake_timestamp_ntz", 1, NTZ, |given| {
        let at = stamp(first(given)?)?;
        Ok(Moment::Wall(at.datetime()).value())
    }),
    RowFunction::new("snowflake_timestamp_ltz", 1, LTZ, |given| {
        let at = stamp(first(given)?)?;
        Ok(Moment::Instant(at.datetime()).value())
    }),
    RowFunction::new("to_timestamp_tz", 1, TZ, to_timestamp_tz),
    RowFunction::new("to_binary", 2, BINARY, to_binary).at_least(1),
    RowFunction::new("bound_date", 1, DATE, |given| {
        let at = bound(first(given)?, 1_000_000)?;
        Ok(Moment::Day(at.datetime().date()).value())
    }),
    RowFunction::new("bound_time", 1, TIME, |given| {
        let value = first(given)?;
        let at = match text(value)?.parse::<jiff::civil::Time>() {
            Ok(clock) => clock,
            Err(_) => bound(value, 1)?.datetime().time(),
        };
        Ok(Moment::Clock(at).value())
    }),
    RowFunction::new("bound_timestamp_ntz", 1, NTZ, |given| {
        Ok(Moment::Wall(bound(first(given)?, 1)?.datetime()).value())
    }),
    RowFunction::new("bound_timestamp_ltz", 1, LTZ, |given| {
        Ok(Moment::Instant(bound(first(given)?, 1)?.datetime()).value())
    }),
    RowFunction::new("bound_timestamp_tz", 1, TZ, |given| {
        let value = text(first(given)?)?;
        let Some((nanoseconds, minutes)) = value.split_once(' ') else {
            return to_timestamp_tz(given);
        };
        match (nanoseconds.parse::<i128>(), minutes.parse::<i32>()) {
            (Ok(nanoseconds), Ok(minutes)) => Ok(zoned(nanoseconds, minutes).into()),
            _ => to_timestamp_tz(given),
        }
    }),
];

/// The form that a TIMESTAMP_TZ has in results: seconds since 1970, and the offset's minutes
/// counted from -1440.
fn zoned(nanoseconds: i128, minutes: i32) -> String {
    format!("{} {minutes}", epoch::seconds(nanoseconds))
}

fn to_timestamp_tz(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    if let Ok(written) = text(value) {
        if let Some((at, offset)) = with_offset(written) {
            return Ok(zoned(at.as_nanosecond(), offset.seconds() / 60 + 1_440).into());
        }
        // What is one already.
        if let Some((seconds, minutes)) = written.split_once(' ')
            && seconds.parse::<f64>().is_ok()
            && minutes.parse::<i32>().is_ok()
        {
            return Ok(written.into());
        }
    }
    let at = epoch::nanoseconds(stamp(value)?.datetime());
    Ok(zoned(at, 1_440).into())
}

/// A moment, also given as a number of seconds.
fn stamp(value: &ScalarValue) -> Result<Moment> {
    let number = match value.data_type() {
        data_type if data_type.is_integer() => true,
        Arrow::Utf8 => text(value)?.parse::<i64>().is_ok(),
        _ => false,
    };
    match number {
        true => bound(&ScalarValue::from(printed(value)?.as_str()), SECOND),
        false => Moment::read(value),
    }
}

/// A moment that is sent as a number of units since 1970, each so many nanoseconds, or as text.
fn bound(value: &ScalarValue, unit: i128) -> Result<Moment> {
    match text(value)?.parse::<i64>() {
        Ok(number) => {
            let micros = i64::try_from(i128::from(number) * unit / 1_000).ok();
            Moment::read(&ScalarValue::TimestampMicrosecond(micros, None))
        }
        Err(_) => Moment::read(value),
    }
}

/// The text of a value; that of JSON text is what stands in its quotes.
fn to_text(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    let text = match value {
        ScalarValue::Binary(Some(bytes)) => {
            bytes.iter().map(|byte| format!("{byte:02X}")).collect()
        }
        ScalarValue::List(_) | ScalarValue::Struct(_) | ScalarValue::Map(_) => {
            json_of(value)?.to_string()
        }
        ScalarValue::Utf8(Some(text)) => match serde_json::from_str(text) {
            Ok(Value::String(inner)) => inner,
            _ => text.clone(),
        },
        ScalarValue::TimestampMicrosecond(..) | ScalarValue::TimestampNanosecond(..) => {
            let moment = Moment::read(value)?;
            let zone = match moment {
                Moment::Instant(_) => " +0000",
                _ => "",
            };
            let at = moment.datetime();
            format!("{}{zone}", at.strftime("%Y-%m-%d %H:%M:%S%.3f"))
        }
        other => printed(other)?,
    };
    Ok(text.into())
}

/// Fractions are rounded, halves away from zero.
fn to_integer(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    let unknown = |text: &str| wrong(format!("Numeric value '{text}' is not recognized"));
    let number = match value.data_type() {
        data_type if data_type.is_integer() => return value.cast_to(&Arrow::Int64),
        Arrow::Boolean => return value.cast_to(&Arrow::Int64),
        _ => {
            let text = printed(value)?;
            let digits = text.trim().trim_matches('"').to_owned();
            if let Ok(number) = digits.parse::<i64>() {
                return Ok(number.into());
            }
            match digits.parse::<f64>() {
                Ok(number) => number.round(),
                Err(_) => return unknown(&text),
            }
        }
    };
    // The bounds of i64 as floats; the upper one is just outside.
    match (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) {
        true => Ok((number as i64).into()),
        false => unknown(&number.to_string()),
    }
}

fn to_boolean(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    let Ok(written) = text(value) else {
        return value.cast_to(&Arrow::Boolean);
    };
    match fold(written, false).as_str() {
        "TRUE" | "T" | "YES" | "Y" | "ON" | "1" => Ok(true.into()),
        "FALSE" | "F" | "NO" | "N" | "OFF" | "0" => Ok(false.into()),
        _ => wrong(format!("Boolean value '{written}' is not recognized")),
    }
}

/// Hexadecimal digits, or UTF-8 if the second argument says so.
fn to_binary(given: &[ScalarValue]) -> Result<ScalarValue> {
    let value = first(given)?;
    if let ScalarValue::Binary(_) = value {
        return Ok(value.clone());
    }
    let written = text(value)?;
    let format = given.get(1).map(text).transpose()?.unwrap_or("HEX");
    if fold(format, false) != "HEX" {
        return Ok(ScalarValue::Binary(Some(written.as_bytes().to_vec())));
    }
    let digits: Option<Vec<u32>> = written.chars().map(|digit| digit.to_digit(16)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() % 2 == 0) else {
        return wrong(format!(
            "The following string is not a legal hex-encoded value: '{written}'"
        ));
    };
    let pairs = digits.chunks_exact(2);
    let bytes = pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    let bytes = bytes.map(|byte| u8::try_from(byte).unwrap_or_default());
    Ok(ScalarValue::Binary(Some(bytes.collect())))
}
