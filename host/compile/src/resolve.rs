//! From a relation's name to what it names.

use std::sync::Arc;

use rocky_schema::{SchemaName, TableName};
use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use crate::scope::{Names, Shape};
use crate::{Described, Dialect, Home, Relation};

/// A relation's name in a query: its parts in stored form, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RelationPath {
    pub(crate) parts: Vec<String>,
    /// The last part as it is written, for what is named otherwise than the warehouse folds it.
    pub(crate) written: String,
}

/// A table, and its columns in the form that queries read.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) relation: Arc<Relation>,
    pub(crate) shape: Arc<Shape>,
}

/// Another model, and its columns in the form that queries read.
#[derive(Debug, PartialEq)]
pub(crate) struct ModelColumns {
    pub(crate) path: Arc<str>,
    pub(crate) shape: Arc<Shape>,
}

/// What a relation's name means.
#[derive(Clone, Debug)]
pub(crate) enum Resolved {
    Model(Arc<ModelColumns>),
    Table(Arc<Table>),
    NotVisible(TableName, Described),
    NotCached(TableName),
    /// A model that reads, in the end, the one that names it.
    Circular,
    /// Nothing completes the name, or nobody is asked.
    Unknown,
}

impl Resolved {
    /// Whether it is the very same, so that what was found out with it still holds.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Model(one), Self::Model(other)) => Arc::ptr_eq(one, other),
            (Self::Table(one), Self::Table(other)) => Arc::ptr_eq(one, other),
            (Self::NotVisible(one, described), Self::NotVisible(other, now)) => {
                one == other && described == now
            }
            (Self::NotCached(one), Self::NotCached(other)) => one == other,
            (Self::Circular, Self::Circular) | (Self::Unknown, Self::Unknown) => true,
            _ => false,
        }
    }
}

/// Whoever knows what relations' names mean.
pub(crate) trait Resolver {
    fn resolve(&self, path: &RelationPath) -> Resolved;

    /// What may have been meant by the name of a table that is not there, as a query would write it in the place of `written`.
    fn nearest(&self, _table: &TableName, _written: &Ident) -> Option<String> {
        None
    }
}

/// Knows nothing: enough to find out which names a query asks for.
pub(crate) struct Nobody;

impl Resolver for Nobody {
    fn resolve(&self, _: &RelationPath) -> Resolved {
        Resolved::Unknown
    }
}

impl RelationPath {
    /// Reads a name; `None` where it names no single table that could be looked up.
    pub(crate) fn read(names: &Names, name: &ObjectName) -> Option<Self> {
        let mut parts = Vec::with_capacity(name.0.len());
        let mut written = String::new();
        for part in &name.0 {
            let ObjectNamePart::Identifier(ident) = part else {
                return None;
            };
            if is_special(names.dialect, ident) {
                return None;
            }
            if ident.value.is_empty() {
                // Between two periods, Snowflake reads the schema PUBLIC.
                parts.push(match (names.dialect, parts.len()) {
                    (Dialect::Snowflake, 1) => "PUBLIC".to_owned(),
                    _ => return None,
                });
                continue;
            }
            written.clone_from(&ident.value);
            // BigQuery's quotes may enclose several parts.
            match names.dialect == Dialect::BigQuery && ident.value.contains('.') {
                true => parts.extend(ident.value.split('.').map(str::to_owned)),
                false => parts.push(names.stored(ident).into_owned()),
            }
        }
        if names.dialect == Dialect::BigQuery {
            written = parts.last()?.clone();
        }
        let is_system = parts.iter().any(|part| is_system(names.dialect, part));
        let is_sound = !parts.is_empty() && parts.iter().all(|part| !part.is_empty());
        (is_sound && !is_system).then_some(Self { parts, written })
    }

    /// The table that it names, as far as its parts and the home say.
    pub(crate) fn table(&self, home: &Home) -> Option<TableName> {
        let (catalog, schema, table) = match self.parts.as_slice() {
            [table] => (home.catalog.clone()?, home.schema.clone()?, table),
            [schema, table] => (home.catalog.clone()?, schema.clone(), table),
            [catalog, schema, table] => (catalog.clone(), schema.clone(), table),
            _ => return None,
        };
        Some(SchemaName::new(catalog, schema).table(table))
    }
}

/// Whether a part of a name is a stage, a variable or a template.
fn is_special(dialect: Dialect, ident: &Ident) -> bool {
    let quoted = ident.quote_style.is_some();
    let text = ident.value.as_str();
    // BigQuery's wildcard tables are many.
    (dialect == Dialect::BigQuery && text.ends_with('*'))
        || (!quoted && text.starts_with(['@', '$', ':', '~', '%']))
        || text.contains("{{")
        || text.contains("${")
}

/// Whether a part of a name is that of a schema which the warehouse provides and nobody describes.
fn is_system(dialect: Dialect, part: &str) -> bool {
    let is = |word: &str| part.eq_ignore_ascii_case(word);
    match dialect {
        Dialect::Databricks => {
            is("information_schema")
                || [
                    "system",
                    "samples",
                    "delta",
                    "parquet",
                    "json",
                    "csv",
                    "text",
                    "binaryFile",
                    "avro",
                    "orc",
                ]
                .iter()
                .any(|word| is(word))
                || part.contains('/')
        }
        Dialect::BigQuery => {
            is("information_schema")
                || part.to_ascii_lowercase().starts_with("region-")
                || part.starts_with("__TABLES")
                || part.starts_with("__PARTITIONS")
        }
        Dialect::Snowflake => is("information_schema") || part == "SNOWFLAKE" || part == "DUAL",
    }
}
