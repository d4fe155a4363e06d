//! The grammar of statements, over the emulator's own tokens.
//!
//! DDL is read by hand because sqlparser's Databricks dialect does not know most of it: catalogs,
//! NOT NULL, COMMENT and COLLATE inside types, types deeper than its recursion limit, COMMENT ON,
//! the forms of ALTER TABLE. Queries are left to sqlparser.

mod alter;
mod create;
mod show;
#[cfg(test)]
mod tests;

use super::cursor::{Cursor, SyntaxError};
use super::statement::{Commented, Drop, Dropped, IfPresent, Insert, Parts, Statement};
use std::collections::BTreeMap;

/// Reads one statement.
pub(super) fn statement(source: &str) -> Result<Statement<'_>, SyntaxError> {
    let mut cursor = Cursor::new(source)?;
    let cursor = &mut cursor;
    if cursor.take(&["CREATE"]) {
        return create::create(cursor);
    }
    if cursor.take(&["ALTER"]) {
        return alter::alter(cursor);
    }
    if cursor.take(&["COMMENT", "ON"]) {
        return comment_on(cursor);
    }
    if cursor.take(&["DROP"]) {
        return drop(cursor);
    }
    if cursor.take(&["INSERT"]) {
        return insert(cursor);
    }
    if cursor.take(&["SHOW"]) {
        return show::show(cursor);
    }
    if cursor.take(&["DESCRIBE"]) || cursor.take(&["DESC"]) {
        return show::describe(cursor);
    }
    let queries = ["SELECT", "WITH", "VALUES", "TABLE", "FROM"];
    if cursor.sees_mark('(') || queries.iter().any(|word| cursor.sees(&[word])) {
        return Ok(Statement::Query(cursor.rest()));
    }
    Err(cursor
        .error("SELECT, WITH, VALUES, INSERT, CREATE, ALTER, DROP, COMMENT ON, SHOW or DESCRIBE"))
}

/// A name of up to three parts.
fn name(cursor: &mut Cursor<'_>) -> Result<Parts, SyntaxError> {
    let parts = column_path(cursor)?;
    match parts.len() {
        1..=3 => Ok(parts),
        _ => Err(cursor.error("a name of at most three parts before this")),
    }
}

/// A column's name, perhaps behind its table's.
fn column_path(cursor: &mut Cursor<'_>) -> Result<Parts, SyntaxError> {
    let mut parts = vec![cursor.identifier()?];
    while cursor.take_mark('.') {
        parts.push(cursor.identifier()?);
    }
    Ok(parts)
}

/// Things in parentheses, with commas between.
fn list<'a, T>(
    cursor: &mut Cursor<'a>,
    item: impl Fn(&mut Cursor<'a>) -> Result<T, SyntaxError>,
) -> Result<Vec<T>, SyntaxError> {
    cursor.expect_mark('(')?;
    let mut items = vec![item(cursor)?];
    while cursor.take_mark(',') {
        items.push(item(cursor)?);
    }
    cursor.expect_mark(')')?;
    Ok(items)
}

/// `('key' = 'value', …)`; keys may be dotted names and values numbers or words.
fn properties(cursor: &mut Cursor<'_>) -> Result<BTreeMap<String, String>, SyntaxError> {
    let pairs = list(cursor, |cursor| {
        let key = property_key(cursor)?;
        cursor.take_mark('=');
        let value = match cursor.string() {
            Ok(text) => text,
            Err(_) => cursor.any_word("a value")?.to_owned(),
        };
        Ok((key, value))
    })?;
    Ok(pairs.into_iter().collect())
}

fn property_key(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    match cursor.string() {
        Ok(text) => Ok(text),
        Err(_) => Ok(column_path(cursor)?.join(".")),
    }
}

fn if_not_exists(cursor: &mut Cursor<'_>, replace: bool) -> IfPresent {
    if cursor.take(&["IF", "NOT", "EXISTS"]) {
        IfPresent::Keep
    } else if replace {
        IfPresent::Replace
    } else {
        IfPresent::Fail
    }
}

fn comment_on<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    let on = if cursor.take(&["CATALOG"]) {
        Commented::Catalog(name(cursor)?)
    } else if cursor.take(&["SCHEMA"]) || cursor.take(&["DATABASE"]) {
        Commented::Schema(name(cursor)?)
    } else if cursor.take(&["TABLE"]) || cursor.take(&["VIEW"]) {
        Commented::Table(name(cursor)?)
    } else if cursor.take(&["COLUMN"]) {
        Commented::Column(column_path(cursor)?)
    } else {
        return Err(cursor.error("CATALOG, SCHEMA, TABLE, VIEW or COLUMN"));
    };
    cursor.expect(&["IS"])?;
    let comment = match cursor.take(&["NULL"]) {
        true => None,
        false => Some(cursor.string()?),
    };
    cursor.finish()?;
    Ok(Statement::Comment { on, comment })
}

fn drop<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    let what = if cursor.take(&["CATALOG"]) {
        Dropped::Catalog
    } else if cursor.take(&["SCHEMA"]) || cursor.take(&["DATABASE"]) {
        Dropped::Schema
    } else if cursor.take(&["TABLE"]) {
        Dropped::Table
    } else if cursor.take(&["VIEW"]) {
        Dropped::View
    } else {
        return Err(cursor.error("CATALOG, SCHEMA, TABLE or VIEW"));
    };
    let if_exists = cursor.take(&["IF", "EXISTS"]);
    let name = name(cursor)?;
    let cascade = cursor.take(&["CASCADE"]);
    cursor.take(&["RESTRICT"]);
    cursor.finish()?;
    Ok(Statement::Drop(Drop {
        what,
        name,
        if_exists,
        cascade,
    }))
}

fn insert<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    let overwrite = cursor.take(&["OVERWRITE"]);
    if !overwrite {
        cursor.expect(&["INTO"])?;
    }
    cursor.take(&["TABLE"]);
    let table = name(cursor)?;
    // A parenthesis here opens a list of columns, or the query itself.
    let before = cursor.clone();
    let columns = match cursor.sees_mark('(') {
        true => list(cursor, Cursor::identifier).unwrap_or_else(|_| {
            *cursor = before;
            Vec::new()
        }),
        false => Vec::new(),
    };
    if cursor.at_end() {
        return Err(cursor.error("VALUES or a query"));
    }
    Ok(Statement::Insert(Insert {
        table,
        columns,
        overwrite,
        query: cursor.rest(),
    }))
}
