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
    /// The rows as JSON, without brackets around them.
    rows: Vec<u8>,
    count: usize,
    /// As its reader wants it, compressed; none for the first one, which comes with the answer.
    compressed: Option<Vec<u8>>,
    uncompressed_size: usize,
}

impl Partition {
    fn new(number: usize, rows: Vec<u8>, count: usize, reader: Reader) -> Self {
        let (before, after) = match reader {
            Reader::Api => ("{\"data\":[", "]}"),
            // Rows with commas between them, as if out of the middle of a list.
            Reader::Driver => ("", ""),
        };
        let compressed =
            (number > 0).then(|| gzip(&[before.as_bytes(), &rows, after.as_bytes()].concat()));
        Self {
            uncompressed_size: before.len() + rows.len() + after.len(),
            rows,
            count,
            compressed,
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
        let mut partitions = Self(Vec::new());
        let (mut rows, mut count) = (Vec::new(), 0);
        let mut cells = Vec::with_capacity(result.columns.len());
        let all = result.batches.iter();
        for (batch, row) in all.flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)))
        {
            if count == most.max(1) {
                partitions.push(std::mem::take(&mut rows), count, format);
                count = 0;
            }
            if count > 0 {
                rows.push(b',');
            }
            let arrays = batch.columns().iter().zip(&result.columns);
            cells.extend(
                arrays.map(|(array, column)| cell(&column.data_type, array.as_ref(), row, format)),
            );
            // Writing texts to memory cannot fail.
            let _ = serde_json::to_writer(&mut rows, &cells);
            cells.clear();
            count += 1;
        }
        if count > 0 || partitions.0.is_empty() {
            partitions.push(rows, count, format);
        }
        partitions
    }

    fn push(&mut self, rows: Vec<u8>, count: usize, format: &Format) {
        let number = self.0.len();
        self.0
            .push(Partition::new(number, rows, count, format.reader));
    }

    /// The rows that come with the answer, as JSON without brackets around them.
    pub fn first(&self) -> &[u8] {
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
                "rowCount": partition.count,
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
