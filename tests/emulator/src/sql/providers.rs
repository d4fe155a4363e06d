//! The catalog as DataFusion looks into it, with the eyes of one session.

use super::error::SqlError;
use super::information::InformationTable;
use super::{Dialect, Engine, Session, google, query, snowflake};
use crate::access::Permission;
use crate::catalog::{Content, SYSTEM_CATALOG, Table, TablePath};
use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemTable, SchemaProvider, TableProvider,
};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

/// The schema name under which a loaded directory's files are read, as in `csv.`flights.csv``.
const FILE_SCHEMA: &str = "csv";
/// How many views may stand on one another.
const VIEW_DEPTH: usize = 32;

/// The catalog through one session.
#[derive(Clone)]
pub(super) struct Visible {
    pub engine: Engine,
    pub session: Arc<Session>,
    /// How many views the current query stands in.
    pub depth: usize,
}

impl Debug for Visible {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visible").finish_non_exhaustive()
    }
}

impl Visible {
    fn is_file(&self, path: &TablePath) -> bool {
        path.catalog == self.session.catalog
            && path.schema == FILE_SCHEMA
            && self.session.files.contains_key(&path.table)
    }

    /// Fails unless there is such a table and the viewer may read it.
    pub fn check(&self, path: &TablePath) -> Result<(), SqlError> {
        if self.is_file(path) {
            return Ok(());
        }
        let viewer = &self.session.viewer;
        let (catalog, schema) = (path.catalog.as_str(), path.schema.as_str());
        let permission = [
            viewer.permission(&[catalog]),
            viewer.permission(&[catalog, schema]),
            viewer.permission(&[catalog, schema, &path.table]),
        ];
        let exists = self.engine.metastore.table(path).is_some();
        match permission.into_iter().max() {
            Some(Permission::Denied) if exists => Err(SqlError::forbidden(&viewer.principal, path)),
            Some(Permission::Granted) if exists => Ok(()),
            _ => Err(SqlError::table_not_found(path)),
        }
    }

    async fn provider(&self, path: &TablePath) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_file(path) {
            return Ok(self.session.files.get(&path.table).map(Arc::clone));
        }
        if let Some(attached) = self.session.attached.get(path) {
            return Ok(Some(Arc::clone(attached)));
        }
        let Some(table) = self.engine.metastore.table(path) else {
            return Ok(None);
        };
        let stored = self.read(path, &table).await?;
        match self.session.dialect {
            Dialect::Databricks => Ok(Some(stored)),
            Dialect::Google => google::widen(stored, &table.layout).map(Some),
            Dialect::Snowflake => {
                let names = snowflake::names::shown_path(&self.engine.metastore, path, &table);
                snowflake::present(stored, &names, &table).map(Some)
            }
        }
    }

    async fn read(&self, path: &TablePath, table: &Table) -> Result<Arc<dyn TableProvider>> {
        let layout = &table.layout;
        match &table.content {
            Content::Rows(rows) => {
                let stored = MemTable::try_new(layout.arrow(), vec![rows.to_vec()])?;
                Ok(Arc::new(stored))
            }
            Content::Information(view) => {
                let scope = (path.catalog != SYSTEM_CATALOG).then(|| path.catalog.clone());
                let metastore = Arc::clone(&self.engine.metastore);
                let viewer = self.session.viewer.clone();
                Ok(Arc::new(InformationTable::new(
                    *view, scope, metastore, viewer,
                )))
            }
            Content::Query {
                definition,
                catalog,
                schema,
            } => {
                if self.depth >= VIEW_DEPTH {
                    let message = format!("more than {VIEW_DEPTH} views stand on one another");
                    return Err(DataFusionError::Plan(message));
                }
                let mut session = Session::clone(&self.session);
                // A view's names mean what they meant to whoever created it.
                session.catalog = catalog.to_string();
                session.schema = schema.to_string();
                session.dialect = Dialect::Databricks;
                session.viewer = crate::access::Viewer::unrestricted(&table.owner);
                let inner = Self {
                    engine: self.engine.clone(),
                    session: Arc::new(session),
                    depth: self.depth + 1,
                };
                let view = query::plan_view(&inner, definition, layout).await;
                view.map_err(|error| DataFusionError::External(Box::new(error)))
            }
        }
    }
}

impl CatalogProviderList for Visible {
    fn register_catalog(
        &self,
        _: String,
        _: Arc<dyn CatalogProvider>,
    ) -> Option<Arc<dyn CatalogProvider>> {
        None
    }

    fn catalog_names(&self) -> Vec<String> {
        let catalogs = self.engine.metastore.read();
        catalogs.iter().map(|(name, _)| name.to_string()).collect()
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        Some(Arc::new(OneCatalog {
            visible: self.clone(),
            name: name.to_owned(),
        }))
    }
}

/// One catalog. What it holds is looked up by full name only, so it answers for any schema.
#[derive(Debug)]
struct OneCatalog {
    visible: Visible,
    name: String,
}

impl CatalogProvider for OneCatalog {
    fn schema_names(&self) -> Vec<String> {
        let catalogs = self.visible.engine.metastore.read();
        catalogs.get(&self.name).map_or_else(Vec::new, |catalog| {
            let schemas = catalog.schemas.iter();
            schemas.map(|(name, _)| name.to_string()).collect()
        })
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        Some(Arc::new(OneSchema {
            visible: self.visible.clone(),
            catalog: self.name.clone(),
            name: name.to_owned(),
        }))
    }
}

#[derive(Debug)]
struct OneSchema {
    visible: Visible,
    catalog: String,
    name: String,
}

impl OneSchema {
    fn path(&self, table: &str) -> TablePath {
        TablePath::new(&self.catalog, &self.name, table)
    }
}

#[async_trait]
impl SchemaProvider for OneSchema {
    fn table_names(&self) -> Vec<String> {
        let catalogs = self.visible.engine.metastore.read();
        let schema = catalogs.get(&self.catalog).map(|catalog| &catalog.schemas);
        let tables = schema.and_then(|schemas| Some(&schemas.get(&self.name)?.tables));
        tables.map_or_else(Vec::new, |tables| {
            tables.iter().map(|(name, _)| name.to_string()).collect()
        })
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        self.visible.provider(&self.path(name)).await
    }

    fn table_exist(&self, name: &str) -> bool {
        self.visible.check(&self.path(name)).is_ok()
    }
}
