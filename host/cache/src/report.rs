use std::sync::Arc;

use rocky_schema::SchemaName;

use crate::CacheError;

/// What became of every schema that was handed over.
#[derive(Clone, Debug, Default)]
pub struct TapReport {
    /// One entry per schema, in the order of writing.
    pub schemas: Vec<SchemaReport>,
}

impl TapReport {
    /// The schemas that did not reach the cache, and why.
    pub fn failures(&self) -> impl Iterator<Item = (&SchemaReport, &CacheError)> {
        self.schemas
            .iter()
            .filter_map(|report| match &report.outcome {
                Outcome::Failed(error) => Some((report, error.as_ref())),
                Outcome::Written(_) | Outcome::AlreadyWritten => None,
            })
    }

    /// The counts of all schemas together.
    pub fn total(&self) -> Written {
        let mut total = Written::default();
        for report in &self.schemas {
            if let Outcome::Written(written) = &report.outcome {
                total.tables += written.tables;
                total.columns += written.columns;
                total.written += written.written;
                total.unchanged += written.unchanged;
                total.removed += written.removed;
                total.failed += written.failed;
            }
        }
        total
    }
}

/// What became of one schema.
#[derive(Clone, Debug)]
pub struct SchemaReport {
    /// The adapter that described it.
    pub adapter: String,
    /// The schema.
    pub schema: SchemaName,
    /// How it ended.
    pub outcome: Outcome,
}

/// How the writing of one schema ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is committed.
    Written(Written),
    /// The same schema of the same connection was committed earlier in this run; this answer was not written again.
    AlreadyWritten,
    /// It is not in the cache; what the cache held before is still there.
    Failed(Arc<CacheError>),
}

/// What writing one schema changed, in numbers of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Tables that the cache holds of the schema now.
    pub tables: u64,
    /// Columns of those tables.
    pub columns: u64,
    /// Tables that are new or differ from what the cache held.
    pub written: u64,
    /// Tables that the answer named and that are as the cache held them.
    pub unchanged: u64,
    /// Tables that the cache held and a complete answer no longer names.
    pub removed: u64,
    /// Tables that could not be described, or were called unchanged although the cache does not hold them.
    pub failed: u64,
}
