//! The tables of the cache, as the compiler asks for them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rocky_cache::{CacheError, Lookup, SchemaInfo, Snapshot, Timestamp};
use rocky_compile::{Catalog, Described, Found, Relation};
use rocky_schema::{SchemaName, TableName};

/// What the cache holds at one moment. Without a cache nothing is known.
///
/// The compiler asks for tables and not for errors: the first one is kept for whoever has asked the compiler.
pub struct CachedTables {
    snapshot: Option<Snapshot>,
    now: Timestamp,
    ttl_seconds: u64,
    schemas: Mutex<HashMap<(String, SchemaName), Option<Described>>>,
    error: Mutex<Option<CacheError>>,
}

impl CachedTables {
    /// The tables of this snapshot; fresh are those that were described in the last `ttl_seconds`.
    pub fn new(snapshot: Option<Snapshot>, now: Timestamp, ttl_seconds: u64) -> Self {
        Self {
            snapshot,
            now,
            ttl_seconds,
            schemas: Mutex::default(),
            error: Mutex::default(),
        }
    }

    /// The first failure to read the cache, if there was one: then some tables were taken for unknown.
    pub fn into_error(self) -> Option<CacheError> {
        let error = self.error.into_inner();
        error.unwrap_or_else(PoisonError::into_inner)
    }

    fn ask<T: Default>(&self, question: impl FnOnce(&Snapshot) -> Result<T, CacheError>) -> T {
        let Some(snapshot) = &self.snapshot else {
            return T::default();
        };
        question(snapshot).unwrap_or_else(|error| {
            let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(error);
            T::default()
        })
    }

    /// Where what is known of a schema is from.
    fn described(&self, adapter: &str, name: &SchemaName) -> Option<Described> {
        let key = (adapter.to_owned(), name.clone());
        let schemas = || self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = schemas().get(&key) {
            return known.clone();
        }
        let info = self.ask(|snapshot| snapshot.schema(adapter, name));
        let described = info.map(|info| self.provenance(&info));
        schemas().insert(key, described.clone());
        described
    }

    fn provenance(&self, info: &SchemaInfo) -> Described {
        Described {
            plugin: info.provenance.plugin.clone(),
            principal: info.principal.clone(),
            at_millis: info.cost.described_at.as_millis(),
            fresh: info.is_fresh(self.now, self.ttl_seconds),
            pinned: info.pinned.is_some(),
            complete: info.is_complete(),
        }
    }
}

impl Catalog for CachedTables {
    fn table(&self, adapter: &str, name: &TableName) -> Found {
        let Some(described) = self.described(adapter, &name.schema) else {
            return Found::NotCached;
        };
        let found = self.ask(|snapshot| {
            let found = snapshot.table(adapter, name, self.now, self.ttl_seconds)?;
            Ok(Some(found))
        });
        match found {
            Some(Lookup::Fresh(cached) | Lookup::Stale(cached)) => {
                Found::Known(Arc::new(Relation {
                    name: cached.name,
                    kind: cached.table.kind,
                    columns: cached.table.columns,
                    comment: cached.table.comment,
                    described,
                }))
            }
            Some(Lookup::NotVisible { .. }) if described.fresh => Found::NotVisible(described),
            Some(Lookup::NotVisible { .. } | Lookup::Unknown) | None => Found::NotCached,
        }
    }

    fn catalogs(&self, adapter: &str) -> Vec<String> {
        let schemas = self.ask(|snapshot| snapshot.schemas(adapter));
        let catalogs: BTreeSet<String> = schemas.into_iter().map(|it| it.name.catalog).collect();
        catalogs.into_iter().collect()
    }

    fn schemas(&self, adapter: &str, catalog: &str) -> Vec<String> {
        let schemas = self.ask(|snapshot| snapshot.schemas(adapter)).into_iter();
        let names = schemas.map(|it| it.name);
        let within = names.filter(|name| name.catalog == catalog);
        within.map(|name| name.schema).collect()
    }

    fn tables(&self, adapter: &str, schema: &SchemaName) -> Vec<(String, String)> {
        let tables = self
            .ask(|snapshot| snapshot.tables(adapter, schema))
            .into_iter();
        tables.map(|it| (it.name, it.kind)).collect()
    }
}
