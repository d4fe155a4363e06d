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
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::ContentHash;
use crate::{Cost, Provenance, Timestamp};

/// The version of the cache's own format within the redb file.
///
/// Version 2 added fields at the end of rows ([`Later`]), so files of version 1 are read as they are, and become version 2
/// with the first write.
pub const FORMAT_VERSION: u64 = 2;

/// The oldest version that is read.
pub(crate) const OLDEST_FORMAT_VERSION: u64 = 1;

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
    /// When it was imported; nothing where a warehouse was asked.
    pub pinned: Later<Timestamp>,
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
    /// When the table was first described, or first again after it was gone.
    pub first_seen: Later<Timestamp>,
}

/// The last field of a row, which a later version of the format has added: it takes no bytes where there is nothing to
/// say, and rows that were written without it read as nothing. It must be the last, and a row can have only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Later<T>(pub Option<T>);

impl<T: Serialize> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(serializer),
            // No byte at all.
            None => serializer.serialize_unit(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The row ends here, which its seal has proved to be the whole of it; what is no value leaves bytes over, and
        // that is an error of the row.
        Ok(Later(T::deserialize(deserializer).ok()))
    }
}

/// The id before which, and the id from which, a range of one schema's rows begins and ends.
pub(crate) fn rows_of(schema: u32) -> std::ops::Range<(u32, &'static str)> {
    (schema, "")..(schema + 1, "")
}

/// The same for the history, whose keys are longer.
pub(crate) fn history_of(schema: u32) -> std::ops::Range<(u32, &'static str, u64)> {
    (schema, "", 0)..(schema + 1, "", 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::codec::{RowKey, seal, unseal};

    /// A row as version 1 wrote it.
    #[derive(Serialize)]
    struct OldHistoryRow<'a> {
        at: Timestamp,
        dropped: bool,
        layout: ContentHash,
        kind: &'a str,
    }

    #[test]
    fn a_row_without_its_later_field_reads_as_it_was_written() {
        let key = RowKey(1, &["t"]);
        let old = OldHistoryRow {
            at: Timestamp::from_millis(5),
            dropped: true,
            layout: 7,
            kind: "view",
        };
        let stored = seal(&key, &old).unwrap();
        let row: HistoryRow<'_> = unseal("history", &key, &stored).unwrap();
        assert_eq!((row.first_seen, &*row.kind), (Later(None), "view"));
        assert_eq!(seal(&key, &row).unwrap(), stored);

        let first_seen = Later(Some(Timestamp::from_millis(3)));
        let row = HistoryRow { first_seen, ..row };
        let stored = seal(&key, &row).unwrap();
        assert_eq!(
            unseal::<HistoryRow<'_>>("history", &key, &stored).unwrap(),
            row
        );
    }

    #[test]
    fn bytes_after_the_last_field_are_damage() {
        let key = RowKey(1, &["t"]);
        let row = HistoryRow {
            at: Timestamp::from_millis(5),
            dropped: true,
            layout: 7,
            kind: "view".into(),
            first_seen: Later(Some(Timestamp::from_millis(3))),
        };
        let stored = seal(&key, &(row, 1_u8)).unwrap();
        assert!(unseal::<HistoryRow<'_>>("history", &key, &stored).is_err());
    }
}
