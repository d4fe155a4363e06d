//! `CREATE …`

use super::{column_path, if_not_exists, list, name, properties};
use crate::catalog::{Column, ValueSource};
use crate::sql::cursor::{Cursor, SyntaxError};
use crate::sql::statement::{CreateContainer, CreateTable, CreateView, IfPresent, Statement};
use crate::types::type_at;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn create<'a>(cursor: &mut Cursor<'a>) -> Result<Statement<'a>, SyntaxError> {
    if cursor.take(&["CATALOG"]) {
        return Ok(Statement::CreateCatalog(container(cursor)?));
    }
    if cursor.take(&["SCHEMA"]) || cursor.take(&["DATABASE"]) {
        return Ok(Statement::CreateSchema(container(cursor)?));
    }
    let replace = cursor.take(&["OR", "REPLACE"]);
    let external = cursor.take(&["EXTERNAL"]);
    if cursor.take(&["TABLE"]) {
        return table(cursor, replace, external);
    }
    if cursor.take(&["VIEW"]) {
        return view(cursor, replace);
    }
    Err(cursor.error("CATALOG, SCHEMA, TABLE or VIEW"))
}

fn container(cursor: &mut Cursor<'_>) -> Result<CreateContainer, SyntaxError> {
    let if_present = if_not_exists(cursor, false);
    let name = name(cursor)?;
    let mut created = CreateContainer {
        name,
        if_present,
        comment: None,
        properties: BTreeMap::new(),
    };
    while !cursor.at_end() {
        if cursor.take(&["COMMENT"]) {
            created.comment = Some(cursor.string()?);
        } else if cursor.take(&["MANAGED", "LOCATION"]) || cursor.take(&["LOCATION"]) {
            cursor.string()?;
        } else if cursor.take(&["WITH", "DBPROPERTIES"]) || cursor.take(&["OPTIONS"]) {
            created.properties = properties(cursor)?;
        } else {
            return Err(cursor.error("COMMENT, MANAGED LOCATION or WITH DBPROPERTIES"));
        }
    }
    Ok(created)
}

/// A column of a table: name, type, NOT NULL, DEFAULT, GENERATED, COMMENT.
pub(super) fn column(cursor: &mut Cursor<'_>) -> Result<Column, SyntaxError> {
    let name = cursor.identifier()?;
    let mut column = Column::new(&name, type_at(cursor)?);
    loop {
        if cursor.take(&["NOT", "NULL"]) {
            column.nullable = false;
        } else if cursor.take(&["COMMENT"]) {
            column.comment = Some(cursor.string()?.into());
        } else if cursor.take(&["DEFAULT"]) {
            let expression = cursor.expression(&["NOT", "COMMENT", "GENERATED"])?;
            column.source = Some(Arc::new(ValueSource::Default(expression.to_owned())));
        } else if cursor.take(&["GENERATED"]) {
            column.source = Some(Arc::new(generated(cursor)?));
        } else {
            return Ok(column);
        }
    }
}

/// What follows GENERATED.
fn generated(cursor: &mut Cursor<'_>) -> Result<ValueSource, SyntaxError> {
    let always = cursor.take(&["ALWAYS"]);
    if !always {
        cursor.expect(&["BY", "DEFAULT"])?;
    }
    cursor.expect(&["AS"])?;
    if cursor.take(&["IDENTITY"]) {
        let (mut start, mut increment) = (1, 1);
        if cursor.take_mark('(') {
            if cursor.take(&["START", "WITH"]) {
                start = cursor.signed_number()?;
            }
            if cursor.take(&["INCREMENT", "BY"]) {
                increment = cursor.signed_number()?;
            }
            cursor.expect_mark(')')?;
        }
        return Ok(ValueSource::Identity {
            always,
            start,
            increment,
        });
    }
    cursor.expect_mark('(')?;
    let expression = cursor.expression(&[])?.to_owned();
    cursor.expect_mark(')')?;
    Ok(ValueSource::Expression(expression))
}

fn table<'a>(
    cursor: &mut Cursor<'a>,
    replace: bool,
    external: bool,
) -> Result<Statement<'a>, SyntaxError> {
    let if_present = if_not_exists(cursor, replace);
    let mut table = CreateTable {
        name: name(cursor)?,
        if_present,
        columns: Vec::new(),
        partitioned_by: Vec::new(),
        external,
        comment: None,
        properties: BTreeMap::new(),
        query: None,
    };
    if cursor.sees_mark('(') {
        table.columns = list(cursor, column)?;
    }
    while !cursor.at_end() {
        if cursor.take(&["AS"]) {
            table.query = Some(query(cursor)?);
            break;
        }
        table_clause(cursor, &mut table)?;
    }
    Ok(Statement::CreateTable(table))
}

fn table_clause(cursor: &mut Cursor<'_>, table: &mut CreateTable<'_>) -> Result<(), SyntaxError> {
    if cursor.take(&["USING"]) {
        cursor.any_word("a format")?;
    } else if cursor.take(&["PARTITIONED", "BY"]) {
        partitions(cursor, table)?;
    } else if cursor.take(&["CLUSTER", "BY"]) {
        // Clustering moves data, of which no client is told.
        if !cursor.take(&["AUTO"]) {
            list(cursor, column_path)?;
        }
    } else if cursor.take(&["COMMENT"]) {
        table.comment = Some(cursor.string()?);
    } else if cursor.take(&["TBLPROPERTIES"]) {
        table.properties = properties(cursor)?;
    } else if cursor.take(&["LOCATION"]) {
        cursor.string()?;
        table.external = true;
    } else {
        return Err(cursor
            .error("AS, USING, PARTITIONED BY, CLUSTER BY, COMMENT, TBLPROPERTIES or LOCATION"));
    }
    Ok(())
}

/// A partition column is one of the table's, or a new one with its type.
fn partitions(cursor: &mut Cursor<'_>, table: &mut CreateTable<'_>) -> Result<(), SyntaxError> {
    let entries = list(cursor, |cursor| {
        let before = cursor.clone();
        let name = cursor.identifier()?;
        if cursor.sees_mark(',') || cursor.sees_mark(')') {
            return Ok((name, None));
        }
        *cursor = before;
        Ok((name, Some(column(cursor)?)))
    })?;
    for (name, column) in entries {
        table.partitioned_by.push(name);
        table.columns.extend(column);
    }
    Ok(())
}

fn view<'a>(cursor: &mut Cursor<'a>, replace: bool) -> Result<Statement<'a>, SyntaxError> {
    let if_present: IfPresent = if_not_exists(cursor, replace);
    let name = name(cursor)?;
    let columns = match cursor.sees_mark('(') {
        true => list(cursor, view_column)?,
        false => Vec::new(),
    };
    let (mut comment, mut options) = (None, BTreeMap::new());
    while !cursor.take(&["AS"]) {
        if cursor.take(&["COMMENT"]) {
            comment = Some(cursor.string()?);
        } else if cursor.take(&["TBLPROPERTIES"]) {
            options = properties(cursor)?;
        } else {
            return Err(cursor.error("AS, COMMENT or TBLPROPERTIES"));
        }
    }
    Ok(Statement::CreateView(CreateView {
        name,
        if_present,
        columns,
        comment,
        properties: options,
        query: query(cursor)?,
    }))
}

fn view_column(cursor: &mut Cursor<'_>) -> Result<(String, Option<String>), SyntaxError> {
    let name = cursor.identifier()?;
    let comment = match cursor.take(&["COMMENT"]) {
        true => Some(cursor.string()?),
        false => None,
    };
    Ok((name, comment))
}

fn query<'a>(cursor: &Cursor<'a>) -> Result<&'a str, SyntaxError> {
    match cursor.at_end() {
        true => Err(cursor.error("a query")),
        false => Ok(cursor.rest()),
    }
}
