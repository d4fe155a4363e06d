//! Points in time, between the engine's values and a calendar's.

use super::values::{text, wrong};
use datafusion::common::{Result, ScalarValue};
use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

/// Nanoseconds in a second.
pub(crate) const SECOND: i128 = 1_000_000_000;

/// A value of a date or time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moment {
    Day(Date),
    Clock(Time),
    /// A wall clock's reading.
    Wall(DateTime),
    /// An instant, in UTC.
    Instant(DateTime),
}

const MIDNIGHT: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// The reading of a clock in UTC so long after 1970.
fn after_1970(nanoseconds: i128) -> Option<DateTime> {
    let seconds = i64::try_from(nanoseconds.div_euclid(SECOND)).ok()?;
    let rest = i32::try_from(nanoseconds.rem_euclid(SECOND)).ok()?;
    MIDNIGHT
        .checked_add(SignedDuration::new(seconds, rest))
        .ok()
}

impl Moment {
    /// The moment that a value is; a text is read as one.
    pub fn read(value: &ScalarValue) -> Result<Self> {
        let stamp = |nanoseconds: i128, zone: bool| match (after_1970(nanoseconds), zone) {
            (Some(at), true) => Ok(Self::Instant(at)),
            (Some(at), false) => Ok(Self::Wall(at)),
            (None, _) => wrong("Timestamp is out of range"),
        };
        match value {
            ScalarValue::Date32(Some(days)) => {
                match date(1970, 1, 1).checked_add(i64::from(*days).days()) {
                    Ok(day) => Ok(Self::Day(day)),
                    Err(_) => wrong("Date is out of range"),
                }
            }
            ScalarValue::Time64Microsecond(Some(micros)) => {
                match after_1970(i128::from(*micros) * 1_000) {
                    Some(at) => Ok(Self::Clock(at.time())),
                    None => wrong("Time is out of range"),
                }
            }
            ScalarValue::TimestampSecond(Some(at), zone) => {
                stamp(i128::from(*at) * SECOND, zone.is_some())
            }
            ScalarValue::TimestampMillisecond(Some(at), zone) => {
                stamp(i128::from(*at) * 1_000_000, zone.is_some())
            }
            ScalarValue::TimestampMicrosecond(Some(at), zone) => {
                stamp(i128::from(*at) * 1_000, zone.is_some())
            }
            ScalarValue::TimestampNanosecond(Some(at), zone) => {
                stamp(i128::from(*at), zone.is_some())
            }
            other => Self::parse(text(other)?),
        }
    }

    fn parse(text: &str) -> Result<Self> {
        if let Ok(day) = text.parse::<Date>()
            && text.len() <= 10
        {
            return Ok(Self::Day(day));
        }
        if let Some((at, _)) = with_offset(text) {
            return Ok(Self::Instant(at.to_zoned(TimeZone::UTC).datetime()));
        }
        match text.parse::<DateTime>() {
            Ok(at) => Ok(Self::Wall(at)),
            Err(_) => wrong(format!("Timestamp '{text}' is not recognized")),
        }
    }

    /// The reading of date and clock; a clock alone is of the first day of 1970.
    pub fn datetime(self) -> DateTime {
        match self {
            Self::Day(day) => day.at(0, 0, 0, 0),
            Self::Clock(time) => date(1970, 1, 1).to_datetime(time),
            Self::Wall(at) | Self::Instant(at) => at,
        }
    }

    /// The same kind of moment with another reading.
    pub fn with(self, at: DateTime) -> Self {
        match self {
            Self::Day(_) => Self::Day(at.date()),
            Self::Clock(_) => Self::Clock(at.time()),
            Self::Wall(_) => Self::Wall(at),
            Self::Instant(_) => Self::Instant(at),
        }
    }

    /// Later by this much.
    pub fn plus(self, span: Span) -> Result<DateTime> {
        match self.datetime().checked_add(span) {
            Ok(at) => Ok(at),
            Err(_) => wrong("Date or time is out of range"),
        }
    }

    /// As the engine has it.
    pub fn value(self) -> ScalarValue {
        let micros = micros(self.datetime());
        match self {
            Self::Day(_) => {
                let days = micros.div_euclid(86_400 * 1_000_000);
                ScalarValue::Date32(i32::try_from(days).ok())
            }
            Self::Clock(_) => ScalarValue::Time64Microsecond(Some(micros)),
            Self::Wall(_) => ScalarValue::TimestampMicrosecond(Some(micros), None),
            Self::Instant(_) => ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())),
        }
    }
}

/// Microseconds since 1970 in UTC.
pub(super) fn micros(at: DateTime) -> i64 {
    let since = at.duration_since(MIDNIGHT);
    i64::try_from(since.as_micros()).unwrap_or_default()
}

/// The instant of a text with an offset at its end, and the offset.
pub(super) fn with_offset(text: &str) -> Option<(Timestamp, Offset)> {
    let text = text.trim();
    if let Some(before) = text.strip_suffix(['Z', 'z']) {
        let at: DateTime = before.trim_end().parse().ok()?;
        return Some((Offset::UTC.to_timestamp(at).ok()?, Offset::UTC));
    }
    // The date has dashes of its own.
    let sign = text.get(11..)?.rfind(['+', '-'])? + 11;
    let (before, digits) = text.split_at_checked(sign)?;
    let negative = digits.starts_with('-');
    let digits = digits.trim_start_matches(['+', '-']).replace(':', "");
    if digits.len() > 4 {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let minutes = match digits.len() {
        1 | 2 => number * 60,
        _ => number / 100 * 60 + number % 100,
    };
    let seconds = if negative {
        -minutes * 60
    } else {
        minutes * 60
    };
    let offset = Offset::from_seconds(seconds).ok()?;
    let at: DateTime = before.trim_end().parse().ok()?;
    Some((offset.to_timestamp(at).ok()?, offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_offset_is_read_in_every_spelling() {
        for (text, seconds, offset) in [
            ("2024-01-01 02:00:00 +02:00", 1_704_067_200, 7_200),
            ("2024-01-01T00:00:00Z", 1_704_067_200, 0),
            ("2023-12-31 21:30:00-0230", 1_704_067_200, -9_000),
            ("2024-01-01 01:00:00 +01", 1_704_067_200, 3_600),
        ] {
            let read = with_offset(text).map(|(at, offset)| (at.as_second(), offset.seconds()));
            assert_eq!(read, Some((seconds, offset)), "{text}");
        }
        assert_eq!(with_offset("2024-01-01 00:00:00"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = Moment::read(&ScalarValue::from(text.as_str()));
        }
    }
}
