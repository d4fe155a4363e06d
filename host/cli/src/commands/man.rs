use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, CommandFactory};
use clap_mangen::Man;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::Cli;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human::count_of;
use crate::output::{self, Report, Style};

/// Write a man page of rocky and of each of its commands.
///
/// They say what `--help` says. `man` finds them in the directory `man1` of a directory of manuals.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky man ~/.local/share/man/man1           # then: man rocky-schema-diff
  rocky man man --output json                 # which files there are")]
pub struct ManArgs {
    /// The directory that they are written to; made where it is not there
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
}

pub fn man(context: &Context, args: &ManArgs) -> Result<Status, CommandError> {
    let root = args.directory.as_path();
    fs::create_dir_all(root)
        .with_context(|| format!("cannot make the directory {}", root.display()))?;
    let mut rocky = Cli::command().disable_help_subcommand(true);
    rocky.build();
    let mut files = Vec::new();
    write(rocky, root, &mut files)
        .with_context(|| format!("cannot write man pages to {}", root.display()))?;
    files.sort();
    let report = ManReport {
        path: root.to_owned(),
        files,
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

fn write(command: clap::Command, root: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for below in command.get_subcommands() {
        write(below.clone(), root, files)?;
    }
    let after = command.get_after_long_help().map(ToString::to_string);
    let has_subcommands = command.has_subcommands();
    let page = Man::new(command);
    let name = page.get_filename();
    let mut file = io::BufWriter::new(File::create(root.join(&name))?);
    page.render_title(&mut file)?;
    page.render_name_section(&mut file)?;
    page.render_synopsis_section(&mut file)?;
    page.render_description_section(&mut file)?;
    page.render_options_section(&mut file)?;
    if has_subcommands {
        page.render_subcommands_section(&mut file)?;
    }
    write_sections(&after.unwrap_or_default(), &mut file)?;
    file.flush()?;
    files.push(name);
    Ok(())
}

/// What stands after the options in help: each `Title:` becomes a heading, and its lines stay as they are.
fn write_sections(help: &str, out: &mut dyn Write) -> io::Result<()> {
    for section in help.split("\n\n") {
        let Some((title, text)) = section.split_once(':') else {
            continue;
        };
        writeln!(out, ".SH {}\n.nf", title.to_uppercase())?;
        for line in text.trim_matches('\n').lines() {
            let line = line.strip_prefix("  ").unwrap_or(line.trim_start());
            // A dot or a quote at the beginning would be a command, a hyphen a mark to break lines at.
            let line = line.replace('\\', "\\e").replace('-', "\\-");
            writeln!(out, "\\&{line}")?;
        }
        writeln!(out, ".fi")?;
    }
    Ok(())
}

/// The man pages that were written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ManReport {
    /// The directory, as given.
    path: PathBuf,
    /// The names of the files in it, sorted.
    files: Vec<String>,
}

impl Report for ManReport {
    const COMMAND: &'static str = "man";

    fn write_human(&self, out: &mut dyn Write, _: Style) -> io::Result<()> {
        let files = count_of(self.files.len() as u64, "man page");
        writeln!(out, "Wrote {files} to {}.", self.path.display())
    }
}
