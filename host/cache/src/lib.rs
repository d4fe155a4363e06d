//! The schema cache of rocky: what adapters said about a warehouse, kept in one redb file that the host owns.
//!
//! Data flows one way. A [`Tap`] is handed the pages of every description as they pass by and commits finished schemas
//! on a thread of its own; it returns `()`, so it cannot fail the run. A [`Reader`] answers from the file alone, by
//! point lookups, and says of every answer whether it is fresh, stale, not visible or unknown.
//!
//! This crate knows no WebAssembly, no network, no async runtime and no clock: time and paths come in as parameters,
//! warnings go to [`tracing`] and into returned values.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use rocky_cache::{CacheConfig, Connection, Cost, Lookup, Provenance, Reader, Tap, Timestamp};
//! use rocky_schema::{Column, Entry, Folding, IdentifierRules, Matching, SchemaName, Summary, Table};
//!
//! let directory = tempfile::tempdir()?;
//! let config = CacheConfig::at(directory.path().join("state.redb"));
//! let connection = Arc::new(Connection {
//!     adapter: "lake".into(),
//!     plugin: "databricks".into(),
//!     endpoint: "https://lake.example".into(),
//!     identity: Default::default(),
//!     rules: IdentifierRules {
//!         unquoted: Folding::Lower,
//!         tables: Matching::IgnoreCase,
//!         columns: Matching::IgnoreCase,
//!         quote: '`',
//!     },
//!     dialect: "databricks".into(),
//! });
//! let provenance = Arc::new(Provenance { plugin: "databricks".into(), version: "0.1.0".into(), digest: "sha256:…".into() });
//! let flights = SchemaName::new("raw", "flights");
//! let now = Timestamp::from_millis(1_700_000_000_000);
//!
//! let tap = Tap::start(&config);
//! let mut schema = tap.schema(&connection, &provenance, flights.clone());
//! schema.page(&[Entry::Table(Table::new("planes", vec![Column::new("tailnum", "STRING")]))]);
//! schema.done(&Summary::exhausted(), Cost { described_at: now, duration: Duration::from_millis(80), requests: 1 });
//! assert!(tap.finish().failures().next().is_none());
//!
//! let reader = Reader::open(&config)?.expect("the tap has written a file");
//! let found = reader.snapshot()?.table("lake", &flights.table("Planes"), now, config.ttl_seconds)?;
//! assert!(matches!(found, Lookup::Fresh(cached) if cached.name.table == "planes"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - Writing: [`Tap`], [`SchemaTap`], [`TapReport`].
//! - Reading: [`Reader`], [`Snapshot`], [`Lookup`].
//! - Keeping: [`clear`], [`compact`], [`check`], [`set_aside`].
//! - Told from outside: [`CacheConfig`], [`Connection`], [`Provenance`], [`Cost`], [`Pin`], [`Timestamp`].
//! - What goes wrong: [`CacheError`]; and [`contains_panics`], for programs with a panic hook.

mod answer;
mod buffer;
mod check;
mod clear;
mod codec;
mod compact;
mod config;
mod connection;
mod contain;
mod content;
mod error;
mod fault;
mod format;

mod look;
mod lookup;
mod overlay;
mod past;
mod reader;
mod releasable;
mod replace;
mod report;
mod snapshot;
mod spared;
mod store;
mod tables;
mod tap;
mod time;
mod walk;
mod writer;

pub use answer::{
    AdapterStats, Cached, Change, ChangeKind, Changed, Changes, Lookup, SchemaInfo, Shape, Stats,
    TableInfo,
};
pub use check::{Checked, check, set_aside};
pub use clear::{Candidate, Cleared, clear};
pub use compact::{Compacted, compact};
pub use config::CacheConfig;
pub use connection::{Connection, Cost, Pin, Provenance, Scope};
pub use contain::contains_panics;
pub use error::CacheError;
pub use format::FORMAT_VERSION;
pub use reader::Reader;
pub use report::{Outcome, SchemaReport, TapReport, Written};
pub use snapshot::Snapshot;
pub use tap::{SchemaTap, Tap};
pub use time::{Timestamp, is_fresh};
pub use walk::Tables;
