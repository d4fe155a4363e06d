//! Intervals: months, days and microseconds, each with a sign of its own.

use super::row::{Returns, RowFunction};
use super::values::{text, wrong};
use crate::types::google::GoogleType;
use datafusion::arrow::datatypes::IntervalMonthDayNano;
use datafusion::common::{Result, ScalarValue};

pub(super) const FUNCTIONS: &[RowFunction] = &[RowFunction::new(
    "google_interval",
    2,
    Returns::Type(|| GoogleType::Interval),
    interval,
)];

/// The units of an interval's text from largest to smallest.
const UNITS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

/// Nanoseconds in a second.
const SECOND: i64 = 1_000_000_000;

/// A text and the units it counts: one unit, or `YEAR TO SECOND` and shorter runs of units.
fn interval(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [value, units] = given else {
        return wrong("expected a text and units");
    };
    let (value, units) = (text(value)?, text(units)?);
    match parse(value.trim(), units) {
        Some(interval) => Ok(ScalarValue::IntervalMonthDayNano(Some(interval))),
        None => wrong(format!("Invalid INTERVAL value '{value}' {units}")),
    }
}

fn parse(value: &str, units: &str) -> Option<IntervalMonthDayNano> {
    match units.split_once(" TO ") {
        None => single(value, units),
        Some((from, to)) => {
            let place = |unit: &str| UNITS.iter().position(|known| *known == unit);
            several(value, place(from)?, place(to)?)
        }
    }
}

fn single(value: &str, unit: &str) -> Option<IntervalMonthDayNano> {
    if unit.trim_end_matches('S') == "SECOND" {
        return Some(IntervalMonthDayNano::new(0, 0, seconds(value)?));
    }
    let count: i32 = value.parse().ok()?;
    let (months, days, nanos) = match unit.trim_end_matches('S') {
        "YEAR" => (count.checked_mul(12)?, 0, 0),
        "QUARTER" => (count.checked_mul(3)?, 0, 0),
        "MONTH" => (count, 0, 0),
        "WEEK" => (0, count.checked_mul(7)?, 0),
        "DAY" => (0, count, 0),
        "HOUR" => (0, 0, i64::from(count).checked_mul(3_600 * SECOND)?),
        "MINUTE" => (0, 0, i64::from(count).checked_mul(60 * SECOND)?),
        "MILLISECOND" => (0, 0, i64::from(count).checked_mul(1_000_000)?),
        "MICROSECOND" => (0, 0, i64::from(count).checked_mul(1_000)?),
        _ => return None,
    };
    Some(IntervalMonthDayNano::new(months, days, nanos))
}

/// `Y-M`, `D` and `H:M:S[.F]`, as many of them as the units ask for.
fn several(value: &str, from: usize, to: usize) -> Option<IntervalMonthDayNano> {
    let mut words = value.split_ascii_whitespace();
    let (mut months, mut days, mut nanos) = (0, 0, 0);
    if from <= 1 {
        months = year_month(words.next()?, from, to)?;
    }
    if from <= 2 && to >= 2 {
        days = words.next()?.parse().ok()?;
    }
    if to >= 3 {
        nanos = clock(words.next()?, from.max(3), to)?;
    }
    let done = words.next().is_none();
    done.then(|| IntervalMonthDayNano::new(months, days, nanos))
}

fn sign(text: &str) -> (i64, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn year_month(word: &str, from: usize, to: usize) -> Option<i32> {
    let (sign, word) = sign(word);
    let (years, months) = match (from, to) {
        (0, 0) => (word, "0"),
        (0, _) => word.split_once('-')?,
        _ => ("0", word),
    };
    let (years, months): (i32, i32) = (years.parse().ok()?, months.parse().ok()?);
    let whole = years.checked_mul(12)?.checked_add(months)?;
    Some(i32::try_from(sign).ok()? * whole)
}

fn clock(word: &str, from: usize, to: usize) -> Option<i64> {
    let (sign, word) = sign(word);
    let parts: Vec<&str> = word.split(':').collect();
    if parts.len() != to - from + 1 {
        return None;
    }
    let mut nanos: i64 = 0;
    for (unit, part) in (from..).zip(parts) {
        let part = match unit {
            3 => part.parse::<i64>().ok()?.checked_mul(3_600 * SECOND)?,
            4 => part.parse::<i64>().ok()?.checked_mul(60 * SECOND)?,
            _ => seconds(part)?,
        };
        nanos = nanos.checked_add(part)?;
    }
    Some(sign * nanos)
}

fn seconds(text: &str) -> Option<i64> {
    let (sign, text) = sign(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.get(..fraction.len().min(9))?;
    let fraction: i64 = match digits.is_empty() {
        true => 0,
        false => format!("{digits:0<9}").parse().ok()?,
    };
    let whole: i64 = whole.parse().ok()?;
    let nanos = whole.checked_mul(SECOND)?.checked_add(fraction)?;
    Some(sign * nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, units: &str, expected: Option<(i32, i32, i64)>) {
        let expected = expected
            .map(|(months, days, micros)| IntervalMonthDayNano::new(months, days, micros * 1_000));
        assert_eq!(parse(value, units), expected, "{value} {units}");
    }

    #[test]
    fn every_part_has_its_sign() {
        check(
            "1-2 3 4:5:6.5",
            "YEAR TO SECOND",
            Some((14, 3, 14_706_500_000)),
        );
        check(
            "-1-2 -3 -4:5:6",
            "YEAR TO SECOND",
            Some((-14, -3, -14_706_000_000)),
        );
        check("10 12:30", "DAY TO MINUTE", Some((0, 10, 45_000_000_000)));
        check("2", "QUARTER", Some((6, 0, 0)));
        check("1.25", "SECOND", Some((0, 0, 1_250_000)));
        check("1:2", "HOUR TO SECOND", None);
        check("x", "DAY", None);
    }
}
