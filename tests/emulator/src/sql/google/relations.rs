//! Which table a path means, whether it is there, and whether the caller may read it.
//!
//! Datasets and tables are found in their exact case only.

use super::information::{GoogleView, InformationScope, InformationTable};
use super::{DEFAULT_LOCATION, GoogleStatement};
use crate::access::{Permission, Viewer};
use crate::catalog::{DEFAULT_SCHEMA, Facts, INFORMATION_SCHEMA, Metastore, Schema, TablePath};
use crate::sql::error::SqlError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use std::collections::HashMap;
use std::sync::Arc;

/// The pseudo-table of a dataset that lists its tables.
const TABLES: &str = "__TABLES__";

/// The tables of one statement.
#[derive(Debug)]
pub(super) struct Relations {
    metastore: Arc<Metastore>,
    viewer: Viewer,
    project: String,
    default_dataset: Option<(String, String)>,
    wanted_location: Option<String>,
    location: Option<String>,
    bytes: usize,
    /// Tables that exist for this statement only.
    pub attached: HashMap<TablePath, Arc<dyn TableProvider>>,
}

/// Where a dataset lies.
pub(crate) fn dataset_location(facts: &Facts) -> &str {
    let told = facts.properties.get("location");
    told.map_or(DEFAULT_LOCATION, String::as_str)
}

/// Whether a schema shows as a dataset: not what every catalog has by itself.
pub(crate) fn is_dataset(name: &str, schema: &Schema) -> bool {
    name != INFORMATION_SCHEMA && !(name == DEFAULT_SCHEMA && schema.tables.is_empty())
}

/// The error for an object that is not there, or not for this caller.
pub(super) fn not_found(what: &str, name: &str, location: &str) -> SqlError {
    let message = format!("Not found: {what} {name} was not found in location {location}");
    SqlError::new("TABLE_OR_VIEW_NOT_FOUND", "42P01", message)
}

pub(super) fn denied(what: &str, name: &str) -> SqlError {
    let message = format!(
        "Access Denied: {what} {name}: User does not have permission to query {} {name}, or \
         perhaps it does not exist.",
        what.to_lowercase()
    );
    SqlError::new("INSUFFICIENT_PERMISSIONS", "42501", message)
}

impl Relations {
    pub fn new(statement: &GoogleStatement, metastore: &Arc<Metastore>) -> Self {
        Self {
            metastore: Arc::clone(metastore),
            viewer: statement.viewer.clone(),
            project: statement.project.clone(),
            default_dataset: statement.default_dataset.clone(),
            wanted_location: statement.location.clone(),
            location: None,
            bytes: 0,
            attached: HashMap::new(),
        }
    }

    /// Where the tables lie; where the job was asked to run if there are none.
    pub fn location(&self) -> String {
        let told = self.location.as_ref().or(self.wanted_location.as_ref());
        told.cloned().unwrap_or_else(|| DEFAULT_LOCATION.to_owned())
    }

    /// Bytes of the tables.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Fails when the job was asked to run where its tables do not lie.
    pub fn check_location(&self) -> Result<(), SqlError> {
        match (&self.wanted_location, &self.location) {
            (Some(wanted), Some(actual)) if !wanted.eq_ignore_ascii_case(actual) => {
                let message = format!(
                    "Not found: the tables of this query are in location {actual} and were not \
                     found in location {wanted}"
                );
                Err(SqlError::new("TABLE_OR_VIEW_NOT_FOUND", "42P01", message))
            }
            _ => Ok(()),
        }
    }

    /// The name by which the engine finds the table of this path.
    pub fn resolve(&mut self, path: &[String]) -> Result<TablePath, SqlError> {
        if let Some(at) = path
            .iter()
            .position(|part| part.eq_ignore_ascii_case(INFORMATION_SCHEMA))
        {
            let (before, after) = path.split_at(at);
            return self.information(before, &after[1..]);
        }
        let (project, dataset, table) = self.split(path)?;
        if table == TABLES {
            return self.attach(project, dataset, GoogleView::TableList, TABLES);
        }
        self.stored(&project, &dataset, &table)
    }

    fn split(&self, path: &[String]) -> Result<(String, String, String), SqlError> {
        match path {
            [table] => match &self.default_dataset {
                Some((project, dataset)) => Ok((project.clone(), dataset.clone(), table.clone())),
                None => {
                    let message = format!(
                        "Table \"{table}\" must be qualified with a dataset (e.g. dataset.table)."
                    );
                    Err(SqlError::new("INVALID_STATEMENT", "42000", message))
                }
            },
            [dataset, table] => Ok((self.project.clone(), dataset.clone(), table.clone())),
            [project, dataset, table] => Ok((project.clone(), dataset.clone(), table.clone())),
            _ => Err(SqlError::syntax(format!(
                "Invalid table name: `{}`",
                path.join(".")
            ))),
        }
    }

    /// Looks a dataset up in its exact case, with the caller's eyes.
    fn dataset<T>(
        &self,
        project: &str,
        dataset: &str,
        read: impl FnOnce(&Schema) -> T,
    ) -> Result<T, SqlError> {
        let name = format!("{project}:{dataset}");
        let catalogs = self.metastore.read();
        let schema = catalogs
            .get(project)
            .and_then(|catalog| catalog.schemas.get_key_value(dataset))
            .filter(|(key, _)| key.as_str() == dataset && dataset != INFORMATION_SCHEMA);
        let missing = || not_found("Dataset", &name, &self.location());
        let (_, schema) = schema.ok_or_else(missing)?;
        match self.permission(&[project, dataset]) {
            Permission::Granted => Ok(read(schema)),
            Permission::Denied => Err(denied("Dataset", &name)),
            Permission::Hidden => Err(missing()),
        }
    }

    /// What the caller may do with an object, given what holds it.
    fn permission(&self, path: &[&str]) -> Permission {
        let permissions = (1..=path.len()).map(|parts| self.viewer.permission(&path[..parts]));
        permissions.max().unwrap_or(Permission::Granted)
    }

    fn stored(&mut self, project: &str, dataset: &str, table: &str) -> Result<TablePath, SqlError> {
        let (found, location) = self.dataset(project, dataset, |schema| {
            let entry = schema.tables.get_key_value(table);
            let entry = entry.filter(|(key, _)| key.as_str() == table);
            let bytes = entry.map(|(_, table)| table.rows().iter().map(bytes).sum::<usize>());
            (bytes, dataset_location(&schema.facts).to_owned())
        })?;
        let name = format!("{project}:{dataset}.{table}");
        match (found, self.permission(&[project, dataset, table])) {
            (Some(bytes), Permission::Granted) => {
                self.bytes += bytes;
                self.location.get_or_insert(location);
                Ok(TablePath::new(project, dataset, table))
            }
            (Some(_), Permission::Denied) => Err(denied("Table", &name)),
            _ => Err(not_found("Table", &name, &location)),
        }
    }

    /// `[project.]dataset.INFORMATION_SCHEMA.VIEW`, or with `region-xx` for the dataset.
    fn information(&mut self, before: &[String], after: &[String]) -> Result<TablePath, SqlError> {
        let [view_name] = after else {
            let message = "INFORMATION_SCHEMA must be followed by exactly one view";
            return Err(SqlError::syntax(message));
        };
        let (project, qualifier) = match before {
            [qualifier] => (self.project.clone(), Some(qualifier.clone())),
            [project, qualifier] => (project.clone(), Some(qualifier.clone())),
            [] => (self.project.clone(), None),
            _ => return Err(SqlError::syntax("Invalid INFORMATION_SCHEMA path")),
        };
        let full = format!("{}.INFORMATION_SCHEMA.{view_name}", before.join("."));
        let view = GoogleView::named(view_name);
        let view = view.ok_or_else(|| not_found("Table", &full, &self.location()))?;
        match qualifier {
            Some(dataset) if !dataset.to_lowercase().starts_with("region-") => {
                if view == GoogleView::Schemata {
                    let message = "INFORMATION_SCHEMA.SCHEMATA is qualified by a project or region";
                    return Err(SqlError::new("INVALID_STATEMENT", "42000", message));
                }
                self.attach(project, dataset, view, &full)
            }
            Some(region) => {
                let region = region.get("region-".len()..).unwrap_or_default();
                self.attach_region(project, region, view, &full)
            }
            None => match (&self.default_dataset, view) {
                (_, GoogleView::Schemata) => {
                    let location = self.location();
                    self.attach_region(project, &location, view, &full)
                }
                (Some((project, dataset)), _) => {
                    let (project, dataset) = (project.clone(), dataset.clone());
                    self.attach(project, dataset, view, &full)
                }
                (None, _) => {
                    let message = format!("{view_name} must be qualified with a dataset");
                    Err(SqlError::new("INVALID_STATEMENT", "42000", message))
                }
            },
        }
    }

    fn attach(
        &mut self,
        project: String,
        dataset: String,
        view: GoogleView,
        name: &str,
    ) -> Result<TablePath, SqlError> {
        let location = self.dataset(&project, &dataset, |schema| {
            dataset_location(&schema.facts).to_owned()
        })?;
        self.location.get_or_insert(location);
        let path = TablePath::new(&project, &dataset, name);
        self.put(path, view, project, InformationScope::Dataset(dataset))
    }

    fn attach_region(
        &mut self,
        project: String,
        region: &str,
        view: GoogleView,
        name: &str,
    ) -> Result<TablePath, SqlError> {
        let location = match region.len() {
            // The multi-regions US and EU are written in upper case.
            2 => region.to_uppercase(),
            _ => region.to_lowercase(),
        };
        let known = self.metastore.read().contains(&project);
        match self.permission(&[&project]) {
            Permission::Granted if known => {}
            Permission::Denied => return Err(denied("Project", &project)),
            _ => return Err(not_found("Project", &project, &location)),
        }
        self.location.get_or_insert(location.clone());
        let path = TablePath::new(&project, &format!("region-{location}"), name);
        self.put(path, view, project, InformationScope::Region(location))
    }

    fn put(
        &mut self,
        path: TablePath,
        view: GoogleView,
        project: String,
        scope: InformationScope,
    ) -> Result<TablePath, SqlError> {
        let metastore = Arc::clone(&self.metastore);
        let table = InformationTable::new(view, project, scope, metastore, self.viewer.clone());
        self.attached.insert(path.clone(), Arc::new(table));
        Ok(path)
    }
}

/// What a batch's values take up.
pub(crate) fn bytes(batch: &RecordBatch) -> usize {
    batch.get_array_memory_size()
}
