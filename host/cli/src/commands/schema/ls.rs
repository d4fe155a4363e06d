use std::collections::HashMap;
use std::io::{self, Write};

use clap::Args;
use rocky_cache::{Lookup, SchemaInfo, Snapshot, TableInfo, Timestamp};
use rocky_schema::{Coverage, SchemaName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::{Place, adapters, place, schema_named, schemas_named};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::names::printable;
use crate::output::{self, Report, Style};

/// List the cached schemas, or the tables of one.
///
/// Of a schema it tells when it was described and whether that is within the time to live, of a table its kind and how many columns it
/// has. `rocky run` and `rocky schema import` bring schemas into the cache.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema ls                      # every schema
  rocky schema ls 'raw.src__*'         # those that match
  rocky schema ls raw.flights          # the tables of one
  rocky schema ls --stale              # what `rocky run` ought to describe again")]
pub struct LsArgs {
    /// A pattern of schemas such as `raw.*`; a name without `*` or `?` lists the tables of that schema
    #[arg(value_name = "CATALOG.SCHEMA")]
    name: Option<String>,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Only schemas that were described longer ago than the time to live
    #[arg(long)]
    stale: bool,
}

pub fn ls(context: &Context, args: &LsArgs) -> Result<Status, CommandError> {
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let adapters = adapters(&snapshot, args.adapter.as_deref())?;
    let wanted = args.name.as_deref().map(Place::schema).transpose()?;
    match &wanted {
        Some(place) if !place.is_pattern() && !args.stale => {
            tables(context, &snapshot, &adapters, place)
        }
        pattern => {
            let now = context.now();
            let mut schemas = Vec::new();
            for adapter in &adapters {
                for info in schemas_named(&snapshot, adapter, pattern.as_ref())? {
                    let line = SchemaLine::new(adapter, info, now, config.ttl_seconds);
                    if !(args.stale && line.fresh) {
                        schemas.push(line);
                    }
                }
            }
            let list = SchemaList {
                schemas,
                stale: args.stale,
            };
            output::print(context, &list)?;
            Ok(Status::Done)
        }
    }
}

fn tables(
    context: &Context,
    snapshot: &Snapshot,
    adapters: &[String],
    wanted: &Place,
) -> Result<Status, CommandError> {
    let mut name = wanted.as_written();
    let mut tables = Vec::new();
    let mut known = false;
    for adapter in adapters {
        let found = schema_named(snapshot, adapter, wanted.parts())?;
        if snapshot.schema(adapter, &found)?.is_none() {
            continue;
        }
        let mut families = Families::new(snapshot, adapter, &found);
        for info in snapshot.tables(adapter, &found)? {
            let family = families.of(&info.name)?;
            tables.push(TableLine::new(adapter, info, family));
        }
        if !known {
            (known, name) = (true, found);
        }
    }
    if !known {
        return Err(place::no_schema(&name));
    }
    output::print(
        context,
        &TableList {
            catalog: name.catalog.clone(),
            schema: name.schema.clone(),
            tables,
        },
    )?;
    Ok(Status::Done)
}

/// Cached schemas.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SchemaList {
    /// The cached schemas, by adapter and name.
    schemas: Vec<SchemaLine>,
    /// Whether only stale ones were asked for.
    #[serde(skip)]
    stale: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SchemaLine {
    /// The adapter that described it.
    adapter: String,
    /// The catalog.
    catalog: String,
    /// The schema.
    schema: String,
    /// Cached tables.
    tables: u64,
    /// Their columns.
    columns: u64,
    /// When it was described, in milliseconds since 1970-01-01T00:00:00Z.
    described_at_ms: u64,
    /// Whether that is within the time to live, or the schema is pinned.
    fresh: bool,
    /// When it was imported, in milliseconds since 1970-01-01T00:00:00Z; such a schema is pinned until a run describes it.
    pinned_at_ms: Option<u64>,
    /// How much of the schema was described.
    coverage: Coverage,
    /// Tables that could not be described then.
    failed_tables: u64,
    /// Who asked.
    principal: Option<String>,
    /// A remark of the adapter.
    note: Option<String>,
    #[serde(skip)]
    age: String,
}

impl SchemaLine {
    fn new(adapter: &str, info: SchemaInfo, now: Timestamp, ttl_seconds: u64) -> Self {
        let described_at = info.cost.described_at;
        Self {
            adapter: adapter.to_owned(),
            tables: info.tables,
            columns: info.columns,
            described_at_ms: described_at.as_millis(),
            fresh: info.is_fresh(now, ttl_seconds),
            pinned_at_ms: info.pinned.map(Timestamp::as_millis),
            coverage: info.coverage,
            failed_tables: info.failed,
            principal: info.principal,
            note: info.note,
            age: human::age(now.since(described_at)),
            catalog: info.name.catalog,
            schema: info.name.schema,
        }
    }
}

impl Report for SchemaList {
    const COMMAND: &'static str = "schema ls";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.schemas.is_empty() {
            let which = if self.stale {
                "No stale schema"
            } else {
                "No schema"
            };
            return writeln!(out, "{which} is cached under that name.");
        }
        let mut table = style.table(
            &["adapter", "schema", "tables", "columns", "described", ""],
            2..4,
        );
        for line in &self.schemas {
            let name = SchemaName::new(&line.catalog, &line.schema);
            let mut states = Vec::new();
            if !line.fresh {
                states.push("stale");
            }
            if line.pinned_at_ms.is_some() {
                states.push("pinned");
            }
            if line.coverage == Coverage::Truncated || line.failed_tables > 0 {
                states.push("incomplete");
            }
            let counts = [line.tables, line.columns].map(|count| count.to_string());
            let described = [line.age.clone(), states.join(", ")];
            table.row(
                [line.adapter.clone(), name.to_string()]
                    .into_iter()
                    .chain(counts)
                    .chain(described),
            );
        }
        table.write(out)
    }
}

/// The tables of one schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TableList {
    /// The catalog, as asked for.
    catalog: String,
    /// The schema, as asked for.
    schema: String,
    /// Its tables, by adapter and name.
    tables: Vec<TableLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TableLine {
    /// The adapter that described it.
    adapter: String,
    /// The table.
    table: String,
    /// What it is: `table`, `view` or another word of the adapter.
    kind: String,
    /// Its columns.
    columns: u32,
    /// When it was first described, or first again after it was gone, in milliseconds since 1970-01-01T00:00:00Z.
    first_seen_ms: u64,
    /// When its columns or its kind last changed, in milliseconds since 1970-01-01T00:00:00Z.
    last_changed_ms: u64,
    /// The tables that it is one day of.
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<String>,
}

impl TableLine {
    fn new(adapter: &str, info: TableInfo, family: Option<String>) -> Self {
        Self {
            adapter: adapter.to_owned(),
            table: info.name,
            kind: info.kind,
            columns: info.columns,
            first_seen_ms: info.first_seen.as_millis(),
            last_changed_ms: info.last_changed.as_millis(),
            family,
        }
    }

    /// Whether both are days of the same.
    fn is_of_one_family(&self, other: &Self) -> bool {
        self.family.is_some() && self.family == other.family && self.adapter == other.adapter
    }
}

impl Report for TableList {
    const COMMAND: &'static str = "schema ls";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let name = SchemaName::new(&self.catalog, &self.schema);
        if self.tables.is_empty() {
            return writeln!(out, "The schema {name} is cached and has no tables.");
        }
        let mut table = style.table(&["adapter", "table", "kind", "columns"], 3..4);
        for lines in self.tables.chunk_by(TableLine::is_of_one_family) {
            let Some(newest) = lines.last() else {
                continue;
            };
            let (name, kind) = match (&newest.family, lines.len()) {
                (Some(family), days @ 2..) => {
                    let kind = printable(&newest.kind);
                    (family, format!("{kind}, {days} days to {}", day(newest)))
                }
                _ => (&newest.table, printable(&newest.kind)),
            };
            let columns = newest.columns.to_string();
            table.row([newest.adapter.clone(), printable(name), kind, columns]);
        }
        table.write(out)
    }
}

/// How many digits the day at the end of a table's name has.
const DIGITS: usize = 8;

/// The day that a table of a family is.
fn day(line: &TableLine) -> String {
    let start = line.table.len().saturating_sub(DIGITS);
    printable(line.table.get(start..).unwrap_or(&line.table))
}

/// Which tables are days of one: adapters say so of each. That is looked up once for all tables that have names alike.
struct Families<'a> {
    snapshot: &'a Snapshot,
    adapter: &'a str,
    schema: &'a SchemaName,
    /// By what stands before the day.
    known: HashMap<String, Option<String>>,
}

impl<'a> Families<'a> {
    fn new(snapshot: &'a Snapshot, adapter: &'a str, schema: &'a SchemaName) -> Self {
        Self {
            snapshot,
            adapter,
            schema,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, table: &str) -> Result<Option<String>, CommandError> {
        let split = table.len().checked_sub(DIGITS);
        let Some((before, day)) = split.and_then(|split| table.split_at_checked(split)) else {
            return Ok(None);
        };
        if !day.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        if let Some(known) = self.known.get(before) {
            return Ok(known.clone());
        }
        let name = self.schema.table(table);
        let found = self
            .snapshot
            .table(self.adapter, &name, Timestamp::default(), 0)?;
        let family = match found {
            Lookup::Fresh(cached) | Lookup::Stale(cached) => {
                cached.table.attributes.get("shard_family").cloned()
            }
            Lookup::NotVisible { .. } | Lookup::Unknown => None,
        };
        self.known.insert(before.to_owned(), family.clone());
        Ok(family)
    }
}
