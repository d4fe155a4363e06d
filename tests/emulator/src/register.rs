//! Tables that exist only as metadata and may be called and typed anything, for tests of clients
//! that meet names and types no script could create.

use crate::catalog::{Column, Layout, Metastore, Name, NewTable, TableKind};
use crate::load::LOADER;
use crate::types::{DataType, google, parse_type};
use serde::{Deserialize, Serialize};

/// Tables to put into one schema, which is created if it is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTables {
    /// The catalog, exactly as it shall be called.
    pub catalog: String,
    /// The schema, exactly as it shall be called.
    pub schema: String,
    /// The tables.
    #[serde(default)]
    pub tables: Vec<RawTable>,
}

/// A table without rows. One of the same spelling is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTable {
    /// The name, exactly as it shall be stored.
    pub name: String,
    /// The kind, verbatim; MANAGED if none is given.
    #[serde(default)]
    pub table_type: Option<String>,
    /// The comment.
    #[serde(default)]
    pub comment: Option<String>,
    /// The columns.
    #[serde(default)]
    pub columns: Vec<RawColumn>,
    /// Milliseconds since 1970; now if none is given.
    #[serde(default)]
    pub updated_at: Option<i64>,
}

/// A column of any name and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawColumn {
    /// The name, exactly as it shall be stored.
    pub name: String,
    /// The type, shown verbatim; it need not be of the grammar.
    pub type_text: String,
    /// False for NOT NULL.
    #[serde(default = "nullable_unless_told")]
    pub nullable: bool,
    /// The comment.
    #[serde(default)]
    pub comment: Option<String>,
    /// The place among the partition columns, from 0.
    #[serde(default)]
    pub partition_index: Option<u32>,
}

fn nullable_unless_told() -> bool {
    true
}

impl RawColumn {
    /// A nullable column without comment.
    pub fn new(name: &str, type_text: &str) -> Self {
        Self {
            name: name.to_owned(),
            type_text: type_text.to_owned(),
            nullable: true,
            comment: None,
            partition_index: None,
        }
    }

    fn into_column(self) -> Column {
        let text = self.type_text.as_str();
        // A type of GoogleSQL is kept as what comes closest to it.
        let unknown = |_| match google::parse_type(text) {
            Ok(data_type) => google::to_shared(&data_type),
            Err(_) => DataType::Opaque(text.into()),
        };
        Column {
            name: self.name.as_str().into(),
            data_type: parse_type(&self.type_text).unwrap_or_else(unknown),
            type_text: Some(self.type_text.as_str().into()),
            nullable: self.nullable,
            comment: self.comment.as_deref().map(Into::into),
            partition_index: self.partition_index,
            source: None,
        }
    }
}

impl RawTable {
    /// A managed table.
    pub fn new(name: &str, columns: Vec<RawColumn>) -> Self {
        Self {
            name: name.to_owned(),
            table_type: None,
            comment: None,
            columns,
            updated_at: None,
        }
    }

    fn into_table(self) -> NewTable {
        let columns = self.columns.into_iter().map(RawColumn::into_column);
        NewTable {
            kind: self.table_type.map_or(TableKind::MANAGED, TableKind::other),
            comment: self.comment.as_deref().map(Into::into),
            updated_at: self.updated_at,
            ..NewTable::managed(Layout::new(columns.collect()))
        }
    }
}

/// Puts the tables into the catalog.
pub(crate) fn register(metastore: &Metastore, raw: RawTables) {
    let tables = raw.tables.into_iter();
    let tables = tables.map(|table| (Name::exact(&table.name), table.into_table()));
    metastore.register_exact(&raw.catalog, &raw.schema, LOADER, tables);
}
