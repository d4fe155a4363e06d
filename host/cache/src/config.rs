use std::path::PathBuf;

/// Where the cache is and how it behaves. The caller resolves paths and reads configuration files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    /// Whether there is a cache at all. When not, no file is created, opened or even looked at.
    pub enabled: bool,
    /// The redb file. Its directory must exist; the file may hold tables of other programs.
    pub path: PathBuf,
    /// For how many seconds a description counts as fresh; 0 makes every one stale. Used when reading only.
    pub ttl_seconds: u64,
    /// For how many days earlier layouts of a table are remembered.
    pub history_days: u32,
    /// How many bytes of memory redb may use for pages of the file.
    pub cache_bytes: usize,
    /// How many bytes of one schema's columns are held in memory while it is described; more goes to an unnamed
    /// temporary file beside the cache. About a hundred bytes per table stay in memory regardless.
    pub buffer_bytes: usize,
}

impl CacheConfig {
    /// An enabled cache in the file `path`: a day's time to live, 90 days of history, 1 GiB of pages, 4 MiB of buffer.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            enabled: true,
            path: path.into(),
            ttl_seconds: 86_400,
            history_days: 90,
            cache_bytes: 1 << 30,
            buffer_bytes: 4 << 20,
        }
    }
}
