//! The `rocky` command: reads configuration, plans, joins the plugin host and the cache, and prints.

mod approvals;
mod args;
mod check;
mod commands;
mod config;
mod context;
mod discover;
mod editor;
mod error;
mod guard;
mod hints;
mod human;
mod interrupt;
mod json_schema;
mod lock_file;
mod models;
mod moment;
mod names;
mod output;
mod plugins;
mod proxy;
mod reading;
mod run;
mod shared_storage;
mod state_path;
mod tree;
mod trust;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::context::Context;

fn main() -> ExitCode {
    silence_cache_panics();
    let cli = Cli::parse();
    let context = match Context::new(cli.global) {
        Ok(context) => context,
        Err(error) => return error.report(None),
    };
    let name = cli.command.name();
    match commands::dispatch(&context, cli.command) {
        Ok(status) => status.into(),
        Err(error) => error.report(Some((&context, name))),
    }
}

/// On a damaged file the database may panic. The cache catches that and reports it as an error; the message of
/// the panic itself helps nobody.
fn silence_cache_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !rocky_cache::contains_panics() {
            report(panic);
        }
    }));
}
