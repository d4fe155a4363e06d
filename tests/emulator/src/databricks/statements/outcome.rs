//! A finished result: rows rendered and cut into chunks.

use super::cells::write_value;
use crate::sql::{ResultColumn, Rows, SqlError};
use bytes::Bytes;
use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;
use std::time::Instant;

/// Largest result that is sent in the answers themselves, in bytes.
const INLINE_LIMIT: usize = 25 << 20;

/// What a statement answered.
#[derive(Debug)]
pub(super) struct Outcome {
    pub columns: Vec<ResultColumn>,
    pub chunks: Vec<Chunk>,
    pub total_rows: usize,
    pub total_bytes: usize,
    /// Whether a limit cut rows off.
    pub truncated: bool,
    pub finished: Instant,
}

/// A run of rows.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The place of the first row in the result.
    pub row_offset: usize,
    pub row_count: usize,
    /// The rows as a JSON array of arrays.
    pub data: Bytes,
}

/// Where a result is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub rows: Option<usize>,
    pub bytes: Option<usize>,
    pub chunk_rows: usize,
}

impl Outcome {
    /// Renders the rows.
    pub fn new(mut rows: Rows, limits: Limits) -> Result<Self, SqlError> {
        let mut outcome = Self {
            truncated: limits.rows.is_some_and(|limit| rows.truncate(limit)),
            columns: std::mem::take(&mut rows.columns),
            chunks: Vec::new(),
            total_rows: 0,
            total_bytes: 0,
            finished: Instant::now(),
        };
        let mut open = Open::default();
        'all: for batch in &rows.batches {
            for row in 0..batch.num_rows() {
                let before = open.data.len();
                open.push(batch, row).map_err(unprintable)?;
                let bytes = outcome.total_bytes + open.data.len();
                if limits.bytes.is_some_and(|limit| bytes > limit) {
                    open.data.truncate(before);
                    open.rows -= 1;
                    outcome.truncated = true;
                    break 'all;
                }
                if open.rows == limits.chunk_rows {
                    outcome.close(&mut open);
                }
            }
        }
        outcome.close(&mut open);
        outcome.finished = Instant::now();
        match outcome.total_bytes > INLINE_LIMIT {
            true => Err(too_large(outcome.total_bytes)),
            false => Ok(outcome),
        }
    }

    fn close(&mut self, open: &mut Open) {
        if open.rows == 0 {
            return;
        }
        let mut data = std::mem::take(&mut open.data);
        data.push(b']');
        self.total_bytes += data.len();
        self.chunks.push(Chunk {
            row_offset: self.total_rows,
            row_count: open.rows,
            data: data.into(),
        });
        self.total_rows += open.rows;
        open.rows = 0;
    }
}

fn unprintable(_: std::fmt::Error) -> SqlError {
    let message = "A value of the result is outside the range that can be printed.";
    SqlError::new("DATETIME_OVERFLOW", "22008", message)
}

fn too_large(bytes: usize) -> SqlError {
    let message = format!(
        "Inline byte limit exceeded: the result has {bytes} bytes, but with disposition INLINE it \
         may have at most {INLINE_LIMIT}. Use a byte_limit or the disposition EXTERNAL_LINKS."
    );
    SqlError::new("INLINE_BYTE_LIMIT_EXCEEDED", "54000", message)
}

/// The chunk being filled.
#[derive(Debug, Default)]
struct Open {
    data: Vec<u8>,
    rows: usize,
    cell: String,
}

impl Open {
    fn push(&mut self, batch: &RecordBatch, row: usize) -> std::fmt::Result {
        self.data.push(if self.rows == 0 { b'[' } else { b',' });
        self.rows += 1;
        for (at, column) in batch.columns().iter().enumerate() {
            self.data.push(if at == 0 { b'[' } else { b',' });
            if column.is_null(row) || *column.data_type() == DataType::Null {
                self.data.extend_from_slice(b"null");
                continue;
            }
            self.cell.clear();
            write_value(&mut self.cell, column, row, false)?;
            // Writing a string to memory cannot fail.
            serde_json::to_writer(&mut self.data, &self.cell).map_err(|_| std::fmt::Error)?;
        }
        if batch.num_columns() == 0 {
            self.data.push(b'[');
        }
        self.data.push(b']');
        Ok(())
    }
}
