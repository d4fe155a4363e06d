//! Cells of a result: text or null, lists of `{"v": …}`, and records of `{"f": […]}`.
//!
//! They go from the engine's arrays into the answer without a tree of JSON between, which costs many
//! times what the query does.

use super::results::TimestampFormat;
use crate::types::google::{GoogleField, GoogleType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float64Type, Int64Type,
    IntervalMonthDayNanoType, IntervalUnit, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::arrow::util::display::array_value_to_string;
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// A row of a result, or a record in one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub columns: &'a [ArrayRef],
    pub fields: &'a [GoogleField],
    pub row: usize,
    pub timestamps: TimestampFormat,
}

/// What a record holds.
#[derive(Debug, Clone, Copy)]
struct Cells<'a>(Record<'a>);

/// One value.
#[derive(Debug, Clone, Copy)]
struct Cell<'a> {
    array: &'a dyn Array,
    data_type: &'a GoogleType,
    row: usize,
    timestamps: TimestampFormat,
}

/// As every value is framed.
#[derive(Debug, Serialize)]
struct Framed<T> {
    v: T,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Record", 1)?;
        out.serialize_field("f", &Cells(*self))?;
        out.end()
    }
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(record) = self;
        let columns = record.columns.iter().zip(record.fields);
        serializer.collect_seq(columns.map(|(array, field)| Framed {
            v: Cell {
                array: array.as_ref(),
                data_type: &field.data_type,
                row: record.row,
                timestamps: record.timestamps,
            },
        }))
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            array,
            row,
            timestamps,
            ..
        } = *self;
        let null = array.is_null(row) || *array.data_type() == DataType::Null;
        match (self.data_type, array.data_type()) {
            // A NULL array reads as an empty one.
            (GoogleType::Array(_), _) if null => serializer.collect_seq([(); 0]),
            _ if null => serializer.serialize_unit(),
            (GoogleType::Array(element), DataType::List(_)) => {
                let items = array.as_list::<i32>().value(row);
                serializer.collect_seq((0..items.len()).map(|at| Framed {
                    v: Cell {
                        array: items.as_ref(),
                        data_type: element,
                        row: at,
                        timestamps,
                    },
                }))
            }
            (GoogleType::Struct(fields), DataType::Struct(_)) => Record {
                columns: array.as_struct().columns(),
                fields,
                row,
                timestamps,
            }
            .serialize(serializer),
            (_, DataType::Utf8) => serializer.serialize_str(array.as_string::<i32>().value(row)),
            _ => serializer.serialize_str(&text(array, row, timestamps)),
        }
    }
}

fn text(array: &dyn Array, row: usize, timestamps: TimestampFormat) -> String {
    match array.data_type() {
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
