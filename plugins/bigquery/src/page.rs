//! What the lists and the single tables answer.

use rocky_adapter_sdk::json::{Int64, Text};
use serde::Deserialize;

/// A page of the projects.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectsPage<'a> {
    /// The projects; missing where there are none.
    #[serde(borrow, default)]
    pub projects: Vec<ProjectItem<'a>>,
    /// Asks for the next page.
    #[serde(borrow)]
    pub next_page_token: Option<Text<'a>>,
}

/// A project.
#[derive(Debug, Deserialize)]
pub struct ProjectItem<'a> {
    /// Its name.
    #[serde(borrow)]
    pub id: Text<'a>,
}

/// A page of a project's datasets.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetsPage<'a> {
    /// The datasets; missing where there are none.
    #[serde(borrow, default)]
    pub datasets: Vec<DatasetItem<'a>>,
    /// Asks for the next page.
    #[serde(borrow)]
    pub next_page_token: Option<Text<'a>>,
}

/// A dataset.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetItem<'a> {
    /// Its full name.
    #[serde(borrow)]
    pub dataset_reference: DatasetReference<'a>,
}

/// The full name of a dataset.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetReference<'a> {
    /// Its own name.
    #[serde(borrow)]
    pub dataset_id: Text<'a>,
}

/// A page of a dataset's tables.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TablesPage<'a> {
    /// The tables; missing where there are none.
    #[serde(borrow, default)]
    pub tables: Vec<TableItem<'a>>,
    /// Asks for the next page.
    #[serde(borrow)]
    pub next_page_token: Option<Text<'a>>,
}

/// A table in a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableItem<'a> {
    /// Its full name.
    #[serde(borrow)]
    pub table_reference: TableReference<'a>,
}

/// The full name of a table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableReference<'a> {
    /// Its own name.
    #[serde(borrow)]
    pub table_id: Text<'a>,
}

/// A table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableResource<'a> {
    /// Differs whenever any of the rest does.
    #[serde(borrow)]
    pub etag: Option<Text<'a>>,
    /// `TABLE`, `VIEW`, `MATERIALIZED_VIEW`, `EXTERNAL`, `SNAPSHOT`, …
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'a>>,
    /// What the owner wrote about it.
    #[serde(borrow)]
    pub description: Option<Text<'a>>,
    /// Its columns; missing where it has none.
    #[serde(borrow)]
    pub schema: Option<TableSchema<'a>>,
    /// How its rows are partitioned by time.
    #[serde(borrow)]
    pub time_partitioning: Option<Partitioning<'a>>,
    /// How its rows are partitioned by number.
    #[serde(borrow)]
    pub range_partitioning: Option<Partitioning<'a>>,
    /// How its rows are sorted.
    #[serde(borrow)]
    pub clustering: Option<Clustering<'a>>,
    /// Present in a clone, which calls itself a table.
    pub clone_definition: Option<serde::de::IgnoredAny>,
}

/// The columns of a table.
#[derive(Debug, Deserialize)]
pub struct TableSchema<'a> {
    /// In order.
    #[serde(borrow, default)]
    pub fields: Vec<Field<'a>>,
}

/// A column, or a field of a struct.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Text<'a>,
    /// Its type without parameters, in the words of legacy SQL or of GoogleSQL.
    #[serde(borrow, rename = "type")]
    pub data_type: Text<'a>,
    /// `NULLABLE`, `REQUIRED` or `REPEATED`; the first if missing.
    #[serde(borrow)]
    pub mode: Option<Text<'a>>,
    /// What the owner wrote about it.
    #[serde(borrow)]
    pub description: Option<Text<'a>>,
    /// The fields of a struct.
    #[serde(borrow)]
    pub fields: Option<Vec<Field<'a>>>,
    /// Of STRING and BYTES.
    pub max_length: Option<Int64>,
    /// Of NUMERIC and BIGNUMERIC.
    pub precision: Option<Int64>,
    /// Of NUMERIC and BIGNUMERIC.
    pub scale: Option<Int64>,
    /// Of TIMESTAMP: 6 if missing, or 12.
    pub timestamp_precision: Option<Int64>,
    /// Of RANGE.
    #[serde(borrow)]
    pub range_element_type: Option<RangeElement<'a>>,
    /// How texts are compared.
    #[serde(borrow)]
    pub collation: Option<Text<'a>>,
    /// The value that an insert leaves out, as an expression.
    #[serde(borrow)]
    pub default_value_expression: Option<Text<'a>>,
}

/// What a RANGE is of.
#[derive(Debug, Deserialize)]
pub struct RangeElement<'a> {
    /// `DATE`, `DATETIME` or `TIMESTAMP`.
    #[serde(borrow, rename = "type")]
    pub data_type: Text<'a>,
}

/// How rows are partitioned.
#[derive(Debug, Deserialize)]
pub struct Partitioning<'a> {
    /// `DAY`, `HOUR`, `MONTH` or `YEAR`; only where it is by time.
    #[serde(borrow, rename = "type")]
    pub unit: Option<Text<'a>>,
    /// By which column; none where it is by the time of arrival.
    #[serde(borrow)]
    pub field: Option<Text<'a>>,
}

/// How rows are sorted.
#[derive(Debug, Deserialize)]
pub struct Clustering<'a> {
    /// By which columns.
    #[serde(borrow, default)]
    pub fields: Vec<Text<'a>>,
}
