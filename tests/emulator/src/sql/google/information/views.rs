//! Which views there are and which columns they have.
//!
//! Columns and their order are those of BigQuery's documentation of `INFORMATION_SCHEMA`.

use crate::catalog::{Column, Layout};
use crate::types::DataType;
use std::sync::{Arc, LazyLock};

/// A view of the information schema, or the older list of a dataset's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql::google) enum GoogleView {
    Columns,
    ColumnFieldPaths,
    Tables,
    TableOptions,
    Schemata,
    Views,
    /// `__TABLES__`
    TableList,
}

const COLUMNS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "column_name",
    "ordinal_position number",
    "is_nullable",
    "data_type",
    "is_generated",
    "generation_expression",
    "is_stored",
    "is_hidden",
    "is_updatable",
    "is_system_defined",
    "is_partitioning_column",
    "clustering_ordinal_position number",
    "collation_name",
    "column_default",
    "rounding_mode",
    "policy_tags",
];
const COLUMN_FIELD_PATHS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "column_name",
    "field_path",
    "data_type",
    "description",
    "collation_name",
    "rounding_mode",
    "policy_tags",
];
const TABLES: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "table_type",
    "managed_table_type",
    "is_insertable_into",
    "is_fine_grained_mutations_enabled",
    "is_typed",
    "is_change_history_enabled",
    "creation_time time",
    "base_table_catalog",
    "base_table_schema",
    "base_table_name",
    "snapshot_time_ms time",
    "replica_source_catalog",
    "replica_source_schema",
    "replica_source_name",
    "replication_status",
    "replication_error",
    "ddl",
    "default_collation_name",
    "upsert_stream_apply_watermark time",
];
const TABLE_OPTIONS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "option_name",
    "option_type",
    "option_value",
];
const SCHEMATA: &[&str] = &[
    "catalog_name",
    "schema_name",
    "schema_owner",
    "creation_time time",
    "last_modified_time time",
    "location",
    "ddl",
    "default_collation_name",
];
const VIEWS: &[&str] = &[
    "table_catalog",
    "table_schema",
    "table_name",
    "view_definition",
    "check_option",
    "use_standard_sql",
];
const TABLE_LIST: &[&str] = &[
    "project_id",
    "dataset_id",
    "table_id",
    "creation_time number",
    "last_modified_time number",
    "row_count number",
    "size_bytes number",
    "type number",
];

impl GoogleView {
    /// The view of this name; names are in upper case.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "COLUMNS" => Self::Columns,
            "COLUMN_FIELD_PATHS" => Self::ColumnFieldPaths,
            "TABLES" => Self::Tables,
            "TABLE_OPTIONS" => Self::TableOptions,
            "SCHEMATA" => Self::Schemata,
            "VIEWS" => Self::Views,
            _ => return None,
        })
    }

    /// The view's columns.
    pub fn layout(self) -> Arc<Layout> {
        static LAYOUTS: LazyLock<[Arc<Layout>; 7]> = LazyLock::new(|| {
            [
                COLUMNS,
                COLUMN_FIELD_PATHS,
                TABLES,
                TABLE_OPTIONS,
                SCHEMATA,
                VIEWS,
                TABLE_LIST,
            ]
            .map(layout)
        });
        Arc::clone(&LAYOUTS[self as usize])
    }
}

/// A column is text unless a second word says otherwise.
fn layout(columns: &[&str]) -> Arc<Layout> {
    let column = |text: &&str| {
        let (name, kind) = text.split_once(' ').unwrap_or((text, ""));
        let data_type = match kind {
            "time" => DataType::Timestamp,
            "number" => DataType::BigInt,
            _ => DataType::STRING,
        };
        Column::new(name, data_type)
    };
    Layout::new(columns.iter().map(column).collect())
}
