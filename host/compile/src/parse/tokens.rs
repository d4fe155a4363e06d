//! A text as tokens, each of which knows its bytes.

use std::ops::Range;

use sqlparser::tokenizer::{Location, Span, TokenWithSpan, Tokenizer};

use super::raw;
use super::reader::Reader;
use super::refusal::Refusal;
use crate::Dialect;

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
    let plain = raw::plain(dialect, sql);
    let outcome = Tokenizer::new(&reader, &plain).tokenize_with_location_into_buf(&mut tokens);
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

#[cfg(test)]
mod tests {
    use sqlparser::tokenizer::Token;

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
}
