use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rocky_schema::{Entry, Table};

use crate::codec::{ContentHash, content_hash};
use crate::content::{encode_facts, encode_layout, has_facts};
use crate::fault::Fault;

/// One schema's answer while it passes by: a short record per table, and each distinct content once.
///
/// Contents are the bulk; whenever they exceed a limit they go, as one chunk, to an unnamed temporary file. No
/// transaction is open meanwhile, so an adapter may take minutes over its pages without keeping anyone from the cache.
pub(crate) struct AnswerBuffer {
    records: Vec<Record>,
    /// The chunk in memory. Contents are encoded right here and hashed in place.
    chunk: Vec<u8>,
    chunk_limit: usize,
    seen: HashSet<(ContentKind, ContentHash)>,
    spill: Spill,
}

/// The chunks that did not stay in memory.
struct Spill {
    directory: PathBuf,
    file: Option<File>,
    chunk_lengths: Vec<usize>,
}

/// What the answer said about one table.
pub(crate) struct Record {
    pub name: Box<str>,
    pub said: Said,
}

pub(crate) enum Said {
    Table(Described),
    Unchanged,
    Failed,
}

/// A described table; its columns are in the contents.
pub(crate) struct Described {
    pub layout: ContentHash,
    pub facts: Option<ContentHash>,
    pub kind: Box<str>,
    pub columns: u32,
    pub revision: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ContentKind {
    Layout,
    Facts,
}

impl AnswerBuffer {
    pub fn new(buffer_bytes: usize, directory: &Path) -> Self {
        Self {
            records: Vec::new(),
            chunk: Vec::new(),
            chunk_limit: buffer_bytes,
            seen: HashSet::new(),
            spill: Spill {
                directory: directory.to_owned(),
                file: None,
                chunk_lengths: Vec::new(),
            },
        }
    }

    pub fn page(&mut self, entries: &[Entry]) -> io::Result<()> {
        self.records.reserve(entries.len());
        for entry in entries {
            let said = match entry {
                Entry::Table(table) => Said::Table(self.describe(table)?),
                Entry::Unchanged(_) => Said::Unchanged,
                Entry::Failed(..) => Said::Failed,
            };
            let name = entry.name().into();
            self.records.push(Record { name, said });
        }
        Ok(())
    }

    fn describe(&mut self, table: &Table) -> io::Result<Described> {
        let layout = self.keep(ContentKind::Layout, |bytes| {
            encode_layout(&table.columns, bytes)
        })?;
        let facts = has_facts(table)
            .then(|| self.keep(ContentKind::Facts, |bytes| encode_facts(table, bytes)))
            .transpose()?;
        if self.chunk.len() > self.chunk_limit {
            self.spill.push(&self.chunk)?;
            self.chunk.clear();
        }
        Ok(Described {
            layout,
            facts,
            kind: table.kind.as_str().into(),
            columns: u32::try_from(table.columns.len()).unwrap_or(u32::MAX),
            revision: table.revision.as_deref().map(Into::into),
        })
    }

    /// Appends a content to the chunk, unless it is there already.
    fn keep(
        &mut self,
        kind: ContentKind,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), postcard::Error>,
    ) -> io::Result<ContentHash> {
        let start = self.chunk.len();
        let body = start + HEAD_BYTES;
        self.chunk.resize(body, 0);
        encode(&mut self.chunk).map_err(io::Error::other)?;
        let hash = content_hash(&self.chunk[body..]);
        if self.seen.insert((kind, hash)) {
            let length = (self.chunk.len() - body) as u64;
            self.chunk[start] = kind as u8;
            self.chunk[start + 1..start + 17].copy_from_slice(&hash.to_le_bytes());
            self.chunk[start + 17..body].copy_from_slice(&length.to_le_bytes());
        } else {
            self.chunk.truncate(start);
        }
        Ok(hash)
    }

    /// Closes the buffer. Records are sorted by name; of several about one name the last counts.
    pub fn finish(self) -> Answer {
        let mut records = self.records;
        records.reverse();
        records.sort_by(|a, b| a.name.cmp(&b.name));
        records.dedup_by(|later, kept| later.name == kept.name);
        let contents = Contents {
            chunk: self.chunk,
            spill: self.spill,
        };
        Answer { records, contents }
    }
}

impl Spill {
    fn push(&mut self, chunk: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile_in(&self.directory)?),
        };
        file.write_all(chunk)?;
        self.chunk_lengths.push(chunk.len());
        Ok(())
    }
}

/// A whole answer, ready to be written.
pub(crate) struct Answer {
    pub records: Vec<Record>,
    pub contents: Contents,
}

/// The distinct layouts and facts of an answer.
pub(crate) struct Contents {
    chunk: Vec<u8>,
    spill: Spill,
}

impl Contents {
    /// Hands each to `take`; within a chunk by hash, which is the order a B-tree likes best.
    pub fn each(
        &mut self,
        mut take: impl FnMut(ContentKind, ContentHash, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), ContentsError> {
        if let Some(file) = &mut self.spill.file {
            file.seek(SeekFrom::Start(0))?;
            let mut chunk = Vec::new();
            for length in &self.spill.chunk_lengths {
                chunk.resize(*length, 0);
                file.read_exact(&mut chunk)?;
                each_content(&chunk, &mut take)?;
            }
        }
        each_content(&self.chunk, &mut take)
    }
}

/// Before every content in a chunk: kind, hash, length.
const HEAD_BYTES: usize = 1 + 16 + 8;

fn each_content(
    chunk: &[u8],
    take: &mut impl FnMut(ContentKind, ContentHash, &[u8]) -> Result<(), Fault>,
) -> Result<(), ContentsError> {
    let mut contents: Vec<(ContentKind, ContentHash, Range<usize>)> = Vec::new();
    let mut start = 0;
    while let Some(head) = chunk.get(start..start + HEAD_BYTES) {
        let kind = if head[0] == ContentKind::Layout as u8 {
            ContentKind::Layout
        } else {
            ContentKind::Facts
        };
        let (mut hash, mut length) = ([0; 16], [0; 8]);
        hash.copy_from_slice(&head[1..17]);
        length.copy_from_slice(&head[17..]);
        let length = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
        let body = start + HEAD_BYTES;
        contents.push((kind, u128::from_le_bytes(hash), body..body + length));
        start = body + length;
    }
    contents.sort_unstable_by_key(|(kind, hash, _)| (*kind, *hash));
    for (kind, hash, range) in contents {
        let bytes = chunk
            .get(range)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        take(kind, hash, bytes)?;
    }
    Ok(())
}

/// Why contents could not be read back: the buffer's fault, or that of whoever took them.
pub(crate) enum ContentsError {
    Buffer(io::Error),
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ContentsError {
    fn from(error: E) -> Self {
        ContentsError::Fault(error.into())
    }
}

impl From<io::Error> for ContentsError {
    fn from(error: io::Error) -> Self {
        ContentsError::Buffer(error)
    }
}
