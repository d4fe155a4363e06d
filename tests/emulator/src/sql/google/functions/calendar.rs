//! Calendar arithmetic: parts of dates, shifting, truncating, counting boundaries, formats.

use super::row::{Returns, RowFunction};
use super::values::{Moment, integer, micros, text, wrong};
use crate::types::google::GoogleType;
use datafusion::common::{Result, ScalarValue};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::fmt::strtime;
use jiff::{Span, ToSpan};

pub(super) const FUNCTIONS: &[RowFunction] = &[
    RowFunction::new("google_shift", 3, Returns::Argument(0), shift),
    RowFunction::new("google_diff", 3, Returns::Type(|| GoogleType::Int64), diff),
    RowFunction::new("google_trunc", 2, Returns::Argument(0), trunc),
    RowFunction::new(
        "google_extract",
        2,
        Returns::Type(|| GoogleType::Int64),
        extract,
    ),
    RowFunction::new("last_day", 2, Returns::Type(|| GoogleType::Date), last_day),
    RowFunction::new(
        "google_format_time",
        2,
        Returns::Type(|| GoogleType::String(None)),
        format,
    ),
    RowFunction::new("parse_date", 2, Returns::Type(|| GoogleType::Date), parse),
    RowFunction::new(
        "parse_datetime",
        2,
        Returns::Type(|| GoogleType::Datetime),
        parse,
    ),
    RowFunction::new(
        "parse_timestamp",
        2,
        Returns::Type(|| GoogleType::Timestamp(None)),
        parse,
    ),
];

/// A part of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    DayOfWeek,
    DayOfYear,
    /// The week that begins on this day.
    Week(Weekday),
    IsoWeek,
    Month,
    Quarter,
    Year,
    IsoYear,
    Date,
    Time,
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "SUNDAY" => Weekday::Sunday,
        "MONDAY" => Weekday::Monday,
        "TUESDAY" => Weekday::Tuesday,
        "WEDNESDAY" => Weekday::Wednesday,
        "THURSDAY" => Weekday::Thursday,
        "FRIDAY" => Weekday::Friday,
        "SATURDAY" => Weekday::Saturday,
        _ => return None,
    })
}

impl Part {
    fn read(value: &ScalarValue) -> Result<Self> {
        let word = text(value)?;
        let week = word
            .strip_prefix("WEEK(")
            .and_then(|day| day.strip_suffix(')'));
        if let Some(first) = week.and_then(|day| weekday(day.trim())) {
            return Ok(Self::Week(first));
        }
        Ok(match word {
            "MICROSECOND" | "MICROSECONDS" => Self::Microsecond,
            "MILLISECOND" | "MILLISECONDS" => Self::Millisecond,
            "SECOND" | "SECONDS" => Self::Second,
            "MINUTE" | "MINUTES" => Self::Minute,
            "HOUR" | "HOURS" => Self::Hour,
            "DAY" | "DAYS" => Self::Day,
            "DAYOFWEEK" => Self::DayOfWeek,
            "DAYOFYEAR" => Self::DayOfYear,
            "WEEK" | "WEEKS" => Self::Week(Weekday::Sunday),
            "ISOWEEK" => Self::IsoWeek,
            "MONTH" | "MONTHS" => Self::Month,
            "QUARTER" => Self::Quarter,
            "YEAR" | "YEARS" => Self::Year,
            "ISOYEAR" => Self::IsoYear,
            "DATE" => Self::Date,
            "TIME" => Self::Time,
            other => return wrong(format!("A valid date part is required but found {other}")),
        })
    }

    /// The part's length in microseconds, if that is always the same.
    fn micros(self) -> Option<i64> {
        Some(match self {
            Self::Microsecond => 1,
            Self::Millisecond => 1_000,
            Self::Second => 1_000_000,
            Self::Minute => 60_000_000,
            Self::Hour => 3_600_000_000,
            _ => return None,
        })
    }

    /// The start of the part that this point lies in.
    fn start(self, at: DateTime) -> Result<DateTime> {
        let midnight = at.date().to_datetime(Time::midnight());
        let back = |days: i8| midnight.checked_sub(days.days());
        let first_of = |month: i8| {
            let first = at.date().with().month(month).day(1).build();
            first.map(|day| day.to_datetime(Time::midnight()))
        };
        let started = match self {
            Self::Day | Self::Date => Ok(midnight),
            Self::Week(first) => back(at.weekday().since(first)),
            Self::IsoWeek => back(at.weekday().since(Weekday::Monday)),
            Self::Month => first_of(at.month()),
            Self::Quarter => first_of((at.month() - 1) / 3 * 3 + 1),
            Self::Year => first_of(1),
            Self::IsoYear => {
                let year = at.date().iso_week_date().year();
                let first = jiff::civil::ISOWeekDate::new(year, 1, Weekday::Monday);
                first.map(|week| week.date().to_datetime(Time::midnight()))
            }
            _ => {
                let length = self.micros().unwrap_or(1);
                let since = micros(at)?;
                let into = since.rem_euclid(length);
                at.checked_sub(into.microseconds())
            }
        };
        started.or_else(|_| wrong("a date is out of range"))
    }
}

fn span(part: Part, count: i64) -> Option<Result<Span, jiff::Error>> {
    let span = Span::new();
    Some(match part {
        Part::Microsecond => span.try_microseconds(count),
        Part::Millisecond => span.try_milliseconds(count),
        Part::Second => span.try_seconds(count),
        Part::Minute => span.try_minutes(count),
        Part::Hour => span.try_hours(count),
        Part::Day => span.try_days(count),
        Part::Week(_) => span.try_weeks(count),
        Part::Month => span.try_months(count),
        Part::Quarter => span.try_months(count.saturating_mul(3)),
        Part::Year => span.try_years(count),
        _ => return None,
    })
}

fn shift(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [value, count, part] = arguments else {
        return wrong("expected a value, a count and a part");
    };
    let (moment, count, part) = (Moment::read(value)?, integer(count)?, Part::read(part)?);
    let Some(span) = span(part, count) else {
        return wrong("this part cannot be added");
    };
    let shifted = span.and_then(|span| moment.datetime().checked_add(span));
    match shifted {
        Ok(shifted) => moment.with(shifted).value(),
        Err(_) => wrong("adding this interval leaves the range of dates"),
    }
}

/// How many boundaries of the part lie between: so many starts of a part.
fn diff(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [left, right, part] = arguments else {
        return wrong("expected two values and a part");
    };
    let part = Part::read(part)?;
    let read = |value: &ScalarValue| Moment::read(value);
    let (left, right) = (read(left)?, read(right)?);
    let instants = matches!(left, Moment::Instant(_));
    let (left, right) = (left.datetime(), right.datetime());
    let number = match part {
        // Between instants whole units count, between wall clocks the boundaries.
        _ if instants && part.micros().is_some() => {
            (micros(left)? - micros(right)?) / part.micros().unwrap_or(1)
        }
        Part::Year => i64::from(left.year()) - i64::from(right.year()),
        Part::IsoYear => {
            let year = |at: DateTime| i64::from(at.date().iso_week_date().year());
            year(left) - year(right)
        }
        Part::Month => months(left) - months(right),
        Part::Quarter => months(left).div_euclid(3) - months(right).div_euclid(3),
        _ => {
            let length = match part {
                Part::Week(_) | Part::IsoWeek => 7 * 86_400_000_000,
                _ => part.micros().unwrap_or(86_400_000_000),
            };
            (micros(part.start(left)?)? - micros(part.start(right)?)?) / length
        }
    };
    Ok(number.into())
}

fn months(at: DateTime) -> i64 {
    i64::from(at.year()) * 12 + i64::from(at.month()) - 1
}

fn trunc(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [value, part] = arguments else {
        return wrong("expected a value and a part");
    };
    let moment = Moment::read(value)?;
    let start = Part::read(part)?.start(moment.datetime())?;
    moment.with(start).value()
}

fn extract(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [part, value] = arguments else {
        return wrong("expected a part and a value");
    };
    let at = Moment::read(value)?.datetime();
    let part = Part::read(part)?;
    let week_of = |first: Weekday| {
        let offset = at.date().first_of_year().weekday().since(first);
        let days = i64::from(at.day_of_year()) - 1 + i64::from(offset);
        // Days before the first such weekday are in week 0.
        if offset == 0 { days / 7 + 1 } else { days / 7 }
    };
    let number = match part {
        Part::Microsecond => i64::from(at.subsec_nanosecond()) / 1_000,
        Part::Millisecond => i64::from(at.subsec_nanosecond()) / 1_000_000,
        Part::Second => at.second().into(),
        Part::Minute => at.minute().into(),
        Part::Hour => at.hour().into(),
        Part::Day => at.day().into(),
        Part::DayOfWeek => at.weekday().to_sunday_one_offset().into(),
        Part::DayOfYear => at.day_of_year().into(),
        Part::Week(first) => week_of(first),
        Part::IsoWeek => at.date().iso_week_date().week().into(),
        Part::Month => at.month().into(),
        Part::Quarter => ((at.month() - 1) / 3 + 1).into(),
        Part::Year => at.year().into(),
        Part::IsoYear => at.date().iso_week_date().year().into(),
        Part::Date | Part::Time => return wrong("EXTRACT of DATE or TIME is spelt DATE(…) here"),
    };
    Ok(number.into())
}

fn last_day(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [value, part] = arguments else {
        return wrong("expected a value and a part");
    };
    let part = Part::read(part)?;
    let start = part.start(Moment::read(value)?.datetime())?;
    let whole = match part {
        Part::IsoWeek => Some(Ok(1.week())),
        Part::IsoYear => {
            let weeks = start.date().iso_week_date().weeks_in_year();
            Some(Ok(i32::from(weeks).weeks()))
        }
        other => span(other, 1),
    };
    let end = whole
        .transpose()
        .and_then(|span| start.checked_add(span.unwrap_or_default()))
        .and_then(|next| next.checked_sub(1.day()));
    match end {
        Ok(end) => Moment::Day(end.date()).value(),
        Err(_) => wrong("a date is out of range"),
    }
}

/// GoogleSQL's elements are those of strftime, but for a few that only it has.
fn format(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [pattern, value] = arguments else {
        return wrong("expected a format and a value");
    };
    let at = Moment::read(value)?.datetime();
    let six = format!("{:06}", at.subsec_nanosecond() / 1_000);
    let pattern = text(pattern)?
        .replace("%E4Y", "%Y")
        .replace("%E*S", &format!("%S.{six}"))
        .replace("%E6S", &format!("%S.{six}"))
        .replace("%E3S", &format!("%S.{}", six.get(..3).unwrap_or_default()))
        .replace("%Ez", "+00:00")
        .replace("%Z", "UTC")
        .replace("%Q", &((at.month() - 1) / 3 + 1).to_string());
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
    let written = zoned.and_then(|zoned| strtime::format(&*pattern, &zoned));
    match written {
        Ok(written) => Ok(written.as_str().into()),
        Err(error) => wrong(format!("Invalid format \"{pattern}\": {error}")),
    }
}

fn parse(arguments: &[ScalarValue]) -> Result<ScalarValue> {
    let [pattern, value] = arguments else {
        return wrong("expected a format and a text");
    };
    let (pattern, given) = (text(pattern)?, text(value)?);
    let parsed = strtime::parse(
        pattern.replace("%E*S", "%S%.f").replace("%E4Y", "%Y"),
        given,
    );
    let parsed = parsed.and_then(|parts| {
        let day = parts.to_date()?;
        let time = parts.to_time().unwrap_or(Time::midnight());
        Ok(day.to_datetime(time))
    });
    match parsed {
        Ok(moment) => Moment::Wall(moment).value(),
        Err(_) => wrong(format!(
            "Failed to parse input string \"{given}\" with format \"{pattern}\""
        )),
    }
}
