//! What the parser does not know, in words that it does.

mod bigquery;
mod databricks;
mod literals;
mod pipes;
mod samples;
mod snowflake;
mod spark;

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::{is_word, types};
use crate::Dialect;

/// Writes what the parser does not know in words that it does, where the meaning stays the same as far as types and names go.
pub(super) fn rewrite(dialect: Dialect, mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    drop_blanks(dialect, &mut tokens);
    literals::rewrite(dialect, &mut tokens);
    samples::rewrite(dialect, &mut tokens);
    free_words(&mut tokens);
    free_columns(&mut tokens);
    if dialect == Dialect::Databricks {
        databricks::read_tables(&mut tokens);
    }
    pipes::rewrite(dialect, &mut tokens);
    types::name(dialect, &mut tokens);
    match dialect {
        Dialect::Databricks => databricks::rewrite(&mut tokens),
        Dialect::BigQuery => return bigquery::rewrite(tokens),
        Dialect::Snowflake => snowflake::rewrite(&mut tokens),
    }
    tokens
}

/// Leaves out whitespace and comments, but for what ends the name of a stage.
fn drop_blanks(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    let mut is_stage = false;
    tokens.retain(|token| match &token.token {
        Token::Whitespace(_) => std::mem::take(&mut is_stage),
        Token::AtSign => {
            is_stage = dialect == Dialect::Snowflake;
            true
        }
        _ => true,
    });
}

/// Words with which a clause may begin are columns where a list goes on behind them.
fn free_columns(tokens: &mut [TokenWithSpan]) {
    const WORDS: [&str; 18] = [
        "ANALYZE",
        "CLUSTER",
        "DISTRIBUTE",
        "END",
        "EXPLAIN",
        "FETCH",
        "GROUP",
        "INTO",
        "LIMIT",
        "MINUS",
        "OFFSET",
        "ORDER",
        "RETURNING",
        "SORT",
        "TOP",
        "VALUES",
        "VIEW",
        "WINDOW",
    ];
    for place in 1..tokens.len() {
        let begins = matches!(tokens[place - 1].token, Token::Comma | Token::LParen)
            || is_at(tokens, place - 1, &["SELECT", "DISTINCT", "BY"]);
        let goes_on = has_sign(tokens, place + 1, &Token::Comma)
            || has_sign(tokens, place + 1, &Token::RParen)
            || is_at(tokens, place + 1, &["AS", "FROM"]);
        if begins
            && goes_on
            && is_at(tokens, place, &WORDS)
            && let Token::Word(word) = &mut tokens[place].token
        {
            word.keyword = Keyword::NoKeyword;
        }
    }
}

/// A change: the tokens at these places become those.
type Edit = (Range<usize>, Vec<TokenWithSpan>);

/// Makes all changes that `find` finds, each at a place or behind it, in one pass: texts may hold long lists.
pub(super) fn edit(
    tokens: &mut Vec<TokenWithSpan>,
    find: impl Fn(&[TokenWithSpan], usize) -> Option<Edit>,
) {
    let mut edits: Vec<Edit> = Vec::new();
    let mut place = 0;
    while place < tokens.len() {
        match find(tokens, place) {
            Some(edit) => {
                place = edit.0.end.max(place + 1);
                edits.push(edit);
            }
            None => place += 1,
        }
    }
    if edits.is_empty() {
        return;
    }
    let mut old = std::mem::take(tokens).into_iter();
    let mut at = 0;
    for (range, new) in edits {
        tokens.extend(old.by_ref().take(range.start - at));
        old.by_ref().take(range.len()).for_each(drop);
        at = range.end;
        tokens.extend(new);
    }
    tokens.extend(old);
}

/// Leaves these tokens out.
fn without(range: Range<usize>) -> Option<Edit> {
    Some((range, Vec::new()))
}

/// Whether there is one of these words, which are in capitals, without quotes.
fn is_at(tokens: &[TokenWithSpan], place: usize, words: &[&str]) -> bool {
    let token = tokens.get(place);
    token.is_some_and(|token| words.iter().any(|word| is_word(&token.token, word)))
}

/// Whether there is this sign.
fn has_sign(tokens: &[TokenWithSpan], place: usize, sign: &Token) -> bool {
    tokens.get(place).is_some_and(|token| token.token == *sign)
}

/// Words behind which, or at whose place, a name of a relation cannot begin.
const NO_NAMES: [&str; 22] = [
    "AND", "AS", "ASC", "BETWEEN", "CROSS", "DESC", "FROM", "FULL", "GROUP", "HAVING", "IN",
    "INNER", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "NOT", "ON", "OR", "ORDER", "WHERE",
];

/// The place behind a name and its parts that begin here.
fn end_of_name(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let is_name = |place: usize| {
        let token = tokens.get(place);
        token.is_some_and(|token| matches!(token.token, Token::Word(_)))
    };
    let mut end = place;
    loop {
        if !is_name(end) {
            return None;
        }
        end += 1;
        match tokens.get(end).map(|token| &token.token) {
            Some(Token::Period) => end += 1,
            _ => return Some(end),
        }
    }
}

/// Where the bracket closes that opens here.
pub(super) fn closing_bracket(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Whether nothing stands between two tokens.
fn are_joined(one: &TokenWithSpan, other: &TokenWithSpan) -> bool {
    one.span.end == other.span.start
}

/// No word after a period is a key word, and none of a function is without its arguments.
fn free_words(tokens: &mut [TokenWithSpan]) {
    const FUNCTIONS: [&str; 12] = [
        "CAST",
        "CEIL",
        "CONVERT",
        "EXTRACT",
        "FLOOR",
        "OVERLAY",
        "POSITION",
        "SAFE_CAST",
        "SUBSTR",
        "SUBSTRING",
        "TRIM",
        "TRY_CAST",
    ];
    for place in 1..tokens.len() {
        let is_bare =
            is_at(tokens, place, &FUNCTIONS) && !has_sign(tokens, place + 1, &Token::LParen);
        if (is_bare || tokens[place - 1].token == Token::Period)
            && let Token::Word(word) = &mut tokens[place].token
        {
            word.keyword = Keyword::NoKeyword;
        }
    }
}

/// Takes a word's special meaning from it.
fn make_name(token: &mut Token, quote: char) {
    if let Token::Word(word) = token {
        word.keyword = Keyword::NoKeyword;
        word.quote_style = Some(quote);
    }
}

fn sign(token: Token) -> TokenWithSpan {
    TokenWithSpan::new(token, Span::empty())
}

fn word(text: &str) -> TokenWithSpan {
    sign(Token::make_keyword(text))
}
