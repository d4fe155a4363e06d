//! Differences between columns, for people and programs; what `diff` and `history` have in common.

use std::io::{self, Write};

use rocky_schema::{Column, ColumnChange, ColumnChanges};
use schemars::JsonSchema;
use serde::Serialize;

use crate::human::count_of;
use crate::names::printable;
use crate::output::Style;

/// What became of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    Added,
    Altered,
    Removed,
}

/// One difference in one column.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ColumnLine {
    /// The column.
    name: String,
    /// What differs; a column may be listed both as `retyped` and for its `nullability`.
    change: ColumnChangeKind,
    /// What it was; left out of an added column.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Facet>,
    /// What it is; left out of a removed column.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Facet>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ColumnChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its type.
    Retyped,
    /// Whether it may be null.
    Nullability,
}

/// What a query depends on of a column.
#[derive(Debug, Serialize, JsonSchema)]
struct Facet {
    /// Its full type, in the warehouse's own words.
    data_type: String,
    /// Whether it may be null.
    nullable: bool,
}

impl From<&Column> for Facet {
    fn from(column: &Column) -> Self {
        Self {
            data_type: column.data_type.clone(),
            nullable: column.nullable,
        }
    }
}

/// All columns of a table that is new.
pub fn all_added(columns: &[Column]) -> Vec<ColumnLine> {
    let line = |column| ColumnLine::new(ColumnChange::Added(column));
    columns.iter().map(line).collect()
}

/// All columns of a table that is gone.
pub fn all_removed(columns: &[Column]) -> Vec<ColumnLine> {
    let line = |column| ColumnLine::new(ColumnChange::Removed(column));
    columns.iter().map(line).collect()
}

/// The differences of a table that is there before and after.
pub fn lines(changes: &ColumnChanges<'_>) -> Vec<ColumnLine> {
    changes
        .columns
        .iter()
        .copied()
        .map(ColumnLine::new)
        .collect()
}

impl ColumnLine {
    fn new(change: ColumnChange<'_>) -> Self {
        let (kind, before, after) = match change {
            ColumnChange::Added(column) => (ColumnChangeKind::Added, None, Some(column)),
            ColumnChange::Removed(column) => (ColumnChangeKind::Removed, Some(column), None),
            ColumnChange::Retyped { before, after } => {
                (ColumnChangeKind::Retyped, Some(before), Some(after))
            }
            ColumnChange::Nullability { before, after } => {
                (ColumnChangeKind::Nullability, Some(before), Some(after))
            }
        };
        let name = after.or(before).map(|column| column.name.clone());
        Self {
            name: name.unwrap_or_default(),
            change: kind,
            before: before.map(Facet::from),
            after: after.map(Facet::from),
        }
    }

    fn write(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let name = printable(&self.name);
        let null = |facet: &Facet| if facet.nullable { "null" } else { "not null" };
        let whole = |facet: &Facet| {
            let null = if facet.nullable { "" } else { " not null" };
            format!("{name} {}{null}", printable(&facet.data_type))
        };
        let line = match (self.change, &self.before, &self.after) {
            (ColumnChangeKind::Retyped, Some(before), Some(after)) => style.yellow(&format!(
                "~ {name} {} -> {}",
                printable(&before.data_type),
                printable(&after.data_type)
            )),
            (ColumnChangeKind::Nullability, Some(before), Some(after)) => {
                style.yellow(&format!("~ {name} {} -> {}", null(before), null(after)))
            }
            (_, Some(before), _) => style.red(&format!("- {}", whole(before))),
            (_, None, Some(after)) => style.green(&format!("+ {}", whole(after))),
            (_, None, None) => return Ok(()),
        };
        writeln!(out, "    {line}")
    }
}

/// Writes what differs within a table: kind, order, columns.
pub fn write_inside(
    out: &mut dyn Write,
    style: Style,
    kinds: Option<[&str; 2]>,
    reordered: bool,
    columns: &[ColumnLine],
) -> io::Result<()> {
    if let Some([before, after]) = kinds.filter(|[before, after]| before != after) {
        let [before, after] = [before, after].map(printable);
        let line = style.yellow(&format!("~ kind {before} -> {after}"));
        writeln!(out, "    {line}")?;
    }
    if reordered {
        writeln!(out, "    {}", style.yellow("~ columns in another order"))?;
    }
    columns
        .iter()
        .try_for_each(|column| column.write(out, style))
}

/// `table, 3 columns`
pub fn shape(kind: &str, columns: &[ColumnLine]) -> String {
    let count = columns.len() as u64;
    format!("{}, {}", printable(kind), count_of(count, "column"))
}
