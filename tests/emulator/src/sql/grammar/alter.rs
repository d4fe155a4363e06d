//! `ALTER TABLE …` and `ALTER VIEW …`

use super::create::column;
use super::{list, name, properties, property_key};
use crate::catalog::Column;
use crate::sql::cursor::{Cursor, SyntaxError};
use crate::sql::statement::{Alteration, ColumnChange, Place, Statement};
use crate::types::type_at;

pub(super) fn alter<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    if !cursor.take(&["TABLE"]) {
        cursor.expect(&["VIEW"])?;
    }
    let table = name(cursor)?;
    if cursor.take(&["RENAME", "TO"]) {
        let to = name(cursor)?;
        cursor.finish()?;
        return Ok(Statement::Rename { table, to });
    }
    let change = alteration(cursor)?;
    cursor.finish()?;
    Ok(Statement::Alter { table, change })
}

fn alteration(cursor: &mut Cursor<'_>) -> Result<Alteration, SyntaxError> {
    if cursor.take(&["ADD", "COLUMNS"]) || cursor.take(&["ADD", "COLUMN"]) {
        let columns = match cursor.sees_mark('(') {
            true => list(cursor, new_column)?,
            false => vec![new_column(cursor)?],
        };
        return Ok(Alteration::AddColumns(columns));
    }
    if cursor.take(&["DROP", "COLUMNS"]) || cursor.take(&["DROP", "COLUMN"]) {
        let if_exists = cursor.take(&["IF", "EXISTS"]);
        let names = match cursor.sees_mark('(') {
            true => list(cursor, Cursor::identifier)?,
            false => vec![cursor.identifier()?],
        };
        return Ok(Alteration::DropColumns { names, if_exists });
    }
    if cursor.take(&["RENAME", "COLUMN"]) {
        let from = cursor.identifier()?;
        cursor.expect(&["TO"])?;
        let to = cursor.identifier()?;
        return Ok(Alteration::RenameColumn { from, to });
    }
    if cursor.take(&["ALTER"]) || cursor.take(&["CHANGE"]) {
        cursor.take(&["COLUMN"]);
        let name = cursor.identifier()?;
        let change = column_change(cursor)?;
        return Ok(Alteration::Column { name, change });
    }
    settings(cursor)
}

fn settings(cursor: &mut Cursor<'_>) -> Result<Alteration, SyntaxError> {
    if cursor.take(&["SET", "TBLPROPERTIES"]) {
        return Ok(Alteration::SetProperties(properties(cursor)?));
    }
    if cursor.take(&["UNSET", "TBLPROPERTIES"]) {
        cursor.take(&["IF", "EXISTS"]);
        return Ok(Alteration::UnsetProperties(list(cursor, property_key)?));
    }
    if cursor.take(&["SET", "OWNER", "TO"]) || cursor.take(&["OWNER", "TO"]) {
        return Ok(Alteration::SetOwner(cursor.identifier()?));
    }
    Err(cursor.error(
        "ADD COLUMN, DROP COLUMN, RENAME, ALTER COLUMN, SET TBLPROPERTIES, UNSET TBLPROPERTIES or \
         SET OWNER TO",
    ))
}

fn new_column(cursor: &mut Cursor<'_>) -> Result<(Column, Place), SyntaxError> {
    let column = column(cursor)?;
    Ok((column, place(cursor)?.unwrap_or(Place::Last)))
}

fn place(cursor: &mut Cursor<'_>) -> Result<Option<Place>, SyntaxError> {
    if cursor.take(&["FIRST"]) {
        return Ok(Some(Place::First));
    }
    match cursor.take(&["AFTER"]) {
        true => Ok(Some(Place::After(cursor.identifier()?))),
        false => Ok(None),
    }
}

fn column_change(cursor: &mut Cursor<'_>) -> Result<ColumnChange, SyntaxError> {
    if cursor.take(&["TYPE"]) || cursor.take(&["SET", "DATA", "TYPE"]) {
        return Ok(ColumnChange::Type(type_at(cursor)?));
    }
    if cursor.take(&["SET", "NOT", "NULL"]) {
        return Ok(ColumnChange::SetNotNull);
    }
    if cursor.take(&["DROP", "NOT", "NULL"]) {
        return Ok(ColumnChange::DropNotNull);
    }
    if cursor.take(&["COMMENT"]) {
        return Ok(ColumnChange::Comment(cursor.string()?));
    }
    match place(cursor)? {
        Some(place) => Ok(ColumnChange::Move(place)),
        None => Err(cursor.error("TYPE, SET NOT NULL, DROP NOT NULL, COMMENT, FIRST or AFTER")),
    }
}
