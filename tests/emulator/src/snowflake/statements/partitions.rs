//! A result cut into partitions.

use super::cells::{Format, Reader, cell};
use crate::sql::snowflake::SnowflakeRows;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write as _;

/// The rows of a result, ready to be sent.
#[derive(Debug)]
pub(in crate::snowflake) struct Partitions(Vec<Partition>);

#[derive(Debug)]
struct Partition {
    rows: Vec<Value>,
    /// As its reader wants it, compressed; none for the first one, which comes with the answer.
    compressed: Option<Vec<u8>>,
    uncompressed_size: usize,
}

impl Partition {
    fn new(number: usize, rows: Vec<Value>, reader: Reader) -> Self {
        let body = match reader {
            Reader::Api => json!({"data": rows}).to_string(),
            // Rows with commas between them, as if out of the middle of a list.
            Reader::Driver => {
                let rows = rows.iter().map(Value::to_string);
                rows.collect::<Vec<_>>().join(",")
            }
        };
        let compressed = (number > 0).then(|| gzip(body.as_bytes()));
        Self {
            rows,
            compressed,
            uncompressed_size: body.len(),
        }
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

impl Partitions {
    /// Cuts the rows into partitions of at most so many. Even without rows there is one.
    pub fn new(result: &SnowflakeRows, most: usize, format: &Format) -> Self {
        let mut rows = result
            .batches
            .iter()
            .flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)))
            .map(|(batch, row)| {
                let arrays = batch.columns().iter().zip(&result.columns);
                let cells = arrays
                    .map(|(array, column)| cell(&column.data_type, array.as_ref(), row, format));
                Value::Array(cells.collect())
            });
        let mut partitions = Vec::new();
        loop {
            let part: Vec<Value> = rows.by_ref().take(most.max(1)).collect();
            if part.is_empty() && !partitions.is_empty() {
                return Self(partitions);
            }
            partitions.push(Partition::new(partitions.len(), part, format.reader));
        }
    }

    /// The rows that come with the answer.
    pub fn first(&self) -> &[Value] {
        self.0.first().map_or(&[], |partition| &partition.rows)
    }

    /// The compressed body of a later partition.
    pub fn later(&self, number: usize) -> Option<&[u8]> {
        self.0.get(number)?.compressed.as_deref()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// `partitionInfo`
    pub fn describe(&self) -> Vec<Value> {
        let describe = |partition: &Partition| {
            let mut info = json!({
                "rowCount": partition.rows.len(),
                "uncompressedSize": partition.uncompressed_size,
            });
            if let Some(compressed) = &partition.compressed {
                info["compressedSize"] = compressed.len().into();
            }
            info
        };
        self.0.iter().map(describe).collect()
    }
}
