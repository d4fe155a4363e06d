//! Values in and out of functions.

use datafusion::arrow::array::Array;
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use jiff::civil::{Date, DateTime, Time, date};
use jiff::{SignedDuration, Timestamp, ToSpan, Unit};

/// The value is wrong, or out of range.
pub(super) fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(DataFusionError::Execution(message.into()))
}

pub(super) fn text(value: &ScalarValue) -> Result<&str> {
    match value.try_as_str() {
        Some(Some(text)) => Ok(text),
        _ => wrong(format!("expected STRING, found {}", value.data_type())),
    }
}

pub(super) fn integer(value: &ScalarValue) -> Result<i64> {
    match value.cast_to(&datafusion::arrow::datatypes::DataType::Int64)? {
        ScalarValue::Int64(Some(number)) => Ok(number),
        _ => wrong(format!("expected INT64, found {}", value.data_type())),
    }
}

pub(super) fn float(value: &ScalarValue) -> Result<f64> {
    match value.cast_to(&datafusion::arrow::datatypes::DataType::Float64)? {
        ScalarValue::Float64(Some(number)) => Ok(number),
        _ => wrong(format!("expected FLOAT64, found {}", value.data_type())),
    }
}

/// A point in time, of whichever kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Day(Date),
    Wall(DateTime),
    Instant(DateTime),
    Clock(Time),
}

fn from_micros(micros: i64) -> Result<DateTime> {
    match Timestamp::from_microsecond(micros) {
        Ok(instant) => Ok(jiff::tz::TimeZone::UTC.to_datetime(instant)),
        Err(_) => wrong("a point in time is out of range"),
    }
}

/// Microseconds since 1970, if that were UTC.
pub(super) fn micros(moment: DateTime) -> Result<i64> {
    match jiff::tz::TimeZone::UTC.to_timestamp(moment) {
        Ok(instant) => Ok(instant.as_microsecond()),
        Err(_) => wrong("a point in time is out of range"),
    }
}

pub(super) fn days(day: Date) -> Result<i32> {
    let since = day.since((Unit::Day, date(1970, 1, 1)));
    match since {
        Ok(span) => Ok(span.get_days()),
        Err(_) => wrong("a date is out of range"),
    }
}

impl Moment {
    /// Reads a value; text is read as the kind that its form says.
    pub fn read(value: &ScalarValue) -> Result<Self> {
        use datafusion::arrow::datatypes::{DataType, TimeUnit};
        match value {
            ScalarValue::Date32(Some(days)) => match date(1970, 1, 1).checked_add(days.days()) {
                Ok(day) => Ok(Self::Day(day)),
                Err(_) => wrong("a date is out of range"),
            },
            ScalarValue::TimestampMicrosecond(Some(micros), None) => {
                from_micros(*micros).map(Self::Wall)
            }
            ScalarValue::TimestampMicrosecond(Some(micros), Some(_)) => {
                from_micros(*micros).map(Self::Instant)
            }
            ScalarValue::Time64Microsecond(Some(micros)) => {
                let time = Time::midnight().checked_add(SignedDuration::from_micros(*micros));
                time.map(Self::Clock)
                    .or_else(|_| wrong("a time is out of range"))
            }
            other => match other.data_type() {
                DataType::Timestamp(_, zone) => {
                    let to = DataType::Timestamp(TimeUnit::Microsecond, zone);
                    Self::read(&other.cast_to(&to)?)
                }
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                    Self::parse(text(other)?)
                }
                found => wrong(format!("expected a date or time, found {found}")),
            },
        }
    }

    /// Reads text: a date, a clock, or both, perhaps with an offset.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let long = text
            .replacen(' ', "T", 1)
            .replace("T+", "+")
            .replace(" UTC", "Z");
        if let Ok(instant) = long.parse::<Timestamp>().or_else(|_| {
            // An offset may leave out its minutes.
            format!("{long}:00").parse::<Timestamp>()
        }) {
            return Ok(Self::Instant(jiff::tz::TimeZone::UTC.to_datetime(instant)));
        }
        if !long.contains(':')
            && let Ok(day) = long.parse::<Date>()
        {
            return Ok(Self::Day(day));
        }
        if let Ok(moment) = long.parse::<DateTime>() {
            return Ok(Self::Wall(moment));
        }
        match text.parse::<Time>() {
            Ok(time) => Ok(Self::Clock(time)),
            Err(_) => wrong(format!("Invalid date or time: \"{text}\"")),
        }
    }

    /// Date and clock; a clock alone is of the first day there is.
    pub fn datetime(self) -> DateTime {
        match self {
            Self::Day(day) => day.to_datetime(Time::midnight()),
            Self::Wall(moment) | Self::Instant(moment) => moment,
            Self::Clock(time) => date(1970, 1, 1).to_datetime(time),
        }
    }

    /// The same kind of point at another time.
    pub fn with(self, moment: DateTime) -> Self {
        match self {
            Self::Day(_) => Self::Day(moment.date()),
            Self::Wall(_) => Self::Wall(moment),
            Self::Instant(_) => Self::Instant(moment),
            Self::Clock(_) => Self::Clock(moment.time()),
        }
    }

    /// As a value of its own type.
    pub fn value(self) -> Result<ScalarValue> {
        Ok(match self {
            Self::Day(day) => ScalarValue::Date32(Some(days(day)?)),
            Self::Wall(moment) => ScalarValue::TimestampMicrosecond(Some(micros(moment)?), None),
            Self::Instant(moment) => {
                ScalarValue::TimestampMicrosecond(Some(micros(moment)?), Some("UTC".into()))
            }
            Self::Clock(time) => {
                let nanos = time.duration_since(Time::midnight()).as_micros();
                ScalarValue::Time64Microsecond(i64::try_from(nanos).ok())
            }
        })
    }
}

/// The elements of an array value.
pub(super) fn elements(array: &dyn Array) -> Result<Vec<ScalarValue>> {
    (0..array.len())
        .map(|row| ScalarValue::try_from_array(array, row))
        .collect()
}
