//! The vocabulary that the rest of rocky shares: what a warehouse's tables look like and how their names match.
//!
//! Pure data. This crate does no I/O, knows no clock, no WebAssembly and no database, so everything above it
//! (the plugin host, the cache, the compiler) can speak of tables without knowing where they came from.
//!
//! - [`Table`] and [`Column`]: one relation, exactly as its warehouse stores it.
//! - [`SchemaName`] and [`TableName`]: where it lives.
//! - [`IdentifierRules`]: when two spellings name the same thing.
//! - [`compare_columns`] and [`pair_names`]: what differs between two descriptions.
//! - [`Entry`], [`Summary`] and [`AdapterError`]: what an adapter answers when it is asked to describe a schema.

mod answer;
mod difference;
mod error;
mod identifiers;
mod name;
mod table;

pub use answer::{Coverage, Entry, SchemaEntry, Summary};
pub use difference::{ColumnChange, ColumnChanges, Pair, compare_columns, pair_names};
pub use error::{AdapterError, ErrorCode};
pub use identifiers::{Folding, IdentifierRules, Matching};
pub use name::{SchemaName, TableName};
pub use table::{Attributes, Column, Table};
