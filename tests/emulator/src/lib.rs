//! A local warehouse that speaks the wire protocols of real ones: for tests, demos and authors of
//! adapters.
//!
//! ```
//! use rocky_emulator::{Action, Emulator, Fault};
//!
//! let emulator = Emulator::builder().token("t", "alice@example.com").start()?;
//! emulator.sql("CREATE CATALOG c; CREATE TABLE c.default.t (id BIGINT NOT NULL)")?;
//! emulator.fault(Fault::on("/tables", Action::status(503)));
//! assert!(emulator.url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`emulator`] | starts and holds a running emulator |
//! | [`settings`], [`access`], [`identity`] | how it behaves, and towards whom |
//! | [`load`], [`generate`], [`register`] | three ways to fill it |
//! | [`catalog`], [`types`] | what it holds: shared by all protocols |
//! | [`sql`] | DataFusion over the catalog, and the DDL that changes it |
//! | [`http`] | the accept loop, faults, counters, the control endpoint |
//! | `databricks`, `bigquery`, `snowflake` | the protocols |

pub mod access;
mod background;
mod bigquery;
pub mod catalog;
mod databricks;
pub mod emulator;
pub mod generate;
mod glob;
pub mod http;
pub mod identity;
pub mod load;
mod progress;
mod random;
pub mod register;
pub mod settings;
mod shared;
mod snowflake;
pub mod sql;
mod storage;
pub mod types;

pub use access::{Effect, OauthClient, Rule};
pub use emulator::{Builder, Emulator, StartError};
pub use generate::Shape;
pub use http::fault::{Action, Fault, Match, Times};
pub use http::requests::{Requests, Route};
pub use identity::GoogleIdentity;
pub use register::{RawColumn, RawTable, RawTables};
pub use settings::Settings;
pub use snowflake::SnowflakeUser;
pub use sql::{ScriptError, SqlError};
