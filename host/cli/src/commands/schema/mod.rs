mod ls;
mod show;

use clap::Subcommand;
use rocky_cache::Snapshot;

use crate::context::Context;
use crate::error::{CommandError, Status};

/// Look into the schema cache; never asks a warehouse.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    Ls(ls::LsArgs),
    Show(show::ShowArgs),
}

pub fn schema(context: &Context, command: SchemaCommand) -> Result<Status, CommandError> {
    match command {
        SchemaCommand::Ls(args) => ls::ls(context, &args),
        SchemaCommand::Show(args) => show::show(context, &args),
    }
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
