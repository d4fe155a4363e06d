use std::io::{self, Write};

use clap::Args;
use rocky_cache::{Cached, SchemaInfo, Snapshot, Timestamp};
use rocky_schema::{Attributes, Column, Coverage, TableName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::place::{Place, lookup};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::names::printable;
use crate::output::{self, Report, Style};

/// Show the columns of a cached table, and where they come from.
///
/// Names match as they do in the table's warehouse: `ORDERS` finds `orders` on Databricks, and `orders` finds `ORDERS` on Snowflake. A
/// name that is there just as it is written is meant first.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema show raw.flights.planes
  rocky schema show 'raw.\"my schema\".planes' --adapter lake
  rocky schema show raw.flights.planes --output json")]
pub struct ShowArgs {
    /// The table; quote a part that holds a dot: raw."a.b".c
    #[arg(value_name = "CATALOG.SCHEMA.TABLE")]
    table: String,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

pub fn show(context: &Context, args: &ShowArgs) -> Result<Status, CommandError> {
    let wanted = Place::table(&args.table)?;
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let now = context.now();
    let (adapter, cached, fresh) = lookup(
        &snapshot,
        &wanted,
        args.adapter.as_deref(),
        now,
        config.ttl_seconds,
    )?;
    print(context, &snapshot, &adapter, cached, fresh)
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
    let revision = snapshot.revision(adapter, &cached.name)?;
    let pinned = info.as_ref().and_then(|info| info.pinned);
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
        pinned_at_ms: pinned.map(Timestamp::as_millis),
        coverage: info.as_ref().map(|info| info.coverage),
        complete: info.as_ref().map(SchemaInfo::is_complete),
        principal: info.as_ref().and_then(|info| info.principal.clone()),
        plugin: info
            .as_ref()
            .map(|info| format!("{} {}", info.provenance.plugin, info.provenance.version)),
        plugin_digest: info.map(|info| info.provenance.digest),
        age: human::age(now.since(cached.described_at)),
        imported: pinned.map(|at| human::age(now.since(at))),
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

/// A table, and where its description comes from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TableReport {
    /// The adapter that described it.
    adapter: String,
    #[serde(flatten)]
    name: TableName,
    /// What it is: `table`, `view` or another word of the adapter.
    kind: String,
    /// The table's comment.
    comment: Option<String>,
    /// The table's revision, in the adapter's own form.
    revision: Option<String>,
    /// Further facts, in the adapter's own words.
    attributes: Attributes,
    /// Its columns, in the order of the table.
    columns: Vec<Column>,
    /// When its schema was described, in milliseconds since 1970-01-01T00:00:00Z.
    described_at_ms: u64,
    /// When it was first described, or first again after it was gone, in milliseconds since 1970-01-01T00:00:00Z.
    first_seen_ms: u64,
    /// When its columns or its kind last changed, in milliseconds since 1970-01-01T00:00:00Z.
    last_changed_ms: u64,
    /// Whether the description is within the time to live, or the schema is pinned.
    fresh: bool,
    /// When its schema was imported, in milliseconds since 1970-01-01T00:00:00Z; such a schema is pinned until a run describes
    /// it.
    pinned_at_ms: Option<u64>,
    /// How much of the schema was described.
    coverage: Option<Coverage>,
    /// Whether a table that the cache does not hold of its schema is certainly not visible to the principal.
    complete: Option<bool>,
    /// Who asked.
    principal: Option<String>,
    /// The plugin that described it, and its version.
    plugin: Option<String>,
    /// `sha256:` and the SHA-256 of that plugin's file.
    plugin_digest: Option<String>,
    #[serde(skip)]
    age: String,
    /// How long ago, where it was.
    #[serde(skip)]
    imported: Option<String>,
}

impl Report for TableReport {
    const COMMAND: &'static str = "schema show";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
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
        writeln!(out, "\n{}", style.dim(&self.source()))
    }
}

impl TableReport {
    /// When, for whom, by which build of which plugin and how completely it was described.
    fn source(&self) -> String {
        let mut source = format!("described {}", self.age);
        if let Some(principal) = &self.principal {
            source.push_str(&format!(" for {}", printable(principal)));
        }
        if let Some(plugin) = &self.plugin {
            source.push_str(&format!(" by {}", printable(plugin)));
        }
        if let Some(digest) = &self.plugin_digest {
            source.push_str(&format!(" ({})", printable(&short(digest))));
        }
        source.push_str(&format!(" through adapter `{}`", self.adapter));
        if let Some(age) = &self.imported {
            source.push_str(&format!(", imported {age} and pinned"));
        }
        source.push_str(if self.fresh { "" } else { ", stale" });
        if self.complete == Some(false) {
            source.push_str(", its schema not completely");
        }
        source
    }
}

/// As much of a digest as tells two builds apart.
fn short(digest: &str) -> String {
    let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
    let digits: String = digits.chars().take(12).collect();
    match kind {
        "" => digits,
        kind => format!("{kind}:{digits}"),
    }
}
