//! The header `retry-after`: seconds, or a date.

use std::time::Duration;

/// How long to wait. A date in the past is no wait at all; what is neither form is ignored.
pub(super) fn parse(value: &str, unix_seconds: u64) -> Option<Duration> {
    let value = value.trim();
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => date(value)?.saturating_sub(unix_seconds),
    };
    Some(Duration::from_secs(seconds))
}

/// Seconds since 1970 of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(value: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, value) = value.split_once(", ")?;
    let mut parts = value.split(' ');
    let day = number(parts.next()?, 1, 31)?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64;
    let year = number(parts.next()?, 1970, 9999)?;
    let mut clock = parts.next()?.split(':');
    let hour = number(clock.next()?, 0, 23)?;
    let minute = number(clock.next()?, 0, 59)?;
    let second = number(clock.next()?, 0, 60)?;
    (parts.next() == Some("GMT"))
        .then_some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(text: &str, least: u64, most: u64) -> Option<u64> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
}

/// Days since 1970 in the Gregorian calendar; `month` counts from 0.
fn days(year: u64, month: u64, day: u64) -> u64 {
    // Years that begin in March have their odd day at the end, so the lengths of the months before it never change.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let before_month = (153 * month + 2) / 5;
    let before_year = 365 * year + year / 4 - year / 100 + year / 400;
    before_year + before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<u64>) {
        assert_eq!(
            parse(value, 784_111_777),
            expected.map(Duration::from_secs),
            "{value}"
        );
    }

    #[test]
    fn seconds_and_dates_are_waits() {
        check("7", Some(7));
        check(" 120 ", Some(120));
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(0));
        check("Sun, 06 Nov 1994 08:50:00 GMT", Some(23));
        check("Mon, 07 Nov 1994 08:49:37 GMT", Some(86_400));
        check("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
        check(
            "Tue, 29 Feb 2000 00:00:00 GMT",
            Some(951_782_400 - 784_111_777),
        );
        check(
            "Fri, 20 Nov 2026 10:30:00 GMT",
            Some(1_795_170_600 - 784_111_777),
        );
    }

    #[test]
    fn anything_else_is_ignored() {
        for value in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
        ] {
            check(value, None);
        }
    }
}
