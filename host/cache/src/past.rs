//! What was: the schema at some moment, as far as the history tells.

use std::collections::BTreeMap;

use redb::ReadableTable;
use rocky_schema::SchemaName;

use crate::answer::{Changed, Changes, Shape};
use crate::codec::{RowKey, unseal};
use crate::content::decode_layout;
use crate::fault::Fault;
use crate::format::{HISTORY, HistoryRow, LAYOUTS, TABLES, TableRow, rows_of};
use crate::snapshot::Snapshot;
use crate::time::Timestamp;
use crate::{CacheError, Scope};

/// What the history says of one table after a moment.
struct After {
    /// The first entry: what the table was at that moment, if it was there.
    first: HistoryRow<'static>,
    /// When the last entry was made.
    last_at: Timestamp,
}

impl Snapshot {
    /// The tables of one schema that are not what they were at `since`; none when the cache does not hold the schema.
    ///
    /// Reads one row per table and per entry of the history, and columns only of what has changed.
    pub fn changes_since<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &SchemaName,
        since: Timestamp,
    ) -> Result<Changes, CacheError> {
        self.ask(Changes::default(), || {
            let Some(schema) = self.find_schema(scope.into(), name)? else {
                return Ok(Changes::default());
            };
            let mut changes = Changes::default();
            let mut history = self.history_after(schema.row.id, since, &mut changes)?;
            self.compare_tables(schema.row.id, since, &mut history, &mut changes)?;
            for (table, after) in history {
                // What came and went since then is no difference.
                if let Some(before) = self.shape_at(since, &after.first)? {
                    changes.tables.push(Changed {
                        table,
                        at: after.last_at,
                        before: Some(before),
                        after: None,
                    });
                }
            }
            changes.tables.sort_by(|a, b| a.table.cmp(&b.table));
            Ok(changes)
        })
    }

    /// What the history says of each table after `since`.
    fn history_after(
        &self,
        id: u32,
        since: Timestamp,
        changes: &mut Changes,
    ) -> Result<BTreeMap<String, After>, Fault> {
        let mut found: BTreeMap<String, After> = BTreeMap::new();
        let rows = (id, "", 0)..(id.saturating_add(1), "", 0);
        for entry in self.open(HISTORY)?.range(rows)? {
            let (key, value) = entry?;
            let (_, table, _) = key.value();
            let row: HistoryRow<'_> = unseal("history", &RowKey(id, &[table]), value.value())?;
            changes.know_since(row.first_seen.0);
            if row.at <= since {
                continue;
            }
            match found.get_mut(table) {
                Some(after) => after.last_at = row.at,
                None => {
                    let after = After {
                        last_at: row.at,
                        first: HistoryRow {
                            kind: row.kind.into_owned().into(),
                            ..row
                        },
                    };
                    found.insert(table.to_owned(), after);
                }
            }
        }
        Ok(found)
    }

    /// Compares the tables that are there with what they were, and takes them out of `history`.
    fn compare_tables(
        &self,
        id: u32,
        since: Timestamp,
        history: &mut BTreeMap<String, After>,
        changes: &mut Changes,
    ) -> Result<(), Fault> {
        for entry in self.open(TABLES)?.range(rows_of(id))? {
            let (key, value) = entry?;
            let (_, name) = key.value();
            let row: TableRow<'_> = unseal("table", &RowKey(id, &[name]), value.value())?;
            changes.know_since(Some(row.first_seen));
            let past = history.remove(name);
            if row.last_changed <= since {
                continue;
            }
            let before = match past {
                Some(after) => self.shape_at(since, &after.first)?,
                None if row.first_seen <= since => {
                    changes.forgotten += 1;
                    continue;
                }
                None => None,
            };
            let after = Some(Shape {
                columns: self.content(LAYOUTS, row.layout, decode_layout)?,
                kind: row.kind.into_owned(),
            });
            if before != after {
                changes.tables.push(Changed {
                    table: name.to_owned(),
                    at: row.last_changed,
                    before,
                    after,
                });
            }
        }
        Ok(())
    }

    /// What the table was that an entry speaks of, unless it came only after `moment`.
    fn shape_at(&self, moment: Timestamp, row: &HistoryRow<'_>) -> Result<Option<Shape>, Fault> {
        if row.first_seen.0.is_some_and(|first| first > moment) {
            return Ok(None);
        }
        Ok(Some(Shape {
            kind: row.kind.clone().into_owned(),
            columns: self.content(LAYOUTS, row.layout, decode_layout)?,
        }))
    }
}

impl Changes {
    fn know_since(&mut self, seen: Option<Timestamp>) {
        self.known_since = match (self.known_since, seen) {
            (Some(known), Some(seen)) => Some(known.min(seen)),
            (known, seen) => known.or(seen),
        };
    }
}
