//! What the catalog's objects are called in Snowflake, and which object a name means.
//!
//! What SQL scripts made is stored in lower case and shown in upper case, as if it had been made
//! without quotes. What was given an exact name, through the control endpoint or by a statement of
//! Snowflake's, is shown and found as it is spelt. Where both are shown alike, the exact one is
//! meant and the other cannot be reached.

use super::words::{SyntaxError, Words};
use crate::access::{Permission, Viewer};
use crate::catalog::{
    Catalog, Column, DEFAULT_SCHEMA, INFORMATION_SCHEMA, Metastore, Name, Named, SYSTEM_CATALOG,
    Schema, Table, TablePath,
};
use std::borrow::Cow;
use std::sync::Arc;

/// The name as it is stored: in upper case unless it stood in quotes.
pub(crate) fn fold(name: &str, quoted: bool) -> String {
    match quoted {
        true => name.to_owned(),
        false => name.to_uppercase(),
    }
}

/// The name that a text stands for: in upper case unless it stands in quotes. What is no plain
/// word is taken as it is.
pub(crate) fn written(text: &str) -> Result<String, SyntaxError> {
    let read = Words::new(text).and_then(|mut words| {
        let name = words.name()?;
        words.finish()?;
        Ok(name)
    });
    match text.starts_with('"') {
        true => read,
        false => Ok(read.unwrap_or_else(|_| fold(text, false))),
    }
}

/// What an object is called here.
pub(crate) fn shown(name: &str, exact: bool) -> Cow<'_, str> {
    match exact {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_uppercase()),
    }
}

/// What a column of this table is called here.
pub(crate) fn column_name<'a>(table: &Table, column: &'a Column) -> Cow<'a, str> {
    shown(&column.name, table.exact)
}

/// An object and both of its names.
#[derive(Debug, Clone)]
pub(crate) struct Found<'a, T> {
    /// As the catalog keeps it.
    pub stored: &'a str,
    /// As Snowflake shows it.
    pub name: Cow<'a, str>,
    pub object: &'a T,
}

fn entry<'a, T>((key, object): (&'a Name, &'a T), exact: bool) -> Found<'a, T> {
    let stored = key.as_str();
    Found {
        stored,
        name: shown(stored, exact),
        object,
    }
}

fn granted(viewer: &Viewer, path: &[&str]) -> bool {
    viewer.permission(path) == Permission::Granted
}

/// The entry that is called like this; an exact name counts first.
fn named<'a, T>(
    entries: &'a Named<T>,
    name: &str,
    exact: impl Fn(&T) -> bool,
) -> Option<Found<'a, T>> {
    let twins = entries.twins(name);
    let mut fitting: Vec<(bool, Found<'a, T>)> = twins
        .map(|(key, object)| (exact(object), entry((key, object), exact(object))))
        .filter(|(_, found)| found.name == name)
        .collect();
    fitting.sort_by_key(|(exact, _)| !exact);
    fitting.into_iter().next().map(|(_, found)| found)
}

/// True for a schema that shows; every catalog has a `default` one, which counts once it holds
/// something. The catalog's own `information_schema` makes way for Snowflake's.
fn is_schema(name: &str, schema: &Schema) -> bool {
    name != INFORMATION_SCHEMA && !(name == DEFAULT_SCHEMA && schema.tables.is_empty())
}

/// The databases that the viewer may use, in the order of their names.
pub(crate) fn databases<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
) -> Vec<Found<'a, Catalog>> {
    let own = catalogs
        .iter()
        .filter(|(key, _)| key.as_str() != SYSTEM_CATALOG && granted(viewer, &[key.as_str()]));
    sorted(own.map(|pair| entry(pair, pair.1.facts.exact)))
}

/// The database of this name.
pub(crate) fn database<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    name: &str,
) -> Option<Found<'a, Catalog>> {
    named(catalogs, name, |catalog| catalog.facts.exact)
        .filter(|found| found.stored != SYSTEM_CATALOG && granted(viewer, &[found.stored]))
}

/// The schemas of a database that the viewer may use, without INFORMATION_SCHEMA.
pub(crate) fn schemas<'a>(
    database: &Found<'a, Catalog>,
    viewer: &Viewer,
) -> Vec<Found<'a, Schema>> {
    let above = database.stored;
    let own = database.object.schemas.iter().filter(|(key, schema)| {
        is_schema(key.as_str(), schema) && granted(viewer, &[above, key.as_str()])
    });
    sorted(own.map(|pair| entry(pair, pair.1.facts.exact)))
}

/// The schema of this name in a database.
pub(crate) fn schema<'a>(
    database: &Found<'a, Catalog>,
    viewer: &Viewer,
    name: &str,
) -> Option<Found<'a, Schema>> {
    let above = database.stored;
    named(&database.object.schemas, name, |schema| schema.facts.exact).filter(|found| {
        found.stored != INFORMATION_SCHEMA && granted(viewer, &[above, found.stored])
    })
}

/// The tables and views of a schema that the viewer may use, in the order of their names.
pub(crate) fn tables<'a>(
    above: [&str; 2],
    schema: &'a Schema,
    viewer: &Viewer,
) -> Vec<Found<'a, Arc<Table>>> {
    let [database, holder] = above;
    let own = schema.tables.iter();
    let own = own.filter(|(key, _)| granted(viewer, &[database, holder, key.as_str()]));
    sorted(own.map(|pair| entry(pair, pair.1.exact)))
}

fn sorted<'a, T>(entries: impl Iterator<Item = Found<'a, T>>) -> Vec<Found<'a, T>> {
    let mut entries: Vec<Found<'a, T>> = entries.collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries
}

/// The table of this name, with the path that the catalog keeps it under.
pub(crate) fn table(
    metastore: &Metastore,
    viewer: &Viewer,
    [database_name, schema_name, name]: [&str; 3],
) -> Option<(TablePath, Arc<Table>)> {
    let catalogs = metastore.read();
    let database = database(&catalogs, viewer, database_name)?;
    let schema = schema(&database, viewer, schema_name)?;
    let found = named(&schema.object.tables, name, |table| table.exact)?;
    let path = [database.stored, schema.stored, found.stored];
    granted(viewer, &path).then(|| {
        let [database, schema, table] = path;
        (
            TablePath::new(database, schema, table),
            Arc::clone(found.object),
        )
    })
}

/// What database, schema and table are called here that the catalog keeps under this path.
pub(crate) fn shown_path(metastore: &Metastore, path: &TablePath, table: &Table) -> [String; 3] {
    let catalogs = metastore.read();
    let catalog = catalogs.get(&path.catalog);
    let schema = catalog.and_then(|catalog| catalog.schemas.get(&path.schema));
    [
        shown(
            &path.catalog,
            catalog.is_some_and(|catalog| catalog.facts.exact),
        ),
        shown(
            &path.schema,
            schema.is_some_and(|schema| schema.facts.exact),
        ),
        shown(&path.table, table.exact),
    ]
    .map(Cow::into_owned)
}
