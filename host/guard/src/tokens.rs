//! A statement as words and signs, as the dialect's own tokenizer sees them.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};

use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::text::Scan;

/// How many tokens there may be, whitespace included.
const MOST_TOKENS: usize = 100_000;

/// How many operators and key words there may be: each may put the expression that begins before it one level deeper.
const MOST_LINKS: usize = 2_000;

/// How many joins, intervals and `<` there may be: the parser may descend for each, without counting.
const MOST_DESCENTS: usize = 20;

/// Words that begin what changes something, wherever they stand. As names they can be quoted or follow a period.
const STATEMENTS: [&str; 26] = [
    "ALTER", "BEGIN", "CALL", "COMMIT", "COPY", "CREATE", "DECLARE", "DELETE", "DROP", "EXEC",
    "EXECUTE", "EXPORT", "GRANT", "INSERT", "INTO", "MERGE", "PUT", "REMOVE", "REVOKE", "ROLLBACK",
    "TRUNCATE", "UNDROP", "UNLOAD", "UNSET", "UPDATE", "VACUUM",
];

/// The tokens of one statement.
#[derive(Debug)]
pub(crate) struct Tokens {
    all: Vec<TokenWithSpan>,
    first_word: String,
}

impl Tokens {
    /// Takes a text apart whose characters are in order.
    pub(crate) fn read(sql: &str, dialect: Dialect, scan: &Scan) -> Result<Self, Refused> {
        let all = Tokenizer::new(dialect.parser(), sql)
            .tokenize_with_location()
            .map_err(|error| Refused::parser(error.into(), 0))?;
        let tokens = Self {
            first_word: first_word(&all),
            all,
        };
        let mut quoted = 0;
        for token in tokens.significant() {
            check_token(token, dialect)?;
            quoted += usize::from(is_quoted(token));
        }
        if quoted != scan.quoted {
            return Err(Refused::Quoting {
                what: "the dialect's reader and this one count differently",
            });
        }
        tokens.check_depth()?;
        Ok(tokens)
    }

    /// The word it begins with, in capitals; empty when it begins with a bracket.
    pub(crate) fn first_word(&self) -> &str {
        &self.first_word
    }

    /// The first two words, for people.
    pub(crate) fn opening(&self) -> String {
        let words = self.significant().map_while(|token| match token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.as_str()),
            _ => None,
        });
        let words: Vec<&str> = words.take(2).collect();
        match words.is_empty() {
            true => self
                .significant()
                .take(1)
                .map(ToString::to_string)
                .collect(),
            false => words.join(" "),
        }
    }

    /// All but whitespace.
    pub(crate) fn significant(&self) -> impl Iterator<Item = &Token> {
        self.all
            .iter()
            .map(|token| &token.token)
            .filter(|token| !matches!(token, Token::Whitespace(_)))
    }

    /// For the parser.
    pub(crate) fn into_parts(self) -> Vec<TokenWithSpan> {
        self.all
    }

    /// The same without the first so many words.
    pub(crate) fn without_words(mut self, count: usize) -> Self {
        let mut left = count;
        self.all.retain(|token| {
            let drops = left > 0 && !matches!(token.token, Token::Whitespace(_));
            left -= usize::from(drops);
            !drops
        });
        self.first_word = first_word(&self.all);
        self
    }

    /// Refuses words that begin a statement which is no read. What the tree says has been looked at before: this does not depend on how
    /// the parser understood it.
    pub(crate) fn check_words(tokens: &[TokenWithSpan]) -> Result<(), Refused> {
        let mut after_period = false;
        for TokenWithSpan { token, .. } in tokens {
            match token {
                Token::Whitespace(_) => continue,
                Token::Word(word)
                    if word.quote_style.is_none()
                        && !after_period
                        && begins_statement(&word.value) =>
                {
                    return Err(Refused::not_a_read(&word.value));
                }
                _ => {}
            }
            after_period = *token == Token::Period;
        }
        Ok(())
    }

    /// Refuses what would make the parser, or whoever walks over its tree, descend too deep.
    fn check_depth(&self) -> Result<(), Refused> {
        if self.all.len() > MOST_TOKENS {
            let what = "it has too many words";
            return Err(Refused::TooIntricate { what });
        }
        let (mut links, mut descents) = (0, 0);
        let mut after_interval = false;
        for token in self.significant() {
            // One without a plain value may hold another one, and so on: twice the way of a join.
            if std::mem::take(&mut after_interval) && !is_value(token) {
                descents += 2;
            }
            match token {
                Token::Comma | Token::Period => {}
                Token::Word(word) if word.quote_style.is_some() => {}
                Token::Word(word) => {
                    links += usize::from(word.keyword != Keyword::NoKeyword);
                    descents += usize::from(word.keyword == Keyword::JOIN);
                    after_interval = word.keyword == Keyword::INTERVAL;
                }
                Token::Lt | Token::ShiftLeft => descents += 1,
                _ => links += usize::from(!is_value(token)),
            }
        }
        if links > MOST_LINKS {
            let what = "it has too many operators and key words";
            return Err(Refused::TooIntricate { what });
        }
        if descents > MOST_DESCENTS {
            let what = "it has too many joins, intervals or `<`";
            return Err(Refused::TooIntricate { what });
        }
        Ok(())
    }
}

/// Whether `word` begins a statement that is no read.
pub(crate) fn begins_statement(word: &str) -> bool {
    STATEMENTS
        .iter()
        .any(|statement| word.eq_ignore_ascii_case(statement))
}

/// Whether `token` is this unquoted word.
pub(crate) fn is_word(token: &Token, text: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text))
}

fn first_word(tokens: &[TokenWithSpan]) -> String {
    let first = tokens
        .iter()
        .map(|token| &token.token)
        .find(|token| !matches!(token, Token::Whitespace(_)));
    match first {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_ascii_uppercase(),
        Some(Token::LParen) => String::new(),
        // No word is like that, so no statement begins with it.
        _ => "?".to_owned(),
    }
}

fn is_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::Placeholder(_)
    )
}

fn is_quoted(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.quote_style.is_some(),
        Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) => true,
        _ => false,
    }
}

/// Whether a token is among those that a plain read is made of.
fn check_token(token: &Token, dialect: Dialect) -> Result<(), Refused> {
    match token {
        Token::Word(_)
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::Placeholder(_)
        | Token::Comma
        | Token::Period
        | Token::SemiColon
        | Token::Colon
        | Token::DoubleColon
        | Token::LParen
        | Token::RParen
        | Token::LBracket
        | Token::RBracket
        | Token::Eq
        | Token::DoubleEq
        | Token::Neq
        | Token::Lt
        | Token::Gt
        | Token::LtEq
        | Token::GtEq
        | Token::Spaceship
        | Token::Plus
        | Token::Minus
        | Token::Mul
        | Token::Div
        | Token::Mod
        | Token::StringConcat
        | Token::Ampersand
        | Token::Pipe
        | Token::Caret
        | Token::Tilde
        | Token::ShiftLeft
        | Token::ShiftRight
        | Token::RArrow
        | Token::Arrow => Ok(()),
        Token::AtSign if dialect != Dialect::Snowflake => Ok(()),
        Token::AtSign => Err(Refused::construct("a stage (`@…`)")),
        Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => Ok(()),
        Token::Whitespace(_) => Err(Refused::Comment),
        _ => Err(Refused::construct(&format!("`{token}`"))),
    }
}
