//! Walks the catalog for the objects that a view tells of.

use super::Pins;
use super::cells::{Builder, cell};
use crate::access::Viewer;
use crate::catalog::{
    Catalog, Column, Content, Facts, HIVE_METASTORE, InformationView, Metastore, Schema, Table,
};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::common::Result;

/// One row's object, with all that stands above it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entry<'a> {
    Catalog {
        name: &'a str,
        facts: &'a Facts,
    },
    Schema {
        catalog: &'a str,
        name: &'a str,
        facts: &'a Facts,
    },
    Table(TableEntry<'a>),
    Column {
        table: TableEntry<'a>,
        position: usize,
        column: &'a Column,
    },
}

/// A table and its full name.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableEntry<'a> {
    pub catalog: &'a str,
    pub schema: &'a str,
    pub name: &'a str,
    pub table: &'a Table,
}

/// The view's rows, with the columns of `schema` only.
pub(super) fn collect(
    metastore: &Metastore,
    view: InformationView,
    pins: &Pins,
    viewer: &Viewer,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let fields = schema.fields();
    let mut builders: Vec<(&str, Builder)> = fields
        .iter()
        .map(|field| (field.name().as_str(), Builder::for_type(field.data_type())))
        .collect();
    let mut rows = 0;
    let mut add = |entry: Entry<'_>| {
        rows += 1;
        for (column, builder) in &mut builders {
            builder.append(cell(view, entry, column));
        }
    };
    let walk = Walk { view, pins, viewer };
    for (name, catalog) in metastore.read().iter() {
        walk.catalog(name.as_str(), catalog, &mut add);
    }
    let arrays: Vec<ArrayRef> = builders.into_iter().map(|(_, b)| b.finish()).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?;
    Ok(batch)
}

struct Walk<'a> {
    view: InformationView,
    pins: &'a Pins,
    viewer: &'a Viewer,
}

fn wanted(pin: Option<&String>, name: &str) -> bool {
    pin.is_none_or(|pin| pin == name)
}

impl Walk<'_> {
    fn catalog(&self, name: &str, catalog: &Catalog, add: &mut impl FnMut(Entry<'_>)) {
        // Not even the system catalog tells of it.
        if name.eq_ignore_ascii_case(HIVE_METASTORE) {
            return;
        }
        let in_scope = |scope: &String| scope.eq_ignore_ascii_case(name);
        if !self.pins.scope.as_ref().is_none_or(in_scope)
            || !wanted(self.pins.catalog.as_ref(), name)
            || !self.viewer.may_use(&[name])
        {
            return;
        }
        if self.view == InformationView::Catalogs {
            let facts = &catalog.facts;
            return add(Entry::Catalog { name, facts });
        }
        for (schema_name, schema) in catalog.schemas.iter() {
            self.schema(name, schema_name.as_str(), schema, add);
        }
    }

    fn schema(&self, catalog: &str, name: &str, schema: &Schema, add: &mut impl FnMut(Entry<'_>)) {
        if !wanted(self.pins.schema.as_ref(), name) || !self.viewer.may_use(&[catalog, name]) {
            return;
        }
        if self.view == InformationView::Schemata {
            let facts = &schema.facts;
            return add(Entry::Schema {
                catalog,
                name,
                facts,
            });
        }
        for (table_name, table) in schema.tables.iter() {
            let entry = TableEntry {
                catalog,
                schema: name,
                name: table_name.as_str(),
                table,
            };
            self.table(entry, add);
        }
    }

    fn table(&self, entry: TableEntry<'_>, add: &mut impl FnMut(Entry<'_>)) {
        let path = [entry.catalog, entry.schema, entry.name];
        if !wanted(self.pins.table.as_ref(), entry.name) || !self.viewer.may_use(&path) {
            return;
        }
        match self.view {
            InformationView::Columns => {
                for (position, column) in entry.table.layout.columns().iter().enumerate() {
                    add(Entry::Column {
                        table: entry,
                        position,
                        column,
                    });
                }
            }
            InformationView::Views => {
                if !matches!(entry.table.content, Content::Rows(_)) {
                    add(Entry::Table(entry));
                }
            }
            _ => add(Entry::Table(entry)),
        }
    }
}
