//! What was found, and what became of describing it.

use std::io::{self, Write};
use std::time::Duration;

use rocky_schema::SchemaName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::discover::list::Listed;
use crate::error::Status;
use crate::human;
use crate::output::{Report, Style};
use crate::run::{ErrorReport, RunReport};

/// What `rocky discover` found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiscoverReport {
    /// The catalogs that adapters may see, each with its schemas.
    pub catalogs: Vec<CatalogFound>,
    /// Schemas that were listed.
    pub schemas_found: u64,
    /// Catalogs, or whole adapters, whose schemas could not be listed.
    pub listings_failed: Vec<ListingFailed>,
    #[serde(flatten)]
    pub described: Option<Described>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// A catalog and its schemas.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CatalogFound {
    /// The adapter that may see it.
    pub adapter: String,
    /// The catalog.
    pub catalog: String,
    /// The schemas of it that are wanted.
    pub schemas: Vec<String>,
}

/// What could not be listed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListingFailed {
    /// The adapter.
    pub adapter: String,
    /// The catalog whose schemas could not be listed; left out where the catalogs could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// Why.
    pub error: ErrorReport,
}

/// What became of describing them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Described {
    /// Schemas that were described; like what else is told of describing only with `--with-schemas`.
    pub schemas_described: u64,
    /// Tables of the described schemas that the cache holds now.
    pub tables_cached: u64,
    /// Their columns.
    pub columns: u64,
    /// Schemas that could not be described.
    pub schemas_failed: Vec<SchemaFailed>,
    /// Tables that could not be described although their schema could.
    pub tables_failed: u64,
    #[serde(skip)]
    report: RunReport,
}

/// A schema that could not be described.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SchemaFailed {
    /// The adapter of a schema that could not be described.
    pub adapter: String,
    /// Its catalog.
    pub catalog: String,
    /// The schema.
    pub schema: String,
    /// Why.
    pub error: ErrorReport,
}

impl DiscoverReport {
    /// What was listed, and what a run over it has done, if there was one.
    pub fn new(listed: Vec<Listed>, report: Option<RunReport>, duration: Duration) -> Self {
        let mut catalogs = Vec::new();
        let mut failed = Vec::new();
        for Listed {
            ready,
            catalog,
            outcome,
        } in listed
        {
            let adapter = ready.adapter.name().to_owned();
            match (outcome, catalog) {
                (Ok(schemas), Some(catalog)) => catalogs.push(CatalogFound {
                    adapter,
                    catalog,
                    schemas: schemas.into_iter().map(|entry| entry.name).collect(),
                }),
                (Ok(_), None) => {}
                (Err(error), catalog) => failed.push(ListingFailed {
                    adapter,
                    catalog,
                    error: ErrorReport::new(&error, &ready.configured),
                }),
            }
        }
        let count = catalogs.iter().map(|catalog| catalog.schemas.len() as u64);
        Self {
            schemas_found: count.sum(),
            catalogs,
            listings_failed: failed,
            described: report.map(Described::new),
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// How it ended: in part where something failed and something did not.
    pub fn status(&self) -> Status {
        let described = self.described.as_ref();
        let of_run = described.map_or(Status::Done, |described| described.report.status());
        match (self.listings_failed.is_empty(), of_run) {
            (true, status) => status,
            (false, Status::Done) if self.catalogs.is_empty() => Status::Failed,
            (false, Status::Failed) => Status::Failed,
            (false, _) => Status::Partial,
        }
    }
}

impl Described {
    fn new(report: RunReport) -> Self {
        let mut report = report;
        let cached = report.schemas.iter().filter_map(|schema| schema.cache);
        let tables_cached = cached.map(|counts| counts.written + counts.unchanged).sum();
        let failed_tables = report
            .schemas
            .iter()
            .map(|schema| schema.failed_tables.len() as u64);
        Self {
            schemas_described: report.total.described,
            tables_cached,
            columns: report.total.columns,
            tables_failed: failed_tables.sum(),
            schemas_failed: report
                .schemas
                .iter_mut()
                .filter_map(|schema| {
                    let error = schema.error.clone()?;
                    Some(SchemaFailed {
                        adapter: schema.adapter.clone(),
                        catalog: schema.catalog.clone(),
                        schema: schema.schema.clone(),
                        error,
                    })
                })
                .collect(),
            report,
        }
    }
}

impl Report for DiscoverReport {
    const COMMAND: &'static str = "discover";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.described.is_none() {
            self.write_schemas(out, style)?;
        }
        for failed in &self.listings_failed {
            let message = crate::names::printable(&failed.error.message);
            writeln!(out, "{}: {message}", style.red("failed"))?;
            if let Some(hint) = &failed.error.hint {
                writeln!(
                    out,
                    "  {}: {}",
                    style.bold("hint"),
                    crate::names::printable(hint)
                )?;
            }
        }
        let schemas = human::count_of(self.schemas_found, "schema");
        let catalogs = human::count_of(self.catalogs.len() as u64, "catalog");
        let found = format!("Found {schemas} in {catalogs}");
        match &self.described {
            None => {
                let time = human::duration(Duration::from_millis(self.duration_ms));
                writeln!(out, "{} in {time}.", style.bold(&found))
            }
            Some(described) => {
                writeln!(out, "{}.", style.bold(&found))?;
                described.report.write_outcome(out, style)
            }
        }
    }
}

impl DiscoverReport {
    fn write_schemas(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.schemas_found == 0 {
            return Ok(());
        }
        let mut table = style.table(&["adapter", "schema"], 0..0);
        for found in &self.catalogs {
            for schema in &found.schemas {
                let name = SchemaName::new(&found.catalog, schema);
                table.row([found.adapter.clone(), name.to_string()]);
            }
        }
        table.write(out)?;
        writeln!(out)
    }
}
