use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Further facts about a table, column, error or answer, by name. Sorted, so that equal facts have equal bytes.
///
/// The vocabulary is open: an adapter may add facts of its warehouse (`partition_index`, `bytes_billed`) without a
/// new version of the contract.
pub type Attributes = BTreeMap<String, String>;

/// One column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// The name exactly as the warehouse stores it, never folded.
    pub name: String,
    /// The full type in the warehouse's own words: `DECIMAL(10,2)`, `STRUCT<a: INT>`; never a bare head.
    pub data_type: String,
    /// Whether the column may hold NULL.
    pub nullable: bool,
    /// What the owner wrote about the column.
    pub comment: Option<String>,
    /// Stable facts beyond these, by name.
    pub attributes: Attributes,
}

impl Column {
    /// A nullable column without comment or attributes.
    ///
    /// ```
    /// let id = rocky_schema::Column::new("id", "BIGINT").required();
    /// assert!(!id.nullable);
    /// ```
    pub fn new(name: impl Into<String>, data_type: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            data_type: data_type.into(),
            nullable: true,
            comment: None,
            attributes: Attributes::new(),
        }
    }

    /// The same column, declared NOT NULL.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }
}

/// One table, view or other relation that has columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name exactly as the warehouse stores it, never folded.
    pub name: String,
    /// What it is, in lower case: `table`, `view`, `materialized_view`, `external`, … An open vocabulary.
    pub kind: String,
    /// The columns in the order of the table.
    pub columns: Vec<Column>,
    /// What the owner wrote about the table.
    pub comment: Option<String>,
    /// An opaque text that changes whenever the table's description may have changed.
    pub revision: Option<String>,
    /// Stable facts beyond these, by name.
    pub attributes: Attributes,
}

impl Table {
    /// A table of kind `table` without comment, revision or attributes.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            name: name.into(),
            kind: "table".to_owned(),
            columns,
            comment: None,
            revision: None,
            attributes: Attributes::new(),
        }
    }
}
