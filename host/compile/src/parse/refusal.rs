//! Why a text was not understood.

use std::ops::Range;

use sqlparser::parser::ParserError;

use crate::{Code, Diagnostic};

/// Why a text is not analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
    pub(crate) help: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: Code, message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            help: None,
        }
    }

    /// A text that no token begins with. `message` is the tokenizer's.
    pub(crate) fn text(text: &str, message: &str, span: Range<usize>) -> Self {
        let message = message.to_lowercase();
        let what = if message.contains("comment") {
            "a comment is not closed".to_owned()
        } else if message.contains("unterminated") || message.contains("close delimiter") {
            "a quotation is not closed".to_owned()
        } else {
            match text.get(span.clone()).and_then(|rest| rest.chars().next()) {
                Some(character) => format!("`{character}` begins nothing here"),
                None => "the text ends too early".to_owned(),
            }
        };
        let end = text
            .get(span.clone())
            .and_then(|rest| rest.find(['\r', '\n']))
            .map_or(span.end, |length| span.start + length);
        Self::new(Code::Syntax, what, span.start..end)
    }

    /// What the parser says of tokens whose spans are bytes. `end` is where the text ends.
    pub(crate) fn parser(error: &ParserError, text: &str, end: usize) -> Self {
        let message = match error {
            ParserError::RecursionLimitExceeded => return Self::too_intricate(0..end),
            ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
        };
        let (what, place) = match message.rsplit_once(" at Line: 1, Column: ") {
            Some((what, column)) => (what, column.trim().parse::<usize>().ok()),
            None => (message.as_str(), None),
        };
        let start = place.map_or(end, |column| column.saturating_sub(1).min(end));
        let (expected, found) = match what.split_once(", found: ") {
            Some((expected, found)) => (expected, Some(found)),
            None => (what, None),
        };
        let expected = ["Expected: ", "Expected ", "expected: ", "expected "]
            .iter()
            .find_map(|prefix| expected.strip_prefix(prefix))
            .unwrap_or(expected);
        let found = found.filter(|found| *found != "EOF");
        let length = found.map_or(0, str::len);
        let start = found.map_or(start, |found| beginning(text, start, found));
        let span = match text.get(start..start + length) {
            Some(_) => start..start + length,
            None => start..start,
        };
        let expects = what.to_ascii_lowercase().starts_with("expected");
        let message = match found {
            None if !expects => format!("this is not understood: {what}"),
            Some(found) => format!("expected {expected}, found `{found}`"),
            None => format!("expected {expected}, but the query ends"),
        };
        Self::new(Code::Syntax, message, span)
    }

    /// A text that would take too long.
    pub(crate) fn too_intricate(span: Range<usize>) -> Self {
        Self::new(
            Code::NotUnderstood,
            "this is too intricate to be checked",
            span,
        )
    }

    pub(crate) fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code, self.message, self.span);
        diagnostic.help = self.help;
        diagnostic
    }
}

/// Where the word begins that the parser found, which may have told the place of the next one.
fn beginning(text: &str, start: usize, found: &str) -> usize {
    if text
        .get(start..)
        .is_some_and(|rest| rest.starts_with(found))
    {
        return start;
    }
    let before = text.get(..start).unwrap_or_default();
    let word = before.rfind(found).filter(|place| {
        let between = &before[place + found.len()..];
        between.trim().is_empty()
    });
    word.unwrap_or(start)
}
