//! What is known of the warehouses' tables, and who knows it.

use std::sync::Arc;

use rocky_schema::{Column, SchemaName, TableName};

/// Whoever knows the tables of the warehouses: in rocky's binary, the cache.
///
/// Names are in stored form: as an adapter's [`IdentifierRules`](rocky_schema::IdentifierRules) fold what a query says. Whether
/// letter case matters on top of that is the catalog's to know.
pub trait Catalog: Sync {
    /// What is known of one table, as the adapter sees it.
    fn table(&self, adapter: &str, name: &TableName) -> Found;
    /// The catalogs of which a schema is known.
    fn catalogs(&self, adapter: &str) -> Vec<String>;
    /// The schemas of `catalog` that are known.
    fn schemas(&self, adapter: &str, catalog: &str) -> Vec<String>;
    /// The tables of `schema` that are known, each with its kind.
    fn tables(&self, adapter: &str, schema: &SchemaName) -> Vec<(String, String)>;
}

/// What a [`Catalog`] knows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It has these columns; whether that is still so, [`Relation::described`] says.
    Known(Arc<Relation>),
    /// A fresh and complete description of its schema does not name it.
    NotVisible(Described),
    /// Its schema was never described, or not completely, or too long ago to prove that the table is absent.
    NotCached,
}

/// A table or view of a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name, exactly as the warehouse stores it.
    pub name: TableName,
    /// What it is, in lower case: `table`, `view`, …
    pub kind: String,
    /// Its columns, in the order of the table.
    pub columns: Vec<Column>,
    /// What the owner wrote about it.
    pub comment: Option<String>,
    /// Where this knowledge is from.
    pub described: Described,
}

/// Where the knowledge of a schema is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The plugin that described it.
    pub plugin: String,
    /// As whom, where the plugin told: what a warehouse shows depends on it.
    pub principal: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_millis: u64,
    /// Whether it is recent enough to be relied on.
    pub fresh: bool,
    /// Whether it was imported to stay as it is.
    pub pinned: bool,
    /// Whether it names every table that the principal may see.
    pub complete: bool,
}
