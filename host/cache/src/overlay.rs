use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

const BLOCK_BYTES: u64 = 4096;

/// A file that can be written to without being changed: what is written stays in memory.
///
/// redb repairs a file in place when it opens it. Over this backend the same repair tells whether the file can be
/// repaired at all, and makes an interrupted file readable on a disk that cannot be written. It takes no locks: the
/// caller uses it only when nobody else has the file open, and treats a failure as one that may pass.
#[derive(Debug)]
pub(crate) struct Overlay(Mutex<State>);

#[derive(Debug)]
struct State {
    file: File,
    /// How much of the file below is still visible: shrinking hides its end for good.
    file_bytes: u64,
    length: u64,
    blocks: HashMap<u64, Box<[u8]>>,
}

impl Overlay {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self(Mutex::new(State {
            file,
            file_bytes: length,
            length,
            blocks: HashMap::new(),
        })))
    }

    /// A panic of redb cannot leave the state half-written: every change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One block as the file has it.
    fn file_block(&mut self, index: u64) -> io::Result<Box<[u8]>> {
        let mut block = vec![0; usize_of(BLOCK_BYTES)].into_boxed_slice();
        self.file_part(index * BLOCK_BYTES, &mut block)?;
        Ok(block)
    }

    /// What the file has from `start` on; zeros beyond its end.
    fn file_part(&mut self, start: u64, out: &mut [u8]) -> io::Result<()> {
        let visible = self.file_bytes.saturating_sub(start).min(out.len() as u64);
        let (visible, beyond) = out.split_at_mut(usize_of(visible));
        beyond.fill(0);
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(visible)
    }
}

/// The pieces of `offset..offset + length`, each within one block: block, offset in it, range in the caller's buffer.
fn pieces(
    offset: u64,
    length: usize,
) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let position = offset + done as u64;
        let within = usize_of(position % BLOCK_BYTES);
        let take = (usize_of(BLOCK_BYTES) - within).min(length - done);
        let range = done..done + take;
        done += take;
        Some((position / BLOCK_BYTES, within, range))
    })
}

/// Block-sized numbers fit any machine.
fn usize_of(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        if offset
            .checked_add(out.len() as u64)
            .is_none_or(|end| end > state.length)
        {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (index, within, range) in pieces(offset, out.len()) {
            let until = within + range.len();
            if let Some(block) = state.blocks.get(&index) {
                out[range].copy_from_slice(&block[within..until]);
            } else {
                state.file_part(index * BLOCK_BYTES + within as u64, &mut out[range])?;
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.state();
        state.length = length;
        state.file_bytes = state.file_bytes.min(length);
        state.blocks.retain(|index, block| {
            let start = index * BLOCK_BYTES;
            if let Some(kept) = length.checked_sub(start).filter(|kept| *kept > 0) {
                block[usize_of(kept.min(BLOCK_BYTES))..].fill(0);
                return true;
            }
            false
        });
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        for (index, within, range) in pieces(offset, data.len()) {
            if !state.blocks.contains_key(&index) {
                let block = state.file_block(index)?;
                state.blocks.insert(index, block);
            }
            if let Some(block) = state.blocks.get_mut(&index) {
                block[within..within + range.len()].copy_from_slice(&data[range]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_like_a_file_that_was_written_to(
            start in proptest::collection::vec(any::<u8>(), 0..9000),
            steps in proptest::collection::vec((any::<bool>(), 0usize..12_000, 1usize..5000, any::<u8>()), 0..12),
        ) {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&start).unwrap();
            let overlay = Overlay::new(file.try_clone().unwrap()).unwrap();
            let mut model = start.clone();
            for (resize, at, length, byte) in steps {
                if resize {
                    model.resize(at, 0);
                    overlay.set_len(at as u64).unwrap();
                } else if at + length <= model.len() {
                    model[at..at + length].fill(byte);
                    overlay.write(at as u64, &vec![byte; length]).unwrap();
                }
                let mut seen = vec![0; model.len()];
                overlay.read(0, &mut seen).unwrap();
                prop_assert_eq!(&seen, &model);
                prop_assert!(overlay.read(1, &mut vec![0; model.len()]).is_err());
            }
            prop_assert_eq!(file.metadata().unwrap().len(), start.len() as u64);
        }
    }
}
