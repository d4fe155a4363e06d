//! What a query answers.

use std::fmt;

use rocky_adapter_sdk::Error;
use rocky_adapter_sdk::json::{Int64, Text};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The full name of a job.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobReference<'a> {
    /// The project that it runs in.
    #[serde(borrow)]
    pub project_id: Option<Text<'a>>,
    /// Its own name.
    #[serde(borrow)]
    pub job_id: Text<'a>,
    /// Where it runs; it is not found elsewhere.
    #[serde(borrow)]
    pub location: Option<Text<'a>>,
}

/// A page of a result, or word of a query that still runs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultPage<'a> {
    /// Whether the query is done.
    #[serde(default)]
    pub job_complete: bool,
    /// The job; a short query may have none.
    #[serde(borrow)]
    pub job_reference: Option<JobReference<'a>>,
    /// Its columns.
    #[serde(borrow)]
    pub schema: Option<ResultSchema<'a>>,
    /// Its rows; missing where there are none.
    #[serde(borrow, default)]
    pub rows: Rows<'a>,
    /// How many rows the whole result has.
    pub total_rows: Option<Int64>,
    /// Asks for the next page.
    #[serde(borrow)]
    pub page_token: Option<Text<'a>>,
    /// How many bytes the query read.
    pub total_bytes_processed: Option<Int64>,
    /// How many of them are billed.
    pub total_bytes_billed: Option<Int64>,
}

/// The columns of a result.
#[derive(Debug, Deserialize)]
pub struct ResultSchema<'a> {
    /// In the order of the cells.
    #[serde(borrow, default)]
    pub fields: Vec<ResultColumn<'a>>,
}

/// A column of a result.
#[derive(Debug, Deserialize)]
pub struct ResultColumn<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Text<'a>,
}

/// The rows of a page, all their cells in one list: a list for each row would be most of the work.
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
                return Err(A::Error::custom(format_args!(
                    "a row has {width} cells where others have {before}"
                )));
            }
        }
        Ok(all)
    }
}

/// Reads a row, `{"f": [cell, …]}`, to the end of a list. Returns how many cells it has.
struct RowInto<'l, 'a>(&'l mut Vec<Option<Text<'a>>>);

impl<'de> DeserializeSeed<'de> for RowInto<'_, 'de> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowInto<'_, 'de> {
    type Value = usize;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<usize, A::Error> {
        let mut width = None;
        while let Some(name) = members.next_key::<Text<'de>>()? {
            if *name != *"f" {
                members.next_value::<IgnoredAny>()?;
            } else if width.is_some() {
                return Err(A::Error::duplicate_field("f"));
            } else {
                width = Some(members.next_value_seed(CellsInto(&mut *self.0))?);
            }
        }
        width.ok_or_else(|| A::Error::missing_field("f"))
    }
}

/// Reads the cells of a row to the end of a list. Returns how many they are.
struct CellsInto<'l, 'a>(&'l mut Vec<Option<Text<'a>>>);

impl<'de> DeserializeSeed<'de> for CellsInto<'_, 'de> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for CellsInto<'_, 'de> {
    type Value = usize;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<usize, A::Error> {
        let start = self.0.len();
        while let Some(cell) = cells.next_element::<Cell>()? {
            self.0.push(cell.v);
        }
        Ok(self.0.len() - start)
    }
}

/// A cell of a column that is a single value.
#[derive(Debug, Deserialize)]
struct Cell<'a> {
    /// The value as text; none for NULL.
    #[serde(borrow)]
    v: Option<Text<'a>>,
}

/// Where in a row each of our columns is. Names count, not places.
#[derive(Debug)]
pub struct Layout<const N: usize> {
    places: [usize; N],
    width: usize,
}

impl<const N: usize> Layout<N> {
    /// Finds the columns of these names.
    pub fn find(
        names: [&str; N],
        schema: Option<&ResultSchema<'_>>,
    ) -> rocky_adapter_sdk::Result<Self> {
        let fields = schema.map_or(&[][..], |schema| &schema.fields);
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            let is_it = |column: &ResultColumn| column.name.eq_ignore_ascii_case(name);
            *place = fields.iter().position(is_it).ok_or_else(|| {
                Error::protocol(format!("the query's result has no column `{name}`"))
            })?;
        }
        Ok(Self {
            places,
            width: fields.len(),
        })
    }

    /// The cells of our columns, in our order, row by row.
    pub fn cells<'l, 'a>(
        &'l self,
        rows: &'l mut Rows<'a>,
    ) -> rocky_adapter_sdk::Result<impl Iterator<Item = [Option<Text<'a>>; N]> + 'l> {
        if rows.cells.len() != rows.count * self.width {
            return Err(Error::protocol(format!(
                "a row has {} cells where {} were announced",
                rows.cells.len() / rows.count.max(1),
                self.width
            )));
        }
        let rows = rows.cells.chunks_exact_mut(self.width.max(1));
        Ok(rows.map(|row| self.places.map(|place| row[place].take())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::json::decode;

    const TWO_COLUMNS: &str = r#"{"schema":{"fields":[{"name":"b"},{"name":"a"}]},"rows":ROWS}"#;

    /// The cells of the columns `a` and `b`, joined; or what is wrong.
    fn read(rows: &str) -> String {
        let json = TWO_COLUMNS.replace("ROWS", rows);
        let read = || {
            let mut page: ResultPage = decode(json.as_bytes())?;
            let layout = Layout::find(["a", "b"], page.schema.as_ref())?;
            let rows = layout.cells(&mut page.rows)?;
            let text = |cell: Option<Text<'_>>| cell.map_or("-".to_owned(), Into::into);
            let rows = rows.map(|row| row.map(text).join(" "));
            Ok::<_, Error>(rows.collect::<Vec<_>>().join("; "))
        };
        read().unwrap_or_else(|error| error.message)
    }

    #[test]
    fn cells_come_in_the_order_that_was_asked_for() {
        assert_eq!(
            read(r#"[{"f":[{"v":"1"},{"v":"2"}]},{"x":{"f":1},"f":[{"v":null},{"v":"\u00e9"}]}]"#),
            "2 1; é -"
        );
        assert_eq!(read("[]"), "");
    }

    #[test]
    fn rows_of_another_width_than_announced_are_refused() {
        for (rows, expected) in [
            (
                r#"[{"f":[{"v":"1"}]}]"#,
                "a row has 1 cells where 2 were announced",
            ),
            (
                r#"[{"f":[{"v":"1"}]},{"f":[{"v":"1"},{"v":"2"},{"v":"3"}]}]"#,
                "a row has 3 cells where others have 1",
            ),
            (
                r#"[{"f":[{"v":"1"},{"v":"2"}]},{"f":[]}]"#,
                "a row has 0 cells where others have 2",
            ),
            (r#"[{}]"#, "missing field `f`"),
            (r#"[{"f":[],"f":[]}]"#, "duplicate field `f`"),
        ] {
            let message = read(rows);
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
