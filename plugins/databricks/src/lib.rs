//! The rocky adapter for Databricks.
//!
//! Read it in this order; BigQuery and Snowflake use the same words for the same things:
//!
//! | module | what it knows |
//! |---|---|
//! | `settings` | what the user may say in `rocky.toml` |
//! | `request` | every request that is ever sent |
//! | `page` | what Unity Catalog's lists answer |
//! | `rows` | what a statement answers |
//! | `describe`, `type_json` | what `DESCRIBE` answers |
//! | `tables` | how either becomes tables |
//! | `failure` | what an error of Databricks means |
//!
//! A `statement` runs to its end, and its `result` comes in `chunks`, inline or behind links to storage.
//!
//! Three cursors tie these together: `rest` lists a schema's tables through Unity Catalog's REST API, which needs no SQL
//! warehouse and costs nothing; `sql` runs one statement on `information_schema`; `hive` one for each table of the catalog from
//! before Unity Catalog, of which the other two know nothing. `auto` begins with the first, and turns to the second where the
//! first is not permitted.
//!
//! # How the sources differ
//!
//! All return what Databricks says, and nothing is made to look alike:
//!
//! - The letter case and spacing of types is that of `type_text` and `full_data_type`.
//! - A table's revision is `table_id@updated_at` over REST, and `last_altered` over SQL.
//! - `table_id` is known over REST only, a column's `default` over SQL only.
//! - A table whose columns REST leaves out has failed, because they may be hidden; over SQL it has none.
//! - Catalogs, and the schemas of all but `hive_metastore`, are listed through REST with either source.
//! - Tables of `hive_metastore` have no revision, and where `DESCRIBE` does not answer as JSON no nullability either.

mod adapter;
mod auto;
mod chunks;
mod describe;
mod failure;
#[cfg(target_arch = "wasm32")]
mod guest;
mod hive;
mod manifest;
mod one_by_one;
mod page;
mod principal;
mod request;
mod rest;
mod result;
mod rows;
mod settings;
mod sql;
mod statement;
mod sweep;
mod tables;
#[cfg(test)]
mod tests;
mod type_json;

pub use adapter::{Databricks, Tables};
pub use tables::parse_tables_page;
