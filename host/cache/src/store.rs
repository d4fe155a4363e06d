//! redb, wrapped once: how the file is opened, shared, repaired and kept from harm.
//!
//! **Sharing.** Plain redb opens exclude each other: a run would shut out every editor. So every process opens the file
//! in redb's `MultiWriter` mode: readers are never refused, writers queue for one transaction at a time, and each new
//! transaction sees what others committed. The mode is experimental, which is why the version is pinned and nothing
//! outside this file knows of it.
//!
//! **Harm.** Opening for writing marks the file, and opening a file that was not closed repairs it, both in place. So
//! before a file is opened for writing it is read whole without writing ([`look`](crate::look)). What cannot be read that
//! way stays byte for byte as it is.
//!
//! **Panics.** redb trusts the pages it reads and can panic on damaged ones, so whatever calls it runs inside
//! [`contained`], and what redb would close is [`Spared`] while a panic unwinds. A transaction that is left by a panic is
//! not committed, and its process gives up the file, as if it had been killed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use redb::{
    Builder, CompactionError, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase,
    ReadTransaction, ReadableDatabase, ReadableTable, TableError, WriteTransaction,
};

use crate::contain::{contained, quietly, settle};
use crate::error::CacheError;
use crate::fault::{Fault, io_fault};
use crate::format::{FORMAT_KEY, FORMAT_VERSION, META, OLDEST_FORMAT_VERSION};
use crate::look::{look_before_writing, open_repaired};
use crate::releasable::{Handle, Releasable};
use crate::spared::Spared;

/// How long to wait for a program that holds the whole file: another rocky may be looking at it before it writes.
pub(crate) const LOCK_TRIES: u32 = 100;
pub(crate) const LOCK_PAUSE: Duration = Duration::from_millis(5);
/// A repair by another process can make a look through the overlay fail, so one failure proves nothing.
pub(crate) const REPAIR_TRIES: u32 = 3;

/// The file, open for writing.
pub(crate) struct Store {
    database: Database,
    path: PathBuf,
    handle: Handle,
}

impl Store {
    /// Opens the file for writing; creates it when it is not there.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Store, CacheError> {
        const ATTEMPT: &str = "open";
        contained(ATTEMPT, path, || {
            match file_kind(path)? {
                FileKind::Missing => create(path)?,
                FileKind::Empty => {}
                FileKind::Filled => look_before_writing(path)?,
            }
            let (database, handle) = patiently(|| {
                let file = File::options().read(true).write(true).open(path)?;
                let (file, handle) = Releasable::new(file)?;
                let database = shared_builder(cache_bytes).create_with_backend(file)?;
                Ok((database, handle))
            })?;
            Ok(Store {
                database,
                path: path.to_owned(),
                handle,
            })
        })
    }

    /// Closes the file. Whatever is committed is safe already, so what fails here needs no answer.
    pub fn close(self) {
        let _ = quietly(move || drop(self.database));
    }

    /// Runs `work` in one transaction and commits it, durably; on an error nothing is changed.
    ///
    /// After a panic of redb the store has given up the file, and every later call fails.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
    ) -> Result<T, CacheError> {
        const ATTEMPT: &str = "write";
        if self.handle.is_released() {
            let fault = Fault::Damaged("an earlier access failed".to_owned());
            return Err(fault.during(ATTEMPT, &self.path));
        }
        let outcome = quietly(|| {
            let mut transaction = Spared::new(self.database.begin_write()?);
            // The next open after a kill loads the list of free pages in place of walking the whole file.
            transaction.set_quick_repair(true);
            claim_format(&transaction)?;
            let value = work(&transaction)?;
            transaction.into_inner().commit()?;
            Ok(value)
        });
        if outcome.is_err() {
            self.handle.release();
        }
        settle(ATTEMPT, &self.path, outcome)
    }
}

impl Store {
    /// Gives the space that nothing uses back to the file system. `false` when somebody is reading right now, because what
    /// they read cannot be moved.
    pub fn shrink(&mut self) -> Result<bool, CacheError> {
        let outcome = quietly(|| match self.database.compact() {
            Ok(_) => Ok(true),
            Err(CompactionError::TransactionInProgress) => Ok(false),
            // Of another program in the same file.
            Err(
                CompactionError::PersistentSavepointExists
                | CompactionError::EphemeralSavepointExists,
            ) => Ok(false),
            Err(CompactionError::Storage(error)) => Err(error.into()),
            Err(error) => Err(Fault::Damaged(error.to_string())),
        });
        if outcome.is_err() {
            self.handle.release();
        }
        settle("compact", &self.path, outcome)
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

    /// The same, without ever writing: a file that needs repair is repaired in memory.
    pub fn open_untouched(
        path: &Path,
        cache_bytes: usize,
    ) -> Result<Option<ReadStore>, CacheError> {
        contained("open", path, || match file_kind(path)? {
            FileKind::Missing | FileKind::Empty => Ok(None),
            FileKind::Filled => {
                match patiently(|| shared_builder(cache_bytes).open_read_only(path)) {
                    Ok(database) => Ok(ReadStore::Shared(database)),
                    Err(Fault::Redb(redb::Error::RepairAborted)) => {
                        let database = open_repaired(path, cache_bytes)?;
                        Ok(ReadStore::Private(Box::new(database)))
                    }
                    Err(fault) => Err(fault),
                }
                .map(Some)
            }
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

/// The format of the cache in the file, which is one that this version knows; none when it holds no cache.
pub(crate) fn check_format(transaction: &ReadTransaction) -> Result<Option<u64>, Fault> {
    match transaction.open_table(META) {
        Ok(meta) => match meta.get(FORMAT_KEY)?.map(|version| version.value()) {
            Some(version) => known_format(version).map(|()| Some(version)),
            None => Err(Fault::Damaged("its format version is missing".to_owned())),
        },
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses a file of another format; writes the version into a file that holds no cache yet, or one of an older version:
/// what is written from here on may not be readable for that.
fn claim_format(transaction: &WriteTransaction) -> Result<(), Fault> {
    let mut meta = Spared::new(transaction.open_table(META)?);
    let found = meta.get(FORMAT_KEY)?.map(|version| version.value());
    found.map_or(Ok(()), known_format)?;
    if found != Some(FORMAT_VERSION) {
        meta.insert(FORMAT_KEY, FORMAT_VERSION)?;
    }
    Ok(())
}

fn known_format(version: u64) -> Result<(), Fault> {
    if (OLDEST_FORMAT_VERSION..=FORMAT_VERSION).contains(&version) {
        return Ok(());
    }
    let what = format!("cache format {version}");
    let known = format!("format {FORMAT_VERSION}");
    match version > FORMAT_VERSION {
        true => Err(Fault::Format { what, known }),
        false => Err(Fault::Outdated { what, known }),
    }
}

pub(crate) enum FileKind {
    Missing,
    Empty,
    Filled,
}

/// What is at `path`. Asked before opening, because opening a pipe would wait for ever.
pub(crate) fn file_kind(path: &Path) -> Result<FileKind, Fault> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(io_fault(io::ErrorKind::IsADirectory.into())),
        Ok(metadata) if metadata.len() == 0 => Ok(FileKind::Empty),
        Ok(_) => Ok(FileKind::Filled),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(FileKind::Missing),
        Err(error) => Err(io_fault(error)),
    }
}

pub(crate) fn shared_builder(cache_bytes: usize) -> Builder {
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
        assert_eq!(
            check_format(&private.begin_read().unwrap()).unwrap(),
            Some(FORMAT_VERSION)
        );
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
        // The file is given up before the store is closed, so nobody waits for it.
        let other = Store::open(&path, 1 << 20).unwrap();
        other.write(|_| Ok(())).unwrap();
        other.close();
        assert!(store.write(|_| Ok(())).is_err());
        store.close();
        let reader = ReadStore::open(&path, 1 << 20).unwrap().unwrap();
        let transaction = reader.begin().unwrap();
        assert!(check_format(&transaction).unwrap().is_some());
        assert!(transaction.open_table(theirs).is_err());
    }
}
