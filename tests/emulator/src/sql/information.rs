//! The rows of `information_schema`, made from the catalog when a query scans it.
//!
//! A condition that pins catalog, schema or table by equality reaches the scan, so asking for one
//! schema of five hundred does not render the others; and only the columns that the query reads
//! are made.

pub(super) mod cells;
mod entries;

use crate::access::Viewer;
use crate::catalog::{InformationView, Metastore};
use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::sync::Arc;

/// One view of `information_schema`.
#[derive(Debug)]
pub(super) struct InformationTable {
    view: InformationView,
    /// The one catalog it tells of; none for all.
    scope: Option<String>,
    metastore: Arc<Metastore>,
    viewer: Viewer,
}

/// Names that a query pins.
#[derive(Debug, Default)]
struct Pins {
    /// The view's own catalog, in any case.
    scope: Option<String>,
    catalog: Option<String>,
    schema: Option<String>,
    table: Option<String>,
}

impl InformationTable {
    pub fn new(
        view: InformationView,
        scope: Option<String>,
        metastore: Arc<Metastore>,
        viewer: Viewer,
    ) -> Self {
        Self {
            view,
            scope,
            metastore,
            viewer,
        }
    }

    fn pins(&self, filters: &[Expr]) -> Pins {
        let mut pins = Pins {
            scope: self.scope.clone(),
            ..Pins::default()
        };
        for (column, value) in filters.iter().filter_map(equality) {
            match column {
                "table_catalog" | "catalog_name" => pins.catalog = Some(value),
                "table_schema" | "schema_name" => pins.schema = Some(value),
                "table_name" => pins.table = Some(value),
                _ => {}
            }
        }
        pins
    }
}

/// `column = 'text'`, either way round.
fn equality(filter: &Expr) -> Option<(&str, String)> {
    let Expr::BinaryExpr(comparison) = filter else {
        return None;
    };
    if comparison.op != Operator::Eq {
        return None;
    }
    match (&*comparison.left, &*comparison.right) {
        (Expr::Column(column), Expr::Literal(value, _))
        | (Expr::Literal(value, _), Expr::Column(column)) => {
            let text = value.try_as_str()??;
            Some((&column.name, text.to_owned()))
        }
        _ => None,
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

    /// The engine still checks the conditions itself: pins only save work.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match equality(filter) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
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
        let pins = self.pins(filters);
        let batch = entries::collect(&self.metastore, self.view, &pins, &self.viewer, &schema)?;
        let source = MemorySourceConfig::try_new_exec(&[vec![batch]], schema, None)?;
        Ok(source)
    }
}
