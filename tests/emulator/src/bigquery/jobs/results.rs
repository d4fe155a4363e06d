//! Pages of a result.

use super::cells::cell;
use crate::bigquery::error::ApiError;
use crate::sql::google::GoogleRows;
use datafusion::arrow::record_batch::RecordBatch;
use serde_json::{Value, json};

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

/// The rows of a page.
pub(in crate::bigquery) fn rows_json(
    rows: &GoogleRows,
    cut: Cut,
    timestamps: TimestampFormat,
) -> Vec<Value> {
    let places = rows
        .batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    let page = places.skip(cut.start).take(cut.limit);
    page.map(|(batch, row)| {
        let cells = batch.columns().iter().zip(&rows.fields);
        let cells = cells.map(
            |(array, field)| json!({"v": cell(&field.data_type, array.as_ref(), row, timestamps)}),
        );
        json!({"f": cells.collect::<Vec<_>>()})
    })
    .collect()
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
