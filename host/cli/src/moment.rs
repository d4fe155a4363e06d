//! Moments, as people write and read them. Always in UTC, so that a command means the same on every machine.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rocky_cache::Timestamp;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::CommandError;

/// A moment as files have it: in RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment: Result<jiff::Timestamp, _> = text.parse();
        let moment = moment.map_err(|_| D::Error::custom(format!("`{text}` is no time")))?;
        let millis = u64::try_from(moment.as_millisecond()).unwrap_or(0);
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

/// Reads a moment: RFC 3339 (`2026-11-20T08:00:00Z`), a date, which stands for its first moment, or an age (`3d`, `12h`).
pub fn parse(text: &str, now: Timestamp) -> Result<Timestamp, CommandError> {
    let moment = match age(text) {
        Some(age) => {
            let millis = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
            Some(now.as_millis().saturating_sub(millis))
        }
        None => absolute(text),
    };
    let moment = moment.map(Timestamp::from_millis).ok_or_else(|| {
        CommandError::usage(format!("`{text}` is not a time"))
            .hint("write 2026-11-20T08:00:00Z, 2026-11-20, or an age: 90s, 30m, 12h, 3d, 2w")
    })?;
    if moment > now {
        return Err(CommandError::usage(format!("`{text}` is in the future")));
    }
    Ok(moment)
}

fn age(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(Duration::from_secs(count.saturating_mul(seconds)))
}

/// What lies before 1970 becomes the beginning of 1970.
fn absolute(text: &str) -> Option<u64> {
    let parsed: Option<jiff::Timestamp> = text.parse().ok();
    let moment = parsed.or_else(|| {
        // The library would take a date with a time of an unknown zone for the date alone.
        let is_date = text.len() == "2026-11-20".len();
        let date: Date = text.parse().ok().filter(|_| is_date)?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    Some(u64::try_from(moment.as_millisecond()).unwrap_or(0))
}

/// `2026-11-20T08:00:00.123Z`; the milliseconds only where there are any.
pub fn rfc3339(moment: Timestamp) -> String {
    let millis = i64::try_from(moment.as_millis()).ok();
    let moment = millis.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    moment.map_or_else(|| "beyond all calendars".to_owned(), |it| it.to_string())
}

/// The same to the second, for people.
pub fn to_the_second(moment: Timestamp) -> String {
    rfc3339(Timestamp::from_millis(moment.as_millis() / 1000 * 1000))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_moment_may_be_written_in_three_ways() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        for (text, expected) in [
            ("2026-11-18T11:06:40Z", "2026-11-18T11:06:40Z"),
            ("2026-11-18T12:06:40+01:00", "2026-11-18T11:06:40Z"),
            ("2026-11-18T11:06:39.5Z", "2026-11-18T11:06:39.5Z"),
            ("2026-11-18", "2026-11-18T00:00:00Z"),
            ("40s", "2026-11-18T11:06:00Z"),
            ("6m", "2026-11-18T11:00:40Z"),
            ("11h", "2026-11-18T00:06:40Z"),
            ("3d", "2026-11-15T11:06:40Z"),
            ("1w", "2026-11-11T11:06:40Z"),
            ("99999999999w", "1970-01-01T00:00:00Z"),
            ("1900-01-01", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(parse(text, now).unwrap()), expected, "{text}");
        }
        for text in [
            "",
            "d",
            "-3d",
            "+3d",
            "3 d",
            "3y",
            "yesterday",
            "2026-11-18T11:06:40",
            "2026-13-01",
            "2026-11-19",
            "２d",
            "3é",
        ] {
            assert!(parse(text, now).is_err(), "{text}");
        }
    }
}
