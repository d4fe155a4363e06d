//! Pipes that the parser does not know, as others with the same columns.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{has_sign, is_at, word};
use crate::Dialect;

const PIPE: Token = Token::VerticalBarRightAngleBracket;

/// Which rows are left and how they are ordered makes no difference to columns; new columns are the same, whatever the word before them.
pub(super) fn rewrite(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    if !tokens.iter().any(|token| token.token == PIPE) {
        return;
    }
    let mut place = 1;
    while place < tokens.len() {
        if has_sign(tokens, place - 1, &PIPE) {
            place = operator(dialect, tokens, place);
        } else if let Some(end) = in_list(tokens, place) {
            tokens.drain(place..end);
        } else {
            place += 1;
        }
    }
}

/// Rewrites the operator that begins here, behind its sign; the place from which to go on.
fn operator(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>, place: usize) -> usize {
    let is = |words: &[&str]| is_at(tokens, place, words);
    if is(&["EXCEPT", "INTERSECT", "MINUS"]) {
        let is_minus = is(&["MINUS"]);
        let end = place + 1 + usize::from(is_at(tokens, place + 1, &["ALL"]));
        if has_sign(tokens, end, &Token::LParen) {
            tokens.splice(place + 1..end, [word("DISTINCT")]);
        }
        if is_minus {
            tokens[place].token = Token::make_keyword("EXCEPT");
        }
    } else if is(&["SELECT"]) && is_at(tokens, place + 1, &["DISTINCT", "ALL"]) {
        tokens.remove(place + 1);
    } else if dialect == Dialect::BigQuery && is(&["WINDOW"]) {
        // In Spark, the word defines windows.
        tokens[place].token = Token::make_keyword("EXTEND");
    } else if is(&["OFFSET"]) {
        tokens[place].token = Token::make_keyword("LIMIT");
    } else if is(&["SORT", "CLUSTER", "DISTRIBUTE"]) {
        tokens[place].token = Token::make_keyword("ORDER");
    } else if is(&["SEMI", "ANTI"]) {
        tokens.insert(place, word("LEFT"));
    } else if is(&["DISTINCT"]) {
        tokens.drain(place - 1..=place);
        return place;
    } else if is(&["ASSERT"]) {
        let end = end_of_operator(tokens, place);
        tokens.drain(place - 1..end);
        return place;
    }
    place + 1
}

/// Where what begins here ends that may be left out within an operator.
fn in_list(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let is = |place: usize, words: &[&str]| is_at(tokens, place, words);
    if has_sign(tokens, place, &Token::Comma)
        && (has_sign(tokens, place + 1, &PIPE)
            || (is(place + 1, &["GROUP"]) && is(place + 2, &["BY", "AND"])))
    {
        // A list may end with a comma.
        return Some(place + 1);
    }
    if is(place - 1, &["GROUP"]) && is(place, &["AND"]) && is(place + 1, &["ORDER"]) {
        return Some(place + 2);
    }
    if is(place - 1, &["ASC", "DESC"]) && is(place, &["NULLS"]) && is(place + 1, &["FIRST", "LAST"])
    {
        return Some(place + 2);
    }
    None
}

/// Where the operator ends that begins here.
fn end_of_operator(tokens: &[TokenWithSpan], place: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(place) {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return index,
            Token::RParen => depth -= 1,
            Token::SemiColon => return index,
            token if depth == 0 && *token == PIPE => return index,
            _ => {}
        }
    }
    tokens.len()
}
