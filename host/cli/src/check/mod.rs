//! Checking models against the cache: what `rocky compile` does, and `rocky run` after it has described.

mod columns;
mod report;
mod select;
mod show;

use std::num::NonZeroUsize;

use rocky_cache::{CacheConfig, Reader, Timestamp};
use rocky_compile::Workspace;

use crate::config::Project;
use crate::context::Context;
use crate::error::CommandError;
use crate::models::{CachedTables, Files, Homes, Problem};

pub use columns::{ModelReport, ModelReports};
pub use report::{Finding, Findings, Total};
pub use select::{Selected, Selection};
pub use show::{write_columns, write_findings};

/// The models of a project, checked.
#[derive(Debug)]
pub struct Checked {
    pub workspace: Workspace,
    /// What is wrong with files that hold no model that could be checked.
    pub problems: Vec<Problem>,
}

/// Models can be checked only against a cache.
///
/// # Errors
/// When it is disabled, with the line that says so.
pub fn require_cache(project: &Project, cache: &CacheConfig) -> Result<(), CommandError> {
    if cache.enabled {
        return Ok(());
    }
    Err(project.cache_error(
        "models are checked against the schema cache, which is disabled",
        "set `enabled = true` under [cache.schemas], and fill it with `rocky run`",
    ))
}

/// What to say where there are no models to check.
pub fn no_models(context: &Context, project: &Project) -> CommandError {
    let directory = context.shown(&project.models());
    CommandError::failed(format!("there is no directory of models: {directory}")).hint(
        "put queries there, one in a file NAME.sql; `models` in rocky.toml names another directory",
    )
}

/// Reads and checks the models of a project against what the cache holds now; none where it has no directory of models.
pub fn check(
    project: &Project,
    cache: &CacheConfig,
    now: Timestamp,
) -> Result<Option<Checked>, CommandError> {
    if !project.models().is_dir() {
        return Ok(None);
    }
    let snapshot = match Reader::open(cache)? {
        Some(reader) => Some(reader.snapshot()?),
        None => None,
    };
    let files = Files::new(project, Homes::new(project, snapshot.as_ref())?);
    let read = files.read()?;
    let tables = CachedTables::new(snapshot, now, cache.ttl_seconds);
    let mut workspace = Workspace::without_places();
    workspace.set_models(read.models);
    workspace.update(&tables, threads());
    match tables.into_error() {
        Some(error) => Err(error.into()),
        None => Ok(Some(Checked {
            workspace,
            problems: read.problems,
        })),
    }
}

/// How many models are checked at a time.
fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
