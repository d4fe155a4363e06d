//! Cells of a result: text or null, lists of `{"v": …}`, and records of `{"f": […]}`.

use super::results::TimestampFormat;
use crate::types::google::{GoogleField, GoogleType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float64Type, Int64Type,
    IntervalMonthDayNanoType, IntervalUnit, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::arrow::util::display::array_value_to_string;
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// One value.
pub(super) fn cell(
    data_type: &GoogleType,
    array: &dyn Array,
    row: usize,
    timestamps: TimestampFormat,
) -> Value {
    let null = array.is_null(row) || *array.data_type() == DataType::Null;
    match (data_type, array.data_type()) {
        // A NULL array reads as an empty one.
        (GoogleType::Array(_), _) if null => json!([]),
        _ if null => Value::Null,
        (GoogleType::Array(element), DataType::List(_)) => {
            let items = array.as_list::<i32>().value(row);
            let each = |at| json!({"v": cell(element, items.as_ref(), at, timestamps)});
            (0..items.len()).map(each).collect::<Vec<_>>().into()
        }
        (GoogleType::Struct(fields), DataType::Struct(_)) => record(fields, array, row, timestamps),
        _ => text(array, row, timestamps).into(),
    }
}

fn record(
    fields: &[GoogleField],
    array: &dyn Array,
    row: usize,
    timestamps: TimestampFormat,
) -> Value {
    let columns = array.as_struct().columns().iter().zip(fields);
    let cells = columns.map(
        |(column, field)| json!({"v": cell(&field.data_type, column.as_ref(), row, timestamps)}),
    );
    json!({"f": cells.collect::<Vec<_>>()})
}

fn text(array: &dyn Array, row: usize, timestamps: TimestampFormat) -> String {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => {
            plain(&array.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        DataType::Decimal256(..) => {
            plain(&array.as_primitive::<Decimal256Type>().value_as_string(row))
        }
        DataType::Binary => STANDARD.encode(array.as_binary::<i32>().value(row)),
        DataType::Date32 => day(array.as_primitive::<Date32Type>().value(row)),
        DataType::Time64(TimeUnit::Microsecond) => {
            clock(array.as_primitive::<Time64MicrosecondType>().value(row))
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            match zone {
                None => wall(micros),
                Some(_) => instant(micros, timestamps),
            }
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            interval(value.months, value.days, value.nanoseconds)
        }
        // What nests in no way that BigQuery has; it is JSON there.
        _ => array_value_to_string(array, row).unwrap_or_default(),
    }
}

/// Plain near one, with an exponent elsewhere; always with a digit after the point.
fn float(value: f64) -> String {
    match value {
        _ if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        _ if value == 0.0 || (1e-3..1e7).contains(&value.abs()) => format!("{value:?}"),
        _ => exponent_form(value),
    }
}

fn exponent_form(value: f64) -> String {
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// Without zeros at the end of the fraction.
fn plain(digits: &str) -> String {
    let trimmed = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    trimmed.to_owned()
}

fn day(days: i32) -> String {
    let day = date(1970, 1, 1).checked_add(days.days());
    day.map_or_else(|_| days.to_string(), |day| day.to_string())
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

fn wall(micros: i64) -> String {
    let since = micros.rem_euclid(86_400 * SECOND);
    let days = micros.div_euclid(86_400 * SECOND);
    let days = i32::try_from(days).unwrap_or_default();
    format!("{}T{}", day(days), clock(since))
}

fn instant(micros: i64, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Int64 => micros.to_string(),
        // Seconds are all that a float of this size can hold exactly enough.
        TimestampFormat::Float64 => exponent_form(micros as f64 / SECOND as f64),
        TimestampFormat::Iso8601 => match Timestamp::from_microsecond(micros) {
            Ok(instant) => format!("{instant:.6}"),
            Err(_) => micros.to_string(),
        },
    }
}

/// `Y-M D H:M:S[.F]`, each part with its own sign.
fn interval(months: i32, days: i32, nanos: i64) -> String {
    let sign = |negative: bool| if negative { "-" } else { "" };
    let (years, rest) = (months.unsigned_abs() / 12, months.unsigned_abs() % 12);
    let micros = nanos.unsigned_abs() / 1_000;
    let seconds = micros / 1_000_000;
    let fraction = match micros % 1_000_000 {
        0 => String::new(),
        fraction => format!(".{fraction:06}").trim_end_matches('0').to_owned(),
    };
    format!(
        "{}{years}-{rest} {days} {}{}:{}:{}{fraction}",
        sign(months < 0),
        sign(nanos < 0),
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_always_have_a_digit_after_the_point() {
        for (value, expected) in [
            (0.0, "0.0"),
            (2.5, "2.5"),
            (1e20, "1.0E20"),
            (-1.25e-9, "-1.25E-9"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(float(value), expected);
        }
    }

    #[test]
    fn points_in_time_are_written_as_asked() {
        let micros = 1_763_000_000_000_001;
        assert_eq!(instant(micros, TimestampFormat::Int64), "1763000000000001");
        assert_eq!(
            instant(1_763_000_000_000_000, TimestampFormat::Float64),
            "1.763E9"
        );
        assert_eq!(
            instant(micros, TimestampFormat::Iso8601),
            "2025-11-13T02:13:20.000001Z"
        );
        assert_eq!(wall(-1), "1969-12-31T23:59:59.999999");
        assert_eq!(wall(0), "1970-01-01T00:00:00");
    }

    #[test]
    fn an_interval_has_a_sign_for_each_part() {
        assert_eq!(interval(14, 3, 14_706_500_000_000), "1-2 3 4:5:6.5");
        assert_eq!(interval(-14, -3, -1_000), "-1-2 -3 -0:0:0.000001");
    }
}
