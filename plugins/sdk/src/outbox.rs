//! Handing tables over in portions.

use std::collections::VecDeque;

use crate::Entry;

/// Entries on their way to the host, in portions that keep its memory and the adapter's flat.
///
/// What one answer of a warehouse holds may be too much for one step: a page of ten thousand tables, or of a few with ten
/// thousand columns each.
///
/// ```
/// use rocky_adapter_sdk::{Entry, Outbox};
///
/// let mut outbox = Outbox::new();
/// outbox.extend((0..700).map(|n| Entry::Unchanged(format!("t{n}"))));
/// assert_eq!(outbox.portion().map(|entries| entries.len()), Some(300));
/// assert_eq!(outbox.portion().map(|entries| entries.len()), Some(300));
/// assert_eq!(outbox.portion().map(|entries| entries.len()), Some(100));
/// assert_eq!(outbox.portion(), None);
/// ```
#[derive(Debug, Default)]
pub struct Outbox {
    entries: VecDeque<Entry>,
}

impl Outbox {
    /// The most entries of a portion.
    pub const MOST_ENTRIES: usize = 300;

    /// How many bytes of names, types and comments are enough for a portion. A single larger entry is a portion of its own.
    pub const ENOUGH_BYTES: usize = 1 << 20;

    /// Nothing to hand over yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one entry.
    pub fn push(&mut self, entry: Entry) {
        self.entries.push_back(entry);
    }

    /// How many entries wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the next portion, the content of a [`Step::Page`](crate::Step::Page); none when nothing waits.
    pub fn portion(&mut self) -> Option<Vec<Entry>> {
        let mut bytes = 0;
        let most = self.entries.len().min(Self::MOST_ENTRIES);
        let fits = |entry: &&Entry| {
            bytes += entry.bytes();
            bytes <= Self::ENOUGH_BYTES
        };
        let count = self
            .entries
            .iter()
            .take(most)
            .take_while(fits)
            .count()
            .max(1);
        if self.entries.is_empty() {
            None
        } else {
            Some(self.entries.drain(..count).collect())
        }
    }
}

impl Extend<Entry> for Outbox {
    fn extend<I: IntoIterator<Item = Entry>>(&mut self, entries: I) {
        self.entries.extend(entries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Table};

    #[test]
    fn wide_tables_go_one_by_one() {
        let mut outbox = Outbox::new();
        for name in ["a", "b"] {
            let mut table = Table::new(name, "table");
            table.columns = (0..10_000)
                .map(|n| Column::new(format!("column_{n}"), "x".repeat(100)))
                .collect();
            outbox.push(Entry::Table(table));
        }
        outbox.push(Entry::Unchanged("c".into()));
        assert_eq!(outbox.portion().unwrap().len(), 1);
        assert_eq!(outbox.portion().unwrap().len(), 1);
        assert_eq!(outbox.portion().unwrap().len(), 1);
        assert!(outbox.portion().is_none());
    }
}
