//! Pages of a result.

use super::cells::Record;
use crate::bigquery::error::ApiError;
use crate::sql::google::GoogleRows;
use datafusion::arrow::record_batch::RecordBatch;
use serde::{Serialize, Serializer};

/// Largest page, in bytes of its cells' text.
const PAGE_BYTES: usize = 10 << 20;

/// How points in time are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bigquery) enum TimestampFormat {
    /// Seconds as a float in exponent form, which loses microseconds.
    Float64,
    /// Microseconds.
    Int64,
    Iso8601,
}

/// Which rows of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bigquery) struct Cut {
    start: usize,
    limit: usize,
}

impl Cut {
    /// Reads a token or start, and how many rows a page has at most.
    pub fn read(
        token: Option<&str>,
        start_index: Option<u64>,
        max_results: Option<u64>,
        page_rows: usize,
    ) -> Result<Self, ApiError> {
        let start = match token.filter(|token| !token.is_empty()) {
            None => start_index.unwrap_or(0),
            Some(token) => {
                let number = token
                    .strip_prefix("BQ")
                    .and_then(|digits| digits.parse().ok());
                number.ok_or_else(|| ApiError::invalid("Invalid page token"))?
            }
        };
        let asked = max_results.map_or(usize::MAX, clamped);
        Ok(Self {
            start: clamped(start),
            limit: asked.min(page_rows),
        })
    }

    /// The token of the page behind this one, if there is any.
    pub fn next(self, total: usize) -> Option<String> {
        let next = self.start.saturating_add(self.limit);
        (next < total && self.limit > 0).then(|| format!("BQ{next}"))
    }

    /// The same cut, ended earlier where its rows would be too large together.
    pub fn within_bytes(self, rows: &GoogleRows) -> Self {
        let bytes: usize = rows
            .batches
            .iter()
            .map(RecordBatch::get_array_memory_size)
            .sum();
        let row_bytes = bytes / rows.row_count().max(1);
        let most = PAGE_BYTES / row_bytes.max(1);
        Self {
            limit: self.limit.min(most.max(1)),
            ..self
        }
    }
}

fn clamped(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The rows of a page, as JSON.
#[derive(Debug, Clone, Copy)]
pub(in crate::bigquery) struct PageRows<'a> {
    pub rows: &'a GoogleRows,
    pub cut: Cut,
    pub timestamps: TimestampFormat,
}

impl PageRows<'_> {
    /// Whether the page has no rows.
    pub fn is_empty(&self) -> bool {
        self.cut.limit == 0 || self.cut.start >= self.rows.row_count()
    }
}

impl Serialize for PageRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = self
            .rows
            .batches
            .iter()
            .flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        let page = places.skip(self.cut.start).take(self.cut.limit);
        serializer.collect_seq(page.map(|(batch, row)| Record {
            columns: batch.columns(),
            fields: &self.rows.fields,
            row,
            timestamps: self.timestamps,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_to_the_end() -> Result<(), &'static str> {
        let read = |token: Option<&str>, most| {
            Cut::read(token, None, most, 10).map_err(|_| "a cut was refused")
        };
        let first = read(None, Some(4))?;
        assert_eq!(first.next(9).as_deref(), Some("BQ4"));
        assert_eq!(read(Some("BQ4"), Some(5))?.next(9), None);
        assert_eq!(read(None, None)?.next(11).as_deref(), Some("BQ10"));
        assert_eq!(read(None, Some(0))?.next(11), None);
        for wrong in ["x", "BQ", "BQ-1"] {
            assert!(read(Some(wrong), None).is_err(), "{wrong}");
        }
        Ok(())
    }
}
