//! A position in a row of tokens, for grammars written by hand.

use super::lexer::{self, Kind, Token};
use std::sync::Arc;

/// What a grammar wanted and what it found instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found} at character {position}")]
pub(crate) struct SyntaxError {
    pub expected: String,
    pub found: String,
    /// Byte offset in the source, from 0.
    pub position: usize,
}

/// Reads tokens from left to right. A clone marks a place to go back to, and is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    source: &'a str,
    tokens: Arc<[Token]>,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Fails when the source has a string, identifier or comment without an end.
    pub fn new(source: &'a str) -> Result<Self, SyntaxError> {
        let tokens = lexer::tokens(source).map_err(|unterminated| SyntaxError {
            expected: format!("the end of the {} opened here", unterminated.what),
            found: "the end of the text".to_owned(),
            position: unterminated.at,
        })?;
        Ok(Self {
            source,
            tokens: tokens.into(),
            at: 0,
        })
    }

    pub fn at_end(&self) -> bool {
        self.at == self.tokens.len()
    }

    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn position(&self) -> usize {
        self.token(0)
            .map_or(self.source.len(), |token| token.span.start)
    }

    /// An error at the token that comes next.
    pub fn error(&self, expected: impl Into<String>) -> SyntaxError {
        let found = match self.token(0) {
            Some(token) => format!("'{}'", &self.source[token.span.clone()]),
            None => "the end of the text".to_owned(),
        };
        SyntaxError {
            expected: expected.into(),
            found,
            position: self.position(),
        }
    }

    /// The bare word `ahead` tokens from here, as written.
    pub fn word(&self, ahead: usize) -> Option<&'a str> {
        let token = self.token(ahead)?;
        (token.kind == Kind::Word).then(|| &self.source[token.span.clone()])
    }

    /// True when the next bare words are these keywords, in any case.
    pub fn sees(&self, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(ahead, keyword)| {
            self.word(ahead)
                .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        })
    }

    /// Passes these keywords if all of them come next.
    pub fn take(&mut self, keywords: &[&str]) -> bool {
        let seen = self.sees(keywords);
        if seen {
            self.at += keywords.len();
        }
        seen
    }

    pub fn expect(&mut self, keywords: &[&str]) -> Result<(), SyntaxError> {
        if self.take(keywords) {
            Ok(())
        } else {
            Err(self.error(keywords.join(" ")))
        }
    }

    pub fn sees_mark(&self, mark: char) -> bool {
        self.token(0)
            .is_some_and(|token| token.kind == Kind::Mark(mark))
    }

    pub fn take_mark(&mut self, mark: char) -> bool {
        let seen = self.sees_mark(mark);
        if seen {
            self.at += 1;
        }
        seen
    }

    pub fn expect_mark(&mut self, mark: char) -> Result<(), SyntaxError> {
        if self.take_mark(mark) {
            Ok(())
        } else {
            Err(self.error(format!("'{mark}'")))
        }
    }

    /// The next bare word, whatever it is.
    pub fn any_word(&mut self, expected: &str) -> Result<&'a str, SyntaxError> {
        let word = self.word(0).ok_or_else(|| self.error(expected))?;
        self.at += 1;
        Ok(word)
    }

    /// An identifier, bare or in backticks, unescaped.
    pub fn identifier(&mut self) -> Result<String, SyntaxError> {
        let name = match self.token(0) {
            Some(Token {
                kind: Kind::Quoted(name),
                ..
            }) => name.clone(),
            Some(Token {
                kind: Kind::Word,
                span,
            }) => self.source[span.clone()].to_owned(),
            _ => return Err(self.error("an identifier")),
        };
        self.at += 1;
        Ok(name)
    }

    /// A string literal, unescaped.
    pub fn string(&mut self) -> Result<String, SyntaxError> {
        match self.token(0) {
            Some(Token {
                kind: Kind::Text(text),
                ..
            }) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.error("a string")),
        }
    }

    /// A number without sign or fraction.
    pub fn number(&mut self) -> Result<u32, SyntaxError> {
        let number = self.word(0).and_then(|word| word.parse().ok());
        let number = number.ok_or_else(|| self.error("a number"))?;
        self.at += 1;
        Ok(number)
    }

    /// A number that may have a minus before it.
    pub fn signed_number(&mut self) -> Result<i64, SyntaxError> {
        let sign = if self.take_mark('-') { -1 } else { 1 };
        Ok(i64::from(self.number()?) * sign)
    }

    /// The text up to a comma, a closing parenthesis or one of these words, none of which stands in
    /// parentheses of its own.
    pub fn expression(&mut self, ends: &[&str]) -> Result<&'a str, SyntaxError> {
        let start = self.position();
        let (mut end, mut depth) = (start, 0_usize);
        while let Some(token) = self.token(0) {
            let closes = depth == 0
                && (matches!(token.kind, Kind::Mark(',' | ')'))
                    || ends.iter().any(|word| self.sees(&[word])));
            if closes {
                break;
            }
            match token.kind {
                Kind::Mark('(') => depth += 1,
                Kind::Mark(')') => depth -= 1,
                _ => {}
            }
            end = token.span.end;
            self.at += 1;
        }
        match end > start {
            true => Ok(&self.source[start..end]),
            false => Err(self.error("an expression")),
        }
    }

    /// Everything from the next token on, to the end of the source.
    pub fn rest(&self) -> &'a str {
        self.source[self.position()..].trim_end()
    }

    /// Fails unless all tokens have been read.
    pub fn finish(&self) -> Result<(), SyntaxError> {
        if self.at_end() {
            Ok(())
        } else {
            Err(self.error("the end of the statement"))
        }
    }
}
