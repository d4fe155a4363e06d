use std::path::Path;
use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};
use rocky_schema::{SchemaName, TableName};

use crate::answer::{AdapterStats, Change, ChangeKind, Lookup, SchemaInfo, Stats, TableInfo};
use crate::codec::{RowKey, unseal};
use crate::contain::contained;
use crate::content::decode_layout;
use crate::fault::Fault;
use crate::format::{
    ADAPTERS, HISTORY, HistoryRow, LAYOUTS, REVISIONS, SCHEMAS, TABLES, TableRow, rows_of,
};
use crate::replace::unpack_revisions;
use crate::store::{ReadStore, check_format};
use crate::time::Timestamp;
use crate::{CacheError, Connection, Scope};

/// The cache at one moment. Drop it soon: while it lives, the file cannot reuse the space of what was replaced.
///
/// Names match by the rules of the connection: exactly, or in any letter case. Whether a name was written with quotes,
/// and what the warehouse makes of one without, is for the caller to settle first
/// ([`IdentifierRules::stored`](rocky_schema::IdentifierRules::stored)).
///
/// # Errors
/// Every method fails when the file cannot be read or is damaged, with a [`CacheError`] that names it.
pub struct Snapshot {
    pub(crate) transaction: ReadTransaction,
    /// Where a file is repaired in memory, redb ends its transactions with it.
    _store: Arc<ReadStore>,
    path: Arc<Path>,
    /// The version of the cache's format; none where the file holds only tables of other programs.
    format: Option<u64>,
}

impl Snapshot {
    pub(crate) fn begin(store: &Arc<ReadStore>, path: &Arc<Path>) -> Result<Snapshot, Fault> {
        let transaction = store.begin()?;
        let format = check_format(&transaction)?;
        Ok(Snapshot {
            transaction,
            _store: Arc::clone(store),
            path: Arc::clone(path),
            format,
        })
    }

    /// Whether the file holds a cache, and not only tables of other programs.
    pub(crate) fn is_filled(&self) -> bool {
        self.format.is_some()
    }

    /// The size of the file.
    pub(crate) fn file_bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// Runs `question`; a file that holds no cache answers `nothing`.
    pub(crate) fn ask<T>(
        &self,
        nothing: T,
        question: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, CacheError> {
        if self.format.is_none() {
            return Ok(nothing);
        }
        contained("read", &self.path, question)
    }

    /// What is known of one table. A handful of B-tree reads, however large the cache is.
    ///
    /// `now` and `ttl_seconds` decide between fresh and stale; see [`is_fresh`](crate::is_fresh). A pinned schema is always fresh.
    pub fn table<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &TableName,
        now: Timestamp,
        ttl_seconds: u64,
    ) -> Result<Lookup, CacheError> {
        self.ask(Lookup::Unknown, || {
            let Some(schema) = self.find_schema(scope.into(), &name.schema)? else {
                return Ok(Lookup::Unknown);
            };
            let Some((stored, bytes)) = self.find_table(&schema, &name.table)? else {
                return Ok(if schema.row.is_complete() {
                    Lookup::NotVisible {
                        principal: schema.row.principal,
                        described_at: schema.row.cost.described_at,
                    }
                } else {
                    Lookup::Unknown
                });
            };
            let is_fresh = schema.row.is_fresh(now, ttl_seconds);
            let cached = Box::new(self.load_table(schema, stored, &bytes)?);
            Ok(if is_fresh {
                Lookup::Fresh(cached)
            } else {
                Lookup::Stale(cached)
            })
        })
    }

    /// The connections that adapters last wrote under, by adapter name.
    pub fn connections(&self) -> Result<Vec<Connection>, CacheError> {
        self.ask(Vec::new(), || {
            let mut connections = Vec::new();
            for entry in self.open(ADAPTERS)?.iter()? {
                let (adapter, id) = entry?;
                connections.push(Connection {
                    adapter: adapter.value().to_owned(),
                    ..self.connection_of(id.value())?
                });
            }
            Ok(connections)
        })
    }

    /// All schemas, by catalog and name.
    pub fn schemas<'a>(&self, scope: impl Into<Scope<'a>>) -> Result<Vec<SchemaInfo>, CacheError> {
        self.ask(Vec::new(), || {
            let mut schemas = Vec::new();
            if let Some((id, _)) = self.find_connection(scope.into())? {
                self.each_schema(id, |name, row| schemas.push(row.into_info(name)))?;
            }
            Ok(schemas)
        })
    }

    /// One schema; `None` when the cache does not hold it.
    pub fn schema<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &SchemaName,
    ) -> Result<Option<SchemaInfo>, CacheError> {
        self.ask(None, || {
            let schema = self.find_schema(scope.into(), name)?;
            Ok(schema.map(|schema| schema.row.into_info(schema.name)))
        })
    }

    /// The tables of one schema, by name, without their columns; empty when the cache does not hold it.
    pub fn tables<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &SchemaName,
    ) -> Result<Vec<TableInfo>, CacheError> {
        self.ask(Vec::new(), || {
            let Some(schema) = self.find_schema(scope.into(), name)? else {
                return Ok(Vec::new());
            };
            let id = schema.row.id;
            let mut tables = Vec::new();
            for entry in self.open(TABLES)?.range(rows_of(id))? {
                let (key, value) = entry?;
                let (_, name) = key.value();
                let row: TableRow<'_> = unseal("table", &RowKey(id, &[name]), value.value())?;
                tables.push(TableInfo {
                    name: name.to_owned(),
                    kind: row.kind.into_owned(),
                    columns: row.columns,
                    first_seen: row.first_seen,
                    last_changed: row.last_changed,
                });
            }
            Ok(tables)
        })
    }

    /// The table revisions that the cache holds of one schema, by table: what an adapter may be told is known.
    ///
    /// Ask by [`Connection`]: revisions of one warehouse mean nothing to another.
    pub fn revisions<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &SchemaName,
    ) -> Result<Vec<(String, String)>, CacheError> {
        self.ask(Vec::new(), || {
            let Some(schema) = self.find_schema(scope.into(), name)? else {
                return Ok(Vec::new());
            };
            let packed = self.get(REVISIONS, schema.row.id)?;
            let revisions = unpack_revisions(schema.row.id, packed.as_ref().map(|p| p.value()))?;
            let owned =
                |(table, revision): &(&str, &str)| ((*table).to_owned(), (*revision).to_owned());
            Ok(revisions.iter().map(owned).collect())
        })
    }

    /// The revision of one table, by its name as stored.
    pub fn revision<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &TableName,
    ) -> Result<Option<String>, CacheError> {
        self.ask(None, || {
            let Some(schema) = self.find_schema(scope.into(), &name.schema)? else {
                return Ok(None);
            };
            let packed = self.get(REVISIONS, schema.row.id)?;
            let revisions = unpack_revisions(schema.row.id, packed.as_ref().map(|p| p.value()))?;
            let found = revisions.binary_search_by(|(table, _)| (*table).cmp(&name.table));
            let found = found.ok().and_then(|index| revisions.get(index));
            Ok(found.map(|(_, revision)| (*revision).to_owned()))
        })
    }

    /// What one table was before each of its changes, oldest first. Knows dropped tables, too, and those of schemas that
    /// were cleared, by their exact names.
    pub fn history<'a>(
        &self,
        scope: impl Into<Scope<'a>>,
        name: &TableName,
    ) -> Result<Vec<Change>, CacheError> {
        self.ask(Vec::new(), || {
            let scope = scope.into();
            let (id, table) = match self.find_schema(scope, &name.schema)? {
                Some(schema) => {
                    let stored = self.find_table(&schema, &name.table)?;
                    let table = stored.map_or_else(|| name.table.clone(), |(stored, _)| stored);
                    (schema.row.id, table)
                }
                None => match self.find_cleared(scope, &name.schema)? {
                    Some(id) => (id, name.table.clone()),
                    None => return Ok(Vec::new()),
                },
            };
            let mut changes = Vec::new();
            let history = self.open(HISTORY)?;
            for entry in history.range((id, table.as_str(), 0)..=(id, table.as_str(), u64::MAX))? {
                let (_, value) = entry?;
                let row: HistoryRow<'_> = unseal("history", &RowKey(id, &[&table]), value.value())?;
                changes.push(Change {
                    at: row.at,
                    change: if row.dropped {
                        ChangeKind::Dropped
                    } else {
                        ChangeKind::Altered
                    },
                    columns: self.content(LAYOUTS, row.layout, decode_layout)?,
                    kind: row.kind.into_owned(),
                    first_seen: row.first_seen.0,
                });
            }
            Ok(changes)
        })
    }

    /// The cache in numbers. Reads every schema's row, but no tables.
    pub fn stats(&self, now: Timestamp, ttl_seconds: u64) -> Result<Stats, CacheError> {
        let file_bytes = self.file_bytes();
        let mut stats = Stats {
            path: self.path.to_path_buf(),
            format_version: self.format,
            file_bytes,
            schemas: 0,
            tables: 0,
            layouts: 0,
            adapters: Vec::new(),
        };
        self.ask((), || {
            stats.schemas = self.open(SCHEMAS)?.len()?;
            stats.tables = self.open(TABLES)?.len()?;
            stats.layouts = self.open(LAYOUTS)?.len()?;
            for entry in self.open(ADAPTERS)?.iter()? {
                let (adapter, id) = entry?;
                let mut part = AdapterStats {
                    adapter: adapter.value().to_owned(),
                    schemas: 0,
                    tables: 0,
                    fresh: 0,
                    stale: 0,
                    incomplete: 0,
                };
                self.each_schema(id.value(), |_, row| {
                    let fresh = row.is_fresh(now, ttl_seconds);
                    part.schemas += 1;
                    part.tables += row.tables;
                    part.fresh += u64::from(fresh);
                    part.stale += u64::from(!fresh);
                    part.incomplete += u64::from(!row.is_complete());
                })?;
                stats.adapters.push(part);
            }
            Ok(())
        })?;
        Ok(stats)
    }
}
