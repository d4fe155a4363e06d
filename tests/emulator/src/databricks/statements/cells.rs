//! Cells as JSON_ARRAY has them: text, or null.
//!
//! The service's exact text for BINARY, intervals and nested values is not documented. Here BINARY
//! is hexadecimal, as the vendor's SQL connector decodes it, and nested values are JSON.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, IntervalUnit, IntervalYearMonthType,
    Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::fmt::{self, Write};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Writes a value that is not null as text. Within nested values, text is quoted.
pub(super) fn write_value(
    out: &mut String,
    array: &dyn Array,
    row: usize,
    nested: bool,
) -> fmt::Result {
    match array.data_type() {
        DataType::Boolean => write!(out, "{}", array.as_boolean().value(row)),
        DataType::Int8 => write!(out, "{}", array.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => write!(out, "{}", array.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => write!(out, "{}", array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => write!(out, "{}", array.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => {
            let value = array.as_primitive::<Float32Type>().value(row);
            write_float(out, value.into(), &format!("{value:e}"), nested)
        }
        DataType::Float64 => {
            let value = array.as_primitive::<Float64Type>().value(row);
            write_float(out, value, &format!("{value:e}"), nested)
        }
        DataType::Decimal128(..) => {
            let text = array.as_primitive::<Decimal128Type>().value_as_string(row);
            out.write_str(&text)
        }
        DataType::List(_) => write_list(out, array, row),
        DataType::Struct(_) => write_struct(out, array, row),
        DataType::Map(..) => write_map(out, array, row),
        _ => {
            let text = text(array, row)?;
            match nested {
                true => out.write_str(&quoted(&text)),
                false => out.write_str(&text),
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Values that JSON has no type for.
fn text(array: &dyn Array, row: usize) -> Result<String, fmt::Error> {
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Binary => hexadecimal(array.as_binary::<i32>().value(row)),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let epoch = date(1970, 1, 1);
            let day = epoch.checked_add(days.days());
            day.map_err(|_| fmt::Error)?.to_string()
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            timestamp(micros, zone.is_some())?
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            let micros = array.as_primitive::<Time64MicrosecondType>().value(row);
            clock(micros)
        }
        DataType::Interval(IntervalUnit::YearMonth) => {
            let months = array.as_primitive::<IntervalYearMonthType>().value(row);
            let sign = if months < 0 { "-" } else { "" };
            let months = months.unsigned_abs();
            format!("{sign}{}-{}", months / 12, months % 12)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            let micros = array.as_primitive::<DurationMicrosecondType>().value(row);
            day_time(micros)
        }
        _ => return Err(fmt::Error),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Milliseconds always, microseconds where there are any.
fn timestamp(micros: i64, zoned: bool) -> Result<String, fmt::Error> {
    let instant = Timestamp::from_microsecond(micros).map_err(|_| fmt::Error)?;
    let text = match micros % 1_000 {
        0 => format!("{instant:.3}"),
        _ => format!("{instant:.6}"),
    };
    match zoned {
        true => Ok(text),
        false => Ok(text.trim_end_matches('Z').to_owned()),
    }
}

fn clock(micros: i64) -> String {
    let (seconds, fraction) = (micros / SECOND, micros % SECOND);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let text = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    match fraction {
        0 => text,
        _ => format!("{text}.{fraction:06}"),
    }
}

/// `1 02:03:04.000000000`, with the sign before the days.
fn day_time(micros: i64) -> String {
    let duration = SignedDuration::from_micros(micros);
    let sign = if duration.is_negative() { "-" } else { "" };
    let duration = duration.unsigned_abs();
    let seconds = duration.as_secs();
    format!(
        "{sign}{} {:02}:{:02}:{:02}.{:09}",
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        duration.subsec_nanos()
    )
}

/// Numbers as the JVM prints them: plain between a thousandth and ten million, else with an
/// exponent, and always with a digit after the point. `shortest` is Rust's `{:e}`.
fn write_float(out: &mut String, value: f64, shortest: &str, nested: bool) -> fmt::Result {
    if !value.is_finite() {
        let word = match value {
            _ if value.is_nan() => "NaN",
            _ if value > 0.0 => "Infinity",
            _ => "-Infinity",
        };
        return match nested {
            true => write!(out, "\"{word}\""),
            false => out.write_str(word),
        };
    }
    let (digits, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let plain = value == 0.0 || (1e-3..1e7).contains(&value.abs());
    if plain {
        let places = decimal_places(digits, exponent);
        write!(out, "{value:.places$}")
    } else {
        let point = if digits.contains('.') { "" } else { ".0" };
        write!(out, "{digits}{point}E{exponent}")
    }
}

/// How many digits after the point the shortest form needs, at least one.
fn decimal_places(digits: &str, exponent: &str) -> usize {
    let fraction = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let places = i64::try_from(fraction).unwrap_or(0) - exponent;
    usize::try_from(places.max(1)).unwrap_or(1)
}

fn write_item(out: &mut String, array: &dyn Array, row: usize) -> fmt::Result {
    match array.is_valid(row) && *array.data_type() != DataType::Null {
        true => write_value(out, array, row, true),
        false => out.write_str("null"),
    }
}

fn write_list(out: &mut String, array: &dyn Array, row: usize) -> fmt::Result {
    let items = array.as_list::<i32>().value(row);
    out.write_char('[')?;
    for item in 0..items.len() {
        if item > 0 {
            out.write_char(',')?;
        }
        write_item(out, &items, item)?;
    }
    out.write_char(']')
}

fn write_struct(out: &mut String, array: &dyn Array, row: usize) -> fmt::Result {
    let values = array.as_struct();
    out.write_char('{')?;
    for (at, (field, column)) in values.fields().iter().zip(values.columns()).enumerate() {
        if at > 0 {
            out.write_char(',')?;
        }
        write!(out, "{}:", quoted(field.name()))?;
        write_item(out, column, row)?;
    }
    out.write_char('}')
}

/// Keys are always text in JSON.
fn write_map(out: &mut String, array: &dyn Array, row: usize) -> fmt::Result {
    let entries = array.as_map().value(row);
    let (keys, values) = (entries.column(0), entries.column(1));
    out.write_char('{')?;
    for entry in 0..entries.len() {
        if entry > 0 {
            out.write_char(',')?;
        }
        let mut key = String::new();
        write_value(&mut key, keys, entry, false)?;
        write!(out, "{}:", quoted(&key))?;
        write_item(out, values, entry)?;
    }
    out.write_char('}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use datafusion::arrow::array::{
        DurationMicrosecondArray, Float64Array, IntervalYearMonthArray, TimestampMicrosecondArray,
    };

    fn check(array: &dyn Array, expected: &[&str]) {
        for (row, expected) in expected.iter().enumerate() {
            let mut out = String::new();
            write_value(&mut out, array, row, false).unwrap();
            assert_eq!(out, *expected);
        }
    }

    #[test]
    fn doubles_print_as_on_the_jvm() {
        let values = vec![
            0.0,
            -0.0,
            1.0,
            10.357_019_999_999_999,
            1e7,
            12_345_678.9,
            0.001,
            0.000_12,
            -1.5e-10,
            f64::NAN,
            f64::NEG_INFINITY,
            1_234_567.0,
        ];
        check(
            &Float64Array::from(values),
            &[
                "0.0",
                "-0.0",
                "1.0",
                "10.357019999999999",
                "1.0E7",
                "1.23456789E7",
                "0.001",
                "1.2E-4",
                "-1.5E-10",
                "NaN",
                "-Infinity",
                "1234567.0",
            ],
        );
    }

    #[test]
    fn instants_have_milliseconds_and_a_zone() {
        let zoned = TimestampMicrosecondArray::from(vec![1_357_034_400_000_000, 1]);
        check(
            &zoned.with_timezone("UTC"),
            &["2013-01-01T10:00:00.000Z", "1970-01-01T00:00:00.000001Z"],
        );
        let wall = TimestampMicrosecondArray::from(vec![1_500_000]);
        check(&wall, &["1970-01-01T00:00:01.500"]);
    }

    #[test]
    fn intervals_print_their_units() {
        check(
            &IntervalYearMonthArray::from(vec![-14, 5]),
            &["-1-2", "0-5"],
        );
        check(
            &DurationMicrosecondArray::from(vec![93_784_000_001, -1]),
            &["1 02:03:04.000001000", "-0 00:00:00.000001000"],
        );
    }
}
