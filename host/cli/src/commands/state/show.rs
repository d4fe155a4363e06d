use std::io::{self, Write};
use std::path::PathBuf;

use rocky_cache::{AdapterStats, Reader};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::cache_config;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::output::{self, Report, Style};

pub fn show(context: &Context) -> Result<Status, CommandError> {
    let project = context.project()?;
    let (config, reason) = cache_config(context, project.as_ref());
    let mut report = StateReport {
        enabled: config.enabled,
        path: config.enabled.then(|| config.path.clone()),
        reason,
        exists: false,
        format: None,
        bytes: 0,
        schemas: 0,
        tables: 0,
        layouts: 0,
        ttl_seconds: config.ttl_seconds,
        adapters: Vec::new(),
    };
    if let Some(reader) = Reader::open(&config)? {
        let stats = reader
            .snapshot()?
            .stats(context.now(), config.ttl_seconds)?;
        report.exists = true;
        report.format = stats.format_version;
        report.bytes = stats.file_bytes;
        report.schemas = stats.schemas;
        report.tables = stats.tables;
        report.layouts = stats.layouts;
        report.adapters = stats.adapters.into_iter().map(AdapterLine::from).collect();
    }
    output::print(context, &report)?;
    Ok(Status::Done)
}

/// Where the schema cache is, and what it holds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StateReport {
    /// Whether there is a cache.
    enabled: bool,
    /// Its file; null when it is disabled.
    path: Option<PathBuf>,
    /// Why it is that file.
    reason: &'static str,
    /// Whether the file exists.
    exists: bool,
    /// The version of its format; null when it holds no cache.
    format: Option<u64>,
    /// Its size.
    bytes: u64,
    /// Cached schemas.
    schemas: u64,
    /// Cached tables.
    tables: u64,
    /// Distinct layouts of tables.
    layouts: u64,
    /// For how long a schema counts as fresh.
    ttl_seconds: u64,
    /// The adapters that described something.
    adapters: Vec<AdapterLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AdapterLine {
    /// An adapter that described something.
    adapter: String,
    /// Its schemas.
    schemas: u64,
    /// Its tables.
    tables: u64,
    /// Schemas described within the time to live.
    fresh: u64,
    /// Schemas described before.
    stale: u64,
    /// Schemas whose description is not complete.
    incomplete: u64,
}

impl From<AdapterStats> for AdapterLine {
    fn from(stats: AdapterStats) -> Self {
        let AdapterStats {
            adapter,
            schemas,
            tables,
            fresh,
            stale,
            incomplete,
            ..
        } = stats;
        Self {
            adapter,
            schemas,
            tables,
            fresh,
            stale,
            incomplete,
        }
    }
}

impl Report for StateReport {
    const COMMAND: &'static str = "state";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let Some(path) = &self.path else {
            return writeln!(
                out,
                "The schema cache is disabled: `enabled = false` under [cache.schemas] in rocky.toml."
            );
        };
        let mut fact =
            |name: &str, value: &str| writeln!(out, "{} {value}", style.dim(&format!("{name:<8}")));
        fact("path", &path.display().to_string())?;
        fact("why", self.reason)?;
        if !self.exists {
            return writeln!(
                out,
                "\nNothing is cached yet: `rocky run` creates the file."
            );
        }
        let format = self
            .format
            .map_or_else(|| "none yet".to_owned(), |version| version.to_string());
        fact("format", &format)?;
        fact("size", &human::bytes(self.bytes))?;
        let counts = [
            (self.schemas, "schema"),
            (self.tables, "table"),
            (self.layouts, "layout"),
        ];
        fact(
            "holds",
            &counts
                .map(|(count, unit)| human::count_of(count, unit))
                .join(", "),
        )?;
        fact("ttl", &human::count_of(self.ttl_seconds, "second"))?;
        self.write_adapters(out, style)
    }
}

impl StateReport {
    fn write_adapters(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.adapters.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let mut table = style.table(
            &[
                "adapter",
                "schemas",
                "tables",
                "fresh",
                "stale",
                "incomplete",
            ],
            1..6,
        );
        for line in &self.adapters {
            let counts = [
                line.schemas,
                line.tables,
                line.fresh,
                line.stale,
                line.incomplete,
            ];
            table.row(
                std::iter::once(line.adapter.clone()).chain(counts.map(|count| count.to_string())),
            );
        }
        table.write(out)
    }
}
