//! Distrust of an answer: what no warehouse can have meant is an error of the adapter, not data.

use std::collections::HashSet;

use rocky_schema::{Entry, Table};

use crate::error::{AnswerError, Failure};
use crate::limits::{Limit, Limits};

/// No warehouse has names of more than a few hundred characters.
const NAME_BYTES: usize = 16 << 10;
/// Nested types have thousands of fields at most.
const TYPE_BYTES: usize = 16 << 20;

fn check_length(what: &'static str, text: &str, most: usize) -> Result<(), Failure> {
    match text.len() > most {
        true => Err(Failure::Answer(AnswerError::TooLong {
            what,
            bytes: text.len(),
        })),
        false => Ok(()),
    }
}

/// Looks at every page of one answer before anybody else does.
pub(crate) struct AnswerCheck {
    limits: Limits,
    known: HashSet<String>,
    seen: HashSet<String>,
    columns: u64,
}

impl AnswerCheck {
    /// `known`: the tables whose revisions the request named.
    pub(crate) fn new(limits: &Limits, known: impl Iterator<Item = String>) -> Self {
        Self {
            limits: limits.clone(),
            known: known.collect(),
            seen: HashSet::new(),
            columns: 0,
        }
    }

    pub(crate) fn page(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        entries.iter().try_for_each(|entry| self.entry(entry))
    }

    /// Whether nothing was returned yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), Failure> {
        let name = entry.name();
        if name.is_empty() {
            return Err(Failure::Answer(AnswerError::TableUnnamed));
        }
        check_length("the name of a table", name, NAME_BYTES)?;
        if !self.seen.insert(name.to_owned()) {
            return Err(Failure::Answer(AnswerError::TableTwice(name.to_owned())));
        }
        if self.seen.len() as u64 > self.limits.tables {
            return Err(Failure::Limit {
                limit: Limit::Tables(self.limits.tables),
            });
        }
        match entry {
            Entry::Table(table) => self.table(table),
            Entry::Unchanged(name) if !self.known.contains(name) => {
                Err(Failure::Answer(AnswerError::NeverKnown(name.clone())))
            }
            Entry::Unchanged(_) | Entry::Failed(..) => Ok(()),
        }
    }

    fn table(&mut self, table: &Table) -> Result<(), Failure> {
        self.columns += table.columns.len() as u64;
        if self.columns > self.limits.columns {
            return Err(Failure::Limit {
                limit: Limit::Columns(self.limits.columns),
            });
        }
        let mut names = HashSet::with_capacity(table.columns.len());
        for (index, column) in table.columns.iter().enumerate() {
            let incomplete = |what| AnswerError::ColumnIncomplete {
                table: table.name.clone(),
                position: index + 1,
                what,
            };
            check_length("the name of a column", &column.name, NAME_BYTES)?;
            check_length("the type of a column", &column.data_type, TYPE_BYTES)?;
            if column.name.is_empty() {
                return Err(Failure::Answer(incomplete("name")));
            }
            if column.data_type.is_empty() {
                return Err(Failure::Answer(incomplete("type")));
            }
            if !names.insert(column.name.as_str()) {
                return Err(Failure::Answer(AnswerError::ColumnTwice {
                    table: table.name.clone(),
                    column: column.name.clone(),
                }));
            }
        }
        Ok(())
    }
}
