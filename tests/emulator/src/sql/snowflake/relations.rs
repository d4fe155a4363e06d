//! Which table a path means, whether it is there, and whether the caller may read it. An object
//! that is missing and one that is kept from the caller are told of alike.

use super::information::{InformationTable, InformationView};
use super::{Context, SnowflakeStatement, names, quoted};
use crate::catalog::{Metastore, TablePath};
use crate::sql::error::SqlError;
use datafusion::catalog::TableProvider;
use std::collections::HashMap;
use std::sync::Arc;

/// The schema in every database that describes it.
pub(crate) const INFORMATION_SCHEMA: &str = "INFORMATION_SCHEMA";

/// The tables of one statement.
#[derive(Debug)]
pub(super) struct Relations<'a> {
    metastore: &'a Arc<Metastore>,
    statement: &'a SnowflakeStatement,
    /// Tables that exist for this statement only.
    pub attached: HashMap<TablePath, Arc<dyn TableProvider>>,
}

/// The error for an object that is not there, or not for this caller.
pub(super) fn missing(what: &str, path: &[&str]) -> SqlError {
    let plain = |name: &str| {
        let mut letters = name.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_uppercase() || first == '_')
            && letters.all(|letter| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || "_$".contains(letter)
            })
    };
    let shown = path.iter().map(|name| match plain(name) {
        true => (*name).to_owned(),
        false => quoted(name),
    });
    let shown = shown.collect::<Vec<_>>().join(".");
    let message = format!("{what} '{shown}' does not exist or not authorized.");
    let (class, state) = match what {
        "Database" => ("CATALOG_NOT_FOUND", "02000"),
        "Schema" => ("SCHEMA_NOT_FOUND", "02000"),
        _ => ("TABLE_OR_VIEW_NOT_FOUND", "42S02"),
    };
    SqlError::new(class, state, message)
}

fn no_current(what: &str) -> SqlError {
    let message = format!(
        "Cannot perform operation. This session does not have a current {what}. Call 'USE {}', or \
         use a qualified name.",
        what.to_uppercase()
    );
    SqlError::new("NO_CURRENT_OBJECT", "22000", message)
}

impl Context {
    fn current_database(&self) -> Result<&str, SqlError> {
        self.database
            .as_deref()
            .ok_or_else(|| no_current("database"))
    }

    fn current_schema(&self) -> Result<&str, SqlError> {
        self.schema.as_deref().ok_or_else(|| no_current("schema"))
    }

    /// The full name that one to three parts mean here.
    pub(super) fn table(&self, parts: &[String]) -> Result<[String; 3], SqlError> {
        let [database, schema, table] = match parts {
            [table] => [
                self.current_database()?,
                self.current_schema()?,
                table.as_str(),
            ],
            [schema, table] => [self.current_database()?, schema, table],
            [database, schema, table] => [database.as_str(), schema, table],
            _ => return Err(SqlError::syntax("a table's name has one to three parts")),
        };
        Ok([database, schema, table].map(str::to_owned))
    }

    /// The full name that one or two parts, or none, mean here.
    pub(super) fn schema(&self, parts: &[String]) -> Result<[String; 2], SqlError> {
        let [database, schema] = match parts {
            [] => [self.current_database()?, self.current_schema()?],
            [schema] => [self.current_database()?, schema.as_str()],
            [database, schema] => [database.as_str(), schema],
            _ => return Err(SqlError::syntax("a schema's name has one or two parts")),
        };
        Ok([database, schema].map(str::to_owned))
    }

    /// The database that is named, or the current one.
    pub(super) fn database(&self, parts: &[String]) -> Result<String, SqlError> {
        match parts {
            [] => self.current_database().map(str::to_owned),
            [database] => Ok(database.clone()),
            _ => Err(SqlError::syntax("a database's name has one part")),
        }
    }
}

impl<'a> Relations<'a> {
    pub fn new(statement: &'a SnowflakeStatement, metastore: &'a Arc<Metastore>) -> Self {
        Self {
            metastore,
            statement,
            attached: HashMap::new(),
        }
    }

    /// The table that a path of stored names means.
    pub fn resolve(&mut self, path: &[String]) -> Result<TablePath, SqlError> {
        if let [.., schema, view] = path
            && schema == INFORMATION_SCHEMA
        {
            return self.information(path, view);
        }
        let full = self.statement.context.table(path)?;
        let [database, schema, table] = full.each_ref().map(String::as_str);
        let viewer = &self.statement.viewer;
        let found = names::table(self.metastore, viewer, [database, schema, table]);
        found
            .map(|(path, _)| path)
            .ok_or_else(|| missing("Object", &[database, schema, table]))
    }

    fn information(&mut self, path: &[String], name: &str) -> Result<TablePath, SqlError> {
        let full = self.statement.context.table(path)?;
        let [database, schema, table] = full.each_ref().map(String::as_str);
        let viewer = &self.statement.viewer;
        let catalogs = self.metastore.read();
        let found = names::database(&catalogs, viewer, database);
        let found = found.ok_or_else(|| missing("Database", &[database]))?;
        let view = InformationView::named(name);
        let view = view.ok_or_else(|| missing("Object", &[database, schema, table]))?;
        let stored = found.stored.to_owned();
        let provider = InformationTable::new(
            view,
            stored,
            Arc::clone(self.metastore),
            viewer.clone(),
            self.statement.limits,
        );
        let path = TablePath::new(database, schema, table);
        self.attached.insert(path.clone(), Arc::new(provider));
        Ok(path)
    }
}
