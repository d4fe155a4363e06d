//! A finished result: rows rendered and cut into chunks.

use super::cells::write_value;
use super::files;
use crate::sql::{ResultColumn, Rows, SqlError};
use bytes::Bytes;
use datafusion::arrow::array::Array;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;

/// How a result reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// In the answers themselves.
    Inline,
    /// As files behind links.
    Links(Format),
}

/// How the rows of a chunk are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    JsonArray,
    Csv,
    ArrowStream,
}

impl Delivery {
    pub fn format(self) -> Format {
        match self {
            Self::Inline => Format::JsonArray,
            Self::Links(format) => format,
        }
    }
}

impl Format {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonArray => "JSON_ARRAY",
            Self::Csv => "CSV",
            Self::ArrowStream => "ARROW_STREAM",
        }
    }

    /// The media type of a file of it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::JsonArray => "application/json",
            Self::Csv => "text/csv",
            Self::ArrowStream => "application/vnd.apache.arrow.stream",
        }
    }
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Unfinished {
    Failed(SqlError),
    /// It was too large to come inline, and is gone.
    Closed,
}

impl From<SqlError> for Unfinished {
    fn from(error: SqlError) -> Self {
        Self::Failed(error)
    }
}

/// What a statement answered.
#[derive(Debug)]
pub(super) struct Outcome {
    pub columns: Vec<ResultColumn>,
    pub chunks: Vec<Chunk>,
    pub total_rows: usize,
    pub total_bytes: usize,
    /// Whether a limit cut rows off.
    pub truncated: bool,
    pub delivery: Delivery,
}

/// A run of rows.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The place of the first row in the result.
    pub row_offset: usize,
    pub row_count: usize,
    /// The rows, written as the delivery asks for.
    pub data: Bytes,
}

/// Where a result is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub rows: Option<usize>,
    pub bytes: Option<usize>,
    pub chunk_rows: usize,
    pub delivery: Delivery,
    /// Most bytes of an inline result, and whether a larger one ends CLOSED rather than FAILED.
    pub inline: (usize, bool),
}

impl Outcome {
    /// Renders the rows.
    pub fn new(mut rows: Rows, limits: Limits) -> Result<Self, Unfinished> {
        let mut outcome = Self {
            truncated: limits.rows.is_some_and(|limit| rows.truncate(limit)),
            columns: std::mem::take(&mut rows.columns),
            chunks: Vec::new(),
            total_rows: 0,
            total_bytes: 0,
            delivery: limits.delivery,
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
        let (most, closes) = limits.inline;
        match limits.delivery {
            Delivery::Inline if outcome.total_bytes <= most => {}
            Delivery::Inline if closes => return Err(Unfinished::Closed),
            Delivery::Inline => return Err(too_large(most).into()),
            Delivery::Links(Format::JsonArray) => {}
            Delivery::Links(format) => outcome.rewrite(&rows, format)?,
        }
        Ok(outcome)
    }

    /// Writes the chunks in another format.
    fn rewrite(&mut self, rows: &Rows, format: Format) -> Result<(), SqlError> {
        let Some(first) = rows.batches.first() else {
            return Ok(());
        };
        let all = concat_batches(&first.schema(), &rows.batches)?;
        self.total_bytes = 0;
        for (index, chunk) in self.chunks.iter_mut().enumerate() {
            let part = all.slice(chunk.row_offset, chunk.row_count);
            let header = (index == 0).then_some(self.columns.as_slice());
            let data = match format {
                Format::Csv => files::csv(&part, header)?,
                _ => files::arrow_stream(&part)?,
            };
            self.total_bytes += data.len();
            chunk.data = data.into();
        }
        Ok(())
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

pub(super) fn unprintable(_: std::fmt::Error) -> SqlError {
    let message = "A value of the result is outside the range that can be printed.";
    SqlError::new("DATETIME_OVERFLOW", "22008", message)
}

fn too_large(limit: usize) -> SqlError {
    let message = format!(
        "Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result \
         size of at most {limit} bytes. Use the disposition EXTERNAL_LINKS for the full result."
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
