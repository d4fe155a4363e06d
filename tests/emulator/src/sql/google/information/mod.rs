//! The views of a dataset's or region's `INFORMATION_SCHEMA`, and `__TABLES__`; made from the
//! catalog when a query scans them, with only the columns that it reads and without the datasets
//! and tables that its conditions leave out.

mod cells;
mod conditions;
mod views;

pub(super) use views::GoogleView;

use super::relations::{dataset_location, is_dataset};
use crate::access::Viewer;
use crate::catalog::{Metastore, Schema, Table};
use crate::sql::information::cells::Builder;
use async_trait::async_trait;
use cells::{Entry, FieldPath, append, option_entries};
use conditions::Conditions;
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::sync::Arc;

/// What a view tells of.
#[derive(Debug, Clone)]
pub(super) enum InformationScope {
    /// One dataset, in its exact case.
    Dataset(String),
    /// The datasets that lie there.
    Region(String),
}

/// One view.
#[derive(Debug)]
pub(super) struct InformationTable {
    view: GoogleView,
    project: String,
    scope: InformationScope,
    metastore: Arc<Metastore>,
    viewer: Viewer,
}

impl InformationTable {
    pub fn new(
        view: GoogleView,
        project: String,
        scope: InformationScope,
        metastore: Arc<Metastore>,
        viewer: Viewer,
    ) -> Self {
        Self {
            view,
            project,
            scope,
            metastore,
            viewer,
        }
    }

    fn covers(&self, dataset: &str, schema: &Schema) -> bool {
        let seen = self.viewer.may_use(&[&self.project, dataset]);
        seen && is_dataset(dataset, schema)
            && match &self.scope {
                InformationScope::Dataset(name) => name == dataset,
                InformationScope::Region(region) => {
                    dataset_location(&schema.facts).eq_ignore_ascii_case(region)
                }
            }
    }

    fn collect(&self, schema: &SchemaRef, conditions: &Conditions<'_>) -> Result<RecordBatch> {
        let fields = schema.fields();
        let mut builders: Vec<(&str, Builder)> = fields
            .iter()
            .map(|field| (field.name().as_str(), Builder::for_type(field.data_type())))
            .collect();
        let mut rows = 0;
        self.walk(conditions, &mut |entry| {
            rows += 1;
            append(self.view, entry, &mut builders);
        });
        let arrays: Vec<ArrayRef> = builders.into_iter().map(|(_, b)| b.finish()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)?;
        Ok(batch)
    }

    fn walk(&self, conditions: &Conditions<'_>, add: &mut impl FnMut(&Entry<'_>)) {
        let catalogs = self.metastore.read();
        let Some(catalog) = catalogs.get(&self.project) else {
            return;
        };
        for (dataset, schema) in catalog.schemas.iter() {
            let name = dataset.as_str();
            if !conditions.allow_dataset(name) || !self.covers(name, schema) {
                continue;
            }
            let entry = Entry {
                project: &self.project,
                dataset: dataset.as_str(),
                facts: &schema.facts,
                table: None,
                column: None,
                path: None,
                option: None,
            };
            if self.view == GoogleView::Schemata {
                add(&entry);
                continue;
            }
            for (name, table) in schema.tables.iter() {
                let path = [&*self.project, dataset.as_str(), name.as_str()];
                if conditions.allow_table(name.as_str()) && self.viewer.may_use(&path) {
                    let entry = Entry {
                        table: Some((name.as_str(), table)),
                        ..entry
                    };
                    self.table(entry, table, add);
                }
            }
        }
    }

    fn table<'a>(&self, entry: Entry<'a>, table: &'a Table, add: &mut impl FnMut(&Entry<'_>)) {
        let columns = table.layout.columns().iter().enumerate();
        match self.view {
            GoogleView::Columns => columns.for_each(|(at, column)| {
                add(&Entry {
                    column: Some((at, column)),
                    ..entry
                });
            }),
            GoogleView::ColumnFieldPaths => columns.for_each(|(at, column)| {
                for path in FieldPath::all(column) {
                    add(&Entry {
                        column: Some((at, column)),
                        path: Some(&path),
                        ..entry
                    });
                }
            }),
            GoogleView::TableOptions => {
                for option in option_entries(table) {
                    add(&Entry {
                        option: Some(&option),
                        ..entry
                    });
                }
            }
            GoogleView::Views if !table.kind.is_view() => {}
            _ => add(&entry),
        }
    }
}

#[async_trait]
impl TableProvider for InformationTable {
    fn schema(&self) -> SchemaRef {
        self.view.layout().arrow()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let push = |filter: &&Expr| match Conditions::knows(filter) {
            true => TableProviderFilterPushDown::Inexact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(push).collect())
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
        let batch = self.collect(&schema, &Conditions::new(filters))?;
        let source = MemorySourceConfig::try_new_exec(&[vec![batch]], schema, None)?;
        Ok(source)
    }
}
