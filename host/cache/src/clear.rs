//! Emptying the cache, or a part of it.

use std::collections::HashMap;

use redb::ReadableTable;
use rocky_schema::SchemaName;

use crate::codec::{RowKey, seal, unseal};
use crate::fault::Fault;
use crate::format::{
    ADAPTERS, CONNECTIONS, HISTORY, SCHEMAS, SchemaRow, Stored, Text, history_of, rows_of,
};
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tables::Tables;
use crate::{CacheConfig, CacheError, Connection, Reader, SchemaInfo};

/// One cached schema, for the question whether it is meant.
#[derive(Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// The adapters that see it; none where they have all moved to another warehouse since.
    pub adapters: &'a [String],
    /// Who described it, without an adapter's name.
    pub connection: &'a Connection,
    /// What is known of it.
    pub schema: &'a SchemaInfo,
}

/// What was removed from the cache, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Schemas.
    pub schemas: u64,
    /// Their tables.
    pub tables: u64,
    /// Remembered changes of their tables.
    pub history: u64,
}

/// Removes the schemas that are `chosen` from the cache, all in one transaction, and their history if `with_history`.
///
/// Without it the history stays, and goes on once the schema is described again. A cache that is disabled or has no file
/// has nothing to remove, and no file is made. What is left unused stays in the file until [`compact`](crate::compact).
///
/// # Errors
/// Any [`CacheError`] that names the file; then nothing is removed.
pub fn clear(
    config: &CacheConfig,
    with_history: bool,
    mut chosen: impl FnMut(&Candidate<'_>) -> bool,
) -> Result<Cleared, CacheError> {
    let Some(reader) = Reader::open(config)? else {
        return Ok(Cleared::default());
    };
    // Whoever has nothing to remove writes nothing, and waits for nobody.
    let found = reader.snapshot()?.clearable(with_history, &mut chosen)?;
    if found == Cleared::default() {
        return Ok(found);
    }
    drop(reader);
    let store = Store::open(&config.path, config.cache_bytes)?;
    let cleared = store.write(|transaction| {
        let mut tables = Tables::open(transaction)?;
        let meant = choose(
            &*tables.adapters,
            &*tables.connections,
            &*tables.schemas,
            &mut chosen,
        )?;
        let mut cleared = Cleared::default();
        for schema in meant {
            cleared.schemas += 1;
            cleared.tables += schema.row.tables;
            cleared.history += tables.clear_schema(&schema, with_history)?;
        }
        Ok(cleared)
    });
    store.close();
    cleared
}

impl Snapshot {
    /// What [`clear`] would remove. Reads every schema's row, and the history's keys if `with_history`.
    pub fn clearable(
        &self,
        with_history: bool,
        mut chosen: impl FnMut(&Candidate<'_>) -> bool,
    ) -> Result<Cleared, CacheError> {
        self.ask(Cleared::default(), || {
            let meant = choose(
                &self.open(ADAPTERS)?,
                &self.open(CONNECTIONS)?,
                &self.open(SCHEMAS)?,
                &mut chosen,
            )?;
            let mut cleared = Cleared::default();
            for schema in &meant {
                cleared.schemas += 1;
                cleared.tables += schema.row.tables;
                if with_history {
                    let history = self.open(HISTORY)?;
                    for entry in history.range(history_of(schema.row.id))? {
                        entry?;
                        cleared.history += 1;
                    }
                }
            }
            Ok(cleared)
        })
    }
}

/// A schema that is meant.
pub(crate) struct Meant {
    connection: u32,
    name: SchemaName,
    row: SchemaRow,
}

fn choose(
    adapters: &impl ReadableTable<Text, u32>,
    connections: &impl ReadableTable<u32, Stored>,
    schemas: &impl ReadableTable<(u32, Text, Text), Stored>,
    chosen: &mut impl FnMut(&Candidate<'_>) -> bool,
) -> Result<Vec<Meant>, Fault> {
    let mut names: HashMap<u32, Vec<String>> = HashMap::new();
    for entry in adapters.iter()? {
        let (adapter, id) = entry?;
        let adapters = names.entry(id.value()).or_default();
        adapters.push(adapter.value().to_owned());
    }
    let mut meant = Vec::new();
    for entry in connections.iter()? {
        let (id, connection) = entry?;
        let id = id.value();
        let connection: Connection = unseal("connection", &RowKey(id, &[]), connection.value())?;
        let adapters = names.get(&id).map_or(&[][..], Vec::as_slice);
        for entry in schemas.range((id, "", "")..(id.saturating_add(1), "", ""))? {
            let (key, value) = entry?;
            let (_, catalog, schema) = key.value();
            let row: SchemaRow = unseal("schema", &RowKey(id, &[catalog, schema]), value.value())?;
            let name = SchemaName::new(catalog, schema);
            let candidate = Candidate {
                adapters,
                connection: &connection,
                schema: &row.clone().into_info(name.clone()),
            };
            if chosen(&candidate) {
                let connection = id;
                meant.push(Meant {
                    connection,
                    name,
                    row,
                });
            }
        }
    }
    Ok(meant)
}

impl Tables<'_> {
    /// Removes a schema with all its tables; how many entries of history went with it.
    fn clear_schema(&mut self, schema: &Meant, with_history: bool) -> Result<u64, Fault> {
        let Meant {
            connection,
            name,
            row,
        } = schema;
        let (catalog, plain) = (name.catalog.as_str(), name.schema.as_str());
        let key = (*connection, catalog, plain);
        self.schemas.remove(key)?;
        self.remove_schema_name(*connection, name)?;
        self.revisions.remove(row.id)?;
        self.tables.retain_in(rows_of(row.id), |_, _| false)?;
        self.names.retain_in(rows_of(row.id), |_, _| false)?;
        let mut removed = 0;
        if with_history {
            self.history.retain_in(history_of(row.id), |_, _| {
                removed += 1;
                false
            })?;
        } else if self.has_history(row.id)? {
            let sealed = seal(&RowKey(*connection, &[catalog, plain]), &row.id)?;
            self.cleared.insert(key, sealed.as_slice())?;
        }
        Ok(removed)
    }

    /// Whether anything is remembered of a schema's tables.
    pub(crate) fn has_history(&self, schema: u32) -> Result<bool, Fault> {
        Ok(self
            .history
            .range(history_of(schema))?
            .next()
            .transpose()?
            .is_some())
    }
}
