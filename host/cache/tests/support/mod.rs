//! What the tests share: one warehouse, one clock, real files in temporary directories.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rocky_cache::{
    CacheConfig, CacheError, Connection, Cost, Lookup, Outcome, Provenance, Reader, Snapshot, Tap,
    TapReport, Timestamp, Written,
};
use rocky_schema::{
    AdapterError, Column, Coverage, Entry, ErrorCode, Folding, IdentifierRules, Matching,
    SchemaName, Summary, Table,
};

pub const ADAPTER: &str = "lake";

pub fn config(directory: &Path) -> CacheConfig {
    CacheConfig::at(directory.join("state.redb"))
}

pub fn connection(matching: Matching) -> Arc<Connection> {
    Arc::new(Connection {
        adapter: ADAPTER.into(),
        plugin: "databricks".into(),
        endpoint: "https://lake.example".into(),
        identity: BTreeMap::from([("client_id".into(), "rocky".into())]),
        rules: IdentifierRules {
            unquoted: Folding::Preserve,
            tables: matching,
            columns: matching,
            quote: '`',
        },
        dialect: "databricks".into(),
    })
}

pub fn provenance() -> Arc<Provenance> {
    Arc::new(Provenance {
        plugin: "databricks".into(),
        version: "0.1.0".into(),
        digest: "sha256:00".into(),
    })
}

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

pub fn cost(seconds: u64) -> Cost {
    Cost {
        described_at: at(seconds),
        duration: Duration::from_millis(5),
        requests: 2,
    }
}

pub fn flights() -> SchemaName {
    SchemaName::new("raw", "flights")
}

pub fn truncated() -> Summary {
    Summary {
        coverage: Coverage::Truncated,
        ..Summary::exhausted()
    }
}

/// A table whose columns are all BIGINT.
pub fn table(name: &str, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|column| Column::new(*column, "BIGINT"));
    Table::new(name, columns.collect())
}

pub fn entry(name: &str, columns: &[&str]) -> Entry {
    Entry::Table(table(name, columns))
}

pub fn unchanged(name: &str) -> Entry {
    Entry::Unchanged(name.into())
}

pub fn failed(name: &str) -> Entry {
    Entry::Failed(
        name.into(),
        AdapterError::new(ErrorCode::PermissionDenied, "no"),
    )
}

/// One run that describes one schema.
pub fn describe(
    config: &CacheConfig,
    schema: &SchemaName,
    entries: &[Entry],
    summary: &Summary,
    seconds: u64,
) -> TapReport {
    let tap = Tap::start(config);
    let mut schema = tap.schema(&connection(Matching::Exact), &provenance(), schema.clone());
    for page in entries.chunks(3) {
        schema.page(page);
    }
    schema.done(summary, cost(seconds));
    tap.finish()
}

/// The same, complete and of schema `raw.flights`.
pub fn refresh(config: &CacheConfig, entries: &[Entry], seconds: u64) -> Written {
    written(&describe(
        config,
        &flights(),
        entries,
        &Summary::exhausted(),
        seconds,
    ))
}

/// The counts of the only schema in a report.
pub fn written(report: &TapReport) -> Written {
    match report.schemas.as_slice() {
        [schema] => match &schema.outcome {
            Outcome::Written(written) => *written,
            other => panic!("not written: {other:?}"),
        },
        other => panic!("not one schema: {other:?}"),
    }
}

/// The error of the only schema in a report.
pub fn failure(report: &TapReport) -> &CacheError {
    let mut failures = report.failures();
    let (_, error) = failures.next().expect("a failure");
    assert!(failures.next().is_none());
    error
}

pub fn snapshot(config: &CacheConfig) -> Snapshot {
    let reader = Reader::open(config).unwrap().expect("a cache file");
    reader.snapshot().unwrap()
}

pub fn lookup(config: &CacheConfig, name: &str) -> Lookup {
    let name = flights().table(name);
    snapshot(config)
        .table(ADAPTER, &name, at(100), 86_400)
        .unwrap()
}

/// The table as cached, fresh or stale.
pub fn cached(config: &CacheConfig, name: &str) -> Option<Table> {
    lookup(config, name).table().map(|cached| cached.table)
}
