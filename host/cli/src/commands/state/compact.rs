use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use rocky_cache::Compacted;
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::cache_config;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::output::{self, Report, Style};

/// Remove what nothing uses any more from the cache file, and make it smaller.
///
/// Goes away: layouts that no table has, and history older than `history_days` of
/// rocky.toml (default 90). While somebody reads, the file cannot become smaller;
/// then the exit status is 3.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub struct CompactArgs {}

const EXAMPLES: &str = "\
Examples:
  rocky state compact
  rocky state compact --state-path copy-of-it.redb";

pub fn compact(context: &Context) -> Result<Status, CommandError> {
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let compacted = rocky_cache::compact(&config, context.now())?;
    let exists = compacted.is_some();
    let Compacted {
        layouts,
        facts,
        history,
        connections,
        bytes_before,
        bytes_after,
        shrunk,
    } = compacted.unwrap_or_default();
    let report = CompactReport {
        path: config.enabled.then_some(config.path),
        exists,
        shrunk,
        bytes_before,
        bytes_after,
        layouts_removed: layouts,
        comments_removed: facts,
        history_removed: history,
        connections_removed: connections,
    };
    let is_done = shrunk || !exists;
    if !is_done {
        context.warn(
            "the file could not become smaller, because somebody is reading it; try again later",
        );
    }
    output::print(context, &report)?;
    Ok(if is_done {
        Status::Done
    } else {
        Status::Partial
    })
}

/// What became of the file of the schema cache.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CompactReport {
    /// The cache's file; null when it is disabled.
    path: Option<PathBuf>,
    /// Whether the file exists.
    exists: bool,
    /// Whether the file could be made smaller; not while somebody reads it.
    shrunk: bool,
    /// Its size before.
    bytes_before: u64,
    /// Its size after.
    bytes_after: u64,
    /// Layouts that no table has and no change remembers.
    layouts_removed: u64,
    /// Sets of comments and attributes that no table has.
    comments_removed: u64,
    /// Remembered changes that are older than `history_days`.
    history_removed: u64,
    /// Warehouses that nothing is cached of any more.
    connections_removed: u64,
}

impl Report for CompactReport {
    const COMMAND: &'static str = "state compact";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let Some(path) = &self.path else {
            return writeln!(
                out,
                "The schema cache is disabled: there is nothing to compact."
            );
        };
        if !self.exists {
            return writeln!(out, "There is no schema cache at {} yet.", path.display());
        }
        let mut fact =
            |name: &str, value: &str| writeln!(out, "{} {value}", style.dim(&format!("{name:<8}")));
        fact("path", &path.display().to_string())?;
        let removed = [
            (self.layouts_removed, "layout"),
            (self.comments_removed, "comment set"),
            (self.history_removed, "old change"),
            (self.connections_removed, "unused connection"),
        ];
        let removed: Vec<String> = removed
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, unit)| human::count_of(count, unit))
            .collect();
        let removed = match removed.is_empty() {
            true => "nothing".to_owned(),
            false => removed.join(", "),
        };
        fact("removed", &removed)?;
        let [before, after] = [self.bytes_before, self.bytes_after].map(human::bytes);
        fact("size", &format!("{after}, was {before}"))
    }
}
