//! `CREATE TABLE` and `CREATE VIEW`

use super::{Run, insert, kept};
use crate::catalog::{Column, Content, Layout, NewTable, TableKind, TablePath};
use crate::sql::error::SqlError;
use crate::sql::providers::Visible;
use crate::sql::query;
use crate::sql::rows::ResultColumn;
use crate::sql::statement::{CreateTable, CreateView, IfPresent};
use std::collections::HashSet;
use std::sync::Arc;

impl Run {
    pub(super) async fn create_table(&self, create: CreateTable<'_>) -> Result<(), SqlError> {
        let path = self.table(&create.name)?;
        if create.if_present == IfPresent::Keep && self.metastore().table(&path).is_some() {
            return Ok(());
        }
        let (mut columns, rows) = match create.query {
            None => (create.columns, None),
            Some(_) if !create.columns.is_empty() => {
                return Err(SqlError::unsupported(
                    "CREATE TABLE AS with a list of columns",
                ));
            }
            Some(sql) => {
                let rows = query::run(&self.visible, sql).await?;
                (rows.columns.iter().map(stored).collect(), Some(rows))
            }
        };
        partition(&mut columns, &create.partitioned_by)?;
        let layout = layout(columns)?;
        let content = match rows {
            None => Content::empty(),
            Some(rows) => {
                let all: Vec<usize> = (0..layout.columns().len()).collect();
                Content::Rows(Arc::new(insert::fit(
                    rows.columns.len(),
                    &rows.batches,
                    &layout,
                    &all,
                )?))
            }
        };
        let table = NewTable {
            kind: match create.external {
                true => TableKind::EXTERNAL,
                false => TableKind::MANAGED,
            },
            comment: create.comment.map(Into::into),
            content,
            properties: create.properties,
            ..NewTable::managed(layout)
        };
        self.put(&path, table, create.if_present)
    }

    pub(super) async fn create_view(&self, create: CreateView<'_>) -> Result<(), SqlError> {
        let path = self.table(&create.name)?;
        let columns = self.view_columns(&create).await?;
        let session = self.session();
        let table = NewTable {
            kind: TableKind::VIEW,
            comment: create.comment.map(Into::into),
            content: Content::Query {
                definition: create.query.into(),
                catalog: session.catalog.as_str().into(),
                schema: session.schema.as_str().into(),
            },
            properties: create.properties,
            ..NewTable::managed(layout(columns)?)
        };
        self.put(&path, table, create.if_present)
    }

    /// The query's columns under the names that the view gives them.
    async fn view_columns(&self, create: &CreateView<'_>) -> Result<Vec<Column>, SqlError> {
        let visible: &Visible = &self.visible;
        let rows = query::describe(visible, create.query).await?;
        let mut columns: Vec<Column> = rows.columns.iter().map(stored).collect();
        if create.columns.is_empty() {
            return Ok(columns);
        }
        if create.columns.len() != columns.len() {
            let message = format!(
                "The view names {} columns, but its query has {}.",
                create.columns.len(),
                columns.len()
            );
            let class = "CREATE_VIEW_COLUMN_ARITY_MISMATCH";
            return Err(SqlError::new(class, "21S01", message));
        }
        for (column, (name, comment)) in columns.iter_mut().zip(&create.columns) {
            column.name = name.as_str().into();
            column.comment = comment.as_deref().map(Into::into);
        }
        Ok(columns)
    }

    fn put(
        &self,
        path: &TablePath,
        table: NewTable,
        if_present: IfPresent,
    ) -> Result<(), SqlError> {
        let replace = if_present == IfPresent::Replace;
        let created = self
            .metastore()
            .create_table(path, table, self.owner(), replace);
        match kept(&created, if_present) {
            true => Ok(()),
            false => Ok(created?),
        }
    }
}

fn stored(column: &ResultColumn) -> Column {
    Column::new(&column.name, column.data_type.clone())
}

/// A layout, unless two columns have one name.
pub(super) fn layout(columns: Vec<Column>) -> Result<Arc<Layout>, SqlError> {
    let mut seen = HashSet::new();
    for column in &columns {
        if !seen.insert(column.name.to_lowercase()) {
            let message = format!("The column `{}` already exists.", column.name);
            return Err(SqlError::new("COLUMN_ALREADY_EXISTS", "42711", message));
        }
    }
    Ok(Layout::new(columns))
}

fn partition(columns: &mut [Column], names: &[String]) -> Result<(), SqlError> {
    for (index, name) in (0..).zip(names) {
        let folded = name.to_lowercase();
        let column = columns
            .iter_mut()
            .find(|column| column.name.to_lowercase() == folded)
            .ok_or_else(|| SqlError::unresolved_column(name))?;
        column.partition_index = Some(index);
    }
    Ok(())
}
