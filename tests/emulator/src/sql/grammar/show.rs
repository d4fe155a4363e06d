//! `SHOW …` and `DESCRIBE …`

use super::name;
use crate::sql::cursor::{Cursor, SyntaxError};
use crate::sql::statement::{Describe, Parts, Show, Statement};

pub(super) fn show<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    let show = if cursor.take(&["CATALOGS"]) {
        Show::Catalogs {
            like: like(cursor)?,
        }
    } else if cursor.take(&["SCHEMAS"]) || cursor.take(&["DATABASES"]) {
        let catalog = match takes_place(cursor) {
            true => Some(cursor.identifier()?),
            false => None,
        };
        let like = like(cursor)?;
        Show::Schemas { catalog, like }
    } else if cursor.take(&["TABLES"]) {
        tables(cursor)?
    } else if cursor.take(&["VIEWS"]) {
        let (schema, like) = (place(cursor)?, like(cursor)?);
        Show::Views { schema, like }
    } else if cursor.take(&["COLUMNS"]) {
        columns(cursor)?
    } else {
        return Err(cursor.error("CATALOGS, SCHEMAS, TABLES, VIEWS or COLUMNS"));
    };
    cursor.finish()?;
    Ok(Statement::Show(show))
}

fn tables(cursor: &mut Cursor<'_>) -> Result<Show, SyntaxError> {
    let before = cursor.clone();
    if takes_place(cursor) {
        let catalog = if cursor.take(&["ALL", "CATALOGS"]) {
            None
        } else if cursor.take(&["CATALOG"]) {
            Some(cursor.identifier()?)
        } else {
            *cursor = before;
            let (schema, like) = (place(cursor)?, like(cursor)?);
            return Ok(Show::Tables { schema, like });
        };
        let schema = like_of(cursor, "SCHEMA")?;
        let like = like(cursor)?;
        return Ok(Show::TablesOfCatalog {
            catalog,
            schema,
            like,
        });
    }
    Ok(Show::Tables {
        schema: None,
        like: like(cursor)?,
    })
}

fn columns(cursor: &mut Cursor<'_>) -> Result<Show, SyntaxError> {
    if !takes_place(cursor) {
        return Err(cursor.error("IN"));
    }
    if !cursor.take(&["CATALOG"]) {
        return Ok(Show::Columns {
            table: name(cursor)?,
        });
    }
    Ok(Show::ColumnsOfCatalog {
        catalog: cursor.identifier()?,
        schema: like_of(cursor, "SCHEMA")?,
        table: like_of(cursor, "TABLE")?,
        like: like(cursor)?,
    })
}

fn takes_place(cursor: &mut Cursor<'_>) -> bool {
    cursor.take(&["IN"]) || cursor.take(&["FROM"])
}

fn place(cursor: &mut Cursor<'_>) -> Result<Option<Parts>, SyntaxError> {
    match takes_place(cursor) {
        true => Ok(Some(name(cursor)?)),
        false => Ok(None),
    }
}

/// `[LIKE] 'pattern'`, if that is next.
fn like(cursor: &mut Cursor<'_>) -> Result<Option<String>, SyntaxError> {
    match cursor.take(&["LIKE"]) || !cursor.at_end() {
        true => Ok(Some(cursor.string()?)),
        false => Ok(None),
    }
}

/// `SCHEMA LIKE 'pattern'`, if that is next.
fn like_of(cursor: &mut Cursor<'_>, what: &str) -> Result<Option<String>, SyntaxError> {
    match cursor.take(&[what, "LIKE"]) {
        true => Ok(Some(cursor.string()?)),
        false => Ok(None),
    }
}

pub(super) fn describe<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    cursor.take(&["TABLE"]);
    let extended = cursor.take(&["EXTENDED"]) || cursor.take(&["FORMATTED"]);
    let table = name(cursor)?;
    let as_json = cursor.take(&["AS", "JSON"]);
    cursor.finish()?;
    Ok(Statement::Describe(Describe {
        table,
        extended,
        as_json,
    }))
}
