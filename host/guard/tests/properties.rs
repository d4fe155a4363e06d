//! What holds for any text, and for statements put together from hostile pieces.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use proptest::sample::select;
use rocky_guard::{Level, check};
use sqlparser::ast::Statement;
use sqlparser::dialect::{
    AnsiDialect, BigQueryDialect, DatabricksDialect, Dialect, GenericDialect, SnowflakeDialect,
};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};
use support::{Case, DIALECTS, corpus};

/// Pieces of statements that somebody with bad intentions would put together.
const PIECES: &[&str] = &[
    "SELECT",
    "SELECT 1",
    "*",
    "FROM",
    "FROM information_schema.tables",
    "information_schema",
    ".tables",
    "t",
    "WHERE",
    "1 = 1",
    "AND",
    "OR",
    "UNION ALL",
    "WITH t AS",
    "(SELECT 1)",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ";;",
    "; DROP TABLE t",
    "--",
    "-- x\n",
    "/*",
    "*/",
    "/*! x */",
    "#",
    "//",
    "'",
    "''",
    "'''",
    "\"",
    "`",
    "'a'",
    "\"a\"",
    "`a`",
    "'a\\'",
    "\\",
    "$$",
    "$1",
    "$a$",
    "${x}",
    "{",
    "}",
    "->>",
    "->",
    "|>",
    "=>",
    "::",
    ":x",
    "@x",
    "?",
    "INTO",
    "INSERT INTO t",
    "VALUES (1)",
    "DELETE FROM t",
    "RETURNING *",
    "SHOW",
    "SHOW TABLES",
    "DESCRIBE",
    "DESCRIBE TABLE t",
    "DESC",
    "EXPLAIN",
    "EXTENDED",
    "LIKE 'a'",
    "IN",
    "CALL p()",
    "SET x = 1",
    "EXECUTE IMMEDIATE",
    "CREATE",
    "DROP",
    "TABLE",
    "TABLE(f())",
    "f(",
    "upper(",
    "http_request(",
    "LATERAL",
    "UNNEST(",
    "CAST(",
    "AS INT)",
    "CASE WHEN",
    "END",
    "INTERVAL",
    "NOT",
    "EXISTS",
    "FOR UPDATE",
    "LIMIT 1",
    "OVER (",
    "JOIN",
    "ON",
    "USING (a)",
    "\u{a0}",
    "\u{200b}",
    "\u{ff1b}",
    "\0",
    "\n",
    "\t",
    "x",
    "1",
    "-",
];

fn dialects() -> impl Strategy<Value = &'static str> {
    select(DIALECTS.as_slice())
}

fn of_pieces() -> impl Strategy<Value = String> {
    let piece = (select(PIECES), select([" ", "", "\n"].as_slice()));
    prop::collection::vec(piece, 1..12).prop_map(|pieces| {
        let pieces: Vec<String> = pieces
            .into_iter()
            .map(|(piece, space)| format!("{piece}{space}"))
            .collect();
        pieces.concat()
    })
}

/// A statement that passes as metadata.
fn accepted() -> impl Strategy<Value = Case> {
    select(corpus("metadata"))
}

/// The places in `sql` that are outside of quotes.
fn outside_of_quotes(sql: &str) -> Vec<usize> {
    let mut open = None;
    let mut places = Vec::new();
    for (place, character) in sql.char_indices() {
        if open.is_none() {
            places.push(place);
        }
        match (open, character) {
            (None, '\'' | '"' | '`') => open = Some(character),
            (Some(quote), _) if quote == character => open = None,
            _ => {}
        }
    }
    places
}

fn parser(dialect: &str) -> &'static dyn Dialect {
    match dialect {
        "databricks" => &DatabricksDialect,
        "bigquery" => &BigQueryDialect,
        "snowflake" => &SnowflakeDialect,
        "ansi" => &AnsiDialect {},
        _ => &GenericDialect,
    }
}

fn refused_or_one_read(dialect: &str, sql: &str) -> Result<(), TestCaseError> {
    if check(dialect, sql, Level::Metadata).is_ok() {
        prop_assert_eq!(check(dialect, sql, Level::Read), Ok(()), "{}", sql);
    }
    if check(dialect, sql, Level::Read).is_err() {
        return Ok(());
    }
    let first = sql
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_uppercase();
    if ["SHOW", "DESCRIBE", "DESC"].contains(&first.as_str()) {
        let outside: String = outside_of_quotes(sql)
            .into_iter()
            .filter_map(|place| sql[place..].chars().next())
            .collect();
        let list = outside.trim_end().trim_end_matches(';');
        prop_assert!(!list.contains([';', '(', '>', '-']), "{}", sql);
        return Ok(());
    }
    let statement = explained(dialect, sql).unwrap_or_else(|| sql.to_owned());
    let statements = Parser::parse_sql(parser(dialect), &statement).unwrap();
    let is_read = matches!(statements.as_slice(), [Statement::Query(_)]);
    prop_assert!(is_read, "{}", sql);
    Ok(())
}

/// What is explained, where that is asked for: the parser does not know all words that may stand before it.
fn explained(dialect: &str, sql: &str) -> Option<String> {
    let tokens = Tokenizer::new(parser(dialect), sql).tokenize().unwrap();
    let words: Vec<String> = tokens
        .iter()
        .filter(|token| !matches!(token, Token::Whitespace(_)))
        .map(Token::to_string)
        .collect();
    if !words.first()?.eq_ignore_ascii_case("EXPLAIN") {
        return None;
    }
    let second = words
        .get(1)
        .map_or(String::new(), |word| word.to_uppercase());
    let before = match second.as_str() {
        "CODEGEN" | "COST" | "EXTENDED" | "FORMATTED" => 2,
        "USING" => 3,
        _ => 1,
    };
    Some(words.get(before..)?.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_it_panic(dialect in dialects(), sql in any::<String>()) {
        let _verdict = check(dialect, &sql, Level::Read);
        let _verdict = check(dialect, &format!("SELECT {sql}"), Level::Metadata);
        let _verdict = check(dialect, &format!("SHOW TABLES {sql}"), Level::Metadata);
    }

    #[test]
    fn what_is_metadata_is_a_read(dialect in dialects(), sql in of_pieces()) {
        if check(dialect, &sql, Level::Metadata).is_ok() {
            prop_assert_eq!(check(dialect, &sql, Level::Read), Ok(()));
        }
    }

    #[test]
    fn a_reason_can_be_printed(dialect in dialects(), sql in of_pieces()) {
        if let Err(refused) = check(dialect, &sql, Level::Metadata) {
            let reason = refused.to_string();
            prop_assert!(!reason.chars().any(char::is_control), "{:?}", reason);
            prop_assert!(reason.chars().count() < 400, "{:?}", reason);
        }
    }

    #[test]
    fn hostile_pieces_are_refused_or_one_read(dialect in dialects(), sql in of_pieces()) {
        refused_or_one_read(dialect, &sql)?;
    }

    #[test]
    fn a_statement_with_hostile_pieces_in_it_is_refused_or_one_read(
        case in accepted(),
        place in any::<prop::sample::Index>(),
        pieces in of_pieces(),
    ) {
        let place = *place.get(&outside_of_quotes(&case.sql));
        let sql = format!("{} {pieces} {}", &case.sql[..place], &case.sql[place..]);
        refused_or_one_read(&case.dialect, &sql)?;
    }

    #[test]
    fn a_second_statement_is_refused_wherever_it_begins(
        case in accepted(),
        place in any::<prop::sample::Index>(),
        second in select(["; SELECT 2", ";DROP TABLE t", "; DROP TABLE t;", ";\nSHOW TABLES "].as_slice()),
    ) {
        let place = *place.get(&outside_of_quotes(&case.sql));
        let sql = format!("{}{second}{}", &case.sql[..place], &case.sql[place..]);
        prop_assert!(check(&case.dialect, &sql, Level::Read).is_err(), "{}", sql);
        let sql = format!("{}{second}", case.sql);
        prop_assert!(check(&case.dialect, &sql, Level::Read).is_err(), "{}", sql);
    }

    #[test]
    fn a_comment_is_refused_wherever_it_stands(
        case in accepted(),
        place in any::<prop::sample::Index>(),
        comment in select(["/* x */", "/*+ x */", "-- x\n", "--\n", "# x\n", "// x\n", "/*! x */"].as_slice()),
    ) {
        let place = *place.get(&outside_of_quotes(&case.sql));
        let sql = format!("{}{comment}{}", &case.sql[..place], &case.sql[place..]);
        prop_assert!(check(&case.dialect, &sql, Level::Read).is_err(), "{}", sql);
    }

    /// Between the words of a statement that passes there is no room for anything invisible.
    #[test]
    fn a_strange_character_is_refused_wherever_it_stands(
        case in accepted(),
        place in any::<prop::sample::Index>(),
        strange in any::<char>().prop_filter("ASCII that can be seen", |strange| {
            !strange.is_ascii() || strange.is_ascii_control() && !"\t\n\r".contains(*strange)
        }),
    ) {
        let place = *place.get(&outside_of_quotes(&case.sql));
        let sql = format!("{}{strange}{}", &case.sql[..place], &case.sql[place..]);
        prop_assert!(check(&case.dialect, &sql, Level::Read).is_err(), "{}", sql);
    }
}

#[test]
fn what_is_explained_may_stand_in_brackets_behind_an_option() {
    for sql in ["EXPLAIN\nEXTENDED (SELECT 1) ", "explain cost SELECT 1"] {
        assert_eq!(check("databricks", sql, Level::Read), Ok(()), "{sql}");
        refused_or_one_read("databricks", sql).unwrap();
    }
}
