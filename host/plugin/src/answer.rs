//! Distrust of an answer: what no warehouse can have meant is an error of the adapter, not data.

use std::collections::HashSet;

use rocky_schema::{Attributes, Entry, Summary, Table};

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

/// The longest comment that a warehouse takes has some 64 KiB.
const COMMENT_BYTES: usize = 1 << 20;
/// All facts about one thing, and all that one call tells the next.
const FACTS_BYTES: usize = 1 << 20;

fn check_facts(what: &'static str, facts: &Attributes) -> Result<(), Failure> {
    let bytes = facts
        .iter()
        .map(|(name, fact)| name.len() + fact.len())
        .sum();
    match bytes > FACTS_BYTES {
        true => Err(Failure::Answer(AnswerError::TooLong { what, bytes })),
        false => Ok(()),
    }
}

/// Looks at the end of an answer, and at what the adapter wants to be told next time.
pub(crate) fn check_end(summary: &Summary, learned: &Attributes) -> Result<(), Failure> {
    let text = |what, text: &Option<String>| {
        check_length(what, text.as_deref().unwrap_or_default(), NAME_BYTES)
    };
    text("the principal", &summary.principal)?;
    text("the revision of the schema", &summary.revision)?;
    check_facts("the facts about the answer", &summary.attributes)?;
    check_facts("what it has learned", learned)
}

/// Looks at a list of catalogs or schemas.
pub(crate) fn check_names<'a>(
    what: &'static str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    for name in names {
        check_length(what, name, NAME_BYTES)?;
        if name.is_empty() {
            return Err(Failure::Answer(AnswerError::Unnamed(what)));
        }
        if !seen.insert(name) {
            let name = name.to_owned();
            return Err(Failure::Answer(AnswerError::NameTwice { what, name }));
        }
    }
    Ok(())
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
        check_length("the kind of a table", &table.kind, NAME_BYTES)?;
        check_length(
            "the revision of a table",
            table.revision.as_deref().unwrap_or_default(),
            NAME_BYTES,
        )?;
        check_length(
            "the comment of a table",
            table.comment.as_deref().unwrap_or_default(),
            COMMENT_BYTES,
        )?;
        check_facts("the facts about a table", &table.attributes)?;
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
            check_length(
                "the comment of a column",
                column.comment.as_deref().unwrap_or_default(),
                COMMENT_BYTES,
            )?;
            check_facts("the facts about a column", &column.attributes)?;
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
