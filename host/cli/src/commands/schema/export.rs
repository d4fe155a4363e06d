use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rocky_cache::Snapshot;
use rocky_schema::SchemaName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::formats::{self, Chosen, Format};
use crate::commands::schema::{Place, adapters, schemas_named};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human::count_of;
use crate::output::{self, Report, Style};
use crate::tree::{self, FileChange, Plan, Written};

/// Write cached schemas as a tree of files, to keep under version control, or as one stream.
///
/// The tree has one file per table and one per schema. The same cache makes the same tree: names are in order, and when something was
/// described counts as no difference. What an earlier export wrote and the cache no longer holds is removed; other files stay.
///
/// Exit status: 0, and with --check 1 where the tree differs.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema export schemas                   # everything, to the directory `schemas`
  rocky schema export schemas --check           # in CI: fails where the tree differs
  rocky schema export --format ddl --in raw.flights
  rocky schema export --format arrow > columns.arrows")]
pub struct ExportArgs {
    /// The directory of the tree
    #[arg(value_name = "DIRECTORY", required_unless_present = "format")]
    directory: Option<PathBuf>,
    /// Print tables on standard output instead, in this form
    #[arg(long, value_enum, value_name = "FORM", conflicts_with_all = ["directory", "check"])]
    format: Option<Format>,
    /// Write nothing; exit with status 1 where the tree differs from the cache
    #[arg(long)]
    check: bool,
    /// Only these schemas; a name or a pattern such as `raw.*`
    #[arg(long = "in", value_name = "CATALOG.SCHEMA")]
    within: Option<String>,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

pub fn export(context: &Context, args: &ExportArgs) -> Result<Status, CommandError> {
    if let Some(format) = args.format {
        formats::admit(context, format)?;
    }
    let place = args.within.as_deref().map(Place::schema).transpose()?;
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let wanted = adapters(&snapshot, args.adapter.as_deref())?;
    let connections = snapshot.connections()?;
    let mut chosen = Chosen::new();
    for connection in connections.iter().filter(|it| wanted.contains(&it.adapter)) {
        let schemas = schemas_named(&snapshot, &connection.adapter, place.as_ref())?;
        chosen.extend(schemas.into_iter().map(|info| (connection, info)));
    }
    match (args.format, &args.directory) {
        (Some(format), _) => formats::print(format, &snapshot, &chosen).map(|()| Status::Done),
        (None, Some(root)) => to_tree(context, args, place.as_ref(), root, &snapshot, &chosen),
        (None, None) => Err(CommandError::usage("nothing says where to export to")),
    }
}

/// Makes a tree what the cache holds, or finds out in what it differs.
fn to_tree(
    context: &Context,
    args: &ExportArgs,
    place: Option<&Place>,
    root: &Path,
    snapshot: &Snapshot,
    chosen: &Chosen<'_>,
) -> Result<Status, CommandError> {
    let failed = |error: anyhow::Error| {
        let attempt = match args.check {
            true => "cannot compare the tree with the cache",
            false => "cannot export to the tree",
        };
        CommandError::from(error.context(format!("{attempt} in {}", root.display())))
    };
    let mut plan = Plan::new(root, args.check);
    let mut earlier: HashMap<(String, SchemaName), tree::Found> = HashMap::new();
    for found in tree::find(root)
        .map_err(|error| failed(error).hint("repair that file, or remove it and export anew"))?
    {
        let key = (found.manifest.adapter.clone(), found.manifest.name());
        earlier.insert(key, found);
    }
    let mut total = Total::default();
    for (connection, info) in chosen {
        let found = earlier.remove(&(connection.adapter.clone(), info.name.clone()));
        let manifest = found.as_ref().map(|found| &found.manifest);
        let tables = snapshot.described(&connection.adapter, &info.name)?;
        let tables = tables.map(|cached| Ok(cached?.table));
        plan.schema(connection, info, manifest, tables)
            .map_err(failed)?;
        total.schemas += 1;
        total.tables += info.tables;
    }
    let mut gone: Vec<_> = earlier.into_values().collect();
    gone.retain(|found| is_meant(args, place, found));
    gone.sort_by(|a, b| a.path.cmp(&b.path));
    for found in gone {
        plan.remove_schema(&found).map_err(failed)?;
    }
    finish(context, args, root, plan.written, total)
}

/// Whether a schema of the tree is one of those that are exported.
fn is_meant(args: &ExportArgs, place: Option<&Place>, found: &tree::Found) -> bool {
    let manifest = &found.manifest;
    args.adapter
        .as_ref()
        .is_none_or(|adapter| *adapter == manifest.adapter)
        && place.is_none_or(|place| {
            place.matches(&manifest.name(), Some(&manifest.warehouse.identifiers))
        })
}

fn finish(
    context: &Context,
    args: &ExportArgs,
    root: &Path,
    files: Vec<Written>,
    mut total: Total,
) -> Result<Status, CommandError> {
    for file in &files {
        match file.change {
            FileChange::Added => total.added += 1,
            FileChange::Changed => total.changed += 1,
            FileChange::Removed => total.removed += 1,
        }
    }
    let differs = args.check && !files.is_empty();
    let report = ExportReport {
        path: root.to_owned(),
        check: args.check,
        files,
        total,
    };
    output::print(context, &report)?;
    if differs {
        let directory = root.display();
        context.hint(&format!(
            "bring the tree up to date with `rocky schema export {directory}`"
        ));
    }
    Ok(if differs {
        Status::Failed
    } else {
        Status::Done
    })
}

/// What an export did to a tree of files, or would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExportReport {
    /// The directory of the tree, as given.
    path: PathBuf,
    /// Whether nothing was written, and `files` is what an export would do.
    check: bool,
    /// The files that differ.
    files: Vec<Written>,
    /// How many schemas, tables and files there are.
    total: Total,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
struct Total {
    /// Schemas of the cache that the tree is to hold.
    schemas: u64,
    /// Their tables.
    tables: u64,
    /// Files that were, or would be, added.
    added: u64,
    /// Files that were, or would be, changed.
    changed: u64,
    /// Files that were, or would be, removed.
    removed: u64,
}

impl Report for ExportReport {
    const COMMAND: &'static str = "schema export";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let path = self.path.display();
        let schemas = count_of(self.total.schemas, "schema");
        let tables = count_of(self.total.tables, "table");
        if self.files.is_empty() {
            return writeln!(
                out,
                "{path} is what the cache holds: {schemas} with {tables}."
            );
        }
        if self.check {
            for file in &self.files {
                let line = match file.change {
                    FileChange::Added => style.green(&format!("+ {}", file.path)),
                    FileChange::Changed => style.yellow(&format!("~ {}", file.path)),
                    FileChange::Removed => style.red(&format!("- {}", file.path)),
                };
                writeln!(out, "{line}")?;
            }
            let files = count_of(self.files.len() as u64, "file");
            return writeln!(
                out,
                "\n{path} is not what the cache holds: an export would change {files}."
            );
        }
        let Total {
            added,
            changed,
            removed,
            ..
        } = self.total;
        let files = format!("{added} added, {changed} changed, {removed} removed");
        writeln!(
            out,
            "Exported {schemas} with {tables} to {path}: files {files}."
        )
    }
}
