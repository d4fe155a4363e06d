//! DATEADD, DATEDIFF and other arithmetic on dates.

use super::clock::{Moment, micros};
use super::row::{Returns, RowFunction};
use super::values::{first, integer, text, wrong};
use crate::types::snowflake::{FRACTION, SnowflakeType, from_arrow};
use datafusion::arrow::datatypes::DataType as Arrow;
use datafusion::common::{Result, ScalarValue};
use jiff::Span;
use jiff::civil::DateTime;

const TEXT: Returns = Returns::Type(|| SnowflakeType::TEXT);
const INTEGER: Returns = Returns::Type(|| SnowflakeType::INTEGER);
const DATE: Returns = Returns::Type(|| SnowflakeType::Date);

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new("snowflake_add", 3, Returns::From(sum), |given| {
        Ok(add(given)?.value())
    }),
    RowFunction::new(
        "snowflake_add_days",
        3,
        Returns::From(sum_of_days),
        |given| Ok(add(given)?.value()),
    ),
    RowFunction::new("snowflake_diff", 3, INTEGER, difference),
    RowFunction::new("snowflake_format", 2, TEXT, |given| {
        let [value, format] = given else {
            return wrong("expected a value and a format");
        };
        let moment = Moment::read(value)?;
        Ok(crate::sql::snowflake::format::moment(moment, text(format)?).into())
    }),
    RowFunction::new("last_day", 1, DATE, |given| {
        let day = Moment::read(first(given)?)?.datetime().date();
        Ok(Moment::Day(day.last_of_month()).value())
    }),
    RowFunction::new("dayname", 1, TEXT, |given| {
        let at = Moment::read(first(given)?)?.datetime();
        Ok(at.strftime("%a").to_string().into())
    }),
    RowFunction::new("monthname", 1, TEXT, |given| {
        let at = Moment::read(first(given)?)?.datetime();
        Ok(at.strftime("%b").to_string().into())
    }),
];

/// What a clock's unit is added to becomes a timestamp, unless it is one or a time.
fn sum(types: &[Arrow]) -> SnowflakeType {
    match types.get(2) {
        Some(Arrow::Date32 | Arrow::Utf8) | None => SnowflakeType::TimestampNtz(FRACTION),
        Some(other) => from_arrow(other),
    }
}

/// A text that days are added to becomes a timestamp.
fn sum_of_days(types: &[Arrow]) -> SnowflakeType {
    match types.get(2) {
        Some(Arrow::Date32) => SnowflakeType::Date,
        _ => sum(types),
    }
}

fn span(part: &str, count: i64) -> Result<Span> {
    let span = match part {
        "year" => Span::new().try_years(count),
        "quarter" => Span::new().try_months(count.saturating_mul(3)),
        "month" => Span::new().try_months(count),
        "week" => Span::new().try_weeks(count),
        "day" => Span::new().try_days(count),
        "hour" => Span::new().try_hours(count),
        "minute" => Span::new().try_minutes(count),
        "second" => Span::new().try_seconds(count),
        "millisecond" => Span::new().try_milliseconds(count),
        "microsecond" => Span::new().try_microseconds(count),
        "nanosecond" => Span::new().try_nanoseconds(count),
        other => return wrong(format!("'{other}' is not a valid date/time component")),
    };
    span.or_else(|_| wrong("Date or time is out of range"))
}

fn add(given: &[ScalarValue]) -> Result<Moment> {
    let [part, count, value] = given else {
        return wrong("expected a part, a number and a date");
    };
    let moment = Moment::read(value)?;
    let at = moment.plus(span(text(part)?, integer(count)?)?)?;
    let is_clock = matches!(
        text(part)?,
        "hour" | "minute" | "second" | "millisecond" | "microsecond" | "nanosecond"
    );
    Ok(match moment {
        Moment::Day(_) if is_clock => Moment::Wall(at),
        Moment::Day(_) if value.try_as_str().is_some() => Moment::Wall(at),
        other => other.with(at),
    })
}

/// How many boundaries of the part lie between two moments.
fn difference(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [part, from, to] = given else {
        return wrong("expected a part and two dates");
    };
    let (from, to) = (Moment::read(from)?.datetime(), Moment::read(to)?.datetime());
    let part = text(part)?;
    let count = |at: DateTime| -> Result<i64> {
        let months = i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
        // 1970 began on a Thursday, weeks begin on Mondays.
        let days = micros(at).div_euclid(86_400_000_000);
        let unit = match part {
            "year" => return Ok(i64::from(at.year())),
            "quarter" => return Ok(months.div_euclid(3)),
            "month" => return Ok(months),
            "week" => return Ok((days + 3).div_euclid(7)),
            "day" => return Ok(days),
            "hour" => 3_600_000_000,
            "minute" => 60_000_000,
            "second" => 1_000_000,
            "millisecond" => 1_000,
            "microsecond" => 1,
            other => return wrong(format!("'{other}' is not a valid date/time component")),
        };
        Ok(micros(at).div_euclid(unit))
    };
    Ok((count(to)? - count(from)?).into())
}
