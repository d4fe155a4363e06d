//! Which views there are and which columns they have.
//!
//! Columns and their order are those of Snowflake's documentation of the information schema.

use crate::catalog::TYPE_TEXT;
use crate::types::snowflake::{SnowflakeType, to_arrow};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A view of the information schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql::snowflake) enum InformationView {
    Columns,
    Databases,
    Schemata,
    Tables,
    Views,
}

const COLUMNS: &[&str] = &[
    "TABLE_CATALOG",
    "TABLE_SCHEMA",
    "TABLE_NAME",
    "COLUMN_NAME",
    "ORDINAL_POSITION number",
    "COLUMN_DEFAULT",
    "IS_NULLABLE",
    "DATA_TYPE",
    "CHARACTER_MAXIMUM_LENGTH number",
    "CHARACTER_OCTET_LENGTH number",
    "NUMERIC_PRECISION number",
    "NUMERIC_PRECISION_RADIX number",
    "NUMERIC_SCALE number",
    "DATETIME_PRECISION number",
    "INTERVAL_TYPE",
    "INTERVAL_PRECISION",
    "CHARACTER_SET_CATALOG",
    "CHARACTER_SET_SCHEMA",
    "CHARACTER_SET_NAME",
    "COLLATION_CATALOG",
    "COLLATION_SCHEMA",
    "COLLATION_NAME",
    "DOMAIN_CATALOG",
    "DOMAIN_SCHEMA",
    "DOMAIN_NAME",
    "UDT_CATALOG",
    "UDT_SCHEMA",
    "UDT_NAME",
    "SCOPE_CATALOG",
    "SCOPE_SCHEMA",
    "SCOPE_NAME",
    "MAXIMUM_CARDINALITY number",
    "DTD_IDENTIFIER",
    "IS_SELF_REFERENCING",
    "IS_IDENTITY",
    "IDENTITY_GENERATION",
    "IDENTITY_START",
    "IDENTITY_INCREMENT",
    "IDENTITY_MAXIMUM",
    "IDENTITY_MINIMUM",
    "IDENTITY_CYCLE",
    "IDENTITY_ORDERED",
    "SCHEMA_EVOLUTION_RECORD",
    "COMMENT",
    "DATA_TYPE_ALIAS",
    "EXPRESSION",
    "KIND",
];
const DATABASES: &[&str] = &[
    "DATABASE_NAME",
    "DATABASE_OWNER",
    "IS_TRANSIENT",
    "COMMENT",
    "CREATED time",
    "LAST_ALTERED time",
    "RETENTION_TIME number",
    "TYPE",
    "OWNER_ROLE_TYPE",
];
const SCHEMATA: &[&str] = &[
    "CATALOG_NAME",
    "SCHEMA_NAME",
    "SCHEMA_OWNER",
    "IS_TRANSIENT",
    "IS_MANAGED_ACCESS",
    "RETENTION_TIME number",
    "DEFAULT_CHARACTER_SET_CATALOG",
    "DEFAULT_CHARACTER_SET_SCHEMA",
    "DEFAULT_CHARACTER_SET_NAME",
    "SQL_PATH",
    "CREATED time",
    "LAST_ALTERED time",
    "COMMENT",
    "OWNER_ROLE_TYPE",
];
const TABLES: &[&str] = &[
    "TABLE_CATALOG",
    "TABLE_SCHEMA",
    "TABLE_NAME",
    "TABLE_OWNER",
    "TABLE_TYPE",
    "IS_TRANSIENT",
    "CLUSTERING_KEY",
    "ROW_COUNT number",
    "BYTES number",
    "RETENTION_TIME number",
    "SELF_REFERENCING_COLUMN_NAME",
    "REFERENCE_GENERATION",
    "USER_DEFINED_TYPE_CATALOG",
    "USER_DEFINED_TYPE_SCHEMA",
    "USER_DEFINED_TYPE_NAME",
    "IS_INSERTABLE_INTO",
    "IS_TYPED",
    "COMMIT_ACTION",
    "CREATED time",
    "LAST_ALTERED time",
    "LAST_DDL time",
    "LAST_DDL_BY",
    "AUTO_CLUSTERING_ON",
    "COMMENT",
    "IS_TEMPORARY",
    "IS_ICEBERG",
    "IS_DYNAMIC",
    "IS_IMMUTABLE",
    "IS_HYBRID",
];
const VIEWS: &[&str] = &[
    "TABLE_CATALOG",
    "TABLE_SCHEMA",
    "TABLE_NAME",
    "TABLE_OWNER",
    "VIEW_DEFINITION",
    "CHECK_OPTION",
    "IS_UPDATABLE",
    "INSERTABLE_INTO",
    "IS_SECURE",
    "CREATED time",
    "LAST_ALTERED time",
    "LAST_DDL time",
    "LAST_DDL_BY",
    "COMMENT",
];

impl InformationView {
    /// The view of this name, in upper case.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "COLUMNS" => Self::Columns,
            "DATABASES" => Self::Databases,
            "SCHEMATA" => Self::Schemata,
            "TABLES" => Self::Tables,
            "VIEWS" => Self::Views,
            _ => return None,
        })
    }

    /// The view's columns.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; 5]> =
            LazyLock::new(|| [COLUMNS, DATABASES, SCHEMATA, TABLES, VIEWS].map(schema));
        Arc::clone(&SCHEMAS[self as usize])
    }
}

/// A column is text unless a second word says otherwise.
fn schema(columns: &[&str]) -> SchemaRef {
    let field = |text: &&str| {
        let (name, kind) = text.split_once(' ').unwrap_or((text, ""));
        let data_type = match kind {
            "time" => SnowflakeType::TimestampLtz(3),
            "number" => SnowflakeType::INTEGER,
            _ => SnowflakeType::TEXT,
        };
        let metadata = HashMap::from([(TYPE_TEXT.to_owned(), data_type.to_string())]);
        Field::new(name, to_arrow(&data_type), true).with_metadata(metadata)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}
