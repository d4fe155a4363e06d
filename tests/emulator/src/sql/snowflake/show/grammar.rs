//! `SHOW [TERSE] objects [HISTORY] [LIKE '…'] [IN …] [STARTS WITH '…'] [LIMIT n [FROM '…']]`

use super::Selection;
use crate::sql::error::SqlError;
use crate::sql::snowflake::SnowflakeStatement;
use crate::sql::snowflake::parse::path;
use crate::sql::snowflake::words::Words;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Databases,
    Schemas,
    Tables,
    Views,
    /// Tables and views.
    Objects,
    Columns,
    /// There are none; what they would be called.
    Keys(&'static str),
    Parameters,
    Warehouses,
}

/// Where it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Nothing is said.
    Session,
    Account,
    Database(Vec<String>),
    Schema(Vec<String>),
    Table(Vec<String>),
}

/// A SHOW statement.
#[derive(Debug, Clone)]
pub(crate) struct Show {
    pub what: What,
    pub terse: bool,
    pub scope: Scope,
    pub selection: Selection,
    pub limit: Option<usize>,
}

/// Reads what follows SHOW.
pub(in crate::sql::snowflake) fn parse(
    words: &mut Words,
    statement: &SnowflakeStatement,
) -> Result<Show, SqlError> {
    let terse = words.take("TERSE");
    let what = what(words)?;
    words.take("HISTORY");
    let mut show = Show {
        what,
        terse,
        scope: Scope::Session,
        selection: Selection::default(),
        limit: None,
    };
    if words.take("LIKE") {
        show.selection.like = Some(words.string()?);
    }
    if words.take("IN") || words.take("FOR") {
        show.scope = scope(words, what, statement)?;
    }
    // Also behind the scope.
    if words.take("LIKE") {
        show.selection.like = Some(words.string()?);
    }
    if words.take_all(&["STARTS", "WITH"]) {
        show.selection.starts_with = Some(words.string()?);
    }
    if words.take("LIMIT") {
        show.limit = Some(usize::try_from(words.number()?).unwrap_or(usize::MAX));
        if words.take("FROM") {
            show.selection.from = Some(words.string()?);
        }
    }
    words.finish()?;
    let no_paging = matches!(what, What::Columns | What::Keys(_));
    if no_paging && (show.limit.is_some() || show.selection.starts_with.is_some()) {
        return Err(SqlError::syntax(
            "syntax error: unexpected 'LIMIT' or 'STARTS'",
        ));
    }
    Ok(show)
}

fn what(words: &mut Words) -> Result<What, SqlError> {
    for (keywords, what) in [
        (&["PRIMARY", "KEYS"], What::Keys("primary")),
        (&["UNIQUE", "KEYS"], What::Keys("unique")),
        (&["IMPORTED", "KEYS"], What::Keys("imported")),
        (&["EXPORTED", "KEYS"], What::Keys("exported")),
    ] {
        if words.take_all(keywords) {
            return Ok(what);
        }
    }
    Ok(match words.word("what to show")?.as_str() {
        "DATABASES" => What::Databases,
        "SCHEMAS" => What::Schemas,
        "TABLES" => What::Tables,
        "VIEWS" => What::Views,
        "OBJECTS" => What::Objects,
        "COLUMNS" => What::Columns,
        "PARAMETERS" => What::Parameters,
        "WAREHOUSES" => What::Warehouses,
        other => return Err(SqlError::unsupported(format!("SHOW {other}"))),
    })
}

fn scope(words: &mut Words, what: What, statement: &SnowflakeStatement) -> Result<Scope, SqlError> {
    if words.take("ACCOUNT") || words.take("SESSION") || words.take("USER") {
        return Ok(Scope::Account);
    }
    if words.take("DATABASE") {
        return Ok(Scope::Database(named(words, statement)?));
    }
    if words.take("SCHEMA") {
        return Ok(Scope::Schema(named(words, statement)?));
    }
    if words.take("TABLE") || words.take("VIEW") {
        return Ok(Scope::Table(path(words, statement)?));
    }
    let path = path(words, statement)?;
    Ok(match what {
        What::Schemas => Scope::Database(path),
        What::Columns | What::Keys(_) => Scope::Table(path),
        _ => Scope::Schema(path),
    })
}

/// A name, unless one of the clauses behind it follows at once.
fn named(words: &mut Words, statement: &SnowflakeStatement) -> Result<Vec<String>, SqlError> {
    let mut ahead = words.clone();
    let ends = ["LIKE", "STARTS", "LIMIT"]
        .iter()
        .any(|word| ahead.take(word));
    match words.at_end() || ends {
        true => Ok(Vec::new()),
        false => path(words, statement),
    }
}
