use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use redb::backends::FileBackend;
use redb::{BackendError, DatabaseError, StorageBackend};

/// The file as redb uses it, and a [`Handle`] by which it can be taken away from redb.
///
/// After a panic nothing of redb's is closed any more, because closing may panic too. But its locks on the file have to
/// go: other processes wait for them.
#[derive(Debug)]
pub(crate) struct Releasable(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: FileBackend,
    is_released: AtomicBool,
}

/// Takes the file away from redb.
#[derive(Debug)]
pub(crate) struct Handle(Weak<Shared>);

impl Releasable {
    pub fn new(file: File) -> Result<(Self, Handle), DatabaseError> {
        let shared = Arc::new(Shared {
            file: FileBackend::new(file)?,
            is_released: AtomicBool::new(false),
        });
        let handle = Handle(Arc::downgrade(&shared));
        Ok((Self(shared), handle))
    }

    fn file(&self) -> io::Result<&FileBackend> {
        match self.0.is_released.load(Ordering::Acquire) {
            false => Ok(&self.0.file),
            true => Err(io::Error::other("the file was given up after a failure")),
        }
    }

    fn locks(&self) -> Result<&FileBackend, BackendError> {
        self.file().map_err(BackendError::from)
    }
}

impl Handle {
    /// Whether redb has lost the file already.
    pub fn is_released(&self) -> bool {
        let shared = self.0.upgrade();
        shared.is_none_or(|shared| shared.is_released.load(Ordering::Acquire))
    }

    /// Gives up every lock; from now on redb can neither read nor write.
    pub fn release(&self) {
        let Some(shared) = self.0.upgrade() else {
            return;
        };
        if !shared.is_released.swap(true, Ordering::AcqRel) {
            // Nobody is left who could do anything about it.
            let _ = shared.file.close();
        }
    }
}

impl StorageBackend for Releasable {
    fn len(&self) -> io::Result<u64> {
        self.file()?.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file()?.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.file()?.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file()?.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file()?.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file()?.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.locks()?.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.locks()?.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.locks()?.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.locks()?.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.locks()?.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.locks()?.query_lock_range(start, end)
    }
}
