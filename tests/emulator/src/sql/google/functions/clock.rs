//! Dates and times made from parts, from each other and from counts since 1970.

use super::row::{Returns, RowFunction};
use super::values::{Moment, days, integer, micros, text, wrong};
use crate::types::google::GoogleType;
use datafusion::common::{Result, ScalarValue};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

const INT64: Returns = Returns::Type(|| GoogleType::Int64);
const INSTANT: Returns = Returns::Type(|| GoogleType::Timestamp(None));

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new("date", 3, Returns::Type(|| GoogleType::Date), to_date).at_least(1),
    RowFunction::new(
        "datetime",
        6,
        Returns::Type(|| GoogleType::Datetime),
        to_datetime,
    )
    .at_least(1),
    RowFunction::new("timestamp", 2, INSTANT, to_timestamp).at_least(1),
    RowFunction::new("time", 3, Returns::Type(|| GoogleType::Time), to_time).at_least(1),
    RowFunction::new("unix_date", 1, INT64, |given| {
        Ok(i64::from(days(only(given)?.datetime().date())?).into())
    }),
    RowFunction::new("unix_seconds", 1, INT64, |given| since(given, 1_000_000)),
    RowFunction::new("unix_millis", 1, INT64, |given| since(given, 1_000)),
    RowFunction::new("unix_micros", 1, INT64, |given| since(given, 1)),
    RowFunction::new("timestamp_seconds", 1, INSTANT, |given| {
        instant(given, 1_000_000)
    }),
    RowFunction::new("timestamp_millis", 1, INSTANT, |given| {
        instant(given, 1_000)
    }),
    RowFunction::new("timestamp_micros", 1, INSTANT, |given| instant(given, 1)),
    RowFunction::new(
        "date_from_unix_date",
        1,
        Returns::Type(|| GoogleType::Date),
        from_unix_date,
    ),
    RowFunction::new(
        "generate_date_array",
        2,
        Returns::Type(|| GoogleType::Array(Box::new(GoogleType::Date))),
        date_array,
    ),
];

fn only(given: &[ScalarValue]) -> Result<Moment> {
    match given.first() {
        Some(value) => Moment::read(value),
        None => wrong("expected a date or time"),
    }
}

fn since(given: &[ScalarValue], unit: i64) -> Result<ScalarValue> {
    Ok(micros(only(given)?.datetime())?.div_euclid(unit).into())
}

fn instant(given: &[ScalarValue], unit: i64) -> Result<ScalarValue> {
    let count = given.first().map(integer).transpose()?;
    match count.and_then(|count| count.checked_mul(unit)) {
        Some(micros) => Ok(ScalarValue::TimestampMicrosecond(
            Some(micros),
            Some("UTC".into()),
        )),
        None => wrong("a timestamp is out of range"),
    }
}

fn from_unix_date(given: &[ScalarValue]) -> Result<ScalarValue> {
    let count = given.first().map(integer).transpose()?;
    Ok(ScalarValue::Date32(
        count.and_then(|count| i32::try_from(count).ok()),
    ))
}

/// Numbers small enough for a part of a date.
fn parts(given: &[ScalarValue]) -> Result<Vec<i16>> {
    let part = |value: &ScalarValue| {
        let number = integer(value)?;
        i16::try_from(number).or_else(|_| wrong("a part of a date is out of range"))
    };
    given.iter().map(part).collect()
}

fn date_of(parts: &[i16]) -> Result<Date> {
    let [year, month, day] = parts else {
        return wrong("expected year, month and day");
    };
    let small = |part: i16| i8::try_from(part).unwrap_or(-1);
    Date::new(*year, small(*month), small(*day)).or_else(|_| wrong("Invalid date"))
}

fn time_of(parts: &[i16]) -> Result<Time> {
    let [hour, minute, second] = parts else {
        return wrong("expected hour, minute and second");
    };
    let small = |part: i16| i8::try_from(part).unwrap_or(-1);
    let time = Time::new(small(*hour), small(*minute), small(*second), 0);
    time.or_else(|_| wrong("Invalid time"))
}

/// The offset of a zone. Only UTC and plain offsets are known here.
fn offset(zone: &ScalarValue) -> Result<Offset> {
    let name = text(zone)?;
    if ["UTC", "GMT", "Etc/UTC", "Z"].contains(&name) {
        return Ok(Offset::UTC);
    }
    let signed = name.trim_start_matches("UTC");
    let (sign, digits) = match signed.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return wrong(format!("Invalid time zone: {name}")),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let seconds = match (hours.parse::<i32>(), minutes.parse::<i32>()) {
        (Ok(hours @ 0..=14), Ok(minutes @ 0..=59)) => sign * (hours * 3_600 + minutes * 60),
        _ => return wrong(format!("Invalid time zone: {name}")),
    };
    Offset::from_seconds(seconds).or_else(|_| wrong(format!("Invalid time zone: {name}")))
}

/// What a wall clock in the zone shows.
fn at_zone(moment: DateTime, zone: &ScalarValue, towards: i64) -> Result<DateTime> {
    let seconds = i64::from(offset(zone)?.seconds()) * towards;
    let moved = moment.checked_add(SignedDuration::from_secs(seconds));
    moved.or_else(|_| wrong("a point in time is out of range"))
}

fn to_date(given: &[ScalarValue]) -> Result<ScalarValue> {
    let day = match given {
        [value] => Moment::read(value)?.datetime().date(),
        [value, zone] => at_zone(Moment::read(value)?.datetime(), zone, 1)?.date(),
        _ => date_of(&parts(given)?)?,
    };
    Moment::Day(day).value()
}

fn to_datetime(given: &[ScalarValue]) -> Result<ScalarValue> {
    let moment = match given {
        [value] => Moment::read(value)?.datetime(),
        [value, second] => match (Moment::read(value)?, Moment::read(second)) {
            (Moment::Day(day), Ok(Moment::Clock(time))) => day.to_datetime(time),
            (moment, _) => at_zone(moment.datetime(), second, 1)?,
        },
        _ => {
            let parts = parts(given)?;
            let (day, time) = parts.split_at(parts.len().min(3));
            date_of(day)?.to_datetime(time_of(time)?)
        }
    };
    Moment::Wall(moment).value()
}

fn to_timestamp(given: &[ScalarValue]) -> Result<ScalarValue> {
    let moment = match given {
        [value, zone] => at_zone(Moment::read(value)?.datetime(), zone, -1)?,
        _ => only(given)?.datetime(),
    };
    Moment::Instant(moment).value()
}

fn to_time(given: &[ScalarValue]) -> Result<ScalarValue> {
    let time = match given {
        [value] => Moment::read(value)?.datetime().time(),
        _ => time_of(&parts(given)?)?,
    };
    Moment::Clock(time).value()
}

/// Every day from one to another, both included.
fn date_array(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [from, to] = given else {
        return wrong("expected two dates");
    };
    let (from, to) = (Moment::read(from)?, Moment::read(to)?);
    let (from, to) = (days(from.datetime().date())?, days(to.datetime().date())?);
    let values: Vec<ScalarValue> = (from..=to)
        .map(|day| ScalarValue::Date32(Some(day)))
        .collect();
    let element = datafusion::arrow::datatypes::DataType::Date32;
    Ok(ScalarValue::List(ScalarValue::new_list_nullable(
        &values, &element,
    )))
}
