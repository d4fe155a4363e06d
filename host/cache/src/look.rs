//! What is asked of a file before it is written: it is read whole, and nothing of it is changed.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use redb::{Builder, Database, DatabaseError, ReadableDatabase};

use crate::contain::{quietly, told};
use crate::fault::{Fault, io_fault};
use crate::overlay::Overlay;
use crate::store::{LOCK_PAUSE, LOCK_TRIES, REPAIR_TRIES, check_format, shared_builder};

/// Memory for the pages of a file that is read once.
const LOOK_BYTES: usize = 16 << 20;

/// Where redb's header ends: each commit, opening and closing changes something before.
const HEADER_BYTES: u64 = 4096;

/// Fails when the file cannot be read, is damaged or has another format; changes nothing and keeps nobody waiting.
///
/// Only a file that nobody is writing is read whole. Who writes has looked before.
pub(crate) fn look_before_writing(path: &Path) -> Result<(), Fault> {
    for _ in 0..LOCK_TRIES {
        // Not the shared mode: this one verifies that the file was closed, has the length it says and can be allocated
        // from, and it does not let anyone write meanwhile.
        match Builder::new().open_read_only(path) {
            Ok(database) => check_format(&database.begin_read()?).map(drop)?,
            Err(DatabaseError::RepairAborted) => {}
            Err(DatabaseError::DatabaseAlreadyOpen) => {
                match shared_builder(LOOK_BYTES).open_read_only(path) {
                    // Others write to it right now, so it is sound.
                    Ok(database) => return check_format(&database.begin_read()?).map(drop),
                    // Held by a program that does not share, or left in the moment between the two opens.
                    Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::RepairAborted) => {}
                    Err(error) => return Err(error.into()),
                }
                std::thread::sleep(LOCK_PAUSE);
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        return verify(path);
    }
    Err(DatabaseError::DatabaseAlreadyOpen.into())
}

/// Reads every page that the file uses, and fails when one is not as it was written. Takes no lock.
///
/// redb trusts the pages that it reads. Written on the word of a damaged one, it would overwrite what is still good, or
/// panic where nothing can be caught any more.
pub(crate) fn verify(path: &Path) -> Result<(), Fault> {
    let mut failures = 0;
    loop {
        let before = header(path)?;
        let Err(fault) = verify_once(path) else {
            return Ok(());
        };
        // What was read belongs to two moments when somebody has written meanwhile.
        failures += u32::from(header(path)? == before);
        if failures == REPAIR_TRIES {
            return Err(fault);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
}

fn verify_once(path: &Path) -> Result<(), Fault> {
    let database = open_repaired(path, LOOK_BYTES)?;
    check_format(&database.begin_read()?)?;
    let checked = quietly(move || {
        let mut database = database;
        database.check_integrity()
    });
    match checked {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(Fault::Damaged("its pages contradict each other".to_owned())),
        Ok(Err(error)) => Err(error.into()),
        Err(panic) => Err(told(&*panic)),
    }
}

fn header(path: &Path) -> Result<Vec<u8>, Fault> {
    let mut header = Vec::new();
    let file = File::open(path).map_err(io_fault)?;
    file.take(HEADER_BYTES)
        .read_to_end(&mut header)
        .map_err(io_fault)?;
    Ok(header)
}

/// The file as a repair would leave it, without changing it.
pub(crate) fn open_repaired(path: &Path, cache_bytes: usize) -> Result<Database, Fault> {
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
