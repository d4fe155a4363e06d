use std::path::PathBuf;

use rocky_schema::{Attributes, Column, Coverage, SchemaName, Table, TableName};

use crate::{Cost, Provenance, Timestamp, is_fresh};

/// What the cache knows about a table that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It is known, and its schema was described within the time to live or is pinned.
    Fresh(Box<Cached>),
    /// It is known, but its schema was described too long ago.
    Stale(Box<Cached>),
    /// A complete description of its schema does not name it: it does not exist, or this principal may not see it.
    NotVisible {
        /// Who asked, as the warehouse knows them.
        principal: Option<String>,
        /// When the schema was described.
        described_at: Timestamp,
    },
    /// Its schema was never described, or not completely.
    Unknown,
}

impl Lookup {
    /// The table, fresh or stale.
    pub fn table(self) -> Option<Cached> {
        match self {
            Lookup::Fresh(cached) | Lookup::Stale(cached) => Some(*cached),
            Lookup::NotVisible { .. } | Lookup::Unknown => None,
        }
    }
}

/// A table from the cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Cached {
    /// Its name as the warehouse stores it, which may differ in letter case from the name asked for.
    pub name: TableName,
    /// The table. Its `revision` is not filled in: [`Snapshot::revision`](crate::Snapshot::revision) knows it.
    pub table: Table,
    /// When its schema was described.
    pub described_at: Timestamp,
    /// When it was first described, or first again after it was gone.
    pub first_seen: Timestamp,
    /// When its columns or its kind last changed. Comments and attributes do not count.
    pub last_changed: Timestamp,
}

/// What the cache knows about a schema as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaInfo {
    /// Its name as the warehouse stores it.
    pub name: SchemaName,
    /// When it was described, and what that took.
    pub cost: Cost,
    /// Whether the description names every table that the principal may see.
    pub coverage: Coverage,
    /// Who asked, as the warehouse knows them.
    pub principal: Option<String>,
    /// A remark of the adapter.
    pub note: Option<String>,
    /// The schema's revision, for the next description.
    pub revision: Option<String>,
    /// Facts about the answer.
    pub attributes: Attributes,
    /// How many tables the cache holds of it.
    pub tables: u64,
    /// How many columns those have.
    pub columns: u64,
    /// How many of its tables could not be described.
    pub failed: u64,
    /// How often in a row the adapter has confirmed the description, or a part of it, without repeating it.
    pub renewals: u32,
    /// Which build of which plugin described it.
    pub provenance: Provenance,
    /// When it was imported. Such a schema is pinned: it stays fresh until a warehouse is asked again.
    pub pinned: Option<Timestamp>,
}

impl SchemaInfo {
    /// How often in a row a description is believed to hold still, without seeing it whole.
    pub const MOST_RENEWALS: u32 = 10;

    /// Whether it is pinned, or was described within the time to live.
    pub fn is_fresh(&self, now: Timestamp, ttl_seconds: u64) -> bool {
        self.pinned.is_some() || is_fresh(self.cost.described_at, now, ttl_seconds)
    }

    /// Whether the next description may leave out what has not changed. Revisions can lag behind what they stand for, so after so
    /// many of these in a row, [`MOST_RENEWALS`](Self::MOST_RENEWALS), everything is to be described again; and what was imported was
    /// never described here.
    pub fn may_be_renewed(&self) -> bool {
        self.pinned.is_none() && self.renewals < Self::MOST_RENEWALS
    }

    /// Whether a table that the cache does not hold is certainly not visible to the principal.
    pub fn is_complete(&self) -> bool {
        self.coverage == Coverage::Exhausted && self.failed == 0
    }
}

/// One table in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableInfo {
    /// Its name as the warehouse stores it.
    pub name: String,
    /// What it is: `table`, `view`, …
    pub kind: String,
    /// How many columns it has.
    pub columns: u32,
    /// When it was first described, or first again after it was gone.
    pub first_seen: Timestamp,
    /// When its columns or its kind last changed.
    pub last_changed: Timestamp,
}

/// What happened to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Its columns or its kind changed.
    Altered,
    /// A complete description no longer named it.
    Dropped,
}

/// One entry of a table's history: what it was before something happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The description that first showed it.
    pub at: Timestamp,
    /// What happened.
    pub change: ChangeKind,
    /// What the table was before: `table`, `view`, …
    pub kind: String,
    /// Its columns before, without comments and attributes.
    pub columns: Vec<Column>,
    /// When it was first described, or first again after it was gone; unknown for what older versions of rocky wrote.
    pub first_seen: Option<Timestamp>,
}

/// What queries depend on of a table: comments and attributes are no part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// What it is: `table`, `view`, …
    pub kind: String,
    /// Its columns, without comments and attributes.
    pub columns: Vec<Column>,
}

/// A table that is not what it was at some moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Its name as the warehouse stores it.
    pub table: String,
    /// When it changed last, or went.
    pub at: Timestamp,
    /// What it was at that moment, unless it was not there.
    pub before: Option<Shape>,
    /// What it is, unless it is gone.
    pub after: Option<Shape>,
}

/// What happened to a schema since some moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The tables that differ from what they were, by name.
    pub tables: Vec<Changed>,
    /// When the oldest of its tables, gone ones included, was first described; what was there before is not known.
    pub known_since: Option<Timestamp>,
    /// Tables that have changed since, but what they were is no longer remembered.
    pub forgotten: u64,
}

/// The cache in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The cache file.
    pub path: PathBuf,
    /// The version of its format; `None` when the file holds tables of other programs only.
    pub format_version: Option<u64>,
    /// Its size, tables of other programs included.
    pub file_bytes: u64,
    /// Schemas of all connections.
    pub schemas: u64,
    /// Tables of all connections.
    pub tables: u64,
    /// Distinct layouts, those that only the history still needs included.
    pub layouts: u64,
    /// The same by adapter. Adapters with equal connections share their schemas and count them each.
    pub adapters: Vec<AdapterStats>,
}

/// One adapter's part of [`Stats`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterStats {
    /// The adapter's name.
    pub adapter: String,
    /// Its schemas.
    pub schemas: u64,
    /// Its tables.
    pub tables: u64,
    /// Schemas described within the time to live.
    pub fresh: u64,
    /// Schemas described before.
    pub stale: u64,
    /// Schemas, fresh or stale, whose description is not complete.
    pub incomplete: u64,
}
