use std::io;
use std::path::{Path, PathBuf};

use crate::error::CacheError;

/// What goes wrong between here and redb, before it is known which file and which attempt it belongs to.
#[derive(Debug)]
pub(crate) enum Fault {
    Redb(redb::Error),
    Damaged(String),
    /// Of a later version.
    Format {
        what: String,
        known: String,
    },
    /// Of an earlier version.
    Outdated {
        what: String,
        known: String,
    },
    /// Already complete.
    Final(CacheError),
}

macro_rules! fault_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Fault::Redb(error.into())
            }
        })*
    };
}

fault_from!(
    redb::StorageError,
    redb::TableError,
    redb::DatabaseError,
    redb::TransactionError,
    redb::CommitError,
    redb::SetDurabilityError
);

impl From<postcard::Error> for Fault {
    fn from(error: postcard::Error) -> Self {
        Fault::Damaged(format!("a value cannot be encoded: {error}"))
    }
}

impl From<CacheError> for Fault {
    fn from(error: CacheError) -> Self {
        Fault::Final(error)
    }
}

impl Fault {
    /// The error for a person: what was attempted, on which file.
    pub fn during(self, attempt: &'static str, path: &Path) -> CacheError {
        let path = path.to_owned();
        match self {
            Fault::Final(error) => error,
            Fault::Damaged(what) => CacheError::Damaged {
                attempt,
                path,
                what,
            },
            Fault::Format { what, known } => CacheError::Format {
                attempt,
                path,
                what,
                known,
            },
            Fault::Redb(redb::Error::Io(source)) => io_error(attempt, path, source),
            Fault::Redb(redb::Error::DatabaseAlreadyOpen) => CacheError::Locked { attempt, path },
            Fault::Outdated { what, known } => CacheError::Outdated {
                attempt,
                path,
                what,
                known,
            },
            Fault::Redb(redb::Error::UpgradeRequired(version)) => CacheError::Outdated {
                attempt,
                path,
                what: format!("redb file format {version}"),
                known: "format 3".to_owned(),
            },
            Fault::Redb(redb::Error::Unsupported) => {
                let why = "its file system cannot lock parts of a file";
                io_error(
                    attempt,
                    path,
                    io::Error::new(io::ErrorKind::Unsupported, why),
                )
            }
            Fault::Redb(redb::Error::PreviousIo) => {
                io_error(attempt, path, io::Error::other("an earlier access failed"))
            }
            Fault::Redb(other) => CacheError::Damaged {
                attempt,
                path,
                what: other.to_string(),
            },
        }
    }
}

fn io_error(attempt: &'static str, path: PathBuf, source: io::Error) -> CacheError {
    use io::ErrorKind as Kind;
    match source.kind() {
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem | Kind::NotFound => CacheError::Denied {
            attempt,
            path,
            source,
        },
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => CacheError::Full {
            attempt,
            path,
            source,
        },
        Kind::IsADirectory | Kind::NotADirectory => CacheError::NotAFile { attempt, path },
        // redb's own words for a file that does not begin as its files do.
        Kind::InvalidData => CacheError::NotRedb { attempt, path },
        Kind::UnexpectedEof => CacheError::Damaged {
            attempt,
            path,
            what: "it ends too early".to_owned(),
        },
        _ => CacheError::Io {
            attempt,
            path,
            source,
        },
    }
}

/// What the system answered.
pub(crate) fn io_fault(error: io::Error) -> Fault {
    Fault::Redb(redb::Error::Io(error))
}
