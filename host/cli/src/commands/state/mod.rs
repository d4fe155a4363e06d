mod check;
mod clear;
mod compact;
mod show;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::json_schema::Outputs;

/// Show where the schema cache is and what it holds, empty it, check it, compact it.
///
/// Without a subcommand it is the same as `rocky state show`. Every command finds the
/// cache in the same place: where --state-path or ROCKY_STATE_PATH says, else in the
/// models directory, else beside rocky.toml.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub struct StateArgs {
    #[command(subcommand)]
    command: Option<StateCommand>,
}

const EXAMPLES: &str = "\
Examples:
  rocky state                                 # where the cache is, and what it holds
  rocky state --cache-ttl 3600                # how much of it is younger than an hour
  rocky state clear-schema-cache --older-than 30d --dry-run
  rocky state check --repair                  # move a broken file aside";

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// Show where the schema cache is and what it holds; the same as `rocky state`.
    ///
    /// Tells the version of its format, its size, and how many of each adapter's schemas are within the time to live. A cache that is
    /// not there yet is no failure.
    #[command(after_long_help = "Examples:
  rocky state show
  rocky state show --state-path copy-of-it.redb --output json")]
    Show,
    ClearSchemaCache(clear::ClearArgs),
    Check(check::CheckArgs),
    Compact(compact::CompactArgs),
}

impl StateArgs {
    /// What its JSON output calls it.
    pub fn name(&self) -> &'static str {
        match &self.command {
            None | Some(StateCommand::Show) => "state",
            Some(StateCommand::ClearSchemaCache(_)) => "state clear-schema-cache",
            Some(StateCommand::Check(_)) => "state check",
            Some(StateCommand::Compact(_)) => "state compact",
        }
    }
}

/// What these commands print.
pub fn outputs(all: &mut Outputs) {
    all.add::<show::StateReport>();
    all.add::<clear::ClearReport>();
    all.add::<check::CheckReport>();
    all.add::<compact::CompactReport>();
}

pub fn state(context: &Context, args: &StateArgs) -> Result<Status, CommandError> {
    match &args.command {
        None | Some(StateCommand::Show) => show::show(context),
        Some(StateCommand::ClearSchemaCache(args)) => clear::clear(context, args),
        Some(StateCommand::Check(args)) => check::check(context, args),
        Some(StateCommand::Compact(_)) => compact::compact(context),
    }
}
