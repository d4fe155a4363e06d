//! A text as tokens, each of which knows its bytes.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

use super::reader::Reader;
use super::refusal::Refusal;
use crate::Dialect;

/// How deep brackets may be nested. The parser and the analysis descend with them.
const MOST_NESTING: usize = 120;

/// How many operators may follow each other, those around the brackets included: each puts what stands before it one level deeper.
const MOST_LINKS: usize = 8_000;

/// How many joins, or how many `<`: for some of each the parser descends without counting.
const MOST_DESCENTS: usize = 1_000;

/// Takes `text[range]` apart. The tokens' spans are of line 1, with columns that are bytes of `text`, counted from 1: see [`bytes`].
pub(crate) fn tokens(
    dialect: Dialect,
    text: &str,
    range: Range<usize>,
) -> Result<Vec<TokenWithSpan>, Refusal> {
    let (tokens, refusal) = split(dialect, text, range);
    match refusal {
        Some(refusal) => Err(refusal),
        None => Ok(tokens),
    }
}

/// The tokens of a text that need not be one: up to where it is none.
pub(crate) fn tokens_so_far(
    dialect: Dialect,
    text: &str,
    range: Range<usize>,
) -> Vec<TokenWithSpan> {
    split(dialect, text, range).0
}

fn split(
    dialect: Dialect,
    text: &str,
    range: Range<usize>,
) -> (Vec<TokenWithSpan>, Option<Refusal>) {
    let sql = text.get(range.clone()).unwrap_or_default();
    let reader = Reader::new(dialect, 0);
    let mut tokens = Vec::with_capacity(sql.len() / 4);
    let outcome = Tokenizer::new(&reader, sql).tokenize_with_location_into_buf(&mut tokens);
    let mut cursor = Cursor::new(sql, range.start);
    for token in &mut tokens {
        token.span = Span::new(cursor.byte(token.span.start), cursor.byte(token.span.end));
    }
    match outcome {
        Ok(()) => (tokens, None),
        Err(error) => {
            let last = tokens.last().and_then(|last| bytes(last.span));
            let at = last.map_or(range.start, |last| last.end);
            (
                tokens,
                Some(Refusal::text(text, &error.message, at..range.end)),
            )
        }
    }
}

/// The bytes that a span is of; `None` where the parser did not keep them.
pub(crate) fn bytes(span: Span) -> Option<Range<usize>> {
    let start = usize::try_from(span.start.column).ok()?.checked_sub(1)?;
    let end = usize::try_from(span.end.column).ok()?.checked_sub(1)?;
    (span.start.line == 1 && start <= end).then_some(start..end)
}

/// Finds the bytes of places that are asked for in their order.
struct Cursor<'a> {
    rest: std::str::CharIndices<'a>,
    base: usize,
    end: usize,
    line: u64,
    column: u64,
    offset: usize,
}

impl<'a> Cursor<'a> {
    fn new(sql: &'a str, base: usize) -> Self {
        Self {
            rest: sql.char_indices(),
            base,
            end: sql.len(),
            line: 1,
            column: 1,
            offset: 0,
        }
    }

    /// The same place, as a column in bytes.
    fn byte(&mut self, place: Location) -> Location {
        while (self.line, self.column) < (place.line, place.column) {
            match self.rest.next() {
                Some((_, '\n')) => {
                    self.line += 1;
                    self.column = 1;
                }
                Some(_) => self.column += 1,
                None => break,
            }
            self.offset = self.rest.offset();
        }
        let byte = self.base + self.offset.min(self.end);
        Location::new(1, byte as u64 + 1)
    }
}

/// Whether the parser may be given these tokens: it and whoever walks over its tree descend with brackets and chains of operators.
pub(crate) fn check_depth(tokens: &[TokenWithSpan]) -> Result<(), Range<usize>> {
    let mut open: Vec<usize> = vec![0];
    let (mut links, mut joins, mut angles) = (0_usize, 0_usize, 0_usize);
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) | Token::Period => continue,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check_words(text: &str, range: Range<usize>, expected: &[&str]) {
        let tokens = tokens(Dialect::Snowflake, text, range).expect("it is SQL");
        let words: Vec<&str> = tokens
            .iter()
            .filter(|token| !matches!(token.token, Token::Whitespace(_)))
            .map(|token| &text[bytes(token.span).expect("every token has a place")])
            .collect();
        assert_eq!(words, expected);
    }

    #[test]
    fn every_token_knows_its_bytes() {
        check_words("a + 1", 0..5, &["a", "+", "1"]);
        check_words(
            "-- ä\r\nselect 'ö\n', \"ß\"",
            0..25,
            &["select", "'ö\n'", ",", "\"ß\""],
        );
        check_words("é: front\nselect ü", 10..19, &["select", "ü"]);
    }

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
}
