use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rocky_cache::{
    CacheConfig, Connection, Cost, Pin, Provenance, Reader, SchemaTap, Snapshot, Tap, Timestamp,
};
use rocky_schema::{Entry, SchemaName, Summary};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::Place;
use crate::commands::{cache_config, enabled};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human::count_of;
use crate::output::{self, Report, Style};
use crate::tree::{self, Found, Manifest};

/// Take the schemas of an exported tree into the cache, so that it answers without a warehouse.
///
/// What is imported is pinned: it counts as fresh whatever its age, until `rocky run` describes it. A schema that the cache has from a
/// warehouse stays as it is, unless the tree's is the later description. Where anything in the tree is malformed nothing is imported.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema import schemas                    # in a fresh clone
  rocky schema import schemas --in 'raw.*'       # only some of the tree
  rocky schema import schemas --replace          # also what the cache has described later")]
pub struct ImportArgs {
    /// The directory that `rocky schema export` wrote
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
    /// Only these schemas; a name or a pattern such as `raw.*`
    #[arg(long = "in", value_name = "CATALOG.SCHEMA")]
    within: Option<String>,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Also replace what the cache has described later
    #[arg(long)]
    replace: bool,
}

pub fn import(context: &Context, args: &ImportArgs) -> Result<Status, CommandError> {
    let place = args.within.as_deref().map(Place::schema).transpose()?;
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    enabled(&config)?;
    let root = args.directory.as_path();
    let found = wanted(args, place.as_ref(), root)?;
    let snapshot = match Reader::open(&config)? {
        Some(reader) => Some(reader.snapshot()?),
        None => None,
    };
    let tap = Tap::start(&config);
    let mut report = ImportReport::default();
    let mut ready = Vec::new();
    for Found { manifest, .. } in &found {
        let connection = connection(snapshot.as_ref(), manifest)?;
        let is_kept = !args.replace && is_later(snapshot.as_ref(), &connection, manifest)?;
        let mut line = SchemaLine::new(manifest, is_kept);
        if !is_kept {
            let provenance = provenance(manifest);
            let mut schema = tap.schema(&connection, &provenance, manifest.name());
            let strangers = tree::tables(root, manifest, |table| {
                line.tables += 1;
                line.columns += table.columns.len() as u64;
                schema.page(&[Entry::Table(table)]);
            });
            for stranger in strangers.map_err(|error| malformed(root, error))? {
                context.warn(&format!(
                    "{} is left out: the manifest of {} does not list it",
                    stranger.display(),
                    manifest.name()
                ));
            }
            ready.push((schema, manifest));
        }
        report.schemas.push(line);
    }
    // From here on everything is known to be well-formed.
    drop(snapshot);
    commit(&config, tap, ready, context.now())?;
    report.path = args.directory.clone();
    report.count();
    output::print(context, &report)?;
    Ok(Status::Done)
}

fn malformed(root: &Path, error: anyhow::Error) -> CommandError {
    let attempt = format!("cannot import the tree in {}", root.display());
    CommandError::from(error.context(attempt))
        .hint("repair it, or export the tree anew; nothing was imported")
}

/// The schemas of the tree that are asked for.
fn wanted(
    args: &ImportArgs,
    place: Option<&Place>,
    root: &Path,
) -> Result<Vec<Found>, CommandError> {
    let mut found = tree::find(root).map_err(|error| malformed(root, error))?;
    if found.is_empty() {
        return Err(CommandError::failed(format!(
            "there is no exported schema in {}",
            root.display()
        ))
        .hint("make a tree with `rocky schema export DIRECTORY`"));
    }
    found.retain(|found| {
        let rules = Some(&found.manifest.warehouse.identifiers);
        args.adapter
            .as_ref()
            .is_none_or(|adapter| *adapter == found.manifest.adapter)
            && place.is_none_or(|place| place.matches(&found.manifest.name(), rules))
    });
    if found.is_empty() {
        return Err(CommandError::failed(format!(
            "no schema of the tree in {} is one of those",
            root.display()
        ))
        .hint("its schemas are the files DIRECTORY/ADAPTER/CATALOG/SCHEMA.json"));
    }
    Ok(found)
}

/// Who is to have described a schema: the adapter as the cache knows it, so that what was imported and what is described
/// later are found together; else as the tree tells.
fn connection(
    snapshot: Option<&Snapshot>,
    manifest: &Manifest,
) -> Result<Arc<Connection>, CommandError> {
    let warehouse = &manifest.warehouse;
    let known = match snapshot {
        Some(snapshot) => snapshot.connections()?,
        None => Vec::new(),
    };
    let mut known = known
        .into_iter()
        .filter(|it| it.adapter == manifest.adapter);
    match known.next() {
        Some(known) if known.plugin == warehouse.plugin => Ok(Arc::new(known)),
        Some(known) => Err(CommandError::failed(format!(
            "cannot import {}: adapter `{}` of the tree has the plugin {}, and that of the cache {}",
            manifest.name(),
            manifest.adapter,
            warehouse.plugin,
            known.plugin,
        ))
        .hint("import into another cache with --state-path, or rename one of the adapters")),
        None => Ok(Arc::new(Connection {
            adapter: manifest.adapter.clone(),
            plugin: warehouse.plugin.clone(),
            endpoint: warehouse.endpoint.clone(),
            identity: warehouse.identity.clone(),
            rules: warehouse.identifiers,
            dialect: warehouse.dialect.clone(),
        })),
    }
}

/// Whether the cache has a schema from a warehouse, and not from before the tree's description.
fn is_later(
    snapshot: Option<&Snapshot>,
    connection: &Connection,
    manifest: &Manifest,
) -> Result<bool, CommandError> {
    let known = match snapshot {
        Some(snapshot) => snapshot.schema(connection, &manifest.name())?,
        None => None,
    };
    Ok(known.is_some_and(|known| {
        known.pinned.is_none() && known.cost.described_at >= manifest.described.at.into()
    }))
}

fn provenance(manifest: &Manifest) -> Arc<Provenance> {
    Arc::new(Provenance {
        plugin: manifest.warehouse.plugin.clone(),
        version: manifest.described.version.clone(),
        digest: manifest.described.digest.clone(),
    })
}

fn commit(
    config: &CacheConfig,
    tap: Tap,
    ready: Vec<(SchemaTap, &Manifest)>,
    now: Timestamp,
) -> Result<(), CommandError> {
    for (schema, manifest) in ready {
        let summary = Summary {
            coverage: manifest.coverage,
            principal: manifest.described.principal.clone(),
            note: manifest.described.note.clone(),
            ..Summary::exhausted()
        };
        let cost = Cost {
            described_at: manifest.described.at.into(),
            duration: Duration::ZERO,
            requests: 0,
        };
        let pin = Pin {
            at: now,
            failed: manifest.failed_tables,
        };
        schema.pinned(&summary, cost, pin);
    }
    let written = tap.finish();
    match written.failures().next() {
        None => Ok(()),
        Some((schema, error)) => Err(CommandError::failed(format!(
            "cannot import {} into {}: {error}",
            schema.schema,
            config.path.display()
        ))),
    }
}

/// What was taken from a tree of files.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct ImportReport {
    /// The directory of the tree, as given.
    path: PathBuf,
    /// The schemas of the tree that were asked for.
    schemas: Vec<SchemaLine>,
    /// All of them together.
    total: Total,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
struct Total {
    /// How many schemas were imported.
    imported: u64,
    /// How many were kept.
    kept: u64,
    /// Imported tables of all schemas.
    tables: u64,
    /// Their columns.
    columns: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SchemaLine {
    /// The adapter.
    adapter: String,
    #[serde(flatten)]
    name: SchemaName,
    /// Whether it was imported.
    status: ImportStatus,
    /// Imported tables.
    tables: u64,
    /// Their columns.
    columns: u64,
    /// When the tree's description was made, in milliseconds since 1970-01-01T00:00:00Z.
    described_at_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ImportStatus {
    /// It is in the cache as the tree has it.
    Imported,
    /// The cache has a later description, and `--replace` was not given.
    Kept,
}

impl SchemaLine {
    fn new(manifest: &Manifest, is_kept: bool) -> Self {
        Self {
            adapter: manifest.adapter.clone(),
            name: manifest.name(),
            status: match is_kept {
                true => ImportStatus::Kept,
                false => ImportStatus::Imported,
            },
            tables: 0,
            columns: 0,
            described_at_ms: Timestamp::from(manifest.described.at).as_millis(),
        }
    }
}

impl ImportReport {
    fn count(&mut self) {
        for line in &self.schemas {
            match line.status {
                ImportStatus::Imported => self.total.imported += 1,
                ImportStatus::Kept => self.total.kept += 1,
            }
            self.total.tables += line.tables;
            self.total.columns += line.columns;
        }
    }
}

impl Report for ImportReport {
    const COMMAND: &'static str = "schema import";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let mut table = style.table(&["adapter", "schema", "tables", "columns", ""], 2..4);
        for line in &self.schemas {
            let kept = line.status == ImportStatus::Kept;
            let count = |count: u64| {
                if kept {
                    "-".to_owned()
                } else {
                    count.to_string()
                }
            };
            let why = if kept {
                "kept: the cache has a later description"
            } else {
                ""
            };
            table.row([
                line.adapter.clone(),
                line.name.to_string(),
                count(line.tables),
                count(line.columns),
                why.to_owned(),
            ]);
        }
        table.write(out)?;
        let schemas = count_of(self.total.imported, "schema");
        let tables = count_of(self.total.tables, "table");
        let path = self.path.display();
        writeln!(out, "\nImported {schemas} with {tables} from {path}.")?;
        match self.total.kept {
            0 => Ok(()),
            _ => writeln!(out, "With --replace the others are imported, too."),
        }
    }
}
