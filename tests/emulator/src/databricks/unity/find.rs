//! Objects by name, and what the caller may do with them.

use crate::access::{Permission, Viewer};
use crate::catalog::{Catalog, HIVE_METASTORE, Name, Named, Schema, Table};
use crate::databricks::error::ApiError;
use crate::sql::cursor::Cursor;
use std::sync::Arc;

/// Whether the catalog is one of Unity Catalog's own.
pub(super) fn is_unity(catalog: &Name) -> bool {
    !catalog.as_str().eq_ignore_ascii_case(HIVE_METASTORE)
}

/// The catalog, if the caller may use it.
pub(super) fn catalog<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    name: &str,
) -> Result<(&'a Name, &'a Catalog), ApiError> {
    let missing = || {
        let message = format!("Catalog '{name}' does not exist.");
        ApiError::not_found("CATALOG_DOES_NOT_EXIST", message)
    };
    let found = catalogs
        .get_key_value(name)
        .filter(|(name, _)| is_unity(name));
    let found = found.ok_or_else(missing)?;
    match viewer.permission(&[name]) {
        Permission::Granted => Ok(found),
        Permission::Hidden => Err(missing()),
        Permission::Denied => Err(ApiError::permission_denied(format!(
            "User does not have USE CATALOG on Catalog '{name}'."
        ))),
    }
}

/// The schema, if the caller may use it and its catalog.
pub(super) fn schema<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    catalog_name: &str,
    name: &str,
) -> Result<(&'a Name, &'a Name, &'a Schema), ApiError> {
    let missing = || {
        let message = format!("Schema '{catalog_name}.{name}' does not exist.");
        ApiError::not_found("SCHEMA_DOES_NOT_EXIST", message)
    };
    let (catalog_key, entry) = catalog(catalogs, viewer, catalog_name)?;
    let (schema_key, found) = entry.schemas.get_key_value(name).ok_or_else(missing)?;
    match viewer.permission(&[catalog_name, name]) {
        Permission::Granted => Ok((catalog_key, schema_key, found)),
        Permission::Hidden => Err(missing()),
        Permission::Denied => Err(ApiError::permission_denied(format!(
            "User does not have USE SCHEMA on Schema '{catalog_name}.{name}'."
        ))),
    }
}

/// A table with its full name as stored.
pub(super) struct FoundTable<'a> {
    pub catalog: &'a Name,
    pub schema: &'a Name,
    pub name: &'a Name,
    pub table: &'a Arc<Table>,
}

/// The table of this full name, if the caller may see it.
pub(super) fn table<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    full_name: &str,
) -> Result<FoundTable<'a>, ApiError> {
    let (catalog, schema_name, name) = split_table(catalogs, full_name)?;
    let (catalog_key, schema_key, entry) = schema(catalogs, viewer, &catalog, &schema_name)?;
    let missing = || {
        let message = format!("Table '{full_name}' does not exist.");
        ApiError::not_found("TABLE_DOES_NOT_EXIST", message)
    };
    let (key, table) = entry.tables.get_key_value(&name).ok_or_else(missing)?;
    match viewer.permission(&[&catalog, &schema_name, &name]) {
        Permission::Granted => Ok(FoundTable {
            catalog: catalog_key,
            schema: schema_key,
            name: key,
            table,
        }),
        Permission::Hidden => Err(missing()),
        Permission::Denied => Err(ApiError::permission_denied(format!(
            "User does not have SELECT on Table '{full_name}'."
        ))),
    }
}

/// Cuts a full name into three. Names may hold dots themselves, so of all ways to cut it the one
/// that names a table wins; without one it is the first two dots that cut.
fn split_table(
    catalogs: &Named<Catalog>,
    full_name: &str,
) -> Result<(String, String, String), ApiError> {
    if full_name.contains('`')
        && let Some(parts) = quoted_parts(full_name)
        && let [catalog, schema, table] = parts.as_slice()
    {
        return Ok((catalog.clone(), schema.clone(), table.clone()));
    }
    let exists = |(catalog, schema, table): &(&str, &str, &str)| {
        let schemas = catalogs.get(catalog).map(|catalog| &catalog.schemas);
        let tables = schemas.and_then(|schemas| Some(&schemas.get(schema)?.tables));
        tables.is_some_and(|tables| tables.contains(table))
    };
    let mut cuts = cuts(full_name).flat_map(|(catalog, rest)| {
        cuts(rest).map(move |(schema, table)| (catalog, schema, table))
    });
    let first = cuts.next().ok_or_else(|| {
        ApiError::invalid_parameter(format!(
            "'{full_name}' is not a full table name: catalog.schema.table"
        ))
    })?;
    let named = std::iter::once(first).chain(cuts).find(exists);
    let (catalog, schema, table) = named.unwrap_or(first);
    Ok((catalog.to_owned(), schema.to_owned(), table.to_owned()))
}

/// Cuts a schema's full name into two, by the same rule.
pub(super) fn split_schema(
    catalogs: &Named<Catalog>,
    full_name: &str,
) -> Result<(String, String), ApiError> {
    if full_name.contains('`')
        && let Some(parts) = quoted_parts(full_name)
        && let [catalog, schema] = parts.as_slice()
    {
        return Ok((catalog.clone(), schema.clone()));
    }
    let exists = |(catalog, schema): &(&str, &str)| {
        let catalog = catalogs.get(catalog);
        catalog.is_some_and(|catalog| catalog.schemas.contains(schema))
    };
    let first = cuts(full_name).next().ok_or_else(|| {
        ApiError::invalid_parameter(format!(
            "'{full_name}' is not a full schema name: catalog.schema"
        ))
    })?;
    let (catalog, schema) = cuts(full_name).find(exists).unwrap_or(first);
    Ok((catalog.to_owned(), schema.to_owned()))
}

/// The text cut at each dot in turn.
fn cuts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices('.')
        .map(|(at, _)| (&text[..at], &text[at + 1..]))
}

/// The identifiers between dots, some of them in backticks; `None` if that is not what it is.
fn quoted_parts(text: &str) -> Option<Vec<String>> {
    let mut cursor = Cursor::new(text).ok()?;
    let mut parts = vec![cursor.identifier().ok()?];
    while cursor.take_mark('.') {
        parts.push(cursor.identifier().ok()?);
    }
    cursor.at_end().then_some(parts)
}
