//! `ALTER TABLE`

use super::{Run, create};
use crate::catalog::{Column, Content, Layout, Table, TablePath};
use crate::sql::error::SqlError;
use crate::sql::rows::convert;
use crate::sql::statement::{Alteration, ColumnChange, Place};
use crate::types::{DataType, to_arrow};
use datafusion::arrow::array::{Array, ArrayRef, new_null_array};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use std::sync::Arc;

impl Run {
    pub(super) fn alter(&self, name: &[String], change: Alteration) -> Result<(), SqlError> {
        let path = self.table(name)?;
        self.metastore()
            .change_table(&path, |table| alter(table, change))
    }

    pub(super) fn rename(&self, old: &[String], new: &[String]) -> Result<(), SqlError> {
        let old = self.table(old)?;
        // A bare new name stays in the old one's schema.
        let new = match new {
            [table] => TablePath::new(&old.catalog, &old.schema, table),
            parts => self.table(parts)?,
        };
        Ok(self.metastore().rename_table(&old, &new)?)
    }
}

fn alter(table: &mut Table, change: Alteration) -> Result<(), SqlError> {
    match change {
        Alteration::AddColumns(columns) => columns
            .into_iter()
            .try_for_each(|(column, place)| add(table, column, &place)),
        Alteration::DropColumns { names, if_exists } => names
            .iter()
            .try_for_each(|name| remove(table, name, if_exists)),
        Alteration::RenameColumn { from, to } => change_column(table, &from, |column| {
            column.name = to.as_str().into();
            Ok(())
        }),
        Alteration::Column { name, change } => alter_column(table, &name, change),
        Alteration::SetProperties(properties) => {
            Arc::make_mut(&mut table.properties).extend(properties);
            Ok(())
        }
        Alteration::UnsetProperties(keys) => {
            let properties = Arc::make_mut(&mut table.properties);
            properties.retain(|key, _| !keys.contains(key));
            Ok(())
        }
        Alteration::SetOwner(owner) => {
            table.owner = owner.into();
            Ok(())
        }
    }
}

/// Where a name stands, or the error that it does not.
fn position(layout: &Layout, name: &str) -> Result<usize, SqlError> {
    let found = layout.position(name);
    found.ok_or_else(|| SqlError::unresolved_column(name))
}

fn placed(layout: &Layout, place: &Place) -> Result<usize, SqlError> {
    match place {
        Place::First => Ok(0),
        Place::Last => Ok(layout.columns().len()),
        Place::After(name) => Ok(position(layout, name)? + 1),
    }
}

/// Puts new columns and, for each, the arrays of all batches in the table.
fn rebuild(
    table: &mut Table,
    columns: Vec<Column>,
    arrays: impl Fn(&RecordBatch) -> Result<Vec<ArrayRef>, SqlError>,
) -> Result<(), SqlError> {
    let layout = create::layout(columns)?;
    let schema = layout.arrow();
    let batch = |batch: &RecordBatch| -> Result<RecordBatch, SqlError> {
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let columns = arrays(batch)?;
        let rebuilt = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options);
        Ok(rebuilt?)
    };
    if let Content::Rows(rows) = &table.content {
        let rows: Result<Vec<_>, _> = rows.iter().map(batch).collect();
        table.content = Content::Rows(Arc::new(rows?));
    }
    table.layout = layout;
    Ok(())
}

fn add(table: &mut Table, column: Column, place: &Place) -> Result<(), SqlError> {
    let at = placed(&table.layout, place)?;
    let filled = table.rows().iter().any(|batch| batch.num_rows() > 0);
    if !column.nullable && filled {
        return Err(SqlError::not_null_violated(&column.name));
    }
    let data_type = to_arrow(&column.data_type);
    let mut columns = table.layout.columns().to_vec();
    columns.insert(at, column);
    rebuild(table, columns, |batch| {
        let mut arrays = batch.columns().to_vec();
        arrays.insert(at, new_null_array(&data_type, batch.num_rows()));
        Ok(arrays)
    })
}

fn remove(table: &mut Table, name: &str, if_exists: bool) -> Result<(), SqlError> {
    let at = match position(&table.layout, name) {
        Ok(at) => at,
        Err(_) if if_exists => return Ok(()),
        Err(missing) => return Err(missing),
    };
    let mut columns = table.layout.columns().to_vec();
    columns.remove(at);
    rebuild(table, columns, |batch| {
        let mut arrays = batch.columns().to_vec();
        arrays.remove(at);
        Ok(arrays)
    })
}

/// Changes what is known of a column, leaving its values as they are.
pub(super) fn change_column(
    table: &mut Table,
    name: &str,
    change: impl FnOnce(&mut Column) -> Result<(), SqlError>,
) -> Result<(), SqlError> {
    let at = position(&table.layout, name)?;
    let mut columns = table.layout.columns().to_vec();
    change(&mut columns[at])?;
    rebuild(table, columns, |batch| Ok(batch.columns().to_vec()))
}

fn alter_column(table: &mut Table, name: &str, change: ColumnChange) -> Result<(), SqlError> {
    match change {
        ColumnChange::Type(data_type) => retype(table, name, data_type),
        ColumnChange::Move(place) => move_column(table, name, &place),
        ColumnChange::SetNotNull => set_not_null(table, name),
        ColumnChange::DropNotNull => change_column(table, name, |column| {
            column.nullable = true;
            Ok(())
        }),
        ColumnChange::Comment(comment) => change_column(table, name, |column| {
            column.comment = Some(comment.into());
            Ok(())
        }),
    }
}

fn retype(table: &mut Table, name: &str, data_type: DataType) -> Result<(), SqlError> {
    let at = position(&table.layout, name)?;
    let target = to_arrow(&data_type);
    let mut columns = table.layout.columns().to_vec();
    columns[at].data_type = data_type;
    columns[at].type_text = None;
    rebuild(table, columns, |batch| {
        let mut arrays = batch.columns().to_vec();
        arrays[at] = convert(&arrays[at], &target)?;
        Ok(arrays)
    })
}

fn set_not_null(table: &mut Table, name: &str) -> Result<(), SqlError> {
    let at = position(&table.layout, name)?;
    let has_null = |batch: &RecordBatch| batch.column(at).logical_null_count() > 0;
    if table.rows().iter().any(has_null) {
        return Err(SqlError::not_null_violated(name));
    }
    change_column(table, name, |column| {
        column.nullable = false;
        Ok(())
    })
}

fn move_column(table: &mut Table, name: &str, place: &Place) -> Result<(), SqlError> {
    let from = position(&table.layout, name)?;
    let target = placed(&table.layout, place)?.min(table.layout.columns().len());
    // Taking the column out moves everything behind it one to the front.
    let to = if target > from { target - 1 } else { target };
    let mut columns = table.layout.columns().to_vec();
    let moved = columns.remove(from);
    columns.insert(to, moved);
    rebuild(table, columns, |batch| {
        let mut arrays = batch.columns().to_vec();
        let moved = arrays.remove(from);
        arrays.insert(to, moved);
        Ok(arrays)
    })
}
