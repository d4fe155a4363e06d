//! Distrust of an answer: what no warehouse can have meant is an error of the adapter, not data.

use std::collections::HashSet;

use rocky_schema::{Attributes, Column, Entry, Summary, Table};

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
    check_length("the principal", text(&summary.principal), NAME_BYTES)?;
    let revision = text(&summary.revision);
    check_length("the revision of the schema", revision, NAME_BYTES)?;
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

/// What a table, a column or a fact takes besides its texts.
const THING_BYTES: u64 = 16;

/// What an entry takes of the limit of a whole answer.
fn entry_bytes(entry: &Entry) -> u64 {
    THING_BYTES
        + match entry {
            Entry::Table(table) => table_bytes(table),
            Entry::Unchanged(name) => bytes(&[name]),
            Entry::Failed(name, error) => {
                bytes(&[name, &error.message]) + facts_bytes(&error.attributes)
            }
        }
}

fn table_bytes(table: &Table) -> u64 {
    let Table {
        name,
        kind,
        columns,
        comment,
        revision,
        attributes,
    } = table;
    let columns = columns.iter().map(|column| {
        let Column {
            name,
            data_type,
            nullable: _,
            comment,
            attributes,
        } = column;
        THING_BYTES + bytes(&[name, data_type, text(comment)]) + facts_bytes(attributes)
    });
    bytes(&[name, kind, text(comment), text(revision)])
        + facts_bytes(attributes)
        + columns.sum::<u64>()
}

fn facts_bytes(facts: &Attributes) -> u64 {
    let facts = facts.iter();
    facts
        .map(|(name, fact)| THING_BYTES + bytes(&[name, fact]))
        .sum()
}

fn bytes(texts: &[&str]) -> u64 {
    texts.iter().map(|text| text.len() as u64).sum()
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// Looks at every page of one answer before anybody else does.
pub(crate) struct AnswerCheck {
    limits: Limits,
    known: HashSet<String>,
    seen: HashSet<String>,
    columns: u64,
    bytes: u64,
}

impl AnswerCheck {
    /// `known`: the tables whose revisions the request named.
    pub(crate) fn new(limits: &Limits, known: impl Iterator<Item = String>) -> Self {
        Self {
            limits: limits.clone(),
            known: known.collect(),
            seen: HashSet::new(),
            columns: 0,
            bytes: 0,
        }
    }

    pub(crate) fn page(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        entries.iter().try_for_each(|entry| {
            self.bytes = self.bytes.saturating_add(entry_bytes(entry));
            if self.bytes > self.limits.answer_bytes() {
                return Err(Failure::Limit {
                    limit: Limit::Answer(self.limits.answer_mb),
                });
            }
            self.entry(entry)
        })
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
        check_length("the revision of a table", text(&table.revision), NAME_BYTES)?;
        check_length(
            "the comment of a table",
            text(&table.comment),
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
                text(&column.comment),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of one table, whose size is in its comments.
    fn page(number: usize) -> Vec<Entry> {
        let column = Column {
            name: "c".to_owned(),
            data_type: "INT".to_owned(),
            nullable: true,
            comment: Some("x".repeat(300 << 10)),
            attributes: Attributes::new(),
        };
        vec![Entry::Table(Table {
            name: format!("t{number}"),
            kind: "table".to_owned(),
            columns: vec![column],
            comment: None,
            revision: None,
            attributes: Attributes::new(),
        })]
    }

    #[test]
    fn pages_that_are_small_enough_each_are_too_much_together() {
        let limits = Limits {
            answer_mb: 1,
            ..Limits::default()
        };
        let mut check = AnswerCheck::new(&limits, std::iter::empty());
        for number in 0..3 {
            assert_eq!(check.page(&page(number)), Ok(()));
        }
        let limit = Limit::Answer(1);
        assert_eq!(check.page(&page(3)), Err(Failure::Limit { limit }));
    }
}
