//! Which kind of statement a text is.

use super::show::Show;
use super::wait::Wait;
use super::words::{Mark, SyntaxError, Words};
use super::{Context, SnowflakeStatement, bindings};
use crate::sql::error::SqlError;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::SnowflakeDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

/// How deep expressions may nest.
const EXPRESSION_DEPTH: usize = 100;

/// A statement that has been read.
#[derive(Debug)]
pub(super) enum Parsed {
    Show(Show),
    /// The table or view.
    Describe(Vec<String>),
    /// The session afterwards.
    Use(Context),
    /// A statement about the session or a transaction, which there are none of.
    Nothing,
    /// `SYSTEM$WAIT`
    Wait(Wait),
    Sql(Box<Statement>),
}

/// Whether a statement must be computed by a warehouse. One that cannot be read needs none.
pub(crate) fn needs_warehouse(sql: &str) -> bool {
    let Ok(mut words) = Words::new(sql) else {
        return false;
    };
    while words.take_mark(Mark::Open) {}
    let first = words.word("a statement").unwrap_or_default();
    match first.as_str() {
        "SELECT" if asks_for_session(words.clone()) => false,
        "SELECT" | "WITH" | "INSERT" | "VALUES" | "UPDATE" | "DELETE" | "MERGE" | "CALL" => true,
        // CREATE TABLE … AS SELECT
        "CREATE" => {
            let mut is_table = false;
            while !words.at_end() {
                is_table |= words.take("TABLE");
                if words.take_all(&["VIEW"]) {
                    return false;
                }
                if is_table
                    && (words.take_all(&["AS", "SELECT"]) || words.take_all(&["AS", "WITH"]))
                {
                    return true;
                }
                words.skip();
            }
            false
        }
        _ => false,
    }
}

/// Whether nothing is selected but what the session is like, which Snowflake knows by itself.
fn asks_for_session(mut words: Words) -> bool {
    loop {
        let function = words.word("a function").unwrap_or_default();
        if !function.starts_with("CURRENT_")
            || !words.take_mark(Mark::Open)
            || !words.take_mark(Mark::Close)
            || (words.take("AS") && words.name().is_err())
        {
            return false;
        }
        if words.at_end() {
            return true;
        }
        if !words.take_mark(Mark::Comma) {
            return false;
        }
    }
}

/// What drivers call this kind of statement; one that cannot be read is a query.
pub(crate) fn statement_type(sql: &str) -> u32 {
    let words = Words::new(sql);
    let first = words.and_then(|mut words| {
        while words.take_mark(Mark::Open) {}
        words.word("a statement")
    });
    match first.unwrap_or_default().as_str() {
        "INSERT" => 0x3100,
        "UPDATE" => 0x3200,
        "DELETE" => 0x3300,
        "MERGE" => 0x3400,
        "USE" => 0x4300,
        "SHOW" => 0x4400,
        "DESCRIBE" | "DESC" => 0x4500,
        "BEGIN" => 0x5100,
        "COMMIT" => 0x5200,
        "ROLLBACK" => 0x5300,
        "CREATE" | "ALTER" | "DROP" => 0x6000,
        _ => 0x1000,
    }
}

/// Reads exactly one statement.
pub(super) fn parse(statement: &SnowflakeStatement) -> Result<Parsed, SqlError> {
    let mut words = Words::new(&statement.sql)?;
    if words.at_end() {
        return Err(SqlError::new(
            "EMPTY_STATEMENT",
            "42601",
            "Empty SQL statement.",
        ));
    }
    if words.take("SHOW") {
        return Ok(Parsed::Show(super::show::parse(&mut words, statement)?));
    }
    if words.take("DESCRIBE") || words.take("DESC") {
        for kind in ["TABLE", "VIEW"] {
            if words.take(kind) {
                break;
            }
        }
        let path = path(&mut words, statement)?;
        // What is told of columns is the only thing there is.
        words.take_all(&["TYPE"]);
        return Ok(Parsed::Describe(path));
    }
    if words.take("USE") {
        return used(&mut words, &statement.context).map(Parsed::Use);
    }
    if let Some(wait) = Wait::read(&words) {
        return Ok(Parsed::Wait(wait));
    }
    let idle = ["BEGIN", "COMMIT", "ROLLBACK"];
    if words.take_all(&["ALTER", "SESSION"]) || idle.iter().any(|word| words.take(word)) {
        return Ok(Parsed::Nothing);
    }
    sql(&statement.sql).map(|parsed| Parsed::Sql(Box::new(parsed)))
}

/// A path of names, also given as `IDENTIFIER('…')` or `IDENTIFIER(?)`.
pub(super) fn path(
    words: &mut Words,
    statement: &SnowflakeStatement,
) -> Result<Vec<String>, SqlError> {
    let before = words.clone();
    if words.take("IDENTIFIER") && words.take_mark(Mark::Open) {
        let named = match words.marker() {
            // SHOW and DESCRIBE have no other place for a value.
            Some(marker) if marker == "?" => bindings::text_of(&statement.bindings, "?1")?,
            Some(marker) => bindings::text_of(&statement.bindings, &marker)?,
            None => words.string()?,
        };
        words.expect_mark(Mark::Close)?;
        return path_in(&named);
    }
    *words = before;
    Ok(words.path()?)
}

/// The names in a text such as `db."My schema".t`.
pub(super) fn path_in(text: &str) -> Result<Vec<String>, SqlError> {
    let mut words = Words::new(text)?;
    let path = words.path()?;
    words.finish()?;
    Ok(path)
}

/// `USE [DATABASE | SCHEMA | WAREHOUSE | ROLE] name`
fn used(words: &mut Words, context: &Context) -> Result<Context, SqlError> {
    let mut context = context.clone();
    let is_warehouse = words.take("WAREHOUSE");
    if is_warehouse || words.take("ROLE") {
        let name = Some(words.name()?);
        words.finish()?;
        match is_warehouse {
            true => context.warehouse = name,
            false => context.role = name,
        }
        return Ok(context);
    }
    let schema_only = words.take("SCHEMA");
    words.take("DATABASE");
    let path = words.path()?;
    words.finish()?;
    match path.as_slice() {
        [database, schema] => {
            context.database = Some(database.clone());
            context.schema = Some(schema.clone());
        }
        [schema] if schema_only => context.schema = Some(schema.clone()),
        [database] => {
            context.database = Some(database.clone());
            context.schema = None;
        }
        _ => return Err(SqlError::syntax("a schema's name has one or two parts")),
    }
    Ok(context)
}

fn sql(text: &str) -> Result<Statement, SqlError> {
    let tokens = Tokenizer::new(&SnowflakeDialect, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| SqlError::syntax(error.to_string()))?;
    let failed = |error: ParserError| SqlError::syntax(message(error));
    let mut parser = Parser::new(&SnowflakeDialect)
        .with_recursion_limit(EXPRESSION_DEPTH)
        .with_tokens_with_locations(numbered(tokens));
    let statement = parser.parse_statement().map_err(failed)?;
    while parser.consume_token(&Token::SemiColon) {}
    parser.expect_token(&Token::EOF).map_err(failed)?;
    Ok(statement)
}

fn message(error: ParserError) -> String {
    match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => "the statement nests too deep".to_owned(),
    }
}

/// Gives every `?` its number.
fn numbered(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut count = 0;
    let number = |mut token: TokenWithSpan| {
        if token.token == Token::Question || token.token == Token::Placeholder("?".to_owned()) {
            count += 1;
            token.token = Token::Placeholder(format!("?{count}"));
        }
        token
    };
    tokens.into_iter().map(number).collect()
}

impl From<SyntaxError> for SqlError {
    fn from(error: SyntaxError) -> Self {
        Self::syntax(format!("syntax error: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_computed_needs_a_warehouse() {
        for (sql, expected) in [
            ("select 1", true),
            ("WITH t AS (SELECT 1) SELECT * FROM t", true),
            ("(SELECT 1)", true),
            ("CALL SYSTEM$WAIT(1)", true),
            ("-- all\nSHOW TABLES", false),
            ("DESC TABLE t", false),
            ("CREATE TABLE t (a INT)", false),
            ("CREATE OR REPLACE TABLE t AS SELECT 1 AS a", true),
            ("CREATE VIEW v AS SELECT 1", false),
            ("USE SCHEMA s", false),
            ("SELECT CURRENT_ROLE() AS \"r\", current_user()", false),
            ("SELECT CURRENT_ROLE(), a FROM t", true),
            ("", false),
        ] {
            assert_eq!(needs_warehouse(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        for wrong in ["SELECT 'x", "SELECT 1 SELECT 2", "SELEC 1"] {
            let class = sql(wrong).map(|_| ()).map_err(|error| error.class);
            assert_eq!(class, Err("PARSE_SYNTAX_ERROR"), "{wrong}");
        }
    }
}
