//! The rocky adapter for BigQuery.
//!
//! A catalog is a project, a schema is a dataset. Read it in this order; Databricks and Snowflake use the same words for the same
//! things:
//!
//! | module | what it knows |
//! |---|---|
//! | `settings` | what the user may say in `rocky.toml` |
//! | `names` | which names can be part of a path or of a statement |
//! | `request` | every request that is ever sent |
//! | `page` | what the lists and the single tables answer |
//! | `rows` | what a query answers |
//! | `types` | how the fields of a table become types |
//! | `tables`, `assembly` | how either becomes tables |
//! | `shards` | which tables are days of one |
//! | `failure` | what an error of BigQuery means |
//!
//! A `listing` names a dataset's tables. Three cursors tie these together: `rest` gets each table by itself, which costs nothing;
//! `sql` runs one `job` on the dataset's `INFORMATION_SCHEMA`, which is billed; `auto` counts the tables first, and takes the
//! cheaper of the two.
//!
//! # How the two sources differ
//!
//! Both return the same types, nullability, comments and kinds. What only one of them tells is an attribute:
//!
//! - A table's revision, its entity tag, is known over REST only, as are the fields within structs that are required
//!   (`required_fields`).
//! - Who asks is known over SQL only.

mod adapter;
mod assembly;
mod auto;
mod failure;
#[cfg(target_arch = "wasm32")]
mod guest;
mod job;
mod listing;
mod manifest;
mod names;
mod page;
mod request;
mod rest;
mod rows;
mod settings;
mod shards;
mod sql;
mod tables;
#[cfg(test)]
mod tests;
mod types;

pub use adapter::{BigQuery, Tables};
