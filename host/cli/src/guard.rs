//! Joins the plugin host, which sees the requests of adapters, and the guard, which understands SQL.

use rocky_guard::{Guard, Level};
use rocky_plugin::{StatementGuard, StatementLevel};

/// Judges SQL by parsing it.
#[derive(Debug, Default)]
pub struct SqlGuard(Guard);

impl StatementGuard for SqlGuard {
    fn check(&self, dialect: &str, sql: &str, level: StatementLevel) -> Result<(), String> {
        let level = match level {
            StatementLevel::Metadata => Level::Metadata,
            StatementLevel::Read => Level::Read,
            StatementLevel::Any => return Ok(()),
        };
        let judged = self.0.check(dialect, sql, level);
        judged.map_err(|refused| refused.to_string())
    }
}
