//! The real `rocky` and real components against the emulator: what a user sees.
//!
//! | module | what it shows |
//! |---|---|
//! | `run` | what a run writes, finds unchanged and removes |
//! | `compile` | models checked against the cache |
//! | `lsp` | what an editor is told |
//! | `refresh` | what a further run does not ask again |
//! | `gate`, `harm`, `state_path` | the cache can be switched off, be broken, and be in several places |
//! | `state_tools`, `clocks` | the cache can be cleared, checked and compacted; when it counts as fresh |
//! | `rest_faults`, `sql_faults`, `fault_table` | every way in which a warehouse fails |
//! | `hostile`, `differential` | names and types that nobody should choose, and every type there is |
//! | `misbehaviour`, `components` | plugins that do wrong, and files that are no plugins |
//! | `attacks`, `floods`, `statements` | plugins that attack, and what they may send |
//! | `responses` | servers that attack |
//! | `network` | TLS, proxies and names |
//! | `databricks` | what only Databricks has: sign-in of programs, large results, `hive_metastore` |
//! | `bigquery`, `google_sign_in` | the same and more of BigQuery: both sources, failures, names, sign-in |
//! | `secrets`, `credentials` | every kind of credential is sent to the warehouse and is nowhere else |
//! | `lock`, `artifacts` | which plugins a project trusts, and which compiled ones |
//! | `schema`, `state`, `inspect`, `usage`, `config`, `json` | what is printed |
//! | `schema_changes`, `schema_search` | how the cache tells what has changed, and where something is |
//! | `schema_export`, `schema_import` | the cache as a tree of files, and back |
//! | `schema_arrow` | the cache as an Arrow stream |
//! | `sharing`, `crash`, `concurrency` | many processes, sudden ends, many schemas |
//!
//! `project`, `filled`, `json_schema`, `server` and `echo_server` are what the tests are made with.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(
    clippy::too_many_lines,
    reason = "a test is mostly a table of cases; tidy counts them"
)]

mod artifacts;
mod attacks;
mod bigquery;
mod clocks;
mod compile;
mod components;
mod concurrency;
mod config;
mod crash;
mod credentials;
mod databricks;
mod differential;
mod discover;
mod echo_server;
mod fault_table;
mod filled;
mod floods;
mod gate;
mod google_sign_in;
mod harm;
mod hostile;
mod inspect;
mod json;
mod json_schema;
mod lock;
mod lsp;
mod misbehaviour;
mod network;
mod project;
mod refresh;
mod responses;
mod rest_faults;
mod run;
mod schema;
mod schema_arrow;
mod schema_changes;
mod schema_export;
mod schema_import;
mod schema_search;
mod secrets;
mod server;
mod sharing;
mod snowflake;
mod snowflake_sign_in;
mod snowflake_sizes;
mod sql_faults;
mod state;
mod state_path;
mod state_tools;
mod statements;
mod usage;
