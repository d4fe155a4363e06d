//! Dates and times as text, in formats such as `YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM`.

use super::functions::Moment;
use jiff::civil::DateTime;

/// Elements of a format, longer ones before those they begin with.
const ELEMENTS: &[&str] = &[
    "YYYY", "YY", "MMMM", "MON", "MM", "DD", "DY", "HH24", "HH12", "AM", "PM", "MI", "SS",
    "TZHTZM", "TZH:TZM", "TZH", "TZM",
];

/// A moment of UTC in this format; what is no element stands for itself.
pub(crate) fn moment(moment: Moment, format: &str) -> String {
    written(moment.datetime(), 0, format)
}

/// A clock's reading at an offset from UTC, in minutes.
pub(crate) fn written(at: DateTime, offset_minutes: i32, format: &str) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let inner = rest.get(1..).unwrap_or_default();
            let (literal, after) = inner.split_once('"').unwrap_or((inner, ""));
            out.push_str(literal);
            rest = after;
            continue;
        }
        let upper = |length: usize| rest.get(..length).map(str::to_ascii_uppercase);
        if upper(2).as_deref() == Some("FF") {
            let digits = rest.get(2..3).and_then(|digit| digit.parse::<usize>().ok());
            let fraction = format!("{:09}", at.subsec_nanosecond());
            out.push_str(fraction.get(..digits.unwrap_or(9)).unwrap_or(&fraction));
            rest = rest
                .get(2 + usize::from(digits.is_some())..)
                .unwrap_or_default();
            continue;
        }
        let known = |element: &&&str| upper(element.len()).as_deref() == Some(**element);
        match ELEMENTS.iter().find(known) {
            Some(element) => {
                out.push_str(&value(at, offset_minutes, element));
                rest = rest.get(element.len()..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

fn value(at: DateTime, offset_minutes: i32, element: &str) -> String {
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    let noon = i8::from(at.hour() % 12 == 0) * 12;
    match element {
        "YYYY" => format!("{:04}", at.year()),
        "YY" => format!("{:02}", at.year().rem_euclid(100)),
        "MMMM" => at.strftime("%B").to_string(),
        "MON" => at.strftime("%b").to_string(),
        "MM" => format!("{:02}", at.month()),
        "DD" => format!("{:02}", at.day()),
        "DY" => at.strftime("%a").to_string(),
        "HH24" => format!("{:02}", at.hour()),
        "HH12" => format!("{:02}", at.hour() % 12 + noon),
        "AM" | "PM" => at.strftime("%p").to_string(),
        "MI" => format!("{:02}", at.minute()),
        "SS" => format!("{:02}", at.second()),
        "TZHTZM" => format!("{sign}{hours:02}{minutes:02}"),
        "TZH:TZM" => format!("{sign}{hours:02}:{minutes:02}"),
        "TZH" => format!("{sign}{hours:02}"),
        _ => format!("{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_format_is_filled_in() {
        let at = date(2026, 1, 2).at(13, 4, 5, 67_000_000);
        for (format, expected) in [
            (
                "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
                "2026-01-02 13:04:05.067 +0130",
            ),
            ("DY, DD MON YY HH12:MI AM", "Fri, 02 Jan 26 01:04 PM"),
            ("\"on\" yyyy.ff TZH:TZM", "on 2026.067000000 +01:30"),
        ] {
            assert_eq!(written(at, 90, format), expected);
        }
    }

    proptest! {
        #[test]
        fn any_format_is_filled_in(format in "\\PC{0,40}") {
            let _ = written(date(2026, 1, 2).at(3, 4, 5, 6), -90, &format);
        }
    }
}
