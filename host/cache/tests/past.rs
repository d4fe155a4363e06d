//! What the history tells: how a schema differs from what it was, at any moment.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use rocky_cache::{Changed, Shape};
use rocky_schema::Entry;
use support::*;
use tempfile::tempdir;

/// The tables of one answer, each with its only column.
type State = BTreeMap<String, String>;

fn shape(column: &str) -> Shape {
    Shape {
        kind: "table".into(),
        columns: table("t", &[column]).columns,
    }
}

fn entries(state: &State) -> Vec<Entry> {
    let one = |(name, column): (&String, &String)| entry(name, &[column]);
    state.iter().map(one).collect()
}

#[test]
fn a_table_that_came_went_or_changed_differs_from_what_it_was() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let unchanged = entry("same", &["x"]);
    refresh(
        &config,
        &[unchanged.clone(), entry("a", &["x"]), entry("gone", &["x"])],
        1,
    );
    refresh(
        &config,
        &[
            unchanged.clone(),
            entry("a", &["y"]),
            entry("brief", &["x"]),
        ],
        2,
    );
    refresh(
        &config,
        &[unchanged, entry("a", &["z"]), entry("new", &["x"])],
        3,
    );
    let changes = snapshot(&config)
        .changes_since(ADAPTER, &flights(), at(1))
        .unwrap();
    let changed = |table: &str, seconds, before: Option<&str>, after: Option<&str>| Changed {
        table: table.into(),
        at: at(seconds),
        before: before.map(shape),
        after: after.map(shape),
    };
    let expected = [
        changed("a", 3, Some("x"), Some("z")),
        changed("gone", 2, Some("x"), None),
        changed("new", 3, None, Some("x")),
    ];
    assert_eq!(changes.tables, expected);
    assert_eq!((changes.known_since, changes.forgotten), (Some(at(1)), 0));

    let now = snapshot(&config)
        .changes_since(ADAPTER, &flights(), at(3))
        .unwrap();
    assert_eq!(now.tables, []);
    let other = rocky_schema::SchemaName::new("raw", "other");
    let unknown = snapshot(&config)
        .changes_since(ADAPTER, &other, at(1))
        .unwrap();
    assert_eq!(unknown, rocky_cache::Changes::default());
}

#[test]
fn what_is_too_old_to_be_remembered_is_counted() {
    const DAY: u64 = 86_400;
    let directory = tempdir().unwrap();
    let mut config = config(directory.path());
    config.history_days = 1;
    refresh(&config, &[entry("a", &["x"])], DAY);
    refresh(&config, &[entry("a", &["y"])], 2 * DAY);
    refresh(&config, &[entry("a", &["z"])], 9 * DAY);
    let since = |seconds| {
        let changes = snapshot(&config).changes_since(ADAPTER, &flights(), at(seconds));
        let changes = changes.unwrap();
        let before = changes.tables.into_iter().map(|it| it.before);
        (before.collect::<Vec<_>>(), changes.forgotten)
    };
    assert_eq!(since(3 * DAY), (vec![Some(shape("y"))], 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_past_is_as_it_was(
        states in proptest::collection::vec(
            proptest::collection::btree_map("[abc]", "[xy]", 0..4), 1..6),
        since in 0usize..6,
    ) {
        let directory = tempdir().unwrap();
        let config = config(directory.path());
        for (seconds, state) in (1..).zip(&states) {
            refresh(&config, &entries(state), seconds);
        }
        let nothing = State::new();
        let now = states.last().unwrap();
        let then = since.checked_sub(1).map_or(&nothing, |index| states.get(index).unwrap_or(now));
        let mut expected = BTreeMap::new();
        for name in then.keys().chain(now.keys()) {
            let sides = (then.get(name).cloned(), now.get(name).cloned());
            if sides.0 != sides.1 {
                expected.insert(name.clone(), sides);
            }
        }
        let changes = snapshot(&config).changes_since(ADAPTER, &flights(), at(since as u64));
        let column = |shape: Option<Shape>| shape.map(|it| it.columns[0].name.clone());
        let found: BTreeMap<_, _> = changes.unwrap().tables.into_iter()
            .map(|it| (it.table, (column(it.before), column(it.after))))
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_walk_meets_every_table_once_and_in_order(count in 0usize..600) {
        let directory = tempdir().unwrap();
        let config = config(directory.path());
        let names: Vec<String> = (0..count).map(|index| format!("t{index:04}")).collect();
        let entries: Vec<Entry> = names.iter().map(|name| entry(name, &["x"])).collect();
        refresh(&config, &entries, 1);
        let snapshot = snapshot(&config);
        let found = snapshot.described(ADAPTER, &flights()).unwrap();
        let found: Vec<String> = found.map(|it| it.unwrap().name.table).collect();
        prop_assert_eq!(found, names);
    }
}
