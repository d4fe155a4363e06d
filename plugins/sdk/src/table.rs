//! What an adapter describes.

use crate::Attributes;

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name exactly as the warehouse stores it: never folded, trimmed or unquoted.
    pub name: String,
    /// The full type in the warehouse's own words, with every parameter and nested field.
    pub data_type: String,
    /// Whether the column may hold NULL.
    pub nullable: bool,
    /// What the owner wrote about the column.
    pub comment: Option<String>,
    /// Further stable facts: `partition_index`, `default`, …
    pub attributes: Attributes,
}

impl Column {
    /// A column that may hold NULL, which is what a warehouse means that says nothing about it.
    pub fn new(name: impl Into<String>, data_type: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            data_type: data_type.into(),
            nullable: true,
            comment: None,
            attributes: Attributes::new(),
        }
    }

    /// Says whether the column may hold NULL.
    #[must_use]
    pub fn with_nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    /// Adds what the owner wrote; an empty comment is none.
    #[must_use]
    pub fn with_comment(mut self, comment: Option<impl Into<String>>) -> Self {
        self.comment = not_empty(comment);
        self
    }

    pub(crate) fn bytes(&self) -> usize {
        self.name.len()
            + self.data_type.len()
            + self.comment.as_ref().map_or(0, String::len)
            + bytes(&self.attributes)
    }
}

/// One table, view or other relation that has columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name exactly as the warehouse stores it.
    pub name: String,
    /// What it is, in lower case with underscores: `table`, `external`, `view`, … Open.
    pub kind: String,
    /// Every column, in the order of the table.
    pub columns: Vec<Column>,
    /// What the owner wrote about the table.
    pub comment: Option<String>,
    /// An opaque text that differs whenever this description may differ, read before or together with the columns.
    pub revision: Option<String>,
    /// Further stable facts: `table_id`, `format`, …
    pub attributes: Attributes,
}

impl Table {
    /// A table without columns yet.
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            columns: Vec::new(),
            comment: None,
            revision: None,
            attributes: Attributes::new(),
        }
    }

    /// Adds what the owner wrote; an empty comment is none.
    #[must_use]
    pub fn with_comment(mut self, comment: Option<impl Into<String>>) -> Self {
        self.comment = not_empty(comment);
        self
    }

    pub(crate) fn bytes(&self) -> usize {
        self.name.len()
            + self.comment.as_ref().map_or(0, String::len)
            + bytes(&self.attributes)
            + self.columns.iter().map(Column::bytes).sum::<usize>()
    }
}

fn not_empty(text: Option<impl Into<String>>) -> Option<String> {
    text.map(Into::into).filter(|text| !text.is_empty())
}

fn bytes(attributes: &Attributes) -> usize {
    attributes
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum()
}
