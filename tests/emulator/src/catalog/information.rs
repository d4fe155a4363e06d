//! The views of `information_schema`: which there are and which columns they have. Their rows are
//! made by the SQL engine.
//!
//! Columns and their order are those of the Databricks SQL language manual.

use super::{Column, Content, Layout, NewTable, TableKind};
use crate::types::DataType;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// A view of `information_schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InformationView {
    /// `catalogs`, only in the `system` catalog
    Catalogs,
    /// `schemata`
    Schemata,
    /// `tables`
    Tables,
    /// `columns`
    Columns,
    /// `views`
    Views,
}

const CATALOGS: &[&str] = &[
    "catalog_name",
    "catalog_owner",
    "comment",
    "created time",
    "created_by",
    "last_altered time",
    "last_altered_by",
];
const SCHEMATA: &[&str] = &[
    "catalog_name",
    "schema_name",
    "schema_owner",
    "comment",
    "created time",
    "created_by",
    "last_altered time",
    "last_altered_by",
];
const TABLES: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "table_type",
    "is_insertable_into",
    "commit_action",
    "table_owner",
    "comment",
    "created time",
    "created_by",
    "last_altered time",
    "last_altered_by",
    "data_source_format",
    "storage_sub_directory",
    "storage_path",
];
const COLUMNS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "column_name",
    "ordinal_position number",
    "column_default",
    "is_nullable",
    "full_data_type",
    "data_type",
    "character_maximum_length big",
    "character_octet_length big",
    "numeric_precision number",
    "numeric_precision_radix number",
    "numeric_scale number",
    "datetime_precision number",
    "interval_type",
    "interval_precision number",
    "maximum_cardinality big",
    "is_identity",
    "identity_generation",
    "identity_start",
    "identity_increment",
    "identity_maximum",
    "identity_minimum",
    "identity_cycle",
    "is_generated",
    "generation_expression",
    "is_system_time_period_start",
    "is_system_time_period_end",
    "system_time_period_timestamp_generation",
    "is_updatable",
    "partition_index number",
    "comment",
];
const VIEWS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "view_definition",
    "check_option",
    "is_updatable",
    "is_insertable_into",
    "sql_path",
    "is_materialized",
];

impl InformationView {
    /// The views in an ordinary catalog.
    pub const PER_CATALOG: &'static [Self] =
        &[Self::Schemata, Self::Tables, Self::Columns, Self::Views];
    /// The views in the `system` catalog, which tell of all catalogs.
    pub const SYSTEM_WIDE: &'static [Self] = &[
        Self::Catalogs,
        Self::Schemata,
        Self::Tables,
        Self::Columns,
        Self::Views,
    ];

    /// The view's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Catalogs => "catalogs",
            Self::Schemata => "schemata",
            Self::Tables => "tables",
            Self::Columns => "columns",
            Self::Views => "views",
        }
    }

    /// The view's columns; the same layout every time, whichever catalog it is in.
    pub fn layout(self) -> Arc<Layout> {
        static LAYOUTS: LazyLock<[Arc<Layout>; 5]> =
            LazyLock::new(|| [CATALOGS, SCHEMATA, TABLES, COLUMNS, VIEWS].map(layout));
        Arc::clone(&LAYOUTS[self as usize])
    }

    pub(super) fn as_table(self) -> NewTable {
        NewTable {
            kind: TableKind::VIEW,
            comment: None,
            layout: self.layout(),
            content: Content::Information(self),
            properties: BTreeMap::new(),
            updated_at: None,
        }
    }
}

/// A column is text unless a second word says otherwise.
fn layout(columns: &[&str]) -> Arc<Layout> {
    let column = |text: &&str| {
        let (name, kind) = text.split_once(' ').unwrap_or((text, ""));
        let data_type = match kind {
            "time" => DataType::Timestamp,
            "number" => DataType::Int,
            "big" => DataType::BigInt,
            _ => DataType::STRING,
        };
        Column::new(name, data_type)
    };
    Layout::new(columns.iter().map(column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_views_have_as_many_columns_as_the_real_ones() {
        assert_eq!(InformationView::Columns.layout().columns().len(), 33);
        assert_eq!(InformationView::Tables.layout().columns().len(), 15);
    }
}
