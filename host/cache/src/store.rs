//! redb, wrapped once: how the file is opened, shared, repaired and kept from harm.
//!
//! **Sharing.** Plain redb opens exclude each other: a run would shut out every editor. So every process opens the file
//! in redb's `MultiWriter` mode: readers are never refused, writers queue for one transaction at a time, and each new
//! transaction sees what others committed. The mode is experimental, which is why the version is pinned and nothing
//! outside this file knows of it.
//!
//! **Harm.** Opening for writing marks the file, and opening a file that was not closed repairs it, both in place. So
//! before a file is opened for writing it is looked at without writing: read-only when it is clean, through an
//! [`Overlay`] when it needs repair. What cannot be read that way stays byte for byte as it is.
//!
//! **Panics.** redb trusts the pages it reads and can panic on damaged ones, so whatever calls it runs inside
//! [`contained`]. A transaction that is dropped by a panic is not committed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction,
    ReadableDatabase, ReadableTable, TableError, WriteTransaction,
};

use crate::contain::{contained, quietly};
use crate::error::CacheError;
use crate::format::{FORMAT_KEY, FORMAT_VERSION, META};
use crate::overlay::Overlay;

/// How long to wait for a program that holds the whole file: another rocky may be looking at it before it writes.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(5);
/// A repair by another process can make a look through the overlay fail, so one failure proves nothing.
const REPAIR_TRIES: u32 = 3;

/// What goes wrong between here and redb, before it is known which file and which attempt it belongs to.
#[derive(Debug)]
pub(crate) enum Fault {
    Redb(redb::Error),
    Damaged(String),
    Format {
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
            Fault::Redb(redb::Error::UpgradeRequired(version)) => CacheError::Format {
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

/// The file, open for writing.
pub(crate) struct Store {
    database: Database,
    path: PathBuf,
}

impl Store {
    /// Opens the file for writing; creates it when it is not there.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Store, CacheError> {
        const ATTEMPT: &str = "open";
        contained(ATTEMPT, path, || {
            let builder = shared_builder(cache_bytes);
            let database = match file_kind(path)? {
                FileKind::Missing => {
                    create(path)?;
                    patiently(|| builder.open(path))?
                }
                FileKind::Empty => patiently(|| builder.create(path))?,
                FileKind::Filled => {
                    look_before_writing(path, cache_bytes)?;
                    patiently(|| builder.open(path))?
                }
            };
            Ok(Store {
                database,
                path: path.to_owned(),
            })
        })
    }

    /// Closes the file. Whatever is committed is safe already, so what fails here needs no answer.
    pub fn close(self) {
        let _ = quietly(move || drop(self.database));
    }

    /// Runs `work` in one transaction and commits it, durably; on an error nothing is changed.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
    ) -> Result<T, CacheError> {
        contained("write", &self.path, || {
            let mut transaction = self.database.begin_write()?;
            // The next open after a kill loads the list of free pages in place of walking the whole file.
            transaction.set_quick_repair(true);
            claim_format(&transaction)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })
    }
}

/// The file, open for reading.
pub(crate) enum ReadStore {
    /// Follows what other processes commit.
    Shared(ReadOnlyDatabase),
    /// The file as it was, repaired in memory, because it needs repair and cannot be written.
    Private(Box<Database>),
}

impl ReadStore {
    /// Opens the file for reading; `None` when there is no file or an empty one.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Option<ReadStore>, CacheError> {
        contained("open", path, || match file_kind(path)? {
            FileKind::Missing | FileKind::Empty => Ok(None),
            FileKind::Filled => open_for_reading(path, cache_bytes).map(Some),
        })
    }

    /// A view of the last commit. It is to be dropped soon: while it lives, pages it may need are not reused.
    pub fn begin(&self) -> Result<ReadTransaction, Fault> {
        Ok(match self {
            ReadStore::Shared(database) => database.begin_read()?,
            ReadStore::Private(database) => database.begin_read()?,
        })
    }
}

/// Whether the file holds a cache of a format that this version knows; `false` when it holds none.
pub(crate) fn check_format(transaction: &ReadTransaction) -> Result<bool, Fault> {
    match transaction.open_table(META) {
        Ok(meta) => match meta.get(FORMAT_KEY)? {
            Some(version) => known_format(version.value()).map(|()| true),
            None => Err(Fault::Damaged("its format version is missing".to_owned())),
        },
        Err(TableError::TableDoesNotExist(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Refuses a file of another format; writes the version into a file that holds no cache yet.
fn claim_format(transaction: &WriteTransaction) -> Result<(), Fault> {
    let mut meta = transaction.open_table(META)?;
    let found = meta.get(FORMAT_KEY)?.map(|version| version.value());
    match found {
        Some(version) => known_format(version),
        None => {
            meta.insert(FORMAT_KEY, FORMAT_VERSION)?;
            Ok(())
        }
    }
}

fn known_format(version: u64) -> Result<(), Fault> {
    if version == FORMAT_VERSION {
        return Ok(());
    }
    Err(Fault::Format {
        what: format!("cache format {version}"),
        known: format!("format {FORMAT_VERSION}"),
    })
}

enum FileKind {
    Missing,
    Empty,
    Filled,
}

/// What is at `path`. Asked before opening, because opening a pipe would wait for ever.
fn file_kind(path: &Path) -> Result<FileKind, Fault> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(io_fault(io::ErrorKind::IsADirectory.into())),
        Ok(metadata) if metadata.len() == 0 => Ok(FileKind::Empty),
        Ok(_) => Ok(FileKind::Filled),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(FileKind::Missing),
        Err(error) => Err(io_fault(error)),
    }
}

fn io_fault(error: io::Error) -> Fault {
    Fault::Redb(redb::Error::Io(error))
}

fn shared_builder(cache_bytes: usize) -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(cache_bytes)
        .set_concurrency_mode(ConcurrencyMode::MultiWriter);
    builder
}

/// Puts a new, empty redb file at `path`.
///
/// redb does not accept a file whose creation was interrupted, so it is made beside its place and then moved there:
/// a kill or a full disk leaves no file that every later run would stumble over. Its mode is 0600.
fn create(path: &Path) -> Result<(), Fault> {
    let directory = directory_of(path);
    let file = tempfile::Builder::new()
        .prefix(".rocky-cache-")
        .tempfile_in(directory)
        .map_err(io_fault)?;
    drop(Builder::new().create_file(file.reopen().map_err(io_fault)?)?);
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        // Another process was faster; its file is as good.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io_fault(error.error)),
    }
}

/// The directory that holds `path`.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Opens through `open`, waiting a little for a program that holds the whole file.
fn patiently<T>(mut open: impl FnMut() -> Result<T, DatabaseError>) -> Result<T, Fault> {
    for _ in 1..LOCK_TRIES {
        match open() {
            Err(DatabaseError::DatabaseAlreadyOpen) => std::thread::sleep(LOCK_PAUSE),
            other => return Ok(other?),
        }
    }
    Ok(open()?)
}

/// Fails when the file cannot be read, is damaged or has another format; changes nothing.
fn look_before_writing(path: &Path, cache_bytes: usize) -> Result<(), Fault> {
    let mut failed_repairs = 0;
    for _ in 0..LOCK_TRIES {
        // Not the shared mode: this one verifies that the file was closed, has the length it says and can be allocated
        // from, and it does not let anyone write meanwhile.
        match Builder::new().open_read_only(path) {
            Ok(database) => return check_format(&database.begin_read()?).map(drop),
            Err(DatabaseError::RepairAborted) => match open_repaired(path, cache_bytes) {
                Ok(database) => return check_format(&database.begin_read()?).map(drop),
                Err(fault) => {
                    failed_repairs += 1;
                    if failed_repairs == REPAIR_TRIES {
                        return Err(fault);
                    }
                }
            },
            Err(DatabaseError::DatabaseAlreadyOpen) => {
                match shared_builder(cache_bytes).open_read_only(path) {
                    // Others write to it right now, so it is sound.
                    Ok(database) => return check_format(&database.begin_read()?).map(drop),
                    // Held by a program that does not share, or left in the moment between the two opens.
                    Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::RepairAborted) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Err(DatabaseError::DatabaseAlreadyOpen.into())
}

fn open_for_reading(path: &Path, cache_bytes: usize) -> Result<ReadStore, Fault> {
    let builder = shared_builder(cache_bytes);
    for _ in 0..REPAIR_TRIES {
        match patiently(|| builder.open_read_only(path)) {
            Ok(database) => {
                check_format(&database.begin_read()?)?;
                return Ok(ReadStore::Shared(database));
            }
            Err(Fault::Redb(redb::Error::RepairAborted)) => {}
            Err(fault) => return Err(fault),
        }
        // A writer was killed. Whoever comes first repairs, by opening for writing and closing.
        match Store::open(path, cache_bytes) {
            Ok(store) => store.close(),
            Err(CacheError::Denied { .. } | CacheError::Full { .. }) => {
                let database = open_repaired(path, cache_bytes)?;
                check_format(&database.begin_read()?)?;
                return Ok(ReadStore::Private(Box::new(database)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Damaged(
        "it stays unfinished after a repair".to_owned(),
    ))
}

/// The file as a repair would leave it, without changing it.
fn open_repaired(path: &Path, cache_bytes: usize) -> Result<Database, Fault> {
    let overlay = Overlay::new(File::open(path).map_err(io_fault)?).map_err(io_fault)?;
    let repaired = quietly(|| {
        Builder::new()
            .set_cache_size(cache_bytes)
            .create_with_backend(overlay)
    });
    match repaired {
        Ok(database) => Ok(database?),
        Err(_) => Err(Fault::Damaged("it cannot be repaired".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_unfinished_file_is_readable_without_being_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.redb");
        let store = Store::open(&path, 1 << 20).unwrap();
        store.write(|_| Ok(())).unwrap();
        // A copy of a file that is open for writing is what a killed writer leaves.
        let copy = directory.path().join("copy.redb");
        fs::copy(&path, &copy).unwrap();
        let before = fs::read(&copy).unwrap();
        let shared = shared_builder(1 << 20).open_read_only(&copy);
        assert!(matches!(shared, Err(DatabaseError::RepairAborted)));

        let private = open_repaired(&copy, 1 << 20).unwrap();
        assert!(check_format(&private.begin_read().unwrap()).unwrap());
        drop(private);
        assert_eq!(fs::read(&copy).unwrap(), before);
        store.close();
    }

    #[test]
    fn an_error_or_panic_while_writing_leaves_nothing_of_the_transaction() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.redb");
        let store = Store::open(&path, 1 << 20).unwrap();
        store.write(|_| Ok(())).unwrap();
        let theirs = redb::TableDefinition::<u32, u32>::new("t");
        let failed = store.write(|transaction| {
            transaction.open_table(theirs)?.insert(1, 1)?;
            Err::<(), _>(Fault::Damaged("test".to_owned()))
        });
        assert!(matches!(failed, Err(CacheError::Damaged { .. })));
        let panicked = store.write::<()>(|transaction| {
            transaction.open_table(theirs)?.insert(1, 1)?;
            panic!("as redb may");
        });
        assert!(
            matches!(panicked, Err(CacheError::Damaged { what, .. }) if what.contains("as redb may"))
        );
        store.close();
        let reader = ReadStore::open(&path, 1 << 20).unwrap().unwrap();
        let transaction = reader.begin().unwrap();
        assert!(check_format(&transaction).unwrap());
        assert!(transaction.open_table(theirs).is_err());
    }
}
