//! `SHOW …`: lists of what the viewer may use.

use super::Run;
use crate::access::Permission;
use crate::catalog::{CatalogError, Name, Schema, Table};
use crate::glob;
use crate::sql::error::SqlError;
use crate::sql::rows::Rows;
use crate::sql::statement::{Parts, Show};
use std::sync::Arc;

type Row = Vec<Option<String>>;

/// A table and where it is.
struct Found<'a> {
    catalog: &'a str,
    schema: &'a str,
    name: &'a str,
    table: &'a Arc<Table>,
}

impl Run {
    pub(super) fn show(&self, show: &Show) -> Result<Rows, SqlError> {
        match show {
            Show::Catalogs { like } => self.show_catalogs(like.as_deref()),
            Show::Schemas { catalog, like } => {
                self.show_schemas(catalog.as_deref(), like.as_deref())
            }
            Show::Tables { schema, like } => {
                let row = |found: &Found<'_>| row_of([found.schema, found.name, "false"]);
                let columns = ["database", "tableName", "isTemporary"];
                self.show_tables(&columns, schema.as_ref(), like.as_deref(), false, row)
            }
            Show::Views { schema, like } => {
                let row = |found: &Found<'_>| {
                    let materialized = found.table.kind.as_str() == "MATERIALIZED_VIEW";
                    let materialized = materialized.to_string();
                    row_of([found.schema, found.name, "false", &materialized])
                };
                let columns = ["namespace", "viewName", "isTemporary", "isMaterialized"];
                self.show_tables(&columns, schema.as_ref(), like.as_deref(), true, row)
            }
            Show::Columns { table } => self.show_columns(table),
            Show::TablesOfCatalog {
                catalog,
                schema,
                like,
            } => self.show_tables_of(catalog.as_deref(), schema.as_deref(), like.as_deref()),
            Show::ColumnsOfCatalog {
                catalog,
                schema,
                table,
                like,
            } => {
                let patterns = [schema.as_deref(), table.as_deref(), like.as_deref()];
                self.show_columns_of(catalog, patterns)
            }
        }
    }

    fn show_catalogs(&self, like: Option<&str>) -> Result<Rows, SqlError> {
        let catalogs = self.metastore().read();
        let names = catalogs.iter().map(|(name, _)| name.as_str());
        let rows = names.filter(|name| is_like(like, name) && self.may_use(&[name]));
        let rows: Vec<Row> = rows.map(|name| row_of([name])).collect();
        Rows::of_texts(&["catalog"], &rows)
    }

    fn show_schemas(&self, catalog: Option<&str>, like: Option<&str>) -> Result<Rows, SqlError> {
        let catalog = catalog.unwrap_or(&self.session().catalog);
        let missing = || SqlError::from(CatalogError::NoCatalog(catalog.to_owned()));
        self.authorize_existing(&[catalog], missing)?;
        let catalogs = self.metastore().read();
        let schemas = &catalogs.get(catalog).ok_or_else(missing)?.schemas;
        let names = schemas.iter().map(|(name, _)| name.as_str());
        let rows = names.filter(|name| is_like(like, name) && self.may_use(&[catalog, name]));
        let rows: Vec<Row> = rows.map(|name| row_of([name])).collect();
        Rows::of_texts(&["databaseName"], &rows)
    }

    fn show_tables(
        &self,
        columns: &[&str],
        schema: Option<&Parts>,
        like: Option<&str>,
        views_only: bool,
        row: impl Fn(&Found<'_>) -> Row,
    ) -> Result<Rows, SqlError> {
        let session = self.session();
        let (catalog, schema) = match schema.map(Vec::as_slice) {
            None => (session.catalog.clone(), session.schema.clone()),
            Some([schema]) => (session.catalog.clone(), schema.clone()),
            Some([catalog, schema]) => (catalog.clone(), schema.clone()),
            Some(_) => {
                return Err(SqlError::syntax("a schema's name has one or two parts"));
            }
        };
        let missing = || SqlError::from(CatalogError::NoSchema(format!("{catalog}.{schema}")));
        self.authorize_existing(&[&catalog, &schema], missing)?;
        let catalogs = self.metastore().read();
        let found = catalogs.get(&catalog).map(|catalog| &catalog.schemas);
        let found = found.and_then(|schemas| schemas.get_key_value(&schema));
        let (name, entry) = found.ok_or_else(missing)?;
        let rows: Vec<Row> = self
            .tables_of(&catalog, name, entry)
            .filter(|found| is_like(like, found.name))
            .filter(|found| !views_only || found.table.kind.is_view())
            .map(|found| row(&found))
            .collect();
        Rows::of_texts(columns, &rows)
    }

    fn show_columns(&self, table: &Parts) -> Result<Rows, SqlError> {
        let (_, table) = self.readable(table)?;
        let columns = table.layout.columns().iter();
        let rows: Vec<Row> = columns.map(|column| row_of([&*column.name])).collect();
        Rows::of_texts(&["col_name"], &rows)
    }

    fn show_tables_of(
        &self,
        catalog: Option<&str>,
        schema: Option<&str>,
        like: Option<&str>,
    ) -> Result<Rows, SqlError> {
        let mut rows = Vec::new();
        self.each_table(catalog, schema, like, |found| {
            let (kind, comment) = (found.table.kind.as_str(), found.table.comment.as_deref());
            let mut row = row_of([found.schema, found.name, "false"]);
            row.push(None);
            row.extend(row_of([found.catalog, kind]));
            row.push(comment.map(str::to_owned));
            rows.push(row);
        })?;
        let columns = [
            "namespace",
            "tableName",
            "isTemporary",
            "information",
            "catalogName",
            "tableType",
            "remarks",
        ];
        Rows::of_texts(&columns, &rows)
    }

    fn show_columns_of(
        &self,
        catalog: &str,
        [schema, table, like]: [Option<&str>; 3],
    ) -> Result<Rows, SqlError> {
        let mut rows = Vec::new();
        self.each_table(Some(catalog), schema, table, |found| {
            for (position, column) in (1..).zip(found.table.layout.columns()) {
                if !is_like(like, &column.name) {
                    continue;
                }
                let mut row = row_of([
                    &*column.name,
                    found.catalog,
                    found.schema,
                    found.name,
                    &column.type_text().to_uppercase(),
                    &position.to_string(),
                    &column.nullable.to_string(),
                ]);
                row.push(column.comment.as_deref().map(str::to_owned));
                rows.push(row);
            }
        })?;
        let columns = [
            "col_name",
            "catalogName",
            "namespace",
            "tableName",
            "columnType",
            "ordinalPosition",
            "isNullable",
            "remarks",
        ];
        Rows::of_texts(&columns, &rows)
    }

    fn each_table(
        &self,
        catalog: Option<&str>,
        schema: Option<&str>,
        table: Option<&str>,
        mut work: impl FnMut(&Found<'_>),
    ) -> Result<(), SqlError> {
        let catalogs = self.metastore().read();
        if let Some(name) = catalog {
            let missing = || SqlError::from(CatalogError::NoCatalog(name.to_owned()));
            self.authorize_existing(&[name], missing)?;
            catalogs.get(name).ok_or_else(missing)?;
        }
        for (catalog_name, entry) in catalogs.iter() {
            let wanted = catalog.is_none_or(|it| it.eq_ignore_ascii_case(catalog_name.as_str()));
            if !wanted || !self.may_use(&[catalog_name.as_str()]) {
                continue;
            }
            for (schema_name, entry) in entry.schemas.iter() {
                let path = [catalog_name.as_str(), schema_name.as_str()];
                if !is_like(schema, schema_name.as_str()) || !self.may_use(&path) {
                    continue;
                }
                self.tables_of(catalog_name.as_str(), schema_name, entry)
                    .filter(|found| is_like(table, found.name))
                    .for_each(|found| work(&found));
            }
        }
        Ok(())
    }

    fn tables_of<'a>(
        &'a self,
        catalog: &'a str,
        schema: &'a Name,
        entry: &'a Schema,
    ) -> impl Iterator<Item = Found<'a>> {
        let found = entry.tables.iter().map(move |(name, table)| Found {
            catalog,
            schema: schema.as_str(),
            name: name.as_str(),
            table,
        });
        found.filter(|found| self.may_use(&[found.catalog, found.schema, found.name]))
    }

    fn may_use(&self, path: &[&str]) -> bool {
        self.session().viewer.may_use(path)
    }

    /// Forbids what is denied; what is hidden is missing.
    fn authorize_existing(
        &self,
        path: &[&str],
        missing: impl Fn() -> SqlError,
    ) -> Result<(), SqlError> {
        let viewer = &self.session().viewer;
        let permissions = (1..=path.len()).map(|parts| viewer.permission(&path[..parts]));
        match permissions.max() {
            Some(Permission::Hidden) => Err(missing()),
            Some(Permission::Denied) => Err(SqlError::forbidden(&viewer.principal, path.join("."))),
            _ => Ok(()),
        }
    }
}

fn row_of<const N: usize>(cells: [&str; N]) -> Row {
    cells.iter().map(|cell| Some((*cell).to_owned())).collect()
}

fn is_like(pattern: Option<&str>, name: &str) -> bool {
    let name = name.to_lowercase();
    pattern.is_none_or(|pattern| {
        let pattern = pattern.to_lowercase();
        pattern.split('|').any(|one| glob::matches(one, &name))
    })
}
