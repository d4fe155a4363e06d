#[cfg(feature = "arrow")]
mod arrow;
mod changes;
mod diff;
mod diff_report;
mod export;
mod formats;
mod history;
mod import;
mod ls;
mod place;
mod search;
mod show;

use clap::Subcommand;
use rocky_cache::Snapshot;
use rocky_schema::{IdentifierRules, SchemaName};

use crate::commands::schema::place::{Place, find_table, schemas_named};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::json_schema::Outputs;
use crate::names::Part;
use crate::output::Report;

/// Look into the schema cache; never asks a warehouse.
///
/// Schemas get there by `rocky run`, `rocky discover --with-schemas` or `rocky schema import`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = "Examples:
  rocky schema ls                             # what is cached
  rocky schema show raw.flights.planes        # the columns of a table
  rocky schema search tail                    # where something is
  rocky schema diff --since 3d                # what has changed")]
pub enum SchemaCommand {
    Ls(ls::LsArgs),
    Show(show::ShowArgs),
    Diff(diff::DiffArgs),
    History(history::HistoryArgs),
    Search(search::SearchArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
}

impl SchemaCommand {
    /// What its JSON output calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ls(_) => "schema ls",
            Self::Show(_) => "schema show",
            Self::Diff(_) => "schema diff",
            Self::History(_) => "schema history",
            Self::Search(_) => "schema search",
            Self::Export(_) => "schema export",
            Self::Import(_) => "schema import",
        }
    }
}

pub fn schema(context: &Context, command: SchemaCommand) -> Result<Status, CommandError> {
    match command {
        SchemaCommand::Ls(args) => ls::ls(context, &args),
        SchemaCommand::Show(args) => show::show(context, &args),
        SchemaCommand::Diff(args) => diff::diff(context, &args),
        SchemaCommand::History(args) => history::history(context, &args),
        SchemaCommand::Search(args) => search::search(context, &args),
        SchemaCommand::Export(args) => export::export(context, &args),
        SchemaCommand::Import(args) => import::import(context, &args),
    }
}

/// What these commands print.
pub fn outputs(all: &mut Outputs) {
    all.add::<ls::SchemaList>();
    all.add::<ls::TableList>();
    all.add::<show::TableReport>();
    all.add::<diff_report::DiffReport>();
    all.add::<history::HistoryReport>();
    all.add::<search::SearchReport>();
    all.add::<export::ExportReport>();
    all.add_as::<formats::Document>(<export::ExportReport as Report>::COMMAND);
    all.add::<import::ImportReport>();
}

/// How an adapter's warehouse reads names.
fn rules(snapshot: &Snapshot, adapter: &str) -> Result<Option<IdentifierRules>, CommandError> {
    let connections = snapshot.connections()?;
    let known = connections.into_iter().find(|it| it.adapter == adapter);
    Ok(known.map(|connection| connection.rules))
}

/// What a part of a name may stand for in an adapter's warehouse, the likelier first.
fn readings(part: &Part, rules: Option<&IdentifierRules>) -> Vec<String> {
    match rules {
        Some(rules) => part.readings(rules),
        None => vec![part.text.clone()],
    }
}

/// The cached schema that two parts of a name mean; as they are written, if there is none.
fn schema_named(
    snapshot: &Snapshot,
    adapter: &str,
    [catalog, schema]: [&Part; 2],
) -> Result<SchemaName, CommandError> {
    let rules = rules(snapshot, adapter)?;
    for catalog in readings(catalog, rules.as_ref()) {
        for schema in readings(schema, rules.as_ref()) {
            let name = SchemaName::new(&catalog, &schema);
            if snapshot.schema(adapter, &name)?.is_some() {
                return Ok(name);
            }
        }
    }
    Ok(SchemaName::new(&catalog.text, &schema.text))
}

/// The adapters that the cache knows: the one that was asked for, or all.
fn adapters(snapshot: &Snapshot, wanted: Option<&str>) -> Result<Vec<String>, CommandError> {
    let mut names: Vec<String> = snapshot
        .connections()?
        .into_iter()
        .map(|connection| connection.adapter)
        .collect();
    names.sort();
    match wanted {
        None => Ok(names),
        Some(name) if names.iter().any(|known| known == name) => Ok(vec![name.to_owned()]),
        Some(name) => Err(CommandError::failed(format!(
            "the cache holds nothing of an adapter `{name}`"
        ))
        .hint(format!(
            "it knows: {}",
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        ))),
    }
}
