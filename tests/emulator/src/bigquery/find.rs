//! Objects by name, in their exact case, and what the caller may do with them.

use super::error::ApiError;
use crate::access::{Permission, Viewer};
use crate::catalog::{Catalog, Name, Named, SYSTEM_CATALOG, Schema, Table};
use crate::sql::google::is_dataset;
use std::sync::Arc;

/// The project, if the caller may use it.
pub(super) fn project<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    name: &str,
) -> Result<&'a Catalog, ApiError> {
    let missing = || ApiError::not_found(format!("Not found: Project {name}"));
    let found = catalogs
        .get_key_value(name)
        .filter(|(key, _)| is_project(key, name));
    let (_, catalog) = found.ok_or_else(missing)?;
    match viewer.permission(&[name]) {
        Permission::Granted => Ok(catalog),
        Permission::Hidden => Err(missing()),
        Permission::Denied => Err(ApiError::access_denied(format!(
            "Access Denied: Project {name}: User does not have bigquery.datasets.get permission \
             for project {name}."
        ))),
    }
}

fn is_project(key: &Name, name: &str) -> bool {
    key.as_str() == name && name != SYSTEM_CATALOG
}

/// The dataset, if the caller may use it and its project.
pub(super) fn dataset<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    project_name: &str,
    name: &str,
) -> Result<(&'a Name, &'a Schema), ApiError> {
    let full = format!("{project_name}:{name}");
    let missing = || ApiError::not_found(format!("Not found: Dataset {full}"));
    let catalog = project(catalogs, viewer, project_name)?;
    let found = catalog.schemas.get_key_value(name);
    let found = found.filter(|(key, schema)| key.as_str() == name && is_dataset(name, schema));
    let found = found.ok_or_else(missing)?;
    match viewer.permission(&[project_name, name]) {
        Permission::Granted => Ok(found),
        Permission::Hidden => Err(missing()),
        Permission::Denied => Err(ApiError::access_denied(format!(
            "Access Denied: Dataset {full}: Permission bigquery.datasets.get denied on dataset \
             {full} (or it may not exist)."
        ))),
    }
}

/// A table and the dataset it is in.
pub(super) struct FoundTable<'a> {
    pub schema: &'a Schema,
    pub table: &'a Arc<Table>,
}

/// The table, if the caller may see it.
pub(super) fn table<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    (project, dataset_name, name): (&str, &str, &str),
) -> Result<FoundTable<'a>, ApiError> {
    let full = format!("{project}:{dataset_name}.{name}");
    let missing = || ApiError::not_found(format!("Not found: Table {full}"));
    let (_, schema) = dataset(catalogs, viewer, project, dataset_name)?;
    let found = schema
        .tables
        .get_key_value(name)
        .filter(|(key, _)| key.as_str() == name);
    let (_, table) = found.ok_or_else(missing)?;
    match viewer.permission(&[project, dataset_name, name]) {
        Permission::Granted => Ok(FoundTable { schema, table }),
        Permission::Hidden => Err(missing()),
        Permission::Denied => Err(ApiError::access_denied(format!(
            "Access Denied: Table {full}: Permission bigquery.tables.get denied on table {full} \
             (or it may not exist)."
        ))),
    }
}
