//! Whether a statement may leave the host.
//!
//! An adapter is a stranger's code, and what it sends to a warehouse runs with the user's credential. [`check`] looks at a statement before
//! it goes out and lets pass what is certainly a harmless read. Whatever it does not know, it refuses, with a reason that a user
//! understands. It is pure: no clock, no files, no network.
//!
//! A statement takes these steps, and each may refuse it:
//!
//! 1. `text`: characters, quotes and comments, by rules that are stricter than those of any warehouse, so that all agree where a literal ends;
//! 2. `tokens`: the words, as the tokenizer of the dialect sees them, and how much work they are to the parser;
//! 3. `show`: `SHOW` and `DESCRIBE`, whose forms are too many for a parser;
//! 4. `query`, `tables`, `expression`, `functions`, `types`: the tree of a query, all of it; a node that is not known is refused.
//!
//! ```
//! use rocky_guard::{Level, check};
//!
//! let listing = "SELECT table_name FROM raw.information_schema.tables";
//! assert!(check("databricks", listing, Level::Metadata).is_ok());
//!
//! let refused = check("databricks", "SELECT * FROM raw.sales.orders", Level::Metadata);
//! let reason = refused.unwrap_err().to_string();
//! assert_eq!(reason, "it reads `raw.sales.orders`, which is no table of an information schema");
//! ```

mod builtins;
mod dialect;
mod expression;
mod functions;
mod memory;
mod metered;
mod names;
mod query;
mod refused;
mod show;
mod tables;
mod text;
mod tokens;
mod types;

pub use memory::Guard;
pub use refused::Refused;

use dialect::Dialect;
use tokens::Tokens;

/// What may pass. Where anything may, there is nothing to guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Only what describes tables: `SHOW` and `DESCRIBE` but for what they tell of values and users, and queries of information schemas that call nothing but
    /// pure functions.
    Metadata,
    /// Any single query, of any table. Whatever passes at [`Level::Metadata`] passes here.
    Read,
}

/// Whether `sql`, sent to a warehouse that reads `dialect`, may pass at `level`.
///
/// The dialects are `databricks`, `bigquery`, `snowflake`, `ansi` and `generic`. Of the last two nobody knows which warehouse reads them,
/// so even at [`Level::Read`] they may call only functions that are known to be pure.
///
/// # Errors
///
/// [`Refused`] says what is not certainly harmless. It is safe to print, whatever the statement holds.
pub fn check(dialect: &str, sql: &str, level: Level) -> Result<(), Refused> {
    let dialect = Dialect::named(dialect).ok_or_else(|| Refused::unknown_dialect(dialect))?;
    let scan = text::scan(sql, dialect)?;
    let tokens = Tokens::read(sql, dialect, &scan)?;
    match tokens.first_word() {
        "SHOW" | "DESCRIBE" | "DESC" => show::check(&tokens, dialect, level),
        "EXPLAIN" => show::explain(tokens, dialect, level),
        "SELECT" | "WITH" | "VALUES" | "" => query::check(tokens, dialect, level),
        _ => Err(Refused::not_a_read(&tokens.opening())),
    }
}
