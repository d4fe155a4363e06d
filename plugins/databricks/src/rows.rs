//! What a statement answers.

use std::collections::BTreeMap;

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{Error, Result};
use serde::Deserialize;

/// How a statement is doing.
#[derive(Debug, Deserialize)]
pub struct Progress<'a> {
    /// The statement.
    #[serde(borrow)]
    pub statement_id: Text<'a>,
    /// Its state, and what went wrong.
    #[serde(borrow)]
    pub status: Status<'a>,
}

/// The state of a statement.
#[derive(Debug, Deserialize)]
pub struct Status<'a> {
    /// `PENDING`, `RUNNING`, `SUCCEEDED`, `FAILED`, `CANCELED` or `CLOSED`.
    #[serde(borrow)]
    pub state: Text<'a>,
    /// Why it failed.
    #[serde(borrow)]
    pub error: Option<StatementError<'a>>,
}

/// Why a statement failed.
#[derive(Debug, Deserialize)]
pub struct StatementError<'a> {
    /// A general name.
    #[serde(borrow)]
    pub error_code: Option<Text<'a>>,
    /// Begins with the precise name in brackets.
    #[serde(borrow)]
    pub message: Option<Text<'a>>,
}

/// A statement that has succeeded.
#[derive(Debug, Deserialize)]
pub struct Executed<'a> {
    /// The statement.
    #[serde(borrow)]
    pub statement_id: Text<'a>,
    /// What the result is like.
    #[serde(borrow)]
    pub manifest: Manifest<'a>,
    /// The first chunk; missing where there are no rows.
    #[serde(borrow)]
    pub result: Option<Chunk<'a>>,
}

/// What a result is like.
#[derive(Debug, Deserialize)]
pub struct Manifest<'a> {
    /// Its columns.
    #[serde(borrow)]
    pub schema: ResultSchema<'a>,
    /// How many chunks it has.
    pub total_chunk_count: Option<Int64>,
    /// How many rows it has.
    pub total_row_count: Option<Int64>,
    /// Whether rows are missing from it.
    #[serde(default)]
    pub truncated: bool,
}

/// The columns of a result.
#[derive(Debug, Deserialize)]
pub struct ResultSchema<'a> {
    /// In the order of the cells.
    #[serde(borrow)]
    pub columns: Vec<ResultColumn<'a>>,
}

/// A column of a result.
#[derive(Debug, Deserialize)]
pub struct ResultColumn<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Text<'a>,
}

/// A part of a result.
#[derive(Debug, Default, Deserialize)]
pub struct Chunk<'a> {
    /// Which part, from 0.
    pub chunk_index: Option<Int64>,
    /// How many rows stand before it.
    pub row_offset: Option<Int64>,
    /// How many rows it has.
    pub row_count: Option<Int64>,
    /// The next part; missing in the last.
    pub next_chunk_index: Option<Int64>,
    /// The rows; missing where there are none. A cell is a text, or null for NULL.
    #[serde(borrow)]
    pub data_array: Option<Cells<'a>>,
    /// Where the rows are if they are not here.
    #[serde(borrow)]
    pub external_links: Option<Vec<ExternalLink<'a>>>,
}

/// The rows of a chunk, as text.
pub type Cells<'a> = Vec<Vec<Option<Text<'a>>>>;

/// Where the rows of a chunk are: a JSON array of rows, in storage.
#[derive(Debug, Deserialize)]
pub struct ExternalLink<'a> {
    /// Which part of the result it is, from 0.
    pub chunk_index: Option<Int64>,
    /// How many rows stand before it.
    pub row_offset: Option<Int64>,
    /// How many rows it has.
    pub row_count: Option<Int64>,
    /// The next part; missing in the last.
    pub next_chunk_index: Option<Int64>,
    /// The address, which expires. A secret.
    #[serde(borrow)]
    pub external_link: Text<'a>,
    /// What has to be sent along.
    #[serde(default)]
    pub http_headers: Option<BTreeMap<String, String>>,
}

/// Where in a row each of our columns is. Names count, not places.
#[derive(Debug)]
pub struct Layout<const N: usize> {
    places: [usize; N],
    width: usize,
}

impl<const N: usize> Layout<N> {
    /// Finds the columns of these names.
    pub fn find(names: [&str; N], schema: &ResultSchema<'_>) -> Result<Self> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            let is_it = |column: &ResultColumn| column.name.eq_ignore_ascii_case(name);
            *place = schema.columns.iter().position(is_it).ok_or_else(|| {
                Error::protocol(format!("the statement's result has no column `{name}`"))
            })?;
        }
        Ok(Self {
            places,
            width: schema.columns.len(),
        })
    }

    /// The cells of our columns, in our order.
    pub fn cells<'a>(&self, mut row: Vec<Option<Text<'a>>>) -> Result<[Option<Text<'a>>; N]> {
        if row.len() != self.width {
            return Err(Error::protocol(format!(
                "a row has {} cells where {} were announced",
                row.len(),
                self.width
            )));
        }
        Ok(self.places.map(|place| row[place].take()))
    }
}

/// Counts what has come of a result against what was announced, so that no part of it is lost in silence.
#[derive(Debug, Default)]
pub struct Tally {
    chunks: u64,
    rows: u64,
}

impl Tally {
    /// Takes a chunk into account. Each must be the next one.
    pub fn count(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let rows = chunk.data_array.as_ref().map_or(0, Vec::len) as u64;
        for (what, said, counted) in [
            ("chunk_index", chunk.chunk_index, self.chunks),
            ("row_offset", chunk.row_offset, self.rows),
            ("row_count", chunk.row_count, rows),
        ] {
            if said.is_some_and(|said| u64::try_from(said.0) != Ok(counted)) {
                let said = said.unwrap_or_default().0;
                return Err(Error::protocol(format!(
                    "chunk {}: `{what}` is {said} where {counted} is due",
                    self.chunks
                )));
            }
        }
        self.chunks += 1;
        self.rows += rows;
        Ok(())
    }

    /// How many chunks have come.
    pub fn chunks(&self) -> u64 {
        self.chunks
    }

    /// How many rows have come.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Compares with the number of rows that the whole result was announced to have.
    pub fn check(&self, total: Option<u64>) -> Result<()> {
        match total {
            Some(total) if total != self.rows => Err(Error::protocol(format!(
                "the statement's result has {total} rows, but {} came in {} chunks",
                self.rows, self.chunks
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::json;

    fn chunk(json: &str) -> Chunk<'_> {
        json::decode(json.as_bytes()).unwrap()
    }

    #[test]
    fn columns_are_found_by_name() {
        let schema: ResultSchema =
            json::decode(br#"{"columns":[{"name":"B"},{"name":"x"},{"name":"a"}]}"#).unwrap();
        let layout = Layout::find(["a", "b"], &schema).unwrap();
        let chunk = chunk(r#"{"data_array":[["1",null,"2"],["1"]]}"#);
        let mut rows = chunk.data_array.unwrap().into_iter();
        let cells = layout.cells(rows.next().unwrap()).unwrap();
        assert_eq!(cells.map(|cell| cell.unwrap().to_string()), ["2", "1"]);
        assert!(layout.cells(rows.next().unwrap()).is_err());
        assert!(Layout::find(["c"], &schema).is_err());
    }

    #[test]
    fn chunks_must_add_up() {
        let mut tally = Tally::default();
        tally
            .count(&chunk(
                r#"{"chunk_index":0,"row_offset":"0","row_count":"2","data_array":[[],[]]}"#,
            ))
            .unwrap();
        tally
            .count(&chunk(
                r#"{"chunk_index":"1","row_offset":2,"row_count":0}"#,
            ))
            .unwrap();
        for wrong in [
            r#"{"chunk_index":1}"#,
            r#"{"row_offset":3}"#,
            r#"{"row_count":1}"#,
            r#"{"row_count":-1}"#,
        ] {
            assert!(tally.count(&chunk(wrong)).is_err(), "{wrong}");
        }
        assert!(tally.check(Some(3)).is_err());
        tally.check(Some(2)).unwrap();
        tally.check(None).unwrap();
    }
}
