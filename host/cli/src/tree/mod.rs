//! Schemas as a tree of files that can be kept under version control.
//!
//! ```text
//! DIRECTORY/ADAPTER/CATALOG/SCHEMA.json          the schema as a whole: its manifest
//! DIRECTORY/ADAPTER/CATALOG/SCHEMA/TABLE.json    a table
//! ```
//!
//! The same cache makes the same tree, byte for byte. [`file_name`] makes names of files from names of a warehouse;
//! whatever else lies in the directories is neither read nor changed.

mod file_name;
mod files;
mod manifest;
mod read;
mod table_file;
mod write;

use std::path::{Path, PathBuf};

use rocky_schema::SchemaName;

pub use manifest::Manifest;
pub use read::{Found, find, tables};
pub use write::{FileChange, Plan, Written};

/// The directory of a schema's tables.
fn directory(root: &Path, adapter: &str, name: &SchemaName) -> PathBuf {
    [adapter, &name.catalog, &name.schema]
        .iter()
        .fold(root.to_owned(), |path, part| {
            path.join(file_name::encode(part))
        })
}

/// The file of a schema's manifest.
fn manifest_path(root: &Path, adapter: &str, name: &SchemaName) -> PathBuf {
    directory(root, adapter, name).with_added_extension("json")
}

/// The file of a table.
fn table_path(directory: &Path, table: &str) -> PathBuf {
    directory
        .join(file_name::encode(table))
        .with_added_extension("json")
}
