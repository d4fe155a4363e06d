use std::sync::Arc;

use clap::Args;

use crate::context::Context;
use crate::editor::Editor;
use crate::error::{CommandError, Status};

/// Serve an editor: what `rocky compile` finds as you type, and what tables and columns are.
///
/// Speaks the Language Server Protocol over standard input and output, so it is for editors to start and not
/// for people. It reads the project's models and the schema cache, sees what other runs of rocky write there,
/// and never asks a warehouse; only its command to describe a missing schema starts a `rocky run`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky lsp
  rocky lsp --state-path /var/lib/team/rocky.redb")]
pub struct LspArgs {
    /// Taken because many editors give it; standard input and output are all there is
    #[arg(long, hide = true)]
    stdio: bool,
}

pub fn lsp(context: &Context, _: &LspArgs) -> Result<Status, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| anyhow::Error::new(error).context("cannot start the runtime"))?;
    runtime.block_on(rocky_lsp::serve_stdio(Arc::new(Editor::new(context))));
    // The next byte of standard input may never come, and somebody waits for it.
    runtime.shutdown_background();
    Ok(Status::Done)
}
