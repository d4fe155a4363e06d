use std::io::{self, Write};

use clap::Args;
use rocky_cache::{Cached, ChangeKind, Shape, Timestamp};
use rocky_schema::{Matching, TableName, compare_columns};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::changes::{self, Change, ColumnLine};
use crate::commands::schema::{Place, find_table, rules};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::output::{self, Report, Style};
use crate::{human, moment};

/// Show what a table was before each of its changes, the latest first.
///
/// A change is noticed by the run that first sees it. Comments and attributes do not count, and neither does what is older than the
/// project's `history_days`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema history raw.flights.planes
  rocky schema history raw.flights.weather --adapter lake     # also of a table that is gone")]
pub struct HistoryArgs {
    /// The table; quote a part that holds a dot: raw."a.b".c
    #[arg(value_name = "CATALOG.SCHEMA.TABLE")]
    table: String,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

pub fn history(context: &Context, args: &HistoryArgs) -> Result<Status, CommandError> {
    let wanted = Place::table(&args.table)?;
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let now = context.now();
    let found = find_table(&snapshot, &wanted, args.adapter.as_deref(), now)?;
    let matching = rules(&snapshot, &found.adapter)?;
    let matching = matching.map_or(Matching::Exact, |rules| rules.columns);
    let shapes = found.history.iter().map(|change| Shape {
        kind: change.kind.clone(),
        columns: change.columns.clone(),
    });
    let current = found.current.as_ref().map(shape_of);
    let shapes: Vec<Shape> = shapes.chain(current).collect();
    let mut events = Vec::new();
    let mut is_beginning = true;
    for (index, change) in found.history.iter().enumerate() {
        let (shape, next) = (shapes.get(index), shapes.get(index + 1));
        if let (true, Some(at), Some(shape)) = (is_beginning, change.first_seen, shape) {
            events.push(Event::added(at, shape));
        }
        is_beginning = change.change == ChangeKind::Dropped;
        match (is_beginning, shape, next) {
            (true, Some(shape), _) => events.push(Event::removed(change.at, shape)),
            (false, Some(shape), Some(next)) => {
                events.push(Event::altered(change.at, shape, next, matching));
            }
            _ => {}
        }
    }
    if let (true, Some(current), Some(shape)) = (is_beginning, &found.current, shapes.last()) {
        events.push(Event::added(current.first_seen, shape));
    }
    events.reverse();
    for event in &mut events {
        event.age = human::age(now.since(event.at));
    }
    let report = HistoryReport {
        adapter: found.adapter,
        name: found.name,
        exists: found.current.is_some(),
        changes: events,
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

fn shape_of(cached: &Cached) -> Shape {
    Shape {
        kind: cached.table.kind.clone(),
        columns: cached.table.columns.clone(),
    }
}

/// What a table was, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryReport {
    /// The adapter that described it.
    adapter: String,
    #[serde(flatten)]
    name: TableName,
    /// Whether the cache holds it, or only remembers it.
    exists: bool,
    /// What became of it, the latest first.
    changes: Vec<Event>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Event {
    /// When the describing began that first saw it, in milliseconds since 1970-01-01T00:00:00Z.
    at_ms: u64,
    /// `added`: first seen, or again after it was gone; `altered`; `removed`.
    change: Change,
    /// What the table was from then on, or until then: `table`, `view` or another word of the adapter.
    kind: String,
    /// What it was before, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind_before: Option<String>,
    /// Whether columns that it had and has stand in another order.
    reordered: bool,
    /// The columns that differ; where it was added or removed, all.
    columns: Vec<ColumnLine>,
    #[serde(skip)]
    at: Timestamp,
    #[serde(skip)]
    age: String,
}

impl Event {
    fn new(at: Timestamp, change: Change, kind: &str, columns: Vec<ColumnLine>) -> Self {
        Self {
            at_ms: at.as_millis(),
            change,
            kind: kind.to_owned(),
            kind_before: None,
            reordered: false,
            columns,
            at,
            age: String::new(),
        }
    }

    fn added(at: Timestamp, shape: &Shape) -> Self {
        Self::new(
            at,
            Change::Added,
            &shape.kind,
            changes::all_added(&shape.columns),
        )
    }

    fn removed(at: Timestamp, shape: &Shape) -> Self {
        Self::new(
            at,
            Change::Removed,
            &shape.kind,
            changes::all_removed(&shape.columns),
        )
    }

    fn altered(at: Timestamp, before: &Shape, after: &Shape, matching: Matching) -> Self {
        let found = compare_columns(&before.columns, &after.columns, matching);
        Self {
            kind_before: (before.kind != after.kind).then(|| before.kind.clone()),
            reordered: found.reordered,
            ..Self::new(at, Change::Altered, &after.kind, changes::lines(&found))
        }
    }
}

impl Report for HistoryReport {
    const COMMAND: &'static str = "schema history";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let gone = if self.exists { "" } else { ", gone" };
        let through = style.dim(&format!("(through adapter `{}`{gone})", self.adapter));
        writeln!(out, "{} {through}", style.bold(&self.name.to_string()))?;
        // The latest comes first, so the last is what is known of its beginning.
        let oldest = self.changes.len().saturating_sub(1);
        for (index, event) in self.changes.iter().enumerate() {
            let shape = changes::shape(&event.kind, &event.columns);
            let what = match event.change {
                Change::Added if index == oldest => format!("first seen: {shape}"),
                Change::Added => format!("there again: {shape}"),
                Change::Removed => format!("gone: {shape}"),
                Change::Altered => "altered".to_owned(),
            };
            let at = style.dim(&moment::to_the_second(event.at));
            writeln!(out, "\n{at} {what}, {}", event.age)?;
            if event.change == Change::Altered {
                let before = event.kind_before.as_deref();
                let kinds = before.map(|before| [before, &event.kind]);
                changes::write_inside(out, style, kinds, event.reordered, &event.columns)?;
            }
        }
        Ok(())
    }
}
