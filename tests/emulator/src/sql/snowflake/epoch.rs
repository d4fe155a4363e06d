//! Points in time as results have them: decimal numbers of seconds since 1970.

use jiff::civil::{DateTime, date};

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// Nanoseconds since 1970 of a time in UTC. Every one that can be written has some.
pub(crate) fn nanoseconds(at: DateTime) -> i128 {
    let start = date(1970, 1, 1).at(0, 0, 0, 0);
    at.duration_since(start).as_nanos()
}

/// The seconds, with nine digits behind the point.
pub(crate) fn seconds(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    let second = SECOND.unsigned_abs();
    format!("{sign}{}.{:09}", size / second, size % second)
}

/// The nanoseconds in a text of seconds that has nine digits behind the point.
pub(crate) fn read(seconds: &str) -> Option<i128> {
    let (whole, fraction) = seconds.split_once('.')?;
    let size = whole.trim_start_matches('-').parse::<i128>().ok()?;
    let size = size.checked_mul(SECOND)? + fraction.parse::<i128>().ok()?;
    Some(if whole.starts_with('-') { -size } else { size })
}

/// The seconds with fewer digits behind the point, and without it if there shall be none.
pub(crate) fn shortened(seconds: &str, digits: u8) -> &str {
    let whole = seconds.split('.').next().unwrap_or_default().len();
    let end = match digits {
        0 => whole,
        digits => whole + 1 + usize::from(digits),
    };
    seconds.get(..end).unwrap_or(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_before_1970_is_a_negative_number() {
        for (text, nanoseconds) in [
            ("0.000000000", 0),
            ("1.500000000", 1_500_000_000),
            ("-0.250000000", -250_000_000),
            ("-1.250000000", -1_250_000_000),
        ] {
            assert_eq!(seconds(nanoseconds), text);
            assert_eq!(read(text), Some(nanoseconds), "{text}");
        }
        assert_eq!(read("x"), None);
        assert_eq!(shortened("-1.250000000", 3), "-1.250");
        assert_eq!(shortened("1.250000000", 0), "1");
    }

    #[test]
    fn the_last_moment_there_is_counts() {
        let last = date(9999, 12, 31).at(23, 59, 59, 0);
        assert_eq!(seconds(nanoseconds(last)), "253402300799.000000000");
    }
}
