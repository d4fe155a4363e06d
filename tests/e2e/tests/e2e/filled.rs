//! A cache that is filled without a warehouse, at times that the test chooses.

use std::sync::Arc;
use std::time::Duration;

use rocky_cache::{CacheConfig, Connection, Cost, Provenance, Tap, Timestamp};
use rocky_schema::{Column, Entry, Folding, IdentifierRules, Matching, SchemaName, Summary, Table};

use crate::project::Project;

/// What Databricks makes of names.
pub const IGNORE_CASE: IdentifierRules = IdentifierRules {
    unquoted: Folding::Lower,
    tables: Matching::IgnoreCase,
    columns: Matching::IgnoreCase,
    quote: '`',
};

/// What Snowflake makes of names.
pub const EXACT: IdentifierRules = IdentifierRules {
    unquoted: Folding::Upper,
    tables: Matching::Exact,
    columns: Matching::Exact,
    quote: '"',
};

/// One adapter's part of a project's cache.
pub struct Filled {
    config: CacheConfig,
    connection: Arc<Connection>,
}

impl Filled {
    /// An adapter whose warehouse ignores letter case.
    pub fn new(project: &Project, adapter: &str) -> Self {
        Self::with_rules(project, adapter, IGNORE_CASE)
    }

    /// An adapter whose warehouse reads names by these rules.
    pub fn with_rules(project: &Project, adapter: &str, rules: IdentifierRules) -> Self {
        let identity = [("adapter".to_owned(), adapter.to_owned())];
        Self {
            config: CacheConfig::at(project.cache()),
            connection: Arc::new(Connection {
                adapter: adapter.to_owned(),
                plugin: "databricks".to_owned(),
                endpoint: "https://lake.example".to_owned(),
                identity: identity.into(),
                rules,
                dialect: "databricks".to_owned(),
            }),
        }
    }

    /// A complete description of a schema of the catalog `c`, at a time in RFC 3339.
    pub fn describe(&self, schema: &str, at: &str, entries: &[Entry]) {
        let summary = Summary {
            principal: Some("dev@example.com".to_owned()),
            ..Summary::exhausted()
        };
        self.describe_as(SchemaName::new("c", schema), at, entries, &summary);
    }

    /// A description of a schema, at a time in RFC 3339.
    pub fn describe_as(&self, name: SchemaName, at: &str, entries: &[Entry], summary: &Summary) {
        let at: jiff::Timestamp = at.parse().unwrap();
        let provenance = Arc::new(Provenance {
            plugin: "databricks".to_owned(),
            version: "0.1.0".to_owned(),
            digest: format!("sha256:{}", "0123456789abcdef".repeat(4)),
        });
        let tap = Tap::start(&self.config);
        let mut schema = tap.schema(&self.connection, &provenance, name);
        schema.page(entries);
        let cost = Cost {
            described_at: Timestamp::from_millis(at.as_millisecond().unsigned_abs()),
            duration: Duration::from_millis(5),
            requests: 2,
        };
        schema.done(summary, cost);
        assert_eq!(tap.finish().failures().count(), 0);
    }
}

/// A column that may be null.
pub fn column(name: &str, data_type: &str) -> Column {
    Column::new(name, data_type)
}

/// A table whose columns are all `int`.
pub fn table(name: &str, columns: &[&str]) -> Entry {
    let columns = columns.iter().map(|name| column(name, "int"));
    Entry::Table(Table::new(name, columns.collect()))
}

/// The same of a view.
pub fn view(name: &str, columns: &[&str]) -> Entry {
    let Entry::Table(table) = table(name, columns) else {
        unreachable!("it is a table")
    };
    Entry::Table(Table {
        kind: "view".to_owned(),
        ..table
    })
}
