//! What a query answers.

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{Error, Result};
use serde::Deserialize;

/// Whether a query is done, and which job it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress<'a> {
    /// Whether it is done.
    #[serde(default)]
    pub job_complete: bool,
    /// The job; a short query may have none.
    #[serde(borrow)]
    pub job_reference: Option<JobReference<'a>>,
}

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

/// A page of a result.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultPage<'a> {
    /// Its columns.
    #[serde(borrow)]
    pub schema: Option<ResultSchema<'a>>,
    /// Its rows; missing where there are none.
    #[serde(borrow, default)]
    pub rows: Vec<ResultRow<'a>>,
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

/// A row.
#[derive(Debug, Deserialize)]
pub struct ResultRow<'a> {
    /// Its cells.
    #[serde(borrow)]
    pub f: Vec<Cell<'a>>,
}

/// A cell of a column that is a single value.
#[derive(Debug, Deserialize)]
pub struct Cell<'a> {
    /// The value as text; none for NULL.
    #[serde(borrow)]
    pub v: Option<Text<'a>>,
}

/// Where in a row each of our columns is. Names count, not places.
#[derive(Debug)]
pub struct Layout<const N: usize> {
    places: [usize; N],
    width: usize,
}

impl<const N: usize> Layout<N> {
    /// Finds the columns of these names.
    pub fn find(names: [&str; N], schema: Option<&ResultSchema<'_>>) -> Result<Self> {
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

    /// The cells of our columns, in our order.
    pub fn cells<'a>(&self, mut row: ResultRow<'a>) -> Result<[Option<Text<'a>>; N]> {
        if row.f.len() != self.width {
            return Err(Error::protocol(format!(
                "a row has {} cells where {} were announced",
                row.f.len(),
                self.width
            )));
        }
        Ok(self.places.map(|place| row.f[place].v.take()))
    }
}
