//! Which tables are days of one: `events_20260101`, `events_20260102`, …

use std::collections::HashMap;

/// How many digits a day has.
const DIGITS: usize = 8;

/// A table that is a day of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard<'a> {
    /// What the names of the family have in common, before the day.
    pub prefix: &'a str,
    /// The day, as `YYYYMMDD`.
    pub day: &'a str,
}

impl<'a> Shard<'a> {
    /// Takes a table's name apart; none if it does not end in a day.
    pub fn of(name: &'a str) -> Option<Self> {
        let split = name.len().checked_sub(DIGITS).filter(|split| *split > 0)?;
        let (prefix, day) = name.split_at_checked(split)?;
        is_day(day).then_some(Self { prefix, day })
    }

    /// The name of the family, as queries write it.
    pub fn family(&self) -> String {
        format!("{}*", self.prefix)
    }
}

fn is_day(digits: &str) -> bool {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|it| it.parse().ok());
    let (year, month, day): (Option<u32>, Option<u32>, Option<u32>) =
        (number(0..4), number(4..6), number(6..8));
    year.is_some_and(|year| (1900..=2199).contains(&year))
        && month.is_some_and(|month| (1..=12).contains(&month))
        && day.is_some_and(|day| (1..=31).contains(&day))
}

/// Of each family the newest table, and all that are of none; and how many were left out.
pub fn newest(names: Vec<String>) -> (Vec<String>, usize) {
    let mut newest: HashMap<&str, &str> = HashMap::new();
    for shard in names.iter().filter_map(|name| Shard::of(name)) {
        let day = newest.entry(shard.prefix).or_insert(shard.day);
        *day = (*day).max(shard.day);
    }
    let is_kept = |name: &&String| {
        Shard::of(name).is_none_or(|shard| newest.get(shard.prefix) == Some(&shard.day))
    };
    let kept: Vec<String> = names.iter().filter(is_kept).cloned().collect();
    let left_out = names.len() - kept.len();
    (kept, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_make_a_family() {
        for (name, prefix) in [
            ("events_20260131", Some("events_")),
            ("e20260131", Some("e")),
            ("events_20261331", None),
            ("events_20260132", None),
            ("events_2026013", None),
            ("20260131", None),
            ("events", None),
            ("größe_20260131", Some("größe_")),
            ("tück20260131", Some("tück")),
            ("x_99999999", None),
        ] {
            assert_eq!(Shard::of(name).map(|shard| shard.prefix), prefix, "{name}");
        }
    }

    #[test]
    fn the_newest_of_each_family_is_kept() {
        let names = ["a_20260101", "b", "a_20260201", "c_20250101", "a_20251231"];
        let (kept, left_out) = newest(names.map(str::to_owned).to_vec());
        assert_eq!(kept, ["b", "a_20260201", "c_20250101"]);
        assert_eq!(left_out, 2);
    }
}
