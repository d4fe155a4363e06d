//! Random sequences of answers against a plain map that says what the cache should hold.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use rocky_cache::{CacheConfig, ChangeKind, Lookup, Timestamp, Written};
use rocky_schema::{Column, Coverage, Entry, SchemaName, Summary, Table};
use support::*;

/// Case twins, an empty name and one with a dot.
const TABLES: [&str; 6] = ["", "a", "A", "a.b", "ä", "z"];

#[derive(Clone, Debug)]
struct Answer {
    schema: SchemaName,
    entries: Vec<Entry>,
    coverage: Coverage,
}

#[derive(Default)]
struct Model {
    tables: BTreeMap<String, Held>,
    history: BTreeMap<String, Vec<(Timestamp, ChangeKind, Vec<Column>)>>,
    failed: u64,
    exhausted: bool,
    described_at: Timestamp,
}

#[derive(Clone)]
struct Held {
    table: Table,
    first_seen: Timestamp,
    last_changed: Timestamp,
}

impl Model {
    fn apply(&mut self, answer: &Answer, now: Timestamp) -> Written {
        let mut counts = Written::default();
        let mut said = BTreeMap::new();
        for entry in &answer.entries {
            said.insert(entry.name().to_owned(), entry);
        }
        if answer.coverage == Coverage::Exhausted {
            let gone: Vec<_> = self
                .tables
                .keys()
                .filter(|name| !said.contains_key(*name))
                .cloned()
                .collect();
            for name in gone {
                let held = self.tables.remove(&name).unwrap();
                self.remember(&name, now, ChangeKind::Dropped, held.table);
                counts.removed += 1;
            }
        }
        for (name, entry) in said {
            match entry {
                Entry::Table(table) => self.store(&name, table, now, &mut counts),
                Entry::Unchanged(_) if self.tables.contains_key(&name) => counts.unchanged += 1,
                Entry::Unchanged(_) | Entry::Failed(..) => counts.failed += 1,
            }
        }
        counts.tables = self.tables.len() as u64;
        counts.columns = self
            .tables
            .values()
            .map(|held| held.table.columns.len() as u64)
            .sum();
        self.failed = counts.failed;
        self.exhausted = answer.coverage == Coverage::Exhausted;
        self.described_at = now;
        counts
    }

    fn store(&mut self, name: &str, table: &Table, now: Timestamp, counts: &mut Written) {
        let (mut first_seen, mut last_changed) = (now, now);
        if let Some(held) = self.tables.get(name).cloned() {
            first_seen = held.first_seen;
            if shape(&held.table) == shape(table) {
                last_changed = held.last_changed;
            } else {
                self.remember(name, now, ChangeKind::Altered, held.table.clone());
            }
            let same = Table {
                revision: None,
                ..held.table
            } == Table {
                revision: None,
                ..table.clone()
            };
            *(if same {
                &mut counts.unchanged
            } else {
                &mut counts.written
            }) += 1;
        } else {
            counts.written += 1;
        }
        self.tables.insert(
            name.to_owned(),
            Held {
                table: table.clone(),
                first_seen,
                last_changed,
            },
        );
    }

    fn remember(&mut self, name: &str, now: Timestamp, change: ChangeKind, before: Table) {
        self.history
            .entry(name.to_owned())
            .or_default()
            .push((now, change, shape(&before).1));
    }

    fn check(&self, config: &CacheConfig, schema: &SchemaName) {
        let snapshot = snapshot(config);
        let revisions = self.tables.iter();
        let revisions =
            revisions.filter_map(|(name, held)| Some((name.clone(), held.table.revision.clone()?)));
        assert_eq!(
            snapshot.revisions(ADAPTER, schema).unwrap(),
            revisions.collect::<Vec<_>>()
        );
        let listed = snapshot.tables(ADAPTER, schema).unwrap();
        assert!(
            listed
                .iter()
                .map(|table| &table.name)
                .eq(self.tables.keys())
        );
        for name in TABLES {
            let found = snapshot
                .table(ADAPTER, &schema.table(name), self.described_at, 1)
                .unwrap();
            match self.tables.get(name) {
                Some(held) => {
                    let Lookup::Fresh(cached) = found else {
                        panic!("{name:?} is {found:?}")
                    };
                    assert_eq!(
                        cached.table,
                        Table {
                            revision: None,
                            ..held.table.clone()
                        }
                    );
                    assert_eq!(
                        (cached.first_seen, cached.last_changed),
                        (held.first_seen, held.last_changed)
                    );
                }
                None if self.exhausted && self.failed == 0 => {
                    assert!(matches!(found, Lookup::NotVisible { .. }))
                }
                None => assert_eq!(found, Lookup::Unknown),
            }
            let history = snapshot.history(ADAPTER, &schema.table(name)).unwrap();
            let history: Vec<_> = history
                .into_iter()
                .map(|change| (change.at, change.change, change.columns))
                .collect();
            assert_eq!(
                &history,
                self.history
                    .get(name)
                    .map_or(&Vec::new(), |changes| changes)
            );
        }
    }
}

/// What queries can see of a table.
fn shape(table: &Table) -> (String, Vec<Column>) {
    let bare = |column: &Column| Column {
        nullable: column.nullable,
        ..Column::new(column.name.clone(), column.data_type.clone())
    };
    (table.kind.clone(), table.columns.iter().map(bare).collect())
}

fn any_table(name: &'static str) -> impl Strategy<Value = Table> {
    let column = (0..2u8, any::<bool>(), proptest::option::of(0..2u8));
    let columns = proptest::collection::vec(column, 0..3);
    (
        columns,
        any::<bool>(),
        proptest::option::of("[12]"),
        proptest::option::of("[xy]"),
    )
        .prop_map(move |(columns, view, revision, comment)| {
            let columns = columns.into_iter().map(|(kind, nullable, comment)| Column {
                nullable,
                comment: comment.map(|n| n.to_string()),
                ..Column::new("c", ["INT", "STRING"][usize::from(kind)])
            });
            let mut table = Table::new(name, columns.collect());
            table.kind = if view { "view" } else { "table" }.into();
            table.revision = revision;
            table.comment = comment;
            table
        })
}

fn any_entry() -> impl Strategy<Value = Entry> {
    proptest::sample::select(TABLES.to_vec()).prop_flat_map(|name| {
        prop_oneof![
            4 => any_table(name).prop_map(Entry::Table),
            1 => Just(unchanged(name)),
            1 => Just(failed(name)),
        ]
    })
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let schema =
        proptest::sample::select(vec![SchemaName::new("c", "s"), SchemaName::new("c", "S")]);
    let coverage = prop_oneof![3 => Just(Coverage::Exhausted), 1 => Just(Coverage::Truncated)];
    (
        schema,
        proptest::collection::vec(any_entry(), 0..9),
        coverage,
    )
        .prop_map(|(schema, entries, coverage)| Answer {
            schema,
            entries,
            coverage,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_cache_holds_what_a_plain_map_would(answers in proptest::collection::vec(any_answer(), 1..8)) {
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path());
        let mut models: BTreeMap<SchemaName, Model> = BTreeMap::new();
        for (step, answer) in (1..).zip(&answers) {
            let summary = Summary { coverage: answer.coverage, ..Summary::exhausted() };
            let report = describe(&config, &answer.schema, &answer.entries, &summary, step);
            let model = models.entry(answer.schema.clone()).or_default();
            prop_assert_eq!(written(&report), model.apply(answer, at(step)));
            for (schema, model) in &models {
                model.check(&config, schema);
            }
        }
    }
}
