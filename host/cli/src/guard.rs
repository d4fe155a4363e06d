//! Joins the plugin host, which sees the requests of adapters, and the guard, which understands SQL.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use rocky_guard::Level;
use rocky_plugin::{StatementGuard, StatementLevel};

/// Judges SQL by parsing it. An adapter sends the same few statements for every schema, so what has passed is remembered.
#[derive(Debug, Default)]
pub struct SqlGuard {
    passed: Mutex<HashSet<(StatementLevel, String, String)>>,
}

/// So many statements are remembered, of this many bytes at most.
const REMEMBERED: usize = 64;
const REMEMBERED_BYTES: usize = 16 << 10;

impl StatementGuard for SqlGuard {
    fn check(&self, dialect: &str, sql: &str, level: StatementLevel) -> Result<(), String> {
        let guard_level = match level {
            StatementLevel::Metadata => Level::Metadata,
            StatementLevel::Read => Level::Read,
            StatementLevel::Any => return Ok(()),
        };
        let passed = || self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = (level, dialect.to_owned(), sql.to_owned());
        if passed().contains(&statement) {
            return Ok(());
        }
        rocky_guard::check(dialect, sql, guard_level).map_err(|refused| refused.to_string())?;
        let mut passed = passed();
        if sql.len() <= REMEMBERED_BYTES && passed.len() < REMEMBERED {
            passed.insert(statement);
        }
        Ok(())
    }
}
