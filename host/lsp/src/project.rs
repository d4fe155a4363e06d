//! What the language server is told about projects, and by whom.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rocky_compile::{Catalog, Model, Severity};
use rocky_schema::SchemaName;

/// Whoever finds projects: rocky's binary.
pub trait Host: Send + Sync + 'static {
    /// Whether a folder belongs to a project: whether there is a `rocky.toml` in it or above it. Cheap.
    fn has_project(&self, folder: &Path) -> bool;

    /// The project that a folder belongs to: that of the nearest `rocky.toml` in it or above it.
    ///
    /// Cheap: nothing is read but what finds the project; its files are read by [`Project::read`]. Called once for each client, with the
    /// first folder that it has open and that has a project, or else that of the first file it opens in one.
    fn open(&self, folder: &Path) -> Arc<dyn Project>;
}

/// A project: a `rocky.toml`, its models, and the cache beside them.
///
/// Models are known by [`Model::path`]: relative to the project, with forward slashes. Methods are called from several threads, and those
/// that read files from a thread that may block. None talks to a warehouse, and none waits for another process, except
/// [`Project::describe`].
pub trait Project: Send + Sync + 'static {
    /// The path of the model that this file is, whether or not it exists; `None` where it lies outside of the folders of models or is no
    /// `.sql` file. Does not touch the disk.
    fn path(&self, file: &Path) -> Option<String>;

    /// The file of a path that [`Project::path`], a [`Model`] or a [`Problem`] has. Absolute.
    fn file(&self, path: &str) -> PathBuf;

    /// Reads everything anew, the configuration first: all models as they are on disk, and what is wrong with the project's files.
    ///
    /// Called at the start and whenever a file of [`Project::watched`] has changed. A configuration that cannot be read is a problem of
    /// that file; models are then read as far as possible, or as they were configured before.
    fn read(&self) -> ProjectState;

    /// The model at `path` with the text that an editor holds instead of the file, as of the last [`Project::read`]. Called for each
    /// keystroke.
    fn model(&self, path: &str, text: Arc<str>) -> ModelState;

    /// Globs of the files that [`Project::read`] depends on, as editors understand them: `**/rocky.toml`, `**/models/**/*.sql`, and the
    /// files beside models that say what they are.
    fn watched(&self) -> Vec<String>;

    /// What tables there are now. Cheap, and sees what other processes committed before the call.
    fn catalog(&self) -> Box<dyn Catalog + Send>;

    /// A number that differs whenever [`Project::catalog`] may answer differently than before, also where another process changed the
    /// cache. Cheap: asked each second.
    fn cache_version(&self) -> u64;

    /// Describes a schema through another process that fills the cache, and returns when that is over. `Err` says in a sentence what
    /// went wrong.
    ///
    /// Once `stop` is true nobody waits for the answer: the process is to be ended.
    fn describe(&self, adapter: &str, schema: &SchemaName, stop: &AtomicBool)
    -> Result<(), String>;

    /// The time, in milliseconds since 1970, by the clock that [`Described::at_millis`](rocky_compile::Described::at_millis) is of.
    fn now_millis(&self) -> u64;
}

/// A project's files, as they are on disk.
#[derive(Clone, Debug, Default)]
pub struct ProjectState {
    /// All models.
    pub models: Vec<Model>,
    /// What is wrong with the project's files, apart from what the models' SQL says.
    pub problems: Vec<Problem>,
}

/// A model, as it would be with a certain text.
#[derive(Clone, Debug, Default)]
pub struct ModelState {
    /// The model; `None` where what the file says about itself makes no sense, or where no adapter is configured for it.
    pub model: Option<Model>,
    /// What is wrong with what the file says about itself. Replaces all problems of that file.
    pub problems: Vec<Problem>,
}

/// Something that is wrong with a file of the project, apart from its SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as [`Project::file`] knows it: that of a model, or another such as `rocky.toml`.
    pub path: String,
    /// The whole text that [`Problem::span`] is about; empty where it cannot be read.
    pub text: Arc<str>,
    /// Where in it, in bytes; empty at 0 for the file as a whole.
    pub span: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}
