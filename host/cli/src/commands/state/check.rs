use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use rocky_cache::{CacheConfig, CacheError, Checked};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::cache_config;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::output::{self, Report, Style};

/// Check that the cache file is as it was written, every page and row of it.
///
/// Nothing is changed, and nobody who uses the cache meanwhile waits. A broken file
/// is moved aside with --repair, to its name with `.broken` at the end; the next
/// `rocky run` then makes a new one. Exit status: 0 sound, repaired or not there,
/// 1 broken.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub struct CheckArgs {
    /// Move a broken file aside
    #[arg(long)]
    repair: bool,
}

const EXAMPLES: &str = "\
Examples:
  rocky state check
  rocky state check --repair
  rocky state check --state-path copy-of-it.redb";

pub fn check(context: &Context, args: &CheckArgs) -> Result<Status, CommandError> {
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let (found, problem) = match rocky_cache::check(&config) {
        Ok(found) => (found, None),
        Err(error) if error.is_beyond_use() => (None, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let moved_to = match (&problem, args.repair) {
        (Some(_), true) => rocky_cache::set_aside(&config)?,
        _ => None,
    };
    let report = CheckReport::new(&config, found, problem.as_ref(), moved_to);
    output::print(context, &report)?;
    Ok(match report.sound || report.moved_to.is_some() {
        true => Status::Done,
        false => Status::Failed,
    })
}

/// Whether the file of the schema cache is as it was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckReport {
    /// The cache's file; null when it is disabled.
    path: Option<PathBuf>,
    /// Whether the file exists.
    exists: bool,
    /// Whether nothing is wrong with it; also true where there is no file.
    sound: bool,
    /// What is wrong.
    problem: Option<String>,
    /// Where `--repair` has moved the broken file.
    moved_to: Option<PathBuf>,
    /// Its size; this and what follows is 0 for a broken file.
    bytes: u64,
    /// Schemas that were checked.
    schemas: u64,
    /// Tables that were checked.
    tables: u64,
    /// Distinct layouts that were checked.
    layouts: u64,
}

impl CheckReport {
    fn new(
        config: &CacheConfig,
        found: Option<Checked>,
        problem: Option<&CacheError>,
        moved_to: Option<PathBuf>,
    ) -> Self {
        let exists = found.is_some() || problem.is_some();
        let counts = found.unwrap_or_default();
        Self {
            path: config.enabled.then(|| config.path.clone()),
            exists,
            sound: problem.is_none(),
            problem: problem.map(ToString::to_string),
            moved_to,
            bytes: counts.bytes,
            schemas: counts.schemas,
            tables: counts.tables,
            layouts: counts.layouts,
        }
    }
}

impl Report for CheckReport {
    const COMMAND: &'static str = "state check";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let Some(path) = &self.path else {
            return writeln!(
                out,
                "The schema cache is disabled: there is nothing to check."
            );
        };
        let path = path.display();
        if let Some(problem) = &self.problem {
            writeln!(out, "{}: {problem}.", style.red("broken"))?;
            return match &self.moved_to {
                Some(aside) => writeln!(out, "Moved it to {}.", aside.display()),
                None => Ok(()),
            };
        }
        if !self.exists {
            return writeln!(out, "There is no schema cache at {path} yet.");
        }
        let counts = [
            human::count_of(self.schemas, "schema"),
            human::count_of(self.tables, "table"),
            human::count_of(self.layouts, "layout"),
            human::bytes(self.bytes),
        ];
        writeln!(out, "{path} is sound: {}.", counts.join(", "))
    }
}
