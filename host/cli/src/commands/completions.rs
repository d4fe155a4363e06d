use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::{CommandError, Status};

/// Print a script that makes your shell complete rocky's commands and options.
///
/// Examples:
///
///     rocky completions bash > ~/.local/share/bash-completion/completions/rocky
///     rocky completions zsh > "${fpath[1]}/_rocky"
///     rocky completions fish > ~/.config/fish/completions/rocky.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub fn completions(args: &CompletionsArgs) -> Result<Status, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rocky", &mut script);
    match io::stdout().lock().write_all(&script) {
        // Whoever read our output has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(anyhow::Error::new(error)
            .context("cannot write to standard output")
            .into()),
        _ => Ok(Status::Done),
    }
}
