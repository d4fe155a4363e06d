//! What is stored where: the redb tables and the rows in them.
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | name | number: format version, next ids |
//! | `adapters` | adapter name | id of the connection that last wrote under it |
//! | `identities` | hash of plugin, endpoint, identity | connection id |
//! | `connections` | connection id | [`Connection`](crate::Connection), without its adapter's name |
//! | `schemas` | (connection, catalog, schema) | [`SchemaRow`] |
//! | `schema_names` | (connection, folded catalog, folded schema) | exact names |
//! | `revisions` | schema id | all table revisions, packed |
//! | `tables` | (schema id, table) | [`TableRow`] |
//! | `names` | (schema id, folded table) | exact names |
//! | `layouts` | content hash | columns: name, type, nullable |
//! | `facts` | content hash | comments and attributes |
//! | `history` | (schema id, table, sequence) | [`HistoryRow`] |
//! | `cleared` | (connection, catalog, schema) | the id that a cleared schema's history is kept under |
//!
//! Keys are typed tuples, so no name can reach into another's. `names` and `schema_names` hold a row only where folding
//! changes the name: warehouses that store lower case pay nothing for lookups that ignore case.
//!
//! Layouts and facts are shared and not counted. A count would turn every change of a table into four more row writes,
//! history counting along, to win back bytes that matter only after months; compaction finds the unused ones in one walk.

use std::borrow::Cow;

use redb::TableDefinition;
use rocky_schema::{Attributes, Coverage};
use serde::{Deserialize, Serialize};

use crate::codec::ContentHash;
use crate::{Cost, Provenance, Timestamp};

/// The version of the cache's own format within the redb file.
pub const FORMAT_VERSION: u64 = 1;

pub(crate) const FORMAT_KEY: &str = "format";
pub(crate) const NEXT_CONNECTION_KEY: &str = "next_connection";
pub(crate) const NEXT_SCHEMA_KEY: &str = "next_schema";

/// The value of a sealed row, or a shared content.
pub(crate) type Stored = &'static [u8];
pub(crate) type Text = &'static str;

pub(crate) const META: TableDefinition<Text, u64> = TableDefinition::new("rocky.cache.meta");
pub(crate) const ADAPTERS: TableDefinition<Text, u32> =
    TableDefinition::new("rocky.cache.adapters");
pub(crate) const IDENTITIES: TableDefinition<ContentHash, u32> =
    TableDefinition::new("rocky.cache.identities");
pub(crate) const CONNECTIONS: TableDefinition<u32, Stored> =
    TableDefinition::new("rocky.cache.connections");
pub(crate) const SCHEMAS: TableDefinition<(u32, Text, Text), Stored> =
    TableDefinition::new("rocky.cache.schemas");
pub(crate) const SCHEMA_NAMES: TableDefinition<(u32, Text, Text), Stored> =
    TableDefinition::new("rocky.cache.schema_names");
pub(crate) const REVISIONS: TableDefinition<u32, Stored> =
    TableDefinition::new("rocky.cache.revisions");
pub(crate) const TABLES: TableDefinition<(u32, Text), Stored> =
    TableDefinition::new("rocky.cache.tables");
pub(crate) const NAMES: TableDefinition<(u32, Text), Stored> =
    TableDefinition::new("rocky.cache.names");
pub(crate) const LAYOUTS: TableDefinition<ContentHash, Stored> =
    TableDefinition::new("rocky.cache.layouts");
pub(crate) const FACTS: TableDefinition<ContentHash, Stored> =
    TableDefinition::new("rocky.cache.facts");
pub(crate) const HISTORY: TableDefinition<(u32, Text, u64), Stored> =
    TableDefinition::new("rocky.cache.history");
pub(crate) const CLEARED: TableDefinition<(u32, Text, Text), Stored> =
    TableDefinition::new("rocky.cache.cleared");

/// One described schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SchemaRow {
    /// Never given out twice, so rows under a forgotten id cannot come back to life.
    pub id: u32,
    pub cost: Cost,
    pub coverage: Coverage,
    pub principal: Option<String>,
    pub note: Option<String>,
    pub revision: Option<String>,
    pub attributes: Attributes,
    pub tables: u64,
    pub columns: u64,
    /// Tables that exist but could not be described. While there are any, an absent table may be one of them.
    pub failed: u64,
    /// How often in a row the adapter has only confirmed the description.
    pub renewals: u32,
    pub provenance: Provenance,
}

/// One table, without its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableRow<'a> {
    pub layout: ContentHash,
    /// None when nothing is commented and there are no attributes.
    pub facts: Option<ContentHash>,
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    pub columns: u32,
    pub first_seen: Timestamp,
    /// When the layout or the kind last changed.
    pub last_changed: Timestamp,
}

/// What a table was before it changed or went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct HistoryRow<'a> {
    pub at: Timestamp,
    pub dropped: bool,
    pub layout: ContentHash,
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
}

/// The id before which, and the id from which, a range of one schema's rows begins and ends.
pub(crate) fn rows_of(schema: u32) -> std::ops::Range<(u32, &'static str)> {
    (schema, "")..(schema + 1, "")
}

/// The same for the history, whose keys are longer.
pub(crate) fn history_of(schema: u32) -> std::ops::Range<(u32, &'static str, u64)> {
    (schema, "", 0)..(schema + 1, "", 0)
}
