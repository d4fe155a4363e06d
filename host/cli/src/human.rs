//! Quantities for people.

use std::time::Duration;

/// `0.34 s`, `2 min 5 s`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_secs() {
        0 if duration.as_millis() < 100 => format!("{} ms", duration.as_millis()),
        0..10 => format!("{seconds:.2} s"),
        10..60 => format!("{seconds:.0} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// `3 hours ago`, in the largest unit that fits.
pub fn age(age: Option<Duration>) -> String {
    let Some(age) = age else {
        return "in the future".to_owned();
    };
    let (count, unit) = match age.as_secs() {
        0..2 => return "just now".to_owned(),
        seconds @ 2..120 => (seconds, "second"),
        seconds @ 120..7_200 => (seconds / 60, "minute"),
        seconds @ 7_200..172_800 => (seconds / 3_600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    format!("{} ago", count_of(count, unit))
}

/// `1 table`, `2 tables`.
pub fn count_of(count: u64, unit: &str) -> String {
    match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    }
}

/// `1.5 MiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut name = "B";
    for unit in UNITS {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        name = unit;
    }
    if name == "B" {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_take_the_unit_that_fits() {
        assert_eq!(duration(Duration::from_millis(42)), "42 ms");
        assert_eq!(duration(Duration::from_millis(1_340)), "1.34 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(age(Some(Duration::from_secs(90))), "90 seconds ago");
        assert_eq!(age(Some(Duration::from_secs(86_400))), "24 hours ago");
        assert_eq!(age(None), "in the future");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1_572_864), "1.5 MiB");
    }
}
