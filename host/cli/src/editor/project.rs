//! One project that an editor has open.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rocky_cache::{CacheConfig, CacheError, Reader, Snapshot};
use rocky_compile::{Catalog, Severity};
use rocky_lsp::{ModelState, Problem, Project, ProjectState};
use rocky_schema::SchemaName;

use crate::check::require_cache;
use crate::commands::cache_config;
use crate::context::Context;
use crate::editor::child;
use crate::error::CommandError;
use crate::models::{self, CachedTables, Files, Homes};

/// The file that a problem of the configuration is told of.
const CONFIGURATION: &str = "rocky.toml";
/// Where models are unless the configuration says otherwise.
const MODELS: &str = "models";

/// A project, as of the last time that its configuration could be read.
pub struct OpenProject {
    context: Context,
    loaded: Mutex<Option<Arc<Loaded>>>,
    reader: Mutex<Option<(FileIdentity, Arc<Reader>)>>,
}

/// What the configuration says.
struct Loaded {
    files: Files,
    cache: CacheConfig,
}

/// Which file the cache is in; another one may take its place.
type FileIdentity = u64;

impl OpenProject {
    /// The project that the context's directory belongs to.
    pub fn new(context: Context) -> Self {
        Self {
            context,
            loaded: Mutex::default(),
            reader: Mutex::default(),
        }
    }

    fn loaded(&self) -> Option<Arc<Loaded>> {
        lock(&self.loaded).clone()
    }

    /// Reads the configuration anew.
    fn load(&self) -> Result<Option<Arc<Loaded>>, CommandError> {
        let Some(project) = self.context.project()? else {
            return Ok(None);
        };
        let (cache, _) = cache_config(&self.context, Some(&project));
        require_cache(&project, &cache)?;
        let snapshot = self.snapshot(&cache)?;
        let homes = Homes::new(&project, snapshot.as_ref())?;
        let files = Files::new(&project, homes);
        let loaded = Arc::new(Loaded { files, cache });
        *lock(&self.loaded) = Some(loaded.clone());
        Ok(Some(loaded))
    }

    /// The cache as of its last commit. The file is opened once, unless another takes its place.
    fn snapshot(&self, cache: &CacheConfig) -> Result<Option<Snapshot>, CacheError> {
        let identity = identity(&cache.path);
        let mut kept = lock(&self.reader);
        let reader = match &*kept {
            Some((known, reader)) if *known == identity => reader.clone(),
            _ => {
                let Some(reader) = Reader::open(cache)?.map(Arc::new) else {
                    *kept = None;
                    return Ok(None);
                };
                *kept = Some((identity, reader.clone()));
                reader
            }
        };
        drop(kept);
        reader.snapshot().map(Some)
    }

    /// The directory that the project's paths start from.
    fn root(&self) -> PathBuf {
        let file = self.context.project_file();
        let root = file.and_then(|(path, _)| Some(path.parent()?.to_owned()));
        root.unwrap_or_else(|| self.context.directory.clone())
    }
}

impl Project for OpenProject {
    fn path(&self, file: &Path) -> Option<String> {
        // An editor may open a file before anything else was read, or while the configuration makes no sense.
        let loaded = self.loaded().or_else(|| self.load().ok().flatten());
        match loaded {
            Some(loaded) => loaded.files.path_of(file),
            None => {
                let root = self.root();
                models::path_below(&root, &root.join(MODELS), file)
            }
        }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn read(&self) -> ProjectState {
        let mut state = ProjectState::default();
        let loaded = self.load().unwrap_or_else(|error| {
            state.problems.push(of_configuration(&error));
            self.loaded()
        });
        let Some(loaded) = loaded.filter(|loaded| loaded.files.exist()) else {
            return state;
        };
        match loaded.files.read() {
            Ok(read) => {
                state.models = read.models;
                state.problems.extend(read.problems.into_iter().map(told));
            }
            Err(error) => state.problems.push(of_configuration(&error)),
        }
        state
    }

    fn model(&self, path: &str, text: Arc<str>) -> ModelState {
        let Some(loaded) = self.loaded() else {
            return ModelState::default();
        };
        match loaded.files.model(&loaded.files.path(path), text) {
            Ok(model) => ModelState {
                model: Some(model),
                problems: Vec::new(),
            },
            Err(problem) => ModelState {
                model: None,
                problems: vec![told(*problem)],
            },
        }
    }

    fn watched(&self) -> Vec<String> {
        let directory = self.loaded().and_then(|loaded| {
            let name = loaded.files.directory().file_name()?;
            Some(name.to_string_lossy().into_owned())
        });
        let directory = directory.unwrap_or_else(|| MODELS.to_owned());
        vec![
            format!("**/{CONFIGURATION}"),
            format!("**/{directory}/**/*.{{sql,toml}}"),
        ]
    }

    fn catalog(&self) -> Box<dyn Catalog + Send> {
        let loaded = self.loaded();
        let snapshot = loaded.as_ref().and_then(|loaded| {
            self.snapshot(&loaded.cache).unwrap_or_else(|error| {
                tracing::warn!(%error, "the schema cache cannot be read, so no table is known");
                None
            })
        });
        let ttl_seconds = loaded.map_or(0, |loaded| loaded.cache.ttl_seconds);
        Box::new(CachedTables::new(snapshot, self.context.now(), ttl_seconds))
    }

    fn cache_version(&self) -> u64 {
        let Some(loaded) = self.loaded() else {
            return 0;
        };
        let mut hasher = DefaultHasher::new();
        if let Ok(metadata) = loaded.cache.path.metadata() {
            (identity(&loaded.cache.path), metadata.len()).hash(&mut hasher);
            metadata.modified().ok().hash(&mut hasher);
        }
        // What is fresh grows stale without anybody writing.
        (self.now_millis() / 60_000).hash(&mut hasher);
        hasher.finish()
    }

    fn describe(
        &self,
        adapter: &str,
        schema: &SchemaName,
        stop: &AtomicBool,
    ) -> Result<(), String> {
        let loaded = self.loaded();
        let rules = loaded.and_then(|loaded| loaded.files.rules(adapter));
        let global = &self.context.global;
        let directory = &self.context.directory;
        child::describe(directory, global, adapter, rules.as_ref(), schema, stop)
    }

    fn now_millis(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn identity(path: &Path) -> FileIdentity {
    use std::os::unix::fs::MetadataExt;
    path.metadata().map_or(0, |metadata| metadata.ino())
}

#[cfg(not(unix))]
fn identity(path: &Path) -> FileIdentity {
    u64::from(path.exists())
}

/// The configuration's error, which shows its own line, as far as one sentence can.
fn of_configuration(error: &CommandError) -> Problem {
    let message = error.message();
    Problem {
        path: CONFIGURATION.to_owned(),
        text: "".into(),
        span: 0..0,
        severity: Severity::Error,
        message: message.lines().next().unwrap_or_default().to_owned(),
        help: None,
    }
}

fn told(problem: models::Problem) -> Problem {
    Problem {
        path: problem.path,
        text: problem.text,
        span: problem.span,
        severity: Severity::Error,
        message: problem.message,
        help: problem.help,
    }
}
