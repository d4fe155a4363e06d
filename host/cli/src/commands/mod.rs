//! One command, one file: arguments, help text and function together.

mod adapters;
mod compile;
mod completions;
mod discover;
mod json_schema;
mod lsp;
mod man;
mod plugin;
mod run;
mod schema;
mod state;

use clap::Subcommand;
use rocky_cache::{CacheConfig, Reader};

use crate::config::{CacheSection, Project};
use crate::context::Context;
use crate::discover::DiscoverReport;
use crate::error::{CommandError, Status};
use crate::json_schema::Outputs;
use crate::run::RunReport;

/// What rocky can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(run::RunArgs),
    Discover(discover::DiscoverArgs),
    Compile(compile::CompileArgs),
    Lsp(lsp::LspArgs),
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
    State(state::StateArgs),
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    JsonSchema(json_schema::JsonSchemaArgs),
}

impl Command {
    /// What its JSON output calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Discover(_) => "discover",
            Self::Compile(_) => "compile",
            Self::Lsp(_) => "lsp",
            Self::Schema(command) => command.name(),
            Self::State(args) => args.name(),
            Self::Plugin(command) => command.name(),
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::JsonSchema(_) => "json-schema",
        }
    }
}

/// What commands print for programs.
fn outputs() -> Outputs {
    let mut all = Outputs::default();
    all.add::<RunReport>();
    all.add::<DiscoverReport>();
    all.add::<compile::CompileReport>();
    schema::outputs(&mut all);
    state::outputs(&mut all);
    plugin::outputs(&mut all);
    all.add::<man::ManReport>();
    all.add::<json_schema::JsonSchemaReport>();
    all
}

/// Carries out a command.
pub fn dispatch(context: &Context, command: Command) -> Result<Status, CommandError> {
    match command {
        Command::Run(args) => in_runtime(context, run::run(context, args)),
        Command::Discover(args) => in_runtime(context, discover::discover(context, args)),
        Command::Compile(args) => compile::compile(context, &args),
        Command::Lsp(args) => lsp::lsp(context, &args),
        Command::Schema(command) => schema::schema(context, command),
        Command::State(args) => state::state(context, &args),
        Command::Plugin(command) => in_runtime(context, plugin::plugin(context, command)),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => man::man(context, &args),
        Command::JsonSchema(args) => json_schema::json_schema(context, &args),
    }
}

fn in_runtime(
    context: &Context,
    work: impl Future<Output = Result<Status, CommandError>>,
) -> Result<Status, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // The guard parses statements of strangers, which may be nested; unoptimised that takes more than the usual 2 MiB.
        .thread_stack_size(8 << 20)
        .build();
    let runtime =
        runtime.map_err(|error| anyhow::Error::new(error).context("cannot start the runtime"))?;
    runtime.block_on(context.interrupt.guard(work))
}

/// How the cache is configured, with the command line over the project over the defaults.
pub fn cache_config(context: &Context, project: Option<&Project>) -> (CacheConfig, &'static str) {
    let defaults = CacheSection::default();
    let section = project.map_or(&defaults, |project| &project.cache);
    let ttl_seconds = context.global.cache_ttl.unwrap_or(section.ttl_seconds);
    if !section.enabled {
        // Not even looked for: the path is never used.
        let config = CacheConfig {
            enabled: false,
            ttl_seconds,
            ..CacheConfig::at("")
        };
        return (config, "disabled");
    }
    let state = context.state_path(project);
    let config = CacheConfig {
        ttl_seconds,
        history_days: section.history_days,
        ..CacheConfig::at(state.path)
    };
    (config, state.reason)
}

/// Fails where there is no cache because the project wants none.
fn enabled(config: &CacheConfig) -> Result<(), CommandError> {
    match config.enabled {
        true => Ok(()),
        false => Err(CommandError::failed("the schema cache is disabled")
            .hint("set `enabled = true` under [cache.schemas] in rocky.toml")),
    }
}

/// Opens the cache for reading. Where there is none the error says how to fill it.
fn open_cache(config: &CacheConfig) -> Result<Reader, CommandError> {
    enabled(config)?;
    Reader::open(config)?.ok_or_else(|| {
        CommandError::failed(format!(
            "there is no schema cache at {}",
            config.path.display()
        ))
        .hint("fill it with `rocky run`, or from an exported tree with `rocky schema import`")
    })
}
