//! A position in a row of Snowflake's tokens, for grammars written by hand.

use super::names::fold;
use datafusion::sql::sqlparser::dialect::SnowflakeDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use std::sync::Arc;

/// What a grammar wanted and what it found instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub(crate) struct SyntaxError {
    pub expected: String,
    pub found: String,
}

/// Punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Open,
    Close,
    Comma,
    Dot,
}

impl Mark {
    fn token(self) -> Token {
        match self {
            Self::Open => Token::LParen,
            Self::Close => Token::RParen,
            Self::Comma => Token::Comma,
            Self::Dot => Token::Period,
        }
    }
}

/// Reads tokens from left to right. A clone marks a place to go back to, and is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    tokens: Arc<[Token]>,
    at: usize,
}

/// The tokens of a text without blanks, comments and semicolons at its end.
fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let failed = |error: datafusion::sql::sqlparser::tokenizer::TokenizerError| SyntaxError {
        expected: "text that can be read".to_owned(),
        found: error.to_string(),
    };
    let all = Tokenizer::new(&SnowflakeDialect, text).tokenize();
    let mut tokens = all.map_err(failed)?;
    tokens.retain(|token| !matches!(token, Token::Whitespace(_)));
    while tokens.last() == Some(&Token::SemiColon) {
        tokens.pop();
    }
    Ok(tokens)
}

impl Words {
    pub fn new(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self {
            tokens: tokens(text)?.into(),
            at: 0,
        })
    }

    fn next(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// An error at the token that comes next.
    pub fn error(&self, expected: impl Into<String>) -> SyntaxError {
        SyntaxError {
            expected: expected.into(),
            found: match self.next() {
                Some(token) => format!("'{token}'"),
                None => "<EOF>".to_owned(),
            },
        }
    }

    fn sees(&self, ahead: usize, keyword: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token::Word(word))
            if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
    }

    /// Passes this keyword if it comes next.
    pub fn take(&mut self, keyword: &str) -> bool {
        self.take_all(&[keyword])
    }

    /// Passes these keywords if all of them come next.
    pub fn take_all(&mut self, keywords: &[&str]) -> bool {
        let seen = keywords
            .iter()
            .enumerate()
            .all(|(ahead, keyword)| self.sees(ahead, keyword));
        if seen {
            self.at += keywords.len();
        }
        seen
    }

    pub fn take_mark(&mut self, mark: Mark) -> bool {
        let seen = self.next() == Some(&mark.token());
        if seen {
            self.at += 1;
        }
        seen
    }

    pub fn expect_mark(&mut self, mark: Mark) -> Result<(), SyntaxError> {
        match self.take_mark(mark) {
            true => Ok(()),
            false => Err(self.error(format!("'{}'", mark.token()))),
        }
    }

    /// A word without quotes, in upper case.
    pub fn word(&mut self, expected: &str) -> Result<String, SyntaxError> {
        match self.next() {
            Some(Token::Word(word)) if word.quote_style.is_none() => {
                let word = word.value.to_ascii_uppercase();
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.error(expected)),
        }
    }

    /// A name as it is written, with or without quotes.
    pub fn spelling(&mut self, expected: &str) -> Result<String, SyntaxError> {
        match self.next() {
            Some(Token::Word(word)) => {
                let spelling = word.value.clone();
                self.at += 1;
                Ok(spelling)
            }
            _ => Err(self.error(expected)),
        }
    }

    /// A name as it is stored: in upper case unless it stands in quotes.
    pub fn name(&mut self) -> Result<String, SyntaxError> {
        match self.next() {
            Some(Token::Word(word)) => {
                let name = fold(&word.value, word.quote_style.is_some());
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.error("a name")),
        }
    }

    /// Names with dots between them.
    pub fn path(&mut self) -> Result<Vec<String>, SyntaxError> {
        let mut path = vec![self.name()?];
        while self.take_mark(Mark::Dot) {
            // `database..table` leaves the schema out.
            match self.take_mark(Mark::Dot) {
                true => path.extend(["PUBLIC".to_owned(), self.name()?]),
                false => path.push(self.name()?),
            }
        }
        Ok(path)
    }

    /// A string literal.
    pub fn string(&mut self) -> Result<String, SyntaxError> {
        match self.next() {
            Some(Token::SingleQuotedString(text)) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.error("a string")),
        }
    }

    /// The marker of a value that is bound: `?`, or `:1` as `1`.
    pub fn marker(&mut self) -> Option<String> {
        let marker = match (self.next(), self.tokens.get(self.at + 1)) {
            (Some(Token::Placeholder(marker)), _) => (marker.clone(), 1),
            (Some(Token::Question), _) => ("?".to_owned(), 1),
            (Some(Token::Colon), Some(Token::Number(number, _))) => (format!(":{number}"), 2),
            _ => return None,
        };
        self.at += marker.1;
        Some(marker.0)
    }

    /// A number without sign or fraction.
    pub fn number(&mut self) -> Result<u32, SyntaxError> {
        let number = match self.next() {
            Some(Token::Number(digits, _)) => digits.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.error("a number"))?;
        self.at += 1;
        Ok(number)
    }

    /// True when nothing is left.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Passes one token, whatever it is.
    pub fn skip(&mut self) {
        self.at += 1;
    }

    /// Fails unless all tokens have been read.
    pub fn finish(&self) -> Result<(), SyntaxError> {
        match self.at_end() {
            true => Ok(()),
            false => Err(self.error("the end of the statement")),
        }
    }
}

/// The statements of a text with semicolons between them; none that is empty.
pub(crate) fn statements(text: &str) -> Result<Vec<String>, SyntaxError> {
    let failed = |error: datafusion::sql::sqlparser::tokenizer::TokenizerError| SyntaxError {
        expected: "text that can be read".to_owned(),
        found: error.to_string(),
    };
    let all = Tokenizer::new(&SnowflakeDialect, text)
        .with_unescape(false)
        .tokenize()
        .map_err(failed)?;
    let pieces = all.split(|token| *token == Token::SemiColon);
    let pieces = pieces.filter(|piece| {
        let blank = |token: &Token| matches!(token, Token::Whitespace(_));
        !piece.iter().all(blank)
    });
    let print = |piece: &[Token]| piece.iter().map(Token::to_string).collect::<String>();
    Ok(pieces.map(|piece| print(piece).trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_cut_at_its_semicolons_only() {
        let pieces = statements("SELECT ';' ; /* ; */ -- ;\n; SELECT \"a;b\" -- end\n;");
        assert_eq!(
            pieces,
            Ok(vec![
                "SELECT ';'".to_owned(),
                "SELECT \"a;b\" -- end".to_owned()
            ])
        );
    }

    #[test]
    fn names_fold_to_upper_case_unless_quoted() -> Result<(), SyntaxError> {
        let mut words = Words::new("db.\"My \"\"x\".t")?;
        assert_eq!(words.path()?, ["DB", "My \"x", "T"]);
        words.finish()
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            let _ = statements(&text);
            if let Ok(mut words) = Words::new(&text) {
                while !words.at_end() {
                    if words.path().is_err() {
                        words.skip();
                    }
                }
            }
        }
    }
}
