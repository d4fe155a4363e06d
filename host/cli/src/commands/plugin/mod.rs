mod inspect;
mod lock;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::json_schema::Outputs;

/// Look at plugins, and say which ones this project trusts.
///
/// A plugin is a WebAssembly component, found by its name in the directories of ROCKY_PLUGIN_PATH, beside this program and in your
/// data directory, or by its path.
#[derive(Debug, Subcommand)]
#[command(after_long_help = "Examples:
  rocky plugin inspect databricks             # what it needs and may do
  rocky plugin lock                           # trust the plugins of this project as they are")]
pub enum PluginCommand {
    Inspect(inspect::InspectArgs),
    Lock(lock::LockArgs),
}

impl PluginCommand {
    /// What JSON output calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Inspect(_) => "plugin inspect",
            Self::Lock(_) => "plugin lock",
        }
    }
}

/// What these commands print.
pub fn outputs(all: &mut Outputs) {
    all.add::<inspect::InspectReport>();
    all.add::<lock::LockReport>();
}

pub async fn plugin(context: &Context, command: PluginCommand) -> Result<Status, CommandError> {
    match command {
        PluginCommand::Inspect(args) => inspect::inspect(context, args).await,
        PluginCommand::Lock(args) => lock::lock(context, args).await,
    }
}
