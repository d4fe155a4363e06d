//! Samples of tables: which rows are read makes no difference to columns.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{closing_bracket, edit, has_sign, is_at, without};
use crate::Dialect;

/// Leaves out what says how large a sample is, also where the parser does not expect it.
pub(super) fn rewrite(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let before = place.checked_sub(1)?;
        match has_sign(tokens, before, &Token::VerticalBarRightAngleBracket) {
            true => None,
            false => without(place..end(dialect, tokens, place)?),
        }
    });
}

/// The place behind a sample that begins here.
fn end(dialect: Dialect, tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let words: &[&str] = match dialect {
        Dialect::Snowflake => &["TABLESAMPLE", "SAMPLE"],
        Dialect::Databricks | Dialect::BigQuery => &["TABLESAMPLE"],
    };
    if !is_at(tokens, place, words) {
        return None;
    }
    /// Behind these, it is a function.
    const BEFORE_VALUES: [&str; 14] = [
        "ALL", "AND", "BY", "CASE", "DISTINCT", "ELSE", "HAVING", "NOT", "ON", "OR", "SELECT",
        "THEN", "WHEN", "WHERE",
    ];
    // Else it is a function, or a name.
    let after_relation = matches!(tokens[place - 1].token, Token::Word(_) | Token::RParen);
    let is_listed = is_at(tokens, place - 1, &BEFORE_VALUES);
    if !after_relation || is_listed {
        return None;
    }
    const METHODS: [&str; 6] = [
        "BERNOULLI",
        "SYSTEM",
        "ROW",
        "BLOCK",
        "RESERVOIR",
        "PERCENT",
    ];
    let method = usize::from(is_at(tokens, place + 1, &METHODS));
    let mut end = bracket_end(tokens, place + 1 + method)?;
    if is_at(tokens, end, &["REPEATABLE", "SEED"])
        && let Some(seed_end) = bracket_end(tokens, end + 1)
    {
        end = seed_end;
    }
    Some(end)
}

fn bracket_end(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    match has_sign(tokens, place, &Token::LParen) {
        true => Some(closing_bracket(tokens, place)? + 1),
        false => None,
    }
}
