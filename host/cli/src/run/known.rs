//! What an adapter need not tell again, because the cache holds it already.

use std::collections::BTreeMap;

use rocky_cache::{CacheConfig, CacheError, Reader};
use schemars::JsonSchema;
use serde::Serialize;

use crate::run::plan::Target;

/// What the cache holds, as far as the next description may rely on it.
pub struct Known(Option<Reader>);

/// What it holds of one schema.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The revision of the whole schema; none where the description that it belongs to is not complete.
    pub revision: Option<String>,
    /// The revisions of its tables.
    pub tables: BTreeMap<String, String>,
    /// How many tables it has.
    pub table_count: u64,
    /// How many columns those have.
    pub column_count: u64,
}

/// What was not described again, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Skipped {
    /// Tables that were not described again.
    pub tables: u64,
    pub reason: SkipReason,
}

/// Why something was not described again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The revision of the schema is the one that the cache holds.
    SchemaRevision,
    /// The revisions of these tables are those that the cache holds.
    TableRevisions,
}

impl Known {
    /// Nothing is taken for known: everything is described again.
    pub fn nothing() -> Self {
        Self(None)
    }

    /// What is in the cache. Where it cannot be read everything is described, and writing it will tell what is wrong.
    pub fn of(cache: &CacheConfig) -> Self {
        Self(Reader::open(cache).unwrap_or_else(|error| {
            tracing::debug!(%error, "everything is described, because the cache cannot be read");
            None
        }))
    }

    /// What an adapter may be told of this schema.
    pub fn held(&self, target: &Target) -> Held {
        let held = self.read(target).unwrap_or_else(|error| {
            tracing::debug!(%error, schema = %target.name, "the schema is described, because the cache cannot be read");
            None
        });
        held.unwrap_or_default()
    }

    fn read(&self, target: &Target) -> Result<Option<Held>, CacheError> {
        let Some(reader) = &self.0 else {
            return Ok(None);
        };
        let snapshot = reader.snapshot()?;
        // Revisions of one warehouse mean nothing to another.
        let connection = &*target.ready.connection;
        let Some(info) = snapshot.schema(connection, &target.name)? else {
            return Ok(None);
        };
        // Another build of the plugin may tell more of the very same table.
        if info.name != target.name
            || info.provenance != *target.ready.provenance
            || !info.may_be_renewed()
        {
            return Ok(None);
        }
        let is_complete = info.is_complete();
        Ok(Some(Held {
            revision: info.revision.filter(|_| is_complete),
            tables: snapshot
                .revisions(connection, &target.name)?
                .into_iter()
                .collect(),
            table_count: info.tables,
            column_count: info.columns,
        }))
    }
}

impl Held {
    /// Whether a list of schemas, read just now, tells that nothing has changed.
    pub fn is_current(&self, listed: Option<&str>) -> bool {
        listed.is_some() && self.revision.as_deref() == listed
    }
}
