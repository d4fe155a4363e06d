//! What the parser may be given: it descends with brackets and chains of operators, and reads some of them again and again.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{bytes, is_word};

/// How deep brackets may be nested. The parser and the analysis descend with them.
const MOST_NESTING: usize = 120;

/// How many operators may follow each other, those around the brackets included: each puts what stands before it one level deeper.
const MOST_LINKS: usize = 8_000;

/// How many parts a name may have.
const MOST_PARTS: usize = 500;

/// How many joins, or how many `<`: for some of each the parser descends without counting.
const MOST_DESCENTS: usize = 1_000;

/// How many brackets may be nested that the parser reads twice, the inner ones of them as often as the outer ones.
const MOST_RETRIES: usize = 12;

/// Whether the parser may be given these tokens; else where they become too much for it.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), Range<usize>> {
    check_depth(tokens)?;
    check_retries(tokens)
}

/// It and whoever walks over its tree descend with brackets and chains of operators.
fn check_depth(tokens: &[TokenWithSpan]) -> Result<(), Range<usize>> {
    let mut open: Vec<usize> = vec![0];
    let (mut links, mut joins, mut angles) = (0_usize, 0_usize, 0_usize);
    // Of the name that is being read.
    let mut parts = 0_usize;
    for token in tokens {
        if !matches!(token.token, Token::Word(_) | Token::Period) {
            parts = 0;
        }
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Period => {
                parts += 1;
                if parts > MOST_PARTS {
                    return Err(bytes(token.span).unwrap_or_default());
                }
                continue;
            }
            Token::LParen | Token::LBracket | Token::LBrace => open.push(0),
            Token::RParen | Token::RBracket | Token::RBrace => {
                links -= open.pop().unwrap_or(0);
                if open.is_empty() {
                    open.push(0);
                }
            }
            Token::Comma | Token::SemiColon => links -= reset(&mut open),
            Token::Word(word) if word.quote_style.is_none() => match word.keyword {
                Keyword::NoKeyword => {}
                Keyword::JOIN => joins += 1,
                Keyword::SELECT | Keyword::FROM | Keyword::ON | Keyword::THEN | Keyword::ELSE => {
                    links -= reset(&mut open);
                }
                _ => links += add(&mut open),
            },
            Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) => {}
            token => {
                angles += usize::from(matches!(token, Token::Lt | Token::Neq));
                links += add(&mut open);
            }
        }
        let too_much = open.len() > MOST_NESTING
            || links > MOST_LINKS
            || joins > MOST_DESCENTS
            || angles > MOST_DESCENTS * 8;
        if too_much {
            return Err(bytes(token.span).unwrap_or_default());
        }
    }
    Ok(())
}

/// Forgets the operators of the innermost brackets; how many there were.
fn reset(open: &mut [usize]) -> usize {
    open.last_mut().map_or(0, std::mem::take)
}

fn add(open: &mut [usize]) -> usize {
    open.last_mut().map_or(0, |links| {
        *links += 1;
        1
    })
}

/// A bracket around a query in brackets may begin a query or a join. The parser tries the one and then the other.
fn check_retries(tokens: &[TokenWithSpan]) -> Result<(), Range<usize>> {
    let words: Vec<&TokenWithSpan> = super::significant(tokens).collect();
    let closings = closings(&words);
    // Where the brackets close that are open and read twice.
    let mut open: Vec<usize> = Vec::new();
    for (place, token) in words.iter().enumerate() {
        open.retain(|closing| place < *closing);
        if token.token == Token::LParen && is_read_twice(&words, &closings, place) {
            open.push(closings[place]);
        }
        if open.len() > MOST_RETRIES {
            return Err(bytes(token.span).unwrap_or_default());
        }
    }
    Ok(())
}

/// For each bracket that opens, where it closes; the end where it does not.
fn closings(words: &[&TokenWithSpan]) -> Vec<usize> {
    let mut closings = vec![words.len(); words.len()];
    let mut open = Vec::new();
    for (place, token) in words.iter().enumerate() {
        match token.token {
            Token::LParen => open.push(place),
            Token::RParen => {
                if let Some(opening) = open.pop() {
                    closings[opening] = place;
                }
            }
            _ => {}
        }
    }
    closings
}

/// Whether the bracket here holds more than the query in brackets that it begins with.
fn is_read_twice(words: &[&TokenWithSpan], closings: &[usize], place: usize) -> bool {
    let inner = place + 1;
    let is_bracket = |token: &&&TokenWithSpan| token.token == Token::LParen;
    let Some(first) = words.iter().skip(inner).find(|token| !is_bracket(token)) else {
        return true;
    };
    let is_query = ["SELECT", "WITH", "FROM", "VALUES"]
        .iter()
        .any(|word| is_word(&first.token, word));
    if !is_query
        || words
            .get(inner)
            .is_none_or(|next| next.token != Token::LParen)
    {
        return false;
    }
    const GOES_ON: [&str; 6] = ["UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER", "LIMIT"];
    match words.get(closings[inner] + 1).map(|after| &after.token) {
        Some(Token::RParen) => false,
        Some(after) => !GOES_ON.iter().any(|word| is_word(after, word)),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;
    use crate::Dialect;

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let check = |text: &str, expected: bool| {
            let tokens = tokens(Dialect::Databricks, text, 0..text.len()).expect("it is SQL");
            assert_eq!(check_depth(&tokens).is_ok(), expected, "{:.40}", text);
        };
        check(
            &format!("select {}1{}", "(".repeat(100), ")".repeat(100)),
            true,
        );
        check(
            &format!("select {}1{}", "(".repeat(130), ")".repeat(130)),
            false,
        );
        check(&format!("select 1{}", " + 1".repeat(5_000)), true);
        check(&format!("select 1{}", " + 1".repeat(9_000)), false);
        check(&format!("select 1{}", " + 1, 2".repeat(9_000)), true);
    }

    #[test]
    fn what_would_be_read_again_and_again_is_refused() {
        let check_nested = |before: &str, after: &str, times: usize, expected: bool| {
            let text = format!(
                "select * from {}t{}",
                before.repeat(times),
                after.repeat(times)
            );
            let tokens = tokens(Dialect::Databricks, &text, 0..text.len()).expect("it is SQL");
            assert_eq!(check(&tokens).is_ok(), expected, "{before} {after} {times}");
        };
        check_nested("((select * from ", ") join t using (x))", 10, true);
        check_nested("((select * from ", ") join t using (x))", 20, false);
        check_nested("((select * from ", "", 20, false);
        check_nested("((select * from ", ") union all (select 1))", 20, true);
        check_nested("(select * from ", ") as t", 40, true);
        check_nested("((select * from ", "))", 40, true);
    }
}
