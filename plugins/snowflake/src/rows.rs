//! What a statement answers.

use std::fmt;

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// Which statement it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status<'a> {
    /// Names the statement.
    #[serde(borrow)]
    pub statement_handle: Option<Text<'a>>,
}

/// The end of a statement: what its result is like, and the first part of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultSet<'a> {
    /// Names the statement.
    #[serde(borrow)]
    pub statement_handle: Option<Text<'a>>,
    /// How it ended, or that it has not: a number with leading zeros.
    #[serde(borrow)]
    pub code: Option<Text<'a>>,
    /// What the result is like; missing where there is none yet.
    #[serde(borrow)]
    pub result_set_meta_data: Option<MetaData<'a>>,
    /// The first rows.
    #[serde(borrow, default)]
    pub data: Rows<'a>,
}

impl ResultSet<'_> {
    /// Whether the statement still runs.
    pub fn is_running(&self) -> bool {
        matches!(self.code.as_deref(), Some("333333" | "333334"))
    }

    /// Whether the result was too large to be kept whole.
    pub fn is_too_large(&self) -> bool {
        self.code.as_deref() == Some("391908")
    }
}

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
    pub data: Rows<'a>,
}

/// The rows of a part of a result, all their cells in one list: a list for each row would be most of the work.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    cells: Vec<Option<Text<'a>>>,
    count: usize,
}

impl Rows<'_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Rows<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor)
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Rows<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Rows<'de>, A::Error> {
        let mut all = Rows::default();
        while let Some(width) = rows.next_element_seed(RowInto(&mut all.cells))? {
            all.count += 1;
            if all.cells.len() != all.count * width {
                let before = (all.cells.len() - width) / (all.count - 1).max(1);
                return Err(de::Error::custom(format_args!(
                    "a row has {width} cells where others have {before}"
                )));
            }
        }
        Ok(all)
    }
}

/// Reads a row to the end of a list. Returns how many cells it has.
struct RowInto<'l, 'a>(&'l mut Vec<Option<Text<'a>>>);

impl<'de> DeserializeSeed<'de> for RowInto<'_, 'de> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowInto<'_, 'de> {
    type Value = usize;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the cells of a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<usize, A::Error> {
        let before = self.0.len();
        while let Some(cell) = cells.next_element()? {
            self.0.push(cell);
        }
        Ok(self.0.len() - before)
    }
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

    /// Gives `take` the cells of our columns, in our order, row by row.
    pub fn each<'a>(
        &self,
        rows: Rows<'a>,
        mut take: impl FnMut(Row<'a, N>) -> Result<()>,
    ) -> Result<()> {
        let mut rows = rows;
        if rows.cells.len() != rows.count * self.width {
            return Err(Error::protocol(format!(
                "rows have {} cells where {} were announced",
                rows.cells.len() / rows.count.max(1),
                self.width
            )));
        }
        for row in rows.cells.chunks_exact_mut(self.width.max(1)) {
            take(self.places.map(|place| row[place?].take()))?;
        }
        Ok(())
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
        let columns = result.result_set_meta_data.unwrap().row_type;
        let layout = Layout::find(["name", "null?", "policy|optional"], &columns).unwrap();
        let mut found = Vec::new();
        let taken = layout.each(result.data, |row| {
            found.push(row.map(|cell| cell.map(String::from)));
            Ok(())
        });
        taken.unwrap();
        assert_eq!(found, [[None, Some("true".to_owned()), None]]);
        let error = Layout::find(["policy"], &columns).unwrap_err();
        assert_eq!(
            error.message,
            "the statement's result has no column `policy`"
        );
    }

    #[test]
    fn rows_are_as_wide_as_was_announced() {
        let layout = Layout::find(["a"], &[]).map(|_: Layout<1>| ());
        assert!(layout.is_err());
        let columns: Vec<RowType> = json::decode(br#"[{"name":"a"},{"name":"b"}]"#).unwrap();
        let layout = Layout::find(["b"], &columns).unwrap();
        let read = |rows: &str| {
            let rows: Rows = json::decode(rows.as_bytes())?;
            layout.each(rows, |_| Ok(()))
        };
        assert!(read(r#"[["1","2"],["3",null]]"#).is_ok());
        assert!(read("[]").is_ok());
        for wrong in [
            r#"[["1"]]"#,
            r#"[["1","2"],["3"]]"#,
            r#"[["1","2","3"]]"#,
            "[[]]",
            "[1]",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
