use std::path::Path;
use std::sync::Arc;

use crate::contain::contained;
use crate::snapshot::Snapshot;
use crate::store::ReadStore;
use crate::{CacheConfig, CacheError};

/// The cache, open for reading. Any number of processes may read while others write.
///
/// A reader holds no transaction: keep it as long as you like and take a [`Snapshot`] for every question.
pub struct Reader {
    store: Arc<ReadStore>,
    path: Arc<Path>,
}

impl Reader {
    fn new(store: ReadStore, config: &CacheConfig) -> Self {
        Self {
            store: Arc::new(store),
            path: Arc::from(config.path.as_path()),
        }
    }

    /// Opens the cache; `None` when it is disabled or there is no file. Never creates one.
    ///
    /// After a writer was killed the file needs repair, which the first reader does, once it has read the file whole. On a
    /// disk that cannot be written, the reader repairs a copy in memory and does not see what others write from then on.
    ///
    /// # Errors
    /// Any [`CacheError`] that names a file; the file is left as it is.
    pub fn open(config: &CacheConfig) -> Result<Option<Reader>, CacheError> {
        if !config.enabled {
            return Ok(None);
        }
        let store = ReadStore::open(&config.path, config.cache_bytes)?;
        Ok(store.map(|store| Reader::new(store, config)))
    }

    /// The same, but never changes the file: what needs repair is read from a copy in memory.
    ///
    /// # Errors
    /// Any [`CacheError`] that names a file.
    pub fn open_untouched(config: &CacheConfig) -> Result<Option<Reader>, CacheError> {
        if !config.enabled {
            return Ok(None);
        }
        let store = ReadStore::open_untouched(&config.path, config.cache_bytes)?;
        Ok(store.map(|store| Reader::new(store, config)))
    }

    /// The cache as of its last commit: all answers of one snapshot belong together.
    ///
    /// # Errors
    /// When the file cannot be read or has changed to another format meanwhile.
    pub fn snapshot(&self) -> Result<Snapshot, CacheError> {
        contained("read", &self.path, || {
            Snapshot::begin(&self.store, &self.path)
        })
    }
}
