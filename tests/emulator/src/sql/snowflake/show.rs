//! `SHOW …`: what the catalog tells without a warehouse, a limited number of rows at a time.

mod grammar;
mod kinds;
mod rows;

pub(super) use grammar::parse;
pub(crate) use grammar::{Scope, Show, What};
pub(crate) use kinds::{bytes, row_count, table_kind};

use super::names::{self, Found};
use super::relations::{INFORMATION_SCHEMA, missing};
use super::{SnowflakeRows, SnowflakeStatement};
use crate::access::Viewer;
use crate::catalog::{Catalog, Named, Schema, Table};
use crate::glob;
use crate::sql::Engine;
use crate::sql::error::SqlError;
use rows::Collected;
use std::sync::Arc;

/// One object on its way into a row, with all that stands above it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub database: &'a Found<'a, Catalog>,
    pub schema: Option<&'a Found<'a, Schema>>,
    pub table: Option<&'a Found<'a, Arc<Table>>>,
}

/// Carries the statement out.
pub(super) fn show(
    engine: &Engine,
    show: &Show,
    statement: &SnowflakeStatement,
) -> Result<SnowflakeRows, SqlError> {
    let mut collected = Collected::new(show, statement);
    match show.what {
        What::Parameters => rows::parameters(&mut collected),
        What::Warehouses => rows::warehouses(&mut collected, statement),
        What::Keys(_) => {}
        _ => walk(&engine.metastore.read(), show, statement, &mut collected)?,
    }
    collected.finish()
}

fn walk(
    catalogs: &Named<Catalog>,
    show: &Show,
    statement: &SnowflakeStatement,
    out: &mut Collected<'_>,
) -> Result<(), SqlError> {
    let viewer = &statement.viewer;
    let all = names::databases(catalogs, viewer);
    let [database, schema, table] = pinned(&show.scope, show.what, statement)?;
    if let Some(name) = &database
        && names::database(catalogs, viewer, name).is_none()
    {
        return Err(missing("Database", &[name]));
    }
    let mut schema_found = schema.is_none();
    let mut table_found = table.is_none();
    for database in all.iter().filter(|found| wanted(database.as_ref(), found)) {
        if show.what == What::Databases {
            out.add(Shown {
                database,
                schema: None,
                table: None,
            });
            continue;
        }
        // The schema that every database has stands among the others.
        let mut own_schema = show.what == What::Schemas;
        for found in &names::schemas(database, viewer) {
            if own_schema && *found.name > *INFORMATION_SCHEMA {
                out.add_information_schema(database);
                own_schema = false;
            }
            if !wanted(schema.as_ref(), found) {
                continue;
            }
            schema_found = true;
            table_found |= tables(database, found, table.as_ref(), viewer, out);
        }
        if own_schema {
            out.add_information_schema(database);
        }
    }
    let path: Vec<&str> = [&database, &schema, &table]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    match (schema_found, table_found) {
        // An empty default schema does not show, but it is there.
        (false, _) if !is_present(catalogs, viewer, &path) => {
            Err(missing("Schema", path.get(..2).unwrap_or(&path)))
        }
        (true, false) => Err(missing("Object", &path)),
        _ => Ok(()),
    }
}

fn is_present(catalogs: &Named<Catalog>, viewer: &Viewer, path: &[&str]) -> bool {
    let [database, schema, ..] = path else {
        return true;
    };
    *schema == INFORMATION_SCHEMA
        || names::database(catalogs, viewer, database)
            .is_some_and(|found| names::schema(&found, viewer, schema).is_some())
}

fn wanted<T>(pin: Option<&String>, found: &Found<'_, T>) -> bool {
    pin.is_none_or(|pin| *pin == found.name)
}

/// Adds what a schema holds; true if the wanted table was there.
fn tables(
    database: &Found<'_, Catalog>,
    schema: &Found<'_, Schema>,
    wanted_table: Option<&String>,
    viewer: &Viewer,
    out: &mut Collected<'_>,
) -> bool {
    let above = Shown {
        database,
        schema: Some(schema),
        table: None,
    };
    if out.what() == What::Schemas {
        out.add(above);
        return true;
    }
    let mut found = false;
    for table in &names::tables([database.stored, schema.stored], schema.object, viewer) {
        if out.is_full() {
            return true;
        }
        if wanted(wanted_table, table) {
            found = true;
            out.add(Shown {
                table: Some(table),
                ..above
            });
        }
    }
    found
}

/// Which database, schema and table a scope names; without one the current ones.
fn pinned(
    scope: &Scope,
    what: What,
    statement: &SnowflakeStatement,
) -> Result<[Option<String>; 3], SqlError> {
    let context = &statement.context;
    Ok(match scope {
        Scope::Account => [None, None, None],
        Scope::Database(path) => [Some(context.database(path)?), None, None],
        Scope::Schema(path) => {
            let [database, schema] = context.schema(path)?;
            [Some(database), Some(schema), None]
        }
        Scope::Table(path) => {
            let [database, schema, table] = context.table(path)?;
            [Some(database), Some(schema), Some(table)]
        }
        Scope::Session => match (what, &context.database) {
            (What::Databases, _) | (_, None) => [None, None, None],
            (What::Schemas, Some(database)) => [Some(database.clone()), None, None],
            (_, Some(database)) => [Some(database.clone()), context.schema.clone(), None],
        },
    })
}

/// LIKE ignores the case.
fn like(pattern: &str, name: &str) -> bool {
    glob::like(&pattern.to_lowercase(), &name.to_lowercase())
}

/// Which names a list of the catalog's objects is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// LIKE
    pub like: Option<String>,
    /// STARTS WITH
    pub starts_with: Option<String>,
    /// The name, or its beginning, that the rows come behind.
    pub from: Option<String>,
}

impl Selection {
    /// Whether an object of this name is asked for, but for FROM.
    pub fn covers(&self, name: &str) -> bool {
        let fits = |pattern: &String| like(pattern, name);
        self.like.as_ref().is_none_or(fits)
            && self
                .starts_with
                .as_ref()
                .is_none_or(|start| name.starts_with(start.as_str()))
    }
}
