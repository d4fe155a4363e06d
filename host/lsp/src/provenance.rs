//! Where the knowledge of a table is from, in words.

use rocky_compile::Described;

/// For example `described 3 hours ago by databricks as analyst`.
pub fn text(described: &Described, now_millis: u64) -> String {
    let verb = if described.pinned {
        "imported"
    } else {
        "described"
    };
    let age = age(now_millis.saturating_sub(described.at_millis));
    let mut text = format!("{verb} {age} by {}", described.plugin);
    if let Some(principal) = &described.principal {
        text.push_str(" as ");
        text.push_str(principal);
    }
    let stale = !described.fresh && !described.pinned;
    let notes = [(stale, "stale"), (!described.complete, "incomplete")];
    let notes: Vec<&str> = notes
        .into_iter()
        .filter_map(|(applies, note)| applies.then_some(note))
        .collect();
    if !notes.is_empty() {
        text.push_str(&format!(" ({})", notes.join(", ")));
    }
    text
}

/// How long ago something was, in its largest unit.
fn age(millis: u64) -> String {
    let minutes = millis / 60_000;
    let units = [
        (minutes / 1440, "day"),
        (minutes / 60, "hour"),
        (minutes, "minute"),
    ];
    match units.into_iter().find(|(count, _)| *count > 0) {
        Some((1, unit)) => format!("1 {unit} ago"),
        Some((count, unit)) => format!("{count} {unit}s ago"),
        None => "just now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provenance_is_told_in_words() {
        let mut described = Described {
            plugin: "databricks".to_owned(),
            principal: Some("analyst".to_owned()),
            at_millis: 1_000,
            fresh: true,
            pinned: false,
            complete: true,
        };
        let hours = |hours: u64| 1_000 + hours * 3_600_000;
        let check = |described: &Described, now, expected: &str| {
            assert_eq!(text(described, now), expected);
        };
        check(
            &described,
            hours(3),
            "described 3 hours ago by databricks as analyst",
        );
        check(
            &described,
            hours(24),
            "described 1 day ago by databricks as analyst",
        );
        check(&described, 0, "described just now by databricks as analyst");
        described.fresh = false;
        described.complete = false;
        described.principal = None;
        check(
            &described,
            61_000,
            "described 1 minute ago by databricks (stale, incomplete)",
        );
        described.complete = true;
        described.pinned = true;
        check(&described, hours(1), "imported 1 hour ago by databricks");
    }
}
