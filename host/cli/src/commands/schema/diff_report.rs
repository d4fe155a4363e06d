//! How tables differ, for people and programs.

use std::io::{self, Write};

use rocky_cache::{Shape, Timestamp};
use rocky_schema::{Matching, TableName, compare_columns};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::changes::{self, Change, ColumnLine};
use crate::moment;
use crate::names::printable;
use crate::output::{Report, Style};

/// A table as one side has it.
pub struct Whole<'a> {
    pub adapter: &'a str,
    pub name: TableName,
    pub shape: Shape,
}

/// How tables differ.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct DiffReport {
    /// The moment that it compares with, in milliseconds since 1970-01-01T00:00:00Z; left out where two schemas or adapters are
    /// compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<u64>,
    /// The tables that differ.
    pub tables: Vec<TableLine>,
    /// How many they are.
    total: Total,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
struct Total {
    /// How many tables were added.
    added: u64,
    /// How many differ.
    altered: u64,
    /// How many were removed.
    removed: u64,
}

/// A table that differs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TableLine {
    /// What became of it.
    change: Change,
    /// The table as it was; left out of an added table.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<OneSide>,
    /// The table as it is; left out of a removed table.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<OneSide>,
    /// Whether columns that it had and has stand in another order.
    reordered: bool,
    /// The columns that differ; of an added or removed table, all.
    columns: Vec<ColumnLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OneSide {
    /// The adapter that described it.
    adapter: String,
    #[serde(flatten)]
    name: TableName,
    /// What it is: `table`, `view` or another word of the adapter.
    kind: String,
}

impl From<Whole<'_>> for OneSide {
    fn from(whole: Whole<'_>) -> Self {
        Self {
            adapter: whole.adapter.to_owned(),
            name: whole.name,
            kind: whole.shape.kind,
        }
    }
}

impl TableLine {
    /// None where nothing differs.
    pub fn new([before, after]: [Option<Whole<'_>>; 2], matching: Matching) -> Option<Self> {
        let (change, reordered, columns) = match (&before, &after) {
            (Some(before), Some(after)) => {
                let [before, after] = [&before.shape, &after.shape];
                let found = compare_columns(&before.columns, &after.columns, matching);
                if found.is_empty() && before.kind == after.kind {
                    return None;
                }
                (Change::Altered, found.reordered, changes::lines(&found))
            }
            (Some(before), None) => (
                Change::Removed,
                false,
                changes::all_removed(&before.shape.columns),
            ),
            (None, Some(after)) => (
                Change::Added,
                false,
                changes::all_added(&after.shape.columns),
            ),
            (None, None) => return None,
        };
        Some(Self {
            change,
            before: before.map(OneSide::from),
            after: after.map(OneSide::from),
            reordered,
            columns,
        })
    }

    /// Where it stands: as it is, or as it was.
    pub fn name(&self) -> Option<(&str, &TableName)> {
        let side = self.after.as_ref().or(self.before.as_ref());
        side.map(|side| (side.adapter.as_str(), &side.name))
    }

    fn write(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let shown = |side: &OneSide| side.name.to_string();
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                let name = match before.name == after.name {
                    true => shown(after),
                    false => format!("{} -> {}", shown(before), shown(after)),
                };
                writeln!(out, "{}", style.yellow(&format!("~ {name}")))?;
                let kinds = Some([before.kind.as_str(), after.kind.as_str()]);
                changes::write_inside(out, style, kinds, self.reordered, &self.columns)
            }
            (Some(side), None) => {
                let shape = changes::shape(&side.kind, &self.columns);
                writeln!(
                    out,
                    "{} ({shape})",
                    style.red(&format!("- {}", shown(side)))
                )
            }
            (None, Some(side)) => {
                let shape = changes::shape(&side.kind, &self.columns);
                writeln!(
                    out,
                    "{} ({shape})",
                    style.green(&format!("+ {}", shown(side)))
                )
            }
            (None, None) => Ok(()),
        }
    }
}

impl DiffReport {
    /// Counts what became of the tables.
    pub fn count(&mut self) {
        for line in &self.tables {
            match line.change {
                Change::Added => self.total.added += 1,
                Change::Altered => self.total.altered += 1,
                Change::Removed => self.total.removed += 1,
            }
        }
    }
}

impl Report for DiffReport {
    const COMMAND: &'static str = "schema diff";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let since = self.since_ms.map(Timestamp::from_millis);
        let since = since.map(|at| format!(" since {}", printable(&moment::to_the_second(at))));
        let since = since.unwrap_or_default();
        if self.tables.is_empty() {
            return writeln!(out, "No difference{since}.");
        }
        for table in &self.tables {
            table.write(out, style)?;
        }
        let Total {
            added,
            altered,
            removed,
        } = self.total;
        writeln!(
            out,
            "\n{added} added, {altered} altered, {removed} removed{since}."
        )
    }
}
