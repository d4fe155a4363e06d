//! From text to the tree of a query.

mod balance;
mod effort;
mod forms;
mod raw;
mod reader;
mod refusal;
mod rewrite;
mod tokens;
mod types;

use std::ops::Range;

use sqlparser::ast::{Query, Statement};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::{Code, Dialect};
use reader::Reader;

pub(crate) use refusal::Refusal;
pub(crate) use tokens::{bytes, tokens, tokens_so_far};

/// How deep the parser may descend: deeper than brackets may be nested, since it descends more than once for some.
const MOST_DEPTH: usize = 400;

/// Reads the one query that `text[range]` holds. Spans in its tree are bytes of `text`: see [`bytes`].
pub(crate) fn query(
    dialect: Dialect,
    text: &str,
    range: Range<usize>,
) -> Result<Box<Query>, Refusal> {
    let range = range.start.min(text.len())..range.end.min(text.len());
    let tokens = tokens(dialect, text, range.clone())?;
    let statements = statements(&tokens);
    let Some(first) = statements.first().and_then(|it| it.first().copied()) else {
        return Err(Refusal::new(
            Code::Empty,
            "there is no query in this file",
            range,
        ));
    };
    let is_query = begins_query(first, dialect);
    if let Some(second) = second_statement(&statements) {
        if is_script(&statements, dialect) {
            let message = "rocky does not understand scripts, so this is not checked";
            let span = bytes(first.span).unwrap_or(range);
            return Err(Refusal::new(Code::NotUnderstood, message, span));
        }
        let message = "there is more than one statement in this file";
        return Err(Refusal::new(Code::SeveralStatements, message, second));
    }
    if !is_query && begins_statement(first) {
        let message = format!("a model is a query, and this is {}", article(&first.token));
        let span = bytes(first.span).unwrap_or(range);
        return Err(Refusal::new(Code::NotAQuery, message, span));
    }
    of_tokens(dialect, text, tokens, range.end)
}

/// Reads the query that these tokens are.
pub(crate) fn of_tokens(
    dialect: Dialect,
    text: &str,
    tokens: Vec<TokenWithSpan>,
    end: usize,
) -> Result<Box<Query>, Refusal> {
    effort::check(&tokens).map_err(Refusal::too_intricate)?;
    let original = tokens.clone();
    let tokens = rewrite::rewrite(dialect, tokens);
    let reader = Reader::new(dialect, tokens.len());
    let unknown = forms::not_understood(dialect, &tokens);
    let mut outcome = parsed(&reader, tokens.clone());
    if outcome.is_err() && !reader.is_spent() && dialect == Dialect::BigQuery {
        // Conditions may stand behind several joins at once: `a JOIN b JOIN c ON … ON …`.
        let other = Reader::new(dialect, tokens.len()).with_conditions_behind_joins();
        outcome = parsed(&other, tokens.clone()).or(outcome);
    }
    if reader.is_spent() {
        return Err(Refusal::too_intricate(0..end));
    }
    outcome.map_err(|error| {
        if let Some((form, span)) = unknown {
            let message = format!("rocky does not understand {form}, so this is not checked");
            return Refusal::new(Code::NotUnderstood, message, span);
        }
        if let Some(refusal) = balance::refusal(&original) {
            return refusal;
        }
        let (error, end) = innermost(dialect, &tokens).unwrap_or((error, end));
        let mut refusal = Refusal::parser(&error, text, end);
        if refusal.code == Code::Syntax && !forms::is_plain(&original, refusal.span.start) {
            refusal.code = Code::NotUnderstood;
            refusal.message = format!("rocky does not understand this: {}", refusal.message);
        }
        refusal
    })
}

/// What the parser says of the innermost subquery that it does not understand by itself, and where that ends. What it says of the whole is
/// about its last try, in which it took the subquery for something else.
fn innermost(dialect: Dialect, tokens: &[TokenWithSpan]) -> Option<(ParserError, usize)> {
    let mut open = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LParen => open.push(place + 1),
            Token::RParen => {
                let inside = tokens.get(open.pop()?..place)?;
                let is_query = significant(inside)
                    .next()
                    .is_some_and(|it| it.token != Token::LParen && begins_query(it, dialect));
                if !is_query {
                    continue;
                }
                let reader = Reader::new(dialect, inside.len());
                if let Err(error) = parsed(&reader, inside.to_vec()) {
                    return Some((error, bytes(token.span)?.start));
                }
            }
            _ => {}
        }
    }
    None
}

fn parsed(reader: &Reader, tokens: Vec<TokenWithSpan>) -> Result<Box<Query>, ParserError> {
    let mut parser = Parser::new(reader)
        .with_recursion_limit(MOST_DEPTH)
        .with_tokens_with_locations(tokens);
    one_query(&mut parser)
}

fn one_query(parser: &mut Parser) -> Result<Box<Query>, ParserError> {
    while parser.consume_token(&Token::SemiColon) {}
    let query = match parser.parse_statement()? {
        Statement::Query(query) => query,
        _ => return parser.expected_ref("a query", parser.peek_token_ref()),
    };
    while parser.consume_token(&Token::SemiColon) {}
    match parser.peek_token_ref().token {
        Token::EOF => Ok(query),
        _ => parser.expected_ref("the end of the query", parser.peek_token_ref()),
    }
}

/// All but whitespace and comments.
pub(crate) fn significant(tokens: &[TokenWithSpan]) -> impl Iterator<Item = &TokenWithSpan> {
    tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF))
}

/// Whether `token` is this word, which is in capitals, without quotes.
pub(crate) fn is_word(token: &Token, text: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text))
}

fn begins_query(token: &TokenWithSpan, dialect: Dialect) -> bool {
    let token = &token.token;
    let words: &[&str] = &["SELECT", "WITH", "VALUES"];
    *token == Token::LParen
        || words.iter().any(|word| is_word(token, word))
        || (dialect != Dialect::Snowflake && is_word(token, "FROM"))
        || (dialect == Dialect::Databricks && is_word(token, "TABLE"))
}

/// Whether this is the first word of a statement that is no query.
fn begins_statement(token: &TokenWithSpan) -> bool {
    const STATEMENTS: [&str; 24] = [
        "ALTER", "ANALYZE", "BEGIN", "CALL", "COMMENT", "COPY", "CREATE", "DECLARE", "DELETE",
        "DESC", "DESCRIBE", "DROP", "EXECUTE", "EXPLAIN", "GRANT", "INSERT", "MERGE", "REFRESH",
        "REVOKE", "SET", "SHOW", "TRUNCATE", "UPDATE", "USE",
    ];
    STATEMENTS.iter().any(|word| is_word(&token.token, word))
}

fn article(token: &Token) -> String {
    let word = token.to_string().to_uppercase();
    match word.starts_with(['A', 'E', 'I', 'O', 'U']) {
        true => format!("an {word}"),
        false => format!("a {word}"),
    }
}

/// The statements of a text: what semicolons part, without what is empty.
fn statements(tokens: &[TokenWithSpan]) -> Vec<Vec<&TokenWithSpan>> {
    let all: Vec<&TokenWithSpan> = significant(tokens).collect();
    let statements = all.split(|token| token.token == Token::SemiColon);
    statements
        .filter(|statement| !statement.is_empty())
        .map(<[_]>::to_vec)
        .collect()
}

fn second_statement(statements: &[Vec<&TokenWithSpan>]) -> Option<Range<usize>> {
    bytes(statements.get(1)?.first()?.span)
}

/// Whether the last statement is a query and those before it only prepare it.
fn is_script(statements: &[Vec<&TokenWithSpan>], dialect: Dialect) -> bool {
    let Some((query, before)) = statements.split_last() else {
        return false;
    };
    let is_query = query
        .first()
        .is_some_and(|first| begins_query(first, dialect));
    is_query && before.iter().all(|statement| is_preparation(statement))
}

/// Whether a statement declares or sets a variable, or makes a function for the statements behind it.
fn is_preparation(statement: &[&TokenWithSpan]) -> bool {
    const BEGINNINGS: [&[&str]; 6] = [
        &["DECLARE"],
        &["SET"],
        &["CREATE", "TEMP", "FUNCTION"],
        &["CREATE", "TEMPORARY", "FUNCTION"],
        &["CREATE", "OR", "REPLACE", "TEMP", "FUNCTION"],
        &["CREATE", "OR", "REPLACE", "TEMPORARY", "FUNCTION"],
    ];
    BEGINNINGS.iter().any(|words| {
        let mut pairs = words.iter().zip(statement);
        statement.len() >= words.len() && pairs.all(|(word, token)| is_word(&token.token, word))
    })
}
