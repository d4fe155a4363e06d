//! How a name finds its rows: point reads, one table at a time.

use std::borrow::Borrow;

use redb::{
    Key, OwnedAccessGuard, ReadOnlyTable, ReadableTable, TableDefinition, TableError, Value,
};
use rocky_schema::{Coverage, Matching, SchemaName, Table};

use crate::answer::{Cached, SchemaInfo};
use crate::codec::{ContentHash, RowKey, content_hash, damaged, unseal};
use crate::content::{apply_facts, decode_layout};
use crate::fault::Fault;
use crate::format::{
    ADAPTERS, CLEARED, CONNECTIONS, FACTS, IDENTITIES, LAYOUTS, NAMES, SCHEMA_NAMES, SCHEMAS,
    SchemaRow, TABLES, TableRow,
};
use crate::snapshot::Snapshot;
use crate::tables::fold;
use crate::time::{Timestamp, is_fresh};
use crate::{Connection, Scope};

/// A schema that was looked for, with how names of its tables match.
pub(crate) struct Found {
    pub name: SchemaName,
    pub row: SchemaRow,
    matching: Matching,
}

impl SchemaRow {
    /// Whether a table without a row is certainly not visible. A failed table may be the one that is asked for.
    pub fn is_complete(&self) -> bool {
        self.coverage == Coverage::Exhausted && self.failed == 0
    }

    /// Whether it is pinned, or was described within the time to live.
    pub fn is_fresh(&self, now: Timestamp, ttl_seconds: u64) -> bool {
        self.pinned.0.is_some() || is_fresh(self.cost.described_at, now, ttl_seconds)
    }

    pub fn into_info(self, name: SchemaName) -> SchemaInfo {
        SchemaInfo {
            name,
            cost: self.cost,
            coverage: self.coverage,
            principal: self.principal,
            note: self.note,
            revision: self.revision,
            attributes: self.attributes,
            tables: self.tables,
            columns: self.columns,
            failed: self.failed,
            renewals: self.renewals,
            provenance: self.provenance,
            pinned: self.pinned.0,
        }
    }
}

impl Snapshot {
    pub(crate) fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, Fault> {
        Ok(self.transaction.open_table(table)?)
    }

    /// One row.
    pub(crate) fn get<'k, K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
        key: impl Borrow<K::SelfType<'k>>,
    ) -> Result<Option<OwnedAccessGuard<V>>, Fault> {
        Ok(self.open(table)?.get_owned(key)?)
    }

    pub(crate) fn find_connection(
        &self,
        scope: Scope<'_>,
    ) -> Result<Option<(u32, Connection)>, Fault> {
        let id = match scope {
            Scope::Adapter(name) => self.get(ADAPTERS, name)?,
            Scope::Connection(connection) => self.get(IDENTITIES, connection.identity_hash()?)?,
        };
        let Some(id) = id.map(|id| id.value()) else {
            return Ok(None);
        };
        Ok(Some((id, self.connection_of(id)?)))
    }

    pub(crate) fn connection_of(&self, id: u32) -> Result<Connection, Fault> {
        let row = self.get(CONNECTIONS, id)?;
        let row = row.ok_or_else(|| damaged("connection"))?;
        unseal("connection", &RowKey(id, &[]), row.value())
    }

    /// The exact name first; then, where letter case is ignored, the first that differs in nothing else.
    pub(crate) fn find_schema(
        &self,
        scope: Scope<'_>,
        name: &SchemaName,
    ) -> Result<Option<Found>, Fault> {
        let Some((id, connection)) = self.find_connection(scope)? else {
            return Ok(None);
        };
        let matching = connection.rules.tables;
        let found = |name, row| Found {
            name,
            row,
            matching,
        };
        if let Some(row) = self.schema_row(id, name)? {
            return Ok(Some(found(name.clone(), row)));
        }
        if matching == Matching::Exact {
            return Ok(None);
        }
        let folded = SchemaName::new(fold(&name.catalog), fold(&name.schema));
        if let Some(row) = self.schema_row(id, &folded)? {
            return Ok(Some(found(folded, row)));
        }
        let parts = [folded.catalog.as_str(), folded.schema.as_str()];
        let Some(names) = self.get(SCHEMA_NAMES, (id, parts[0], parts[1]))? else {
            return Ok(None);
        };
        let names: Vec<SchemaName> = unseal("schema names", &RowKey(id, &parts), names.value())?;
        let Some(stored) = names.into_iter().next() else {
            return Ok(None);
        };
        let row = self
            .schema_row(id, &stored)?
            .ok_or_else(|| damaged("schema names"))?;
        Ok(Some(found(stored, row)))
    }

    /// The id under which the history of a cleared schema is kept.
    pub(crate) fn find_cleared(
        &self,
        scope: Scope<'_>,
        name: &SchemaName,
    ) -> Result<Option<u32>, Fault> {
        let Some((id, _)) = self.find_connection(scope)? else {
            return Ok(None);
        };
        let cleared = match self.transaction.open_table(CLEARED) {
            // Nothing was ever cleared by a version that keeps history.
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            cleared => cleared?,
        };
        let parts = [name.catalog.as_str(), name.schema.as_str()];
        let found = cleared.get((id, parts[0], parts[1]))?;
        found
            .map(|found| unseal("cleared schema", &RowKey(id, &parts), found.value()))
            .transpose()
    }

    fn schema_row(&self, id: u32, name: &SchemaName) -> Result<Option<SchemaRow>, Fault> {
        let parts = [name.catalog.as_str(), name.schema.as_str()];
        let row = self.get(SCHEMAS, (id, parts[0], parts[1]))?;
        row.map(|row| unseal("schema", &RowKey(id, &parts), row.value()))
            .transpose()
    }

    /// Calls `each` for every schema of a connection, in order.
    pub(crate) fn each_schema(
        &self,
        id: u32,
        mut each: impl FnMut(SchemaName, SchemaRow),
    ) -> Result<(), Fault> {
        for entry in self
            .open(SCHEMAS)?
            .range((id, "", "")..(id.saturating_add(1), "", ""))?
        {
            let (key, value) = entry?;
            let (_, catalog, schema) = key.value();
            let row = unseal("schema", &RowKey(id, &[catalog, schema]), value.value())?;
            each(SchemaName::new(catalog, schema), row);
        }
        Ok(())
    }

    /// The name as stored and the bytes of the row; by the same order of preference as schemas.
    pub(crate) fn find_table(
        &self,
        schema: &Found,
        name: &str,
    ) -> Result<Option<(String, Vec<u8>)>, Fault> {
        let id = schema.row.id;
        let tables = self.open(TABLES)?;
        if let Some(row) = tables.get((id, name))? {
            return Ok(Some((name.to_owned(), row.value().to_vec())));
        }
        if schema.matching == Matching::Exact {
            return Ok(None);
        }
        let folded = fold(name);
        let folded = folded.as_ref();
        if let Some(row) = tables.get((id, folded))? {
            return Ok(Some((folded.to_owned(), row.value().to_vec())));
        }
        let Some(names) = self.get(NAMES, (id, folded))? else {
            return Ok(None);
        };
        let names: Vec<String> = unseal("table names", &RowKey(id, &[folded]), names.value())?;
        let Some(stored) = names.into_iter().next() else {
            return Ok(None);
        };
        let row = tables
            .get((id, stored.as_str()))?
            .ok_or_else(|| damaged("table names"))?;
        Ok(Some((stored, row.value().to_vec())))
    }

    /// Puts a table together from its row and its contents.
    pub(crate) fn load_table(
        &self,
        schema: Found,
        stored: String,
        row: &[u8],
    ) -> Result<Cached, Fault> {
        let row: TableRow<'_> = unseal("table", &RowKey(schema.row.id, &[&stored]), row)?;
        let mut table = Table::new(stored, self.content(LAYOUTS, row.layout, decode_layout)?);
        table.kind = row.kind.into_owned();
        if let Some(facts) = row.facts {
            self.content(FACTS, facts, |bytes| apply_facts(bytes, &mut table))?;
        }
        Ok(Cached {
            name: schema.name.table(table.name.clone()),
            table,
            described_at: schema.row.cost.described_at,
            first_seen: row.first_seen,
            last_changed: row.last_changed,
        })
    }

    /// Decodes a shared content after checking that it is the one its hash names.
    pub(crate) fn content<T>(
        &self,
        contents: TableDefinition<'_, ContentHash, &'static [u8]>,
        hash: ContentHash,
        decode: impl FnOnce(&[u8]) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        content_in(&self.open(contents)?, hash, decode)
    }
}

/// The same where the table of contents is open already.
pub(crate) fn content_in<T>(
    contents: &ReadOnlyTable<ContentHash, &'static [u8]>,
    hash: ContentHash,
    decode: impl FnOnce(&[u8]) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let stored = contents.get(hash)?;
    let stored = stored.ok_or_else(|| damaged("content: it is missing"))?;
    if content_hash(stored.value()) != hash {
        return Err(damaged("content"));
    }
    decode(stored.value())
}
