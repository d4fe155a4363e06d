//! The rocky adapter for Snowflake.
//!
//! A catalog is a database. Read it in this order; Databricks and BigQuery use the same words for the same things:
//!
//! | module | what it knows |
//! |---|---|
//! | `settings` | what the user may say in `rocky.toml` |
//! | `names` | names in statements, in paths and in settings |
//! | `request` | every request that is ever sent |
//! | `rows` | what a statement answers |
//! | `types` | how a column's type is told, and its full text |
//! | `draft` | tables of which something may still be missing |
//! | `failure` | what an error of Snowflake means |
//!
//! A `statement` runs to its end, and its `result` comes in parts. `objects` lists what a schema holds, and `principal` asks for the role.
//!
//! There are four ways to the columns: `show` takes one statement and tells 10,000 columns at most; `rest` lists tables and views page by
//! page; `sql` queries `information` schema, in parts where that is too large; `describe` takes a statement for each table. None but `sql`
//! needs a warehouse, which costs money to wake. `auto` goes through them in this order until one tells everything, and `completion` asks
//! another for what one leaves out.
//!
//! # How the sources differ
//!
//! All return the same names, types, nullability, comments and kinds:
//!
//! - SHOW and INFORMATION_SCHEMA leave parts of some types out: what is in an array, an object or a map; INFORMATION_SCHEMA also how many
//!   digits a second has. The tables with such columns are completed from the REST API, or from DESCRIBE.
//! - Views do not tell over REST which of their columns may be NULL, so that all may, and not whether they are materialized.
//! - A table's revision, the time of its last DDL, is known over INFORMATION_SCHEMA only: no warehouse is woken for it.
//! - What a column is computed from is not told over REST.

mod adapter;
mod auto;
mod completion;
mod describe;
mod draft;
mod failure;
#[cfg(target_arch = "wasm32")]
mod guest;
mod information;
mod manifest;
mod names;
mod objects;
mod principal;
mod request;
mod rest;
mod result;
mod rows;
mod settings;
mod show;
mod sql;
mod statement;
#[cfg(test)]
mod tests;
mod types;

pub use adapter::{Snowflake, Tables};
