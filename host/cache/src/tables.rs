use redb::{Key, ReadableTable, Table, TableDefinition, Value, WriteTransaction};
use rocky_schema::{Matching, SchemaName};

use crate::Connection;
use crate::codec::{ContentHash, RowKey, seal, unseal};
use crate::fault::Fault;
use crate::format::{
    ADAPTERS, CLEARED, CONNECTIONS, FACTS, HISTORY, HistoryRow, IDENTITIES, LAYOUTS, META, NAMES,
    NEXT_CONNECTION_KEY, NEXT_SCHEMA_KEY, REVISIONS, SCHEMA_NAMES, SCHEMAS, SchemaRow, Stored,
    TABLES, Text,
};
use crate::spared::Spared;
use crate::time::Timestamp;

/// The cache's tables, open in one write transaction. Opening creates them.
pub(crate) struct Tables<'t> {
    meta: Spared<Table<'t, Text, u64>>,
    pub adapters: Spared<Table<'t, Text, u32>>,
    pub identities: Spared<Table<'t, ContentHash, u32>>,
    pub connections: Spared<Table<'t, u32, Stored>>,
    pub schemas: Spared<Table<'t, (u32, Text, Text), Stored>>,
    schema_names: Spared<Table<'t, (u32, Text, Text), Stored>>,
    pub revisions: Spared<Table<'t, u32, Stored>>,
    pub tables: Spared<Table<'t, (u32, Text), Stored>>,
    pub names: Spared<Table<'t, (u32, Text), Stored>>,
    pub layouts: Spared<Table<'t, ContentHash, Stored>>,
    pub facts: Spared<Table<'t, ContentHash, Stored>>,
    pub history: Spared<Table<'t, (u32, Text, u64), Stored>>,
    pub cleared: Spared<Table<'t, (u32, Text, Text), Stored>>,
}

fn open<'t, K: Key + 'static, V: Value + 'static>(
    transaction: &'t WriteTransaction,
    table: TableDefinition<'_, K, V>,
) -> Result<Spared<Table<'t, K, V>>, Fault> {
    Ok(Spared::new(transaction.open_table(table)?))
}

impl<'t> Tables<'t> {
    pub fn open(transaction: &'t WriteTransaction) -> Result<Self, Fault> {
        Ok(Self {
            meta: open(transaction, META)?,
            adapters: open(transaction, ADAPTERS)?,
            identities: open(transaction, IDENTITIES)?,
            connections: open(transaction, CONNECTIONS)?,
            schemas: open(transaction, SCHEMAS)?,
            schema_names: open(transaction, SCHEMA_NAMES)?,
            revisions: open(transaction, REVISIONS)?,
            tables: open(transaction, TABLES)?,
            names: open(transaction, NAMES)?,
            layouts: open(transaction, LAYOUTS)?,
            facts: open(transaction, FACTS)?,
            history: open(transaction, HISTORY)?,
            cleared: open(transaction, CLEARED)?,
        })
    }

    /// The id of `connection`, which is stored when it is new or differs from what is stored.
    pub fn connection_id(&mut self, connection: &Connection) -> Result<u32, Fault> {
        let identity = connection.identity_hash()?;
        let known = self.identities.get(identity)?.map(|id| id.value());
        let id = match known {
            Some(id) => id,
            None => {
                let id = self.next_id(NEXT_CONNECTION_KEY)?;
                self.identities.insert(identity, id)?;
                id
            }
        };
        // Without the adapter: connections are shared, and adapters' names have a table of their own.
        let anonymous = Connection {
            adapter: String::new(),
            ..connection.clone()
        };
        let row = seal(&RowKey(id, &[]), &anonymous)?;
        let stored = self.connections.get(id)?;
        let differs = stored.is_none_or(|stored| stored.value() != row);
        if differs {
            self.connections.insert(id, row.as_slice())?;
        }
        let adapter = connection.adapter.as_str();
        let named = self.adapters.get(adapter)?.map(|id| id.value());
        if named != Some(id) {
            self.adapters.insert(adapter, id)?;
        }
        Ok(id)
    }

    /// The id of a schema that the cache does not hold: the one it had before it was cleared, which its history is kept
    /// under, or a new one.
    ///
    /// Ids start at 1 and are never given to another schema, nor does one reach the last number: ranges end at the one
    /// after.
    pub fn new_schema_id(&mut self, connection: u32, name: &SchemaName) -> Result<u32, Fault> {
        let parts = [name.catalog.as_str(), name.schema.as_str()];
        let key = (connection, parts[0], parts[1]);
        let cleared = match self.cleared.remove(key)? {
            Some(id) => Some(unseal(
                "cleared schema",
                &RowKey(connection, &parts),
                id.value(),
            )?),
            None => None,
        };
        cleared.map_or_else(|| self.next_id(NEXT_SCHEMA_KEY), Ok)
    }

    fn next_id(&mut self, key: &str) -> Result<u32, Fault> {
        let next = self.meta.get(key)?.map_or(1, |next| next.value());
        let id = u32::try_from(next)
            .ok()
            .filter(|id| *id < u32::MAX)
            .ok_or_else(|| Fault::Damaged("it has run out of ids".to_owned()))?;
        self.meta.insert(key, next + 1)?;
        Ok(id)
    }

    pub fn schema(&self, connection: u32, name: &SchemaName) -> Result<Option<SchemaRow>, Fault> {
        let (catalog, schema) = (name.catalog.as_str(), name.schema.as_str());
        let stored = self.schemas.get((connection, catalog, schema))?;
        stored
            .map(|row| {
                unseal(
                    "schema",
                    &RowKey(connection, &[catalog, schema]),
                    row.value(),
                )
            })
            .transpose()
    }

    /// Stores the schema's row; `new` schemas also become findable in any letter case.
    pub fn put_schema(
        &mut self,
        connection: u32,
        name: &SchemaName,
        row: &SchemaRow,
        new: bool,
    ) -> Result<(), Fault> {
        let (catalog, schema) = (name.catalog.as_str(), name.schema.as_str());
        let bytes = seal(&RowKey(connection, &[catalog, schema]), row)?;
        self.schemas
            .insert((connection, catalog, schema), bytes.as_slice())?;
        if new {
            self.edit_schema_names(connection, name, |names| {
                names.push(name.clone());
                names.sort();
            })?;
        }
        Ok(())
    }

    /// Forgets the name of a schema that is gone.
    pub fn remove_schema_name(&mut self, connection: u32, name: &SchemaName) -> Result<(), Fault> {
        self.edit_schema_names(connection, name, |names| names.retain(|kept| kept != name))
    }

    fn edit_schema_names(
        &mut self,
        connection: u32,
        name: &SchemaName,
        edit: impl FnOnce(&mut Vec<SchemaName>),
    ) -> Result<(), Fault> {
        let folded = [fold(&name.catalog), fold(&name.schema)];
        let folded = [folded[0].as_ref(), folded[1].as_ref()];
        if folded == [name.catalog.as_str(), name.schema.as_str()] {
            return Ok(());
        }
        let key = RowKey(connection, &folded);
        let stored = (connection, folded[0], folded[1]);
        let mut names = match self.schema_names.get(stored)? {
            Some(names) => unseal("schema names", &key, names.value())?,
            None => Vec::new(),
        };
        edit(&mut names);
        if names.is_empty() {
            self.schema_names.remove(stored)?;
        } else {
            let bytes = seal(&key, &names)?;
            self.schema_names.insert(stored, bytes.as_slice())?;
        }
        Ok(())
    }

    /// Makes a new table findable in any letter case.
    pub fn add_name(&mut self, schema: u32, name: &str) -> Result<(), Fault> {
        self.edit_names(schema, name, |names| {
            names.push(name.to_owned());
            names.sort();
        })
    }

    /// Forgets the name of a table that is gone.
    pub fn remove_name(&mut self, schema: u32, name: &str) -> Result<(), Fault> {
        self.edit_names(schema, name, |names| names.retain(|kept| kept != name))
    }

    fn edit_names(
        &mut self,
        schema: u32,
        name: &str,
        edit: impl FnOnce(&mut Vec<String>),
    ) -> Result<(), Fault> {
        let folded = fold(name);
        if folded == name {
            return Ok(());
        }
        let folded = folded.as_ref();
        let key = RowKey(schema, &[folded]);
        let mut names = match self.names.get((schema, folded))? {
            Some(names) => unseal("table names", &key, names.value())?,
            None => Vec::new(),
        };
        edit(&mut names);
        if names.is_empty() {
            self.names.remove((schema, folded))?;
        } else {
            let bytes = seal(&key, &names)?;
            self.names.insert((schema, folded), bytes.as_slice())?;
        }
        Ok(())
    }

    /// Appends to a table's history and forgets what is older than `oldest`.
    pub fn remember(
        &mut self,
        schema: u32,
        table: &str,
        row: &HistoryRow<'_>,
        oldest: Timestamp,
    ) -> Result<(), Fault> {
        let key = RowKey(schema, &[table]);
        let all = (schema, table, 0)..=(schema, table, u64::MAX);
        // Entries are in the order of writing, so whatever has expired stands in front.
        let mut expired = Vec::new();
        for entry in self.history.range(all.clone())? {
            let (stored_key, stored) = entry?;
            let stored: HistoryRow<'_> = unseal("history", &key, stored.value())?;
            if stored.at >= oldest {
                break;
            }
            expired.push(stored_key.value().2);
        }
        let last = self.history.range(all)?.next_back().transpose()?;
        let next = last.map_or(0, |(last, _)| last.value().2.saturating_add(1));
        for sequence in expired {
            self.history.remove((schema, table, sequence))?;
        }
        let bytes = seal(&key, row)?;
        self.history
            .insert((schema, table, next), bytes.as_slice())?;
        Ok(())
    }
}

/// The text under which a name is found when letter case is ignored.
///
/// Folded names are indexed for every warehouse: its rules may be learned, or change, after its tables were stored.
pub(crate) fn fold(name: &str) -> std::borrow::Cow<'_, str> {
    Matching::IgnoreCase.key(name)
}
