use std::io;
use std::path::PathBuf;

use rocky_schema::SchemaName;

/// Why the cache could not be read or written. Each names the file and what to do next.
///
/// Nothing that the file held before is lost by any of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// Another program holds the file for itself.
    #[error(
        "cannot {attempt} the schema cache {}: another program has locked the whole file. \
         End that program, or choose another path for the cache",
        .path.display()
    )]
    Locked {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
    },

    /// The file, its directory or its disk does not permit it.
    #[error(
        "cannot {attempt} the schema cache {}: {source}. \
         Make the file and its directory accessible, or choose another path for the cache",
        .path.display()
    )]
    Denied {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// The disk, a quota or a limit on file sizes leaves no room.
    #[error(
        "cannot {attempt} the schema cache {}: {source}. Free some space, or choose another path for the cache",
        .path.display()
    )]
    Full {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// The path names a directory, a device or a pipe.
    #[error(
        "cannot {attempt} the schema cache {}: it is not a regular file. Choose another path for the cache",
        .path.display()
    )]
    NotAFile {
        /// What was attempted.
        attempt: &'static str,
        /// The path.
        path: PathBuf,
    },

    /// The file is something else than a redb database.
    #[error(
        "cannot {attempt} the schema cache {}: it is not a redb file and was left as it is. \
         Move it aside with `rocky state check --repair`, or choose another path for the cache",
        .path.display()
    )]
    NotRedb {
        /// What was attempted.
        attempt: &'static str,
        /// The file.
        path: PathBuf,
    },

    /// The file was written in a format that this version does not know.
    #[error(
        "cannot {attempt} the schema cache {}: it has {what}, and this version of rocky knows {known}. \
         Use the version that wrote it, or choose another path for the cache",
        .path.display()
    )]
    Format {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
        /// The format found.
        what: String,
        /// The format known.
        known: String,
    },

    /// The file was written in a format that this version no longer knows.
    #[error(
        "cannot {attempt} the schema cache {}: it has {what} of an older version, and this one knows {known}. \
         Move it aside with `rocky state check --repair`: the next run describes everything afresh",
        .path.display()
    )]
    Outdated {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
        /// The format found.
        what: String,
        /// The format known.
        known: String,
    },

    /// The file is damaged.
    #[error(
        "cannot {attempt} the schema cache {}: it is damaged ({what}). \
         Move it aside with `rocky state check --repair`: the next run describes everything afresh",
        .path.display()
    )]
    Damaged {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
        /// What was found.
        what: String,
    },

    /// Any other failure of the system or the store.
    #[error(
        "cannot {attempt} the schema cache {}: {source}. Check the disk, or choose another path for the cache",
        .path.display()
    )]
    Io {
        /// What was attempted.
        attempt: &'static str,
        /// The cache file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// A large schema could not be put aside while it was being described.
    #[error(
        "cannot buffer schema {schema} for the cache in a temporary file in {}: {source}. \
         Make room there, or raise the cache's buffer size",
        .directory.display()
    )]
    Buffer {
        /// The schema.
        schema: SchemaName,
        /// Where the temporary file was to be.
        directory: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// The adapter called a whole schema unchanged that the cache does not hold.
    #[error(
        "adapter {adapter} says that schema {schema} is unchanged, but the cache does not hold it. \
         Describe it again without a known revision"
    )]
    NothingToRenew {
        /// The adapter.
        adapter: String,
        /// The schema.
        schema: SchemaName,
    },

    /// The thread that writes could not be started or is gone.
    #[error(
        "cannot write the schema cache {}: its writer thread is not running. \
         Run again; if this repeats, report it as a defect of rocky",
        .path.display()
    )]
    NoWriter {
        /// The cache file.
        path: PathBuf,
    },
}

impl CacheError {
    /// Whether nothing can be done with the file by this version of rocky or a later one.
    pub fn is_beyond_use(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. } | Self::NotRedb { .. } | Self::Outdated { .. }
        )
    }
}
