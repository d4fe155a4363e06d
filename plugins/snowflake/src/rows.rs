//! What a statement answers.

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{Error, Result};
use serde::Deserialize;

/// Which statement it is, and how it does.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status<'a> {
    /// Names the statement.
    #[serde(borrow)]
    pub statement_handle: Option<Text<'a>>,
    /// How it ended, or that it has not: a number with leading zeros.
    #[serde(borrow)]
    pub code: Option<Text<'a>>,
}

impl Status<'_> {
    /// Whether the statement still runs.
    pub fn is_running(&self) -> bool {
        matches!(self.code.as_deref(), Some("333333" | "333334"))
    }

    /// Whether the result was too large to be kept whole.
    pub fn is_too_large(&self) -> bool {
        self.code.as_deref() == Some("391908")
    }
}

/// The end of a statement: what its result is like, and the first part of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultSet<'a> {
    /// What the result is like.
    #[serde(borrow)]
    pub result_set_meta_data: MetaData<'a>,
    /// The first rows.
    #[serde(borrow, default)]
    pub data: Vec<Cells<'a>>,
}

/// The cells of a row.
pub type Cells<'a> = Vec<Option<Text<'a>>>;

/// What a result is like.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetaData<'a> {
    /// How many rows it has.
    pub num_rows: Option<Int64>,
    /// Its parts, of which the first comes with the end of the statement.
    #[serde(default)]
    pub partition_info: Vec<PartitionInfo>,
    /// Its columns, in the order of the cells.
    #[serde(borrow, default)]
    pub row_type: Vec<RowType<'a>>,
}

/// A part of a result.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionInfo {
    /// How many rows it has.
    pub row_count: Option<Int64>,
}

/// A column of a result.
#[derive(Debug, Deserialize)]
pub struct RowType<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Text<'a>,
}

/// A further part of a result.
#[derive(Debug, Deserialize)]
pub struct Partition<'a> {
    /// Its rows.
    #[serde(borrow)]
    pub data: Vec<Cells<'a>>,
}

/// The cells of a row, in the order of the columns that were asked for.
pub type Row<'a, const N: usize> = [Option<Text<'a>>; N];

/// Where in a row each of our columns is. Names count, not places; a column whose name ends in `|optional` may be missing, and is
/// then NULL.
#[derive(Debug)]
pub struct Layout<const N: usize> {
    places: [Option<usize>; N],
    width: usize,
}

impl<const N: usize> Layout<N> {
    /// Finds the columns of these names.
    pub fn find(names: [&str; N], columns: &[RowType<'_>]) -> Result<Self> {
        let mut places = [None; N];
        for (place, name) in places.iter_mut().zip(names) {
            let (name, may_be_missing) = match name.strip_suffix(MAY_BE_MISSING) {
                Some(name) => (name, true),
                None => (name, false),
            };
            let is_it = |column: &RowType| column.name.eq_ignore_ascii_case(name);
            *place = columns.iter().position(is_it);
            if place.is_none() && !may_be_missing {
                return Err(Error::protocol(format!(
                    "the statement's result has no column `{name}`"
                )));
            }
        }
        Ok(Self {
            places,
            width: columns.len(),
        })
    }

    /// The cells of our columns, in our order.
    pub fn cells<'a>(&self, mut row: Cells<'a>) -> Result<Row<'a, N>> {
        if row.len() != self.width {
            return Err(Error::protocol(format!(
                "a row has {} cells where {} were announced",
                row.len(),
                self.width
            )));
        }
        Ok(self.places.map(|place| row[place?].take()))
    }
}

/// What the name of a column ends in that may be missing. No column of SHOW or DESCRIBE has one in its name.
const MAY_BE_MISSING: &str = "|optional";

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::json;

    const BODY: &str = r#"{"resultSetMetaData":{"numRows":1,"partitionInfo":[{"rowCount":1}],"rowType":[{"name":"null?"},{"name":"NAME"}]},
        "data":[["true",null]],"code":"090001"}"#;

    #[test]
    fn columns_are_found_by_name_and_some_may_be_missing() {
        let result: ResultSet = json::decode(BODY.as_bytes()).unwrap();
        let columns = &result.result_set_meta_data.row_type;
        let layout = Layout::find(["name", "null?", "policy|optional"], columns).unwrap();
        let row = layout.cells(result.data[0].clone()).unwrap();
        assert_eq!(
            row.map(|cell| cell.map(String::from)),
            [None, Some("true".to_owned()), None]
        );
        let error = Layout::find(["policy"], columns).unwrap_err();
        assert_eq!(
            error.message,
            "the statement's result has no column `policy`"
        );
        assert!(layout.cells(Vec::new()).is_err());
    }
}
