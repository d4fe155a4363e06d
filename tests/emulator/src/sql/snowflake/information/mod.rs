//! The views of a database's `INFORMATION_SCHEMA`, made from the catalog when a query scans them.
//!
//! Conditions that pin schema or table, or bound the names of tables, reach the scan, and only the
//! columns that the query reads are made.

mod cells;
mod pins;
mod views;

pub(super) use views::InformationView;

use super::Limits;
use super::names::{self, Found};
use super::relations::INFORMATION_SCHEMA;
use crate::access::Viewer;
use crate::catalog::{Catalog, Metastore, Table};
use crate::sql::information::cells::Builder;
use async_trait::async_trait;
use cells::{Entry, cell};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use pins::Pins;
use std::sync::Arc;

/// What the message of a view that would be too long begins with.
pub(super) const TOO_MUCH: &str = "Information schema query returned too much data. Please repeat \
                                   query with more selective predicates.";

/// One view.
#[derive(Debug)]
pub(super) struct InformationTable {
    view: InformationView,
    /// The database, as the catalog keeps it.
    database: String,
    metastore: Arc<Metastore>,
    viewer: Viewer,
    limits: Limits,
}

impl InformationTable {
    pub fn new(
        view: InformationView,
        database: String,
        metastore: Arc<Metastore>,
        viewer: Viewer,
        limits: Limits,
    ) -> Self {
        Self {
            view,
            database,
            metastore,
            viewer,
            limits,
        }
    }

    fn collect(&self, schema: &SchemaRef, pins: &Pins<'_>) -> Result<RecordBatch> {
        let fields = schema.fields();
        let mut builders: Vec<(&str, Builder)> = fields
            .iter()
            .map(|field| (field.name().as_str(), Builder::for_type(field.data_type())))
            .collect();
        let mut rows = 0;
        let most = self.limits.information_rows.unwrap_or(usize::MAX);
        self.walk(pins, &mut |entry| {
            rows += 1;
            if rows > most {
                return;
            }
            for (column, builder) in &mut builders {
                builder.append(cell(self.view, entry, column, self.limits));
            }
        });
        if rows > most {
            return Err(DataFusionError::Execution(TOO_MUCH.to_owned()));
        }
        let arrays: Vec<ArrayRef> = builders.into_iter().map(|(_, b)| b.finish()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)?;
        Ok(batch)
    }

    fn walk(&self, pins: &Pins<'_>, add: &mut impl FnMut(&Entry<'_>)) {
        let catalogs = self.metastore.read();
        if self.view == InformationView::Databases {
            for database in names::databases(&catalogs, &self.viewer) {
                add(&Entry::of_database(&database));
            }
            return;
        }
        let own = catalogs
            .iter()
            .find(|(key, _)| key.as_str() == self.database);
        let Some((key, catalog)) = own else {
            return;
        };
        let database = Found {
            stored: key.as_str(),
            name: names::shown(key.as_str(), catalog.facts.exact),
            object: catalog,
        };
        self.schemas(&database, pins, add);
    }

    fn schemas(
        &self,
        database: &Found<'_, Catalog>,
        pins: &Pins<'_>,
        add: &mut impl FnMut(&Entry<'_>),
    ) {
        if self.view == InformationView::Schemata {
            add(&Entry {
                schema: Some((INFORMATION_SCHEMA, &database.object.facts)),
                ..Entry::of_database(database)
            });
        }
        for schema in names::schemas(database, &self.viewer) {
            if !pins.admit_schema(&schema.name) {
                continue;
            }
            let entry = Entry {
                schema: Some((&schema.name, &schema.object.facts)),
                ..Entry::of_database(database)
            };
            if self.view == InformationView::Schemata {
                add(&entry);
                continue;
            }
            let above = [database.stored, schema.stored];
            for table in names::tables(above, schema.object, &self.viewer) {
                if pins.admit_table(&table.name) {
                    let entry = Entry {
                        table: Some((&table.name, table.object)),
                        ..entry
                    };
                    self.table(entry, table.object, add);
                }
            }
        }
    }

    fn table<'a>(&self, entry: Entry<'a>, table: &'a Table, add: &mut impl FnMut(&Entry<'_>)) {
        match self.view {
            InformationView::Columns => {
                for (at, column) in table.layout.columns().iter().enumerate() {
                    add(&Entry {
                        column: Some((at, column)),
                        ..entry
                    });
                }
            }
            InformationView::Views if !table.kind.is_view() => {}
            _ => add(&entry),
        }
    }
}

#[async_trait]
impl TableProvider for InformationTable {
    fn schema(&self) -> SchemaRef {
        self.view.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    /// The engine still checks the conditions itself: pins only save work.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match Pins::knows(filter) {
            true => TableProviderFilterPushDown::Inexact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema().project(columns)?),
            None => self.schema(),
        };
        let batch = self.collect(&schema, &Pins::of(filters))?;
        let source = MemorySourceConfig::try_new_exec(&[vec![batch]], schema, None)?;
        Ok(source)
    }
}
