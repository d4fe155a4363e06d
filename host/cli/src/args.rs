use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, ColorChoice, Parser, ValueEnum};

use crate::commands::Command;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const STATUS: &str = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done in part.";

const LONG: &str = "\
Exit status: 0 done, 1 failed, 2 wrong usage, 3 done in part.

Examples:
  rocky run                                   # describe what your pipelines use, and cache it
  rocky schema show raw.flights.planes        # the columns of a table, from the cache
  rocky schema diff --since 1d                # what has changed since yesterday
  rocky state --output json                   # for programs: one documented object

Environment:
  ROCKY_CONFIG, ROCKY_STATE_PATH, ROCKY_OUTPUT
                     as --config, --state-path and --output, which are stronger
  ROCKY_PLUGIN_PATH  directories of plugins, looked into first
  DATABRICKS_TOKEN and its like
                     the token of `--plugin databricks` where no project says how to sign in
  HTTPS_PROXY, ALL_PROXY, NO_PROXY
                     the http proxy of https requests, and the hosts without
  NO_COLOR           no colours, if not empty
  and what rocky.toml names as ${VARIABLE}

Files:
  rocky.toml         the project: its adapters and pipelines; here or in a parent directory
  rocky.lock         beside it: which plugins the project trusts; `rocky plugin lock` writes it
  .rocky-state.redb  the schema cache, in the models directory or beside rocky.toml
  NAME.wasm          a plugin, in ROCKY_PLUGIN_PATH, beside the program or in the data directory";

/// Keeps the schemas of your data warehouses at hand: describes them through sandboxed adapters and caches what they say.
#[derive(Debug, Parser)]
#[command(name = "rocky", version, styles = STYLES, infer_subcommands = false)]
#[command(after_help = STATUS, after_long_help = LONG)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The configuration file [default: `rocky.toml` here or in a parent directory]
    #[arg(long, global = true, value_name = "FILE", env = "ROCKY_CONFIG")]
    pub config: Option<PathBuf>,
    /// The file that holds the schema cache
    #[arg(long, global = true, value_name = "FILE", env = "ROCKY_STATE_PATH")]
    pub state_path: Option<PathBuf>,
    /// For how many seconds a cached schema counts as fresh; 0 makes every one stale [default: the
    /// project's `ttl_seconds`, else 86400]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub cache_ttl: Option<u64>,
    /// The form of what is printed [default: table on a terminal, else json]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORM",
        env = "ROCKY_OUTPUT"
    )]
    pub output: Option<OutputForm>,
    /// Say more; up to three times
    #[arg(long, short, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Say only what went wrong
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub color: ColorChoice,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputForm {
    /// For people.
    Table,
    /// For programs: one documented object.
    Json,
}

#[cfg(test)]
mod tests;
