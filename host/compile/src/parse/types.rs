//! Types that the parser does not read, as names that are read later.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::is_word;
use super::rewrite::{closing_bracket, edit};
use crate::Dialect;

/// Makes one name of each type in a cast that is made of other types: the parser takes any name for a type and keeps its text.
pub(super) fn name(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let before = &tokens.get(place.checked_sub(1)?)?.token;
        if *before != Token::DoubleColon && !is_word(before, "AS") {
            return None;
        }
        let end = end(dialect, tokens, place)?;
        let text = tokens[place..=end].iter().map(|it| it.token.to_string());
        let text: Vec<String> = text.collect();
        let mut name = tokens[place].clone();
        if let Token::Word(word) = &mut name.token {
            word.value = text.join(" ");
            word.keyword = Keyword::NoKeyword;
        }
        Some((place..end + 1, vec![name]))
    });
}

/// Where the type ends that begins here, if it is made of others in a way that the parser does not read.
fn end(dialect: Dialect, tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let is = |words: &[&str]| words.iter().any(|word| is_word(&tokens[place].token, word));
    let next = &tokens.get(place + 1)?.token;
    if dialect != Dialect::BigQuery && is(&["INTERVAL"]) && is_unit(next) {
        let has_two = tokens
            .get(place + 2)
            .is_some_and(|to| is_word(&to.token, "TO"));
        let second = tokens
            .get(place + 3)
            .filter(|it| has_two && is_unit(&it.token));
        return Some(place + if second.is_some() { 3 } else { 1 });
    }
    match dialect {
        Dialect::Snowflake
            if is(&["OBJECT", "ARRAY", "MAP", "VECTOR"]) && *next == Token::LParen =>
        {
            closing_bracket(tokens, place + 1)
        }
        Dialect::Databricks if is(&["STRUCT", "ARRAY", "MAP"]) && *next == Token::Lt => {
            closing_angle(tokens, place + 1)
        }
        _ => None,
    }
}

fn is_unit(token: &Token) -> bool {
    ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]
        .iter()
        .any(|unit| is_word(token, unit))
}

/// Where the angle that opens here is closed.
pub(super) fn closing_angle(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::Lt => depth += 1,
            Token::Gt => depth = depth.checked_sub(1)?,
            Token::ShiftRight => depth = depth.checked_sub(2)?,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}
