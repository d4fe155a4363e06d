use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::{Level, Refused, check};

/// Judges statements, and remembers which have passed: an adapter sends the same few for every schema.
///
/// ```
/// let guard = rocky_guard::Guard::default();
/// for _ in 0..2 {
///     guard.check("databricks", "SHOW TABLES IN main.sales", rocky_guard::Level::Metadata)?;
/// }
/// # Ok::<(), rocky_guard::Refused>(())
/// ```
#[derive(Debug, Default)]
pub struct Guard {
    passed: Mutex<HashSet<(Level, String, String)>>,
}

/// So many statements are remembered, of this many bytes at most: a stranger's code decides what is sent.
const REMEMBERED: usize = 64;
const REMEMBERED_BYTES: usize = 16 << 10;

impl Guard {
    /// Whether `sql` may pass: [`check`], unless it has passed before.
    ///
    /// # Errors
    ///
    /// As [`check`].
    pub fn check(&self, dialect: &str, sql: &str, level: Level) -> Result<(), Refused> {
        if sql.len() > REMEMBERED_BYTES {
            return check(dialect, sql, level);
        }
        // A panic elsewhere leaves the set as it was, or with one statement more.
        let passed = || self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = (level, dialect.to_owned(), sql.to_owned());
        if passed().contains(&statement) {
            return Ok(());
        }
        check(dialect, sql, level)?;
        let mut passed = passed();
        if passed.len() < REMEMBERED {
            passed.insert(statement);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_passed_passes_at_its_own_level_and_in_its_own_dialect_only() {
        let guard = Guard::default();
        let sql = "SELECT * FROM main.sales.orders";
        for _ in 0..2 {
            assert!(guard.check("databricks", sql, Level::Read).is_ok());
            assert!(guard.check("databricks", sql, Level::Metadata).is_err());
            assert!(guard.check("cobol", sql, Level::Read).is_err());
            assert!(
                guard
                    .check("databricks", "DROP TABLE t", Level::Read)
                    .is_err()
            );
        }
        for number in 0..200 {
            let sql = format!("SHOW TABLES IN c.s{number}");
            assert!(guard.check("databricks", &sql, Level::Metadata).is_ok());
        }
        assert_eq!(guard.passed.lock().unwrap().len(), REMEMBERED);
    }
}
