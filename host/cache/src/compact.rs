//! Making the file as small as what it holds.

use std::collections::HashSet;

use redb::{Key, ReadableTable, Table, Value};

use crate::codec::{ContentHash, RowKey, unseal};
use crate::fault::Fault;
use crate::format::{HistoryRow, SchemaRow, TableRow};
use crate::store::Store;
use crate::tables::Tables;
use crate::time::Timestamp;
use crate::{CacheConfig, CacheError, Reader};

/// What compaction removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Layouts that no table and no history needs.
    pub layouts: u64,
    /// Comments and attributes that no table has.
    pub facts: u64,
    /// Changes of tables that are older than the history is kept.
    pub history: u64,
    /// Warehouses that no adapter asks any more and of which nothing is cached.
    pub connections: u64,
    /// The size of the file before.
    pub bytes_before: u64,
    /// The size of the file after.
    pub bytes_after: u64,
    /// Whether the file could be rearranged; not while somebody is reading.
    pub shrunk: bool,
}

/// Removes what nothing uses and history older than `config.history_days`, in one transaction, and gives the space back.
///
/// `None` when the cache is disabled or has no file. Others may read and write meanwhile; they wait while pages are moved.
///
/// # Errors
/// Any [`CacheError`] that names the file. What was removed stays removed when only the rearranging fails.
pub fn compact(config: &CacheConfig, now: Timestamp) -> Result<Option<Compacted>, CacheError> {
    // Reading first: it makes no file, and says what is wrong with one that is not ours to change.
    let Some(reader) = Reader::open(config)? else {
        return Ok(None);
    };
    let is_cache = reader.snapshot()?.is_filled();
    drop(reader);
    let size = || std::fs::metadata(&config.path).map_or(0, |metadata| metadata.len());
    let bytes_before = size();
    let mut store = Store::open(&config.path, config.cache_bytes)?;
    let oldest = now.days_before(config.history_days);
    let swept = match is_cache {
        true => store.write(|transaction| sweep(&mut Tables::open(transaction)?, oldest)),
        false => Ok(Compacted::default()),
    };
    let shrunk = swept.and_then(|swept| Ok((swept, store.shrink()?)));
    store.close();
    let (swept, shrunk) = shrunk?;
    Ok(Some(Compacted {
        bytes_before,
        bytes_after: size(),
        shrunk,
        ..swept
    }))
}

fn sweep(tables: &mut Tables<'_>, oldest: Timestamp) -> Result<Compacted, Fault> {
    let mut swept = Compacted::default();
    let (live, cleared) = schema_ids(tables)?;
    let is_live = |id: u32| live.contains(&id);
    swept.history = remove(&mut tables.history, |(id, table, _), value| {
        let row: HistoryRow<'_> = unseal("history", &RowKey(id, &[table]), value)?;
        Ok(row.at < oldest || !(is_live(id) || cleared.contains(&id)))
    })?;
    forget_cleared(tables)?;
    // What a failed version may have left behind; nothing finds it.
    remove(&mut tables.tables, |(id, _), _| Ok(!is_live(id)))?;
    remove(&mut tables.names, |(id, _), _| Ok(!is_live(id)))?;
    remove(&mut tables.revisions, |id, _| Ok(!is_live(id)))?;
    let (layouts, facts) = used_contents(tables)?;
    swept.layouts = remove(&mut tables.layouts, |hash, _| Ok(!layouts.contains(&hash)))?;
    swept.facts = remove(&mut tables.facts, |hash, _| Ok(!facts.contains(&hash)))?;
    swept.connections = forget_connections(tables)?;
    Ok(swept)
}

/// The schemas that the cache holds, and those of which it holds the history only.
fn schema_ids(tables: &Tables<'_>) -> Result<(HashSet<u32>, HashSet<u32>), Fault> {
    let (mut live, mut cleared) = (HashSet::new(), HashSet::new());
    for entry in tables.schemas.iter()? {
        let (key, value) = entry?;
        let (connection, catalog, schema) = key.value();
        let key = RowKey(connection, &[catalog, schema]);
        let row: SchemaRow = unseal("schema", &key, value.value())?;
        live.insert(row.id);
    }
    for entry in tables.cleared.iter()? {
        let (key, value) = entry?;
        let (connection, catalog, schema) = key.value();
        let key = RowKey(connection, &[catalog, schema]);
        cleared.insert(unseal("cleared schema", &key, value.value())?);
    }
    Ok((live, cleared))
}

/// Removes the rows that are `unwanted`; how many.
fn remove<K: Key + 'static, V: Value + 'static>(
    table: &mut Table<'_, K, V>,
    mut unwanted: impl for<'f> FnMut(K::SelfType<'f>, V::SelfType<'f>) -> Result<bool, Fault>,
) -> Result<u64, Fault> {
    let mut removed = 0;
    let mut failed = None;
    table.retain(|key, value| match unwanted(key, value) {
        Ok(false) => true,
        Ok(true) => {
            removed += 1;
            false
        }
        Err(fault) => {
            failed.get_or_insert(fault);
            true
        }
    })?;
    failed.map_or(Ok(removed), Err)
}

/// Forgets the ids of cleared schemas that have no history any more.
fn forget_cleared(tables: &mut Tables<'_>) -> Result<(), Fault> {
    let mut expired = Vec::new();
    for entry in tables.cleared.iter()? {
        let (key, value) = entry?;
        let (connection, catalog, schema) = key.value();
        let row = RowKey(connection, &[catalog, schema]);
        let id: u32 = unseal("cleared schema", &row, value.value())?;
        if !tables.has_history(id)? {
            expired.push((connection, catalog.to_owned(), schema.to_owned()));
        }
    }
    for (connection, catalog, schema) in expired {
        tables
            .cleared
            .remove((connection, catalog.as_str(), schema.as_str()))?;
    }
    Ok(())
}

/// The contents that a table or the history needs.
fn used_contents(
    tables: &Tables<'_>,
) -> Result<(HashSet<ContentHash>, HashSet<ContentHash>), Fault> {
    let (mut layouts, mut facts) = (HashSet::new(), HashSet::new());
    for entry in tables.tables.iter()? {
        let (key, value) = entry?;
        let (id, table) = key.value();
        let row: TableRow<'_> = unseal("table", &RowKey(id, &[table]), value.value())?;
        layouts.insert(row.layout);
        facts.extend(row.facts);
    }
    for entry in tables.history.iter()? {
        let (key, value) = entry?;
        let (id, table, _) = key.value();
        let row: HistoryRow<'_> = unseal("history", &RowKey(id, &[table]), value.value())?;
        layouts.insert(row.layout);
    }
    Ok((layouts, facts))
}

/// Forgets the connections of which the cache holds nothing, and the adapters that they belonged to.
fn forget_connections(tables: &mut Tables<'_>) -> Result<u64, Fault> {
    let mut used = HashSet::new();
    for entry in tables.schemas.iter()? {
        used.insert(entry?.0.value().0);
    }
    for entry in tables.cleared.iter()? {
        used.insert(entry?.0.value().0);
    }
    remove(&mut tables.adapters, |_, id| Ok(!used.contains(&id)))?;
    remove(&mut tables.identities, |_, id| Ok(!used.contains(&id)))?;
    remove(&mut tables.connections, |id, _| Ok(!used.contains(&id)))
}
