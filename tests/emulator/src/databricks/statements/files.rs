//! Chunks as the files that external links lead to.

use super::cells::write_value;
use super::outcome::unprintable;
use crate::sql::{ResultColumn, SqlError};
use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::record_batch::RecordBatch;

/// Comma-separated values, the names first if they are given; NULL is the word `null`.
pub(super) fn csv(
    part: &RecordBatch,
    header: Option<&[ResultColumn]>,
) -> Result<Vec<u8>, SqlError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(columns) = header {
        writer
            .write_record(columns.iter().map(|column| &column.name))
            .map_err(unwritable)?;
    }
    for row in 0..part.num_rows() {
        let cells = part.columns().iter().map(|column| cell(column, row));
        let cells: Vec<String> = cells.collect::<Result<_, _>>()?;
        writer.write_record(cells).map_err(unwritable)?;
    }
    writer.into_inner().map_err(unwritable)
}

fn cell(column: &dyn Array, row: usize) -> Result<String, SqlError> {
    let mut text = String::new();
    if column.is_null(row) || *column.data_type() == DataType::Null {
        text.push_str("null");
    } else {
        write_value(&mut text, column, row, false).map_err(unprintable)?;
    }
    Ok(text)
}

/// A whole Arrow IPC stream.
pub(super) fn arrow_stream(part: &RecordBatch) -> Result<Vec<u8>, SqlError> {
    let mut writer = StreamWriter::try_new(Vec::new(), &part.schema())?;
    writer.write(part)?;
    Ok(writer.into_inner()?)
}

fn unwritable(error: impl ToString) -> SqlError {
    SqlError::new("EXECUTION_ERROR", "58000", error.to_string())
}
