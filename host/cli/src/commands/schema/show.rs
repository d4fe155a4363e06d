use std::io::{self, Write};

use clap::Args;
use rocky_cache::{Cached, Lookup, Snapshot, Timestamp};
use rocky_schema::{Attributes, Column, SchemaName, TableName};
use serde::Serialize;

use crate::commands::schema::{adapters, readings, rules, schema_named};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::names::{self, Part, printable};
use crate::output::{self, Report, Style};

/// Show the columns of a cached table, and where they come from.
///
/// Names match as they do in the table's warehouse: `ORDERS` finds `orders` on Databricks, and `orders` finds `ORDERS` on Snowflake. A
/// name that is there just as it is written is meant first.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The table; quote a part that holds a dot: raw."a.b".c
    #[arg(value_name = "CATALOG.SCHEMA.TABLE")]
    table: String,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

pub fn show(context: &Context, args: &ShowArgs) -> Result<Status, CommandError> {
    let parts = names::split(&args.table)?;
    let [catalog, schema, table] = match parts.as_slice() {
        [catalog, schema, table] => [catalog, schema, table],
        _ => {
            return Err(CommandError::usage(format!(
                "`{}` is not CATALOG.SCHEMA.TABLE",
                args.table
            ))
            .hint("list the tables of a schema with `rocky schema ls CATALOG.SCHEMA`"));
        }
    };
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let now = context.now();
    let mut misses = Vec::new();
    for adapter in adapters(&snapshot, args.adapter.as_deref())? {
        let place = schema_named(&snapshot, &adapter, [catalog, schema])?;
        match lookup(&snapshot, &adapter, &place, table, now, config.ttl_seconds)? {
            Lookup::Fresh(cached) => return print(context, &snapshot, &adapter, cached, true),
            Lookup::Stale(cached) => return print(context, &snapshot, &adapter, cached, false),
            Lookup::NotVisible {
                principal,
                described_at,
            } => misses.push((adapter, place, principal, described_at)),
            Lookup::Unknown => {}
        }
    }
    let written = SchemaName::new(&catalog.text, &schema.text).table(&table.text);
    Err(not_found(&snapshot, &written, misses, now)?)
}

/// Looks for the table under each name that it may have.
fn lookup(
    snapshot: &Snapshot,
    adapter: &str,
    place: &SchemaName,
    table: &Part,
    now: Timestamp,
    ttl_seconds: u64,
) -> Result<Lookup, CommandError> {
    let mut first = None;
    let rules = rules(snapshot, adapter)?;
    for table in readings(table, rules.as_ref()) {
        match snapshot.table(adapter, &place.table(&table), now, ttl_seconds)? {
            found @ (Lookup::Fresh(_) | Lookup::Stale(_)) => return Ok(found),
            missed => drop(first.get_or_insert(missed)),
        }
    }
    Ok(first.unwrap_or(Lookup::Unknown))
}

fn print(
    context: &Context,
    snapshot: &Snapshot,
    adapter: &str,
    cached: Box<Cached>,
    fresh: bool,
) -> Result<Status, CommandError> {
    let now = context.now();
    let info = snapshot.schema(adapter, &cached.name.schema)?;
    let revisions = snapshot.revisions(adapter, &cached.name.schema)?;
    let mut revisions = revisions.into_iter();
    let revision = revisions
        .find(|(table, _)| *table == cached.name.table)
        .map(|(_, revision)| revision);
    let report = TableReport {
        adapter: adapter.to_owned(),
        name: cached.name,
        kind: cached.table.kind,
        comment: cached.table.comment,
        attributes: cached.table.attributes,
        revision,
        columns: cached.table.columns,
        described_at_ms: cached.described_at.as_millis(),
        first_seen_ms: cached.first_seen.as_millis(),
        last_changed_ms: cached.last_changed.as_millis(),
        fresh,
        plugin: info.map(|info| format!("{} {}", info.provenance.plugin, info.provenance.version)),
        age: human::age(now.since(cached.described_at)),
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

/// Says what is known of a table that is not there, and which name may have been meant.
fn not_found(
    snapshot: &Snapshot,
    name: &TableName,
    misses: Vec<(String, SchemaName, Option<String>, Timestamp)>,
    now: Timestamp,
) -> Result<CommandError, CommandError> {
    let Some((adapter, place, principal, described_at)) = misses.into_iter().next() else {
        return Ok(CommandError::failed(format!(
            "the cache does not hold the schema {}",
            name.schema
        ))
        .hint("list what it holds with `rocky schema ls`, or describe it with `rocky run`"));
    };
    let who = principal.map_or_else(|| "whoever asked".to_owned(), |who| printable(&who));
    let age = human::age(now.since(described_at));
    let name = place.table(&name.table);
    let error = CommandError::failed(format!(
        "{name} is not visible to {who} (adapter `{adapter}`, described {age})"
    ));
    let tables = snapshot.tables(&adapter, &name.schema)?;
    Ok(
        match names::closest(&name.table, tables.iter().map(|table| table.name.as_str())) {
            Some(closest) => error.hint(format!("did you mean {}?", name.schema.table(closest))),
            None => error.hint(format!(
                "list its tables with `rocky schema ls {}`",
                name.schema
            )),
        },
    )
}

#[derive(Debug, Serialize)]
struct TableReport {
    adapter: String,
    #[serde(flatten)]
    name: TableName,
    kind: String,
    comment: Option<String>,
    revision: Option<String>,
    attributes: Attributes,
    columns: Vec<Column>,
    described_at_ms: u64,
    first_seen_ms: u64,
    last_changed_ms: u64,
    fresh: bool,
    plugin: Option<String>,
    #[serde(skip)]
    age: String,
}

impl Report for TableReport {
    const COMMAND: &'static str = "schema show";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let stale = if self.fresh { "" } else { ", stale" };
        writeln!(
            out,
            "{} {}",
            style.bold(&self.name.to_string()),
            style.dim(&format!("({})", printable(&self.kind)))
        )?;
        if let Some(comment) = &self.comment {
            writeln!(out, "{}", printable(comment))?;
        }
        writeln!(out)?;
        let comments = self.columns.iter().any(|column| column.comment.is_some());
        let header: &[&str] = if comments {
            &["column", "type", "null", "comment"]
        } else {
            &["column", "type", "null"]
        };
        let mut table = style.table(header, 0..0);
        for column in &self.columns {
            let null = if column.nullable { "" } else { "not null" };
            let comment =
                comments.then(|| printable(column.comment.as_deref().unwrap_or_default()));
            table.row(
                [
                    printable(&column.name),
                    printable(&column.data_type),
                    null.to_owned(),
                ]
                .into_iter()
                .chain(comment),
            );
        }
        table.write(out)?;
        let plugin = self
            .plugin
            .as_deref()
            .map(|plugin| format!(" by {}", printable(plugin)))
            .unwrap_or_default();
        let source = format!(
            "described {}{plugin} through adapter `{}`{stale}",
            self.age, self.adapter
        );
        writeln!(out, "\n{}", style.dim(&source))
    }
}
