//! The functions of each dialect, from text.
//!
//! A line tells what several functions have in common: their kind, when their results may be NULL, what they return, and their names.
//! Lines that begin with a space go on with names, those with `#` are comments.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::result::Returns;
use super::{Argument, FunctionKind};
use crate::Dialect;

/// What is known of a function.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: FunctionKind,
    pub(super) nulls: Nulls,
    pub(super) returns: Returns,
}

/// When a result may be NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    Never,
    /// It may, or that is not known.
    May,
    /// If any argument may be, from the one at this index on.
    IfAny(usize),
    /// If all arguments may be.
    IfAll,
    /// If the argument at this index may be.
    If(usize),
}

impl Nulls {
    pub(super) fn of(self, arguments: &[Argument]) -> bool {
        let is_nullable = |argument: &Argument| argument.typed.nullable;
        match self {
            Self::Never => false,
            Self::May => true,
            Self::IfAny(from) => arguments.iter().skip(from).any(is_nullable),
            Self::IfAll => arguments.iter().all(is_nullable),
            Self::If(at) => arguments.get(at).is_none_or(is_nullable),
        }
    }

    fn read(words: &str) -> Option<Self> {
        let (word, number) = words.split_once(' ').unwrap_or((words, "1"));
        let at = number.parse::<usize>().ok()?.checked_sub(1)?;
        Some(match word {
            "never" => Self::Never,
            "may" => Self::May,
            "if-any" => Self::IfAny(at),
            "if-all" => Self::IfAll,
            "if" => Self::If(at),
            _ => return None,
        })
    }
}

/// The functions of a dialect, by their names in capitals.
pub(super) type Table = HashMap<&'static str, Entry>;

/// All functions of a dialect that are known.
pub(super) fn of(dialect: Dialect) -> &'static Table {
    static DATABRICKS: OnceLock<Table> = OnceLock::new();
    static BIGQUERY: OnceLock<Table> = OnceLock::new();
    static SNOWFLAKE: OnceLock<Table> = OnceLock::new();
    let table = match dialect {
        Dialect::Databricks => &DATABRICKS,
        Dialect::BigQuery => &BIGQUERY,
        Dialect::Snowflake => &SNOWFLAKE,
    };
    table.get_or_init(|| read(dialect, text_of(dialect)))
}

/// The text that the functions of a dialect are told in.
pub(super) fn text_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Databricks => include_str!("databricks.txt"),
        Dialect::BigQuery => include_str!("bigquery.txt"),
        Dialect::Snowflake => include_str!("snowflake.txt"),
    }
}

fn read(dialect: Dialect, text: &'static str) -> Table {
    let mut table = Table::new();
    let mut entry = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let names = match line.starts_with(' ') {
            true => line,
            false => {
                let (head, names) = line.rsplit_once('|').unwrap_or((line, ""));
                entry = entry_of(dialect, head);
                names
            }
        };
        if let Some(entry) = &entry {
            table.extend(names.split_whitespace().map(|name| (name, entry.clone())));
        }
    }
    table
}

/// What a line tells before its names.
pub(super) fn entry_of(dialect: Dialect, head: &str) -> Option<Entry> {
    let mut parts = head.split('|').map(str::trim);
    let kind = match parts.next()? {
        "scalar" => FunctionKind::Scalar,
        "aggregate" => FunctionKind::Aggregate,
        "window" => FunctionKind::Window,
        "table" => FunctionKind::Table,
        _ => return None,
    };
    let nulls = Nulls::read(parts.next()?)?;
    let returns = Returns::read(dialect, parts.next()?)?;
    parts.next().is_none().then_some(Entry {
        kind,
        nulls,
        returns,
    })
}
