//! Whether the file is what was written, and what becomes of one that is not.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use redb::{Key, ReadableTable, ReadableTableMetadata, TableDefinition, Value};

use crate::codec::{ContentHash, RowKey, content_hash, damaged, unseal};
use crate::contain::contained;
use crate::content::{decode_layout, readable_facts};
use crate::fault::{Fault, io_fault};
use crate::format::{
    ADAPTERS, CONNECTIONS, FACTS, HISTORY, HistoryRow, IDENTITIES, LAYOUTS, NAMES, REVISIONS,
    SCHEMA_NAMES, SCHEMAS, SchemaRow, TABLES, TableRow,
};
use crate::look::verify;
use crate::replace::unpack_revisions;
use crate::snapshot::Snapshot;
use crate::store::{FileKind, file_kind};
use crate::{CacheConfig, CacheError, Connection, Reader};

/// What was checked, and found as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The size of the file.
    pub bytes: u64,
    /// Schemas.
    pub schemas: u64,
    /// Tables.
    pub tables: u64,
    /// Distinct layouts.
    pub layouts: u64,
}

/// Reads all of the file: every page, and every row of the cache in it. Changes nothing and keeps nobody waiting.
///
/// `None` when the cache is disabled or has no file.
///
/// # Errors
/// The first thing that is wrong, as a [`CacheError`] that names the file.
pub fn check(config: &CacheConfig) -> Result<Option<Checked>, CacheError> {
    if !config.enabled {
        return Ok(None);
    }
    let path = &config.path;
    let is_filled = contained("read", path, || {
        let is_filled = matches!(file_kind(path)?, FileKind::Filled);
        if is_filled {
            verify(path)?;
        }
        Ok(is_filled)
    })?;
    if !is_filled {
        return Ok(None);
    }
    let Some(reader) = Reader::open_untouched(config)? else {
        return Ok(None);
    };
    reader.snapshot()?.check().map(Some)
}

/// Moves a file aside that nothing can be done about, after which a run makes a new one. Where it is now.
///
/// A file that is locked, out of reach, of a newer format or no regular file stays where it is, and so does one that is
/// all right.
///
/// # Errors
/// When the file cannot be moved, or is not to be.
pub fn set_aside(config: &CacheConfig) -> Result<Option<PathBuf>, CacheError> {
    let error = match check(config) {
        Ok(_) => return Ok(None),
        Err(error) => error,
    };
    if !error.is_beyond_use() {
        return Err(error);
    }
    let path = &config.path;
    contained("move aside", path, || move_aside(path).map_err(io_fault)).map(Some)
}

/// Renames a file to the first name that is free: `NAME.broken`, `NAME.broken-2`, …
fn move_aside(path: &Path) -> io::Result<PathBuf> {
    for number in 1.. {
        let mut name = path.as_os_str().to_owned();
        name.push(".broken");
        if number > 1 {
            name.push(format!("-{number}"));
        }
        let aside = PathBuf::from(name);
        // Taken before it is replaced, so that two who do this at once take two names.
        match File::create_new(&aside) {
            Ok(_) => {
                return match fs::rename(path, &aside) {
                    Ok(()) => Ok(aside),
                    Err(error) => {
                        // An empty file that holds nobody's data.
                        let _ = fs::remove_file(&aside);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

impl Snapshot {
    /// Reads every row.
    fn check(&self) -> Result<Checked, CacheError> {
        let bytes = self.file_bytes();
        self.ask(
            Checked {
                bytes,
                ..Checked::default()
            },
            || {
                self.check_connections()?;
                let (layouts, facts) = self.check_contents()?;
                let schemas = self.check_schemas()?;
                let (tables, unused) = self.check_tables(&schemas, &layouts, &facts)?;
                if schemas.iter().map(|row| row.tables).sum::<u64>() != tables - unused {
                    return Err(Fault::Damaged(
                        "it has lost tables of a schema, or has too many".to_owned(),
                    ));
                }
                self.check_names()?;
                self.check_history(&layouts)?;
                Ok(Checked {
                    bytes,
                    schemas: schemas.len() as u64,
                    tables,
                    layouts: layouts.len() as u64,
                })
            },
        )
    }

    /// Calls `look` with every row.
    fn each<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
        mut look: impl for<'f> FnMut(K::SelfType<'f>, V::SelfType<'f>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let table = self.open(table)?;
        let mut rows = 0;
        for entry in table.iter()? {
            let (key, value) = entry?;
            look(key.value(), value.value())?;
            rows += 1;
        }
        match rows == table.len()? {
            true => Ok(()),
            false => Err(Fault::Damaged("it has lost rows".to_owned())),
        }
    }

    fn check_connections(&self) -> Result<(), Fault> {
        let mut known = HashSet::new();
        self.each(CONNECTIONS, |id, value| {
            let _: Connection = unseal("connection", &RowKey(id, &[]), value)?;
            known.insert(id);
            Ok(())
        })?;
        self.each(ADAPTERS, |_, id| {
            known
                .contains(&id)
                .then_some(())
                .ok_or_else(|| damaged("adapter"))
        })?;
        self.each(IDENTITIES, |hash, id| {
            match self.connection_of(id)?.identity_hash()? == hash {
                true => Ok(()),
                false => Err(damaged("identity")),
            }
        })
    }

    /// The names of all layouts and facts.
    fn check_contents(&self) -> Result<(HashSet<ContentHash>, HashSet<ContentHash>), Fault> {
        let (mut layouts, mut facts) = (HashSet::new(), HashSet::new());
        self.each(LAYOUTS, |hash, bytes| {
            decode_layout(bytes)?;
            layouts.insert(hash);
            named(hash, bytes)
        })?;
        self.each(FACTS, |hash, bytes| {
            readable_facts(bytes)?;
            facts.insert(hash);
            named(hash, bytes)
        })?;
        Ok((layouts, facts))
    }

    fn check_schemas(&self) -> Result<Vec<SchemaRow>, Fault> {
        let mut rows = Vec::new();
        self.each(SCHEMAS, |(connection, catalog, schema), value| {
            let key = RowKey(connection, &[catalog, schema]);
            rows.push(unseal("schema", &key, value)?);
            Ok(())
        })?;
        self.each(REVISIONS, |id, packed| {
            unpack_revisions(id, Some(packed)).map(drop)
        })?;
        Ok(rows)
    }

    /// How many tables there are, and how many of those belong to no schema.
    fn check_tables(
        &self,
        schemas: &[SchemaRow],
        layouts: &HashSet<ContentHash>,
        facts: &HashSet<ContentHash>,
    ) -> Result<(u64, u64), Fault> {
        let ids: HashSet<u32> = schemas.iter().map(|row| row.id).collect();
        let (mut tables, mut unused) = (0, 0);
        self.each(TABLES, |(id, name), value| {
            let row: TableRow<'_> = unseal("table", &RowKey(id, &[name]), value)?;
            let has_facts = row.facts.is_none_or(|hash| facts.contains(&hash));
            if !layouts.contains(&row.layout) || !has_facts {
                return Err(damaged("content: it is missing"));
            }
            tables += 1;
            unused += u64::from(!ids.contains(&id));
            Ok(())
        })?;
        Ok((tables, unused))
    }

    fn check_names(&self) -> Result<(), Fault> {
        self.each(NAMES, |(id, folded), value| {
            let _: Vec<&str> = unseal("table names", &RowKey(id, &[folded]), value)?;
            Ok(())
        })?;
        self.each(SCHEMA_NAMES, |(id, catalog, schema), value| {
            let key = RowKey(id, &[catalog, schema]);
            let _: Vec<rocky_schema::SchemaName> = unseal("schema names", &key, value)?;
            Ok(())
        })
    }

    fn check_history(&self, layouts: &HashSet<ContentHash>) -> Result<(), Fault> {
        self.each(HISTORY, |(id, table, _), value| {
            let row: HistoryRow<'_> = unseal("history", &RowKey(id, &[table]), value)?;
            match layouts.contains(&row.layout) {
                true => Ok(()),
                false => Err(damaged("content: it is missing")),
            }
        })
    }
}

/// Whether a content is the one that its hash names.
fn named(hash: ContentHash, bytes: &[u8]) -> Result<(), Fault> {
    match content_hash(bytes) == hash {
        true => Ok(()),
        false => Err(damaged("content")),
    }
}
