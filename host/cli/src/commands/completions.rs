use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::{CommandError, Status};

/// Print a script that makes your shell complete rocky's commands and options.
///
/// The script is made of the commands of this very program: print it again when you have another version. Put it where your shell
/// looks for completions.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  rocky completions bash > ~/.local/share/bash-completion/completions/rocky
  rocky completions zsh > \"${fpath[1]}/_rocky\"
  rocky completions fish > ~/.config/fish/completions/rocky.fish";

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
