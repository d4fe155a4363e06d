//! The text before anybody parses it: characters, quotes, comments.
//!
//! The rules are the strictest of all warehouses, whichever the statement is for. What passes has literals and identifiers that end at the
//! same place for every reader, and nothing in between that one of them would skip.

use std::iter::Peekable;
use std::str::Chars;

use crate::dialect::Dialect;
use crate::refused::Refused;

/// No text longer than this is looked at. BigQuery and Snowflake take no longer one either.
const MOST_BYTES: usize = 1 << 20;

/// How many brackets may be open at a time.
const MOST_BRACKETS: usize = 24;

/// What there is in a text whose characters are all in order.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// How many literals and quoted identifiers.
    pub(crate) quoted: usize,
    semicolons: usize,
    statements: usize,
    /// Whether anything has come since the last semicolon.
    begun: bool,
    brackets: usize,
}

/// Refuses what two readers could read in two ways.
pub(crate) fn scan(sql: &str, dialect: Dialect) -> Result<Scan, Refused> {
    if sql.len() > MOST_BYTES {
        return Err(Refused::TooLong {
            bytes: sql.len(),
            limit: MOST_BYTES,
        });
    }
    let mut scan = Scan::default();
    let mut rest = Rest {
        characters: sql.chars().peekable(),
        before: ' ',
    };
    while let Some(before) = rest.step() {
        match rest.before {
            quote @ ('\'' | '"' | '`') => {
                scan.begin();
                scan.quoted += 1;
                check_quote(quote, before, dialect)?;
                rest.skip_quoted(quote, dialect)?;
            }
            character => scan.plain(character, before, rest.peek(), dialect)?,
        }
    }
    scan.finish()
}

impl Scan {
    fn begin(&mut self) {
        self.statements += usize::from(!self.begun);
        self.begun = true;
    }

    /// A character outside of quotes, and its neighbours.
    fn plain(&mut self, now: char, before: char, after: char, to: Dialect) -> Result<(), Refused> {
        match (now, after) {
            ('-', '-') | ('/', '*' | '/') | ('*', '/') | ('#', _) => return Err(Refused::Comment),
            ('\\', _) => return Err(Refused::Backslash),
            ('$', '{') => return Err(Refused::Substitution),
            // `$$ … $$` and `$tag$ … $tag$` are literals to some; `$1` and `SYSTEM$NAME` are none to anybody.
            ('$', _) if !after.is_ascii_digit() && !continues_word(before, after) => {
                return Err(Refused::Quoting {
                    what: "a dollar sign may begin a literal",
                });
            }
            ('{' | '}', _) => return Err(Refused::construct("a brace")),
            // To some a bracket quotes an identifier.
            ('[', _) if to.is_anybody() => return Err(Refused::construct("a square bracket")),
            ('(' | '[', _) => self.open()?,
            (')' | ']', _) => self.brackets = self.brackets.saturating_sub(1),
            (';', _) => {
                self.semicolons += 1;
                self.begun = false;
                return Ok(());
            }
            (' ' | '\t' | '\n' | '\r', _) => return Ok(()),
            _ if now.is_ascii_graphic() => {}
            _ => return Err(Refused::character(now)),
        }
        self.begin();
        Ok(())
    }

    fn open(&mut self) -> Result<(), Refused> {
        self.brackets += 1;
        if self.brackets > MOST_BRACKETS {
            return Err(Refused::TooDeep {
                limit: MOST_BRACKETS,
            });
        }
        Ok(())
    }

    fn finish(self) -> Result<Self, Refused> {
        match (self.statements, self.semicolons) {
            (0, _) => Err(Refused::Empty),
            (1, 0) => Ok(self),
            (1, 1) if !self.begun => Ok(self),
            (count, _) => Err(Refused::SeveralStatements {
                count: count.max(2),
            }),
        }
    }
}

/// Whether the quote may stand here, after `before`.
fn check_quote(quote: char, before: char, dialect: Dialect) -> Result<(), Refused> {
    if quote == '`' && dialect.identifier_quote() != '`' {
        return Err(Refused::Quoting {
            what: "a backtick quotes nothing in this dialect",
        });
    }
    if is_word(before) || matches!(before, '\'' | '"' | '`' | '@' | '&') {
        return Err(Refused::Quoting {
            what: "a literal follows directly upon something else",
        });
    }
    Ok(())
}

/// What may be a part of a word, or of what gives a literal that follows it another meaning.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$')
}

/// Whether a dollar sign between these two is certainly within a word.
fn continues_word(before: char, after: char) -> bool {
    (before.is_ascii_alphabetic() || before == '_') && after != '$'
}

/// What has not been looked at yet.
struct Rest<'a> {
    characters: Peekable<Chars<'a>>,
    before: char,
}

impl Rest<'_> {
    /// Goes on by a character, which is then `self.before`, and returns the one before it.
    fn step(&mut self) -> Option<char> {
        let next = self.characters.next()?;
        Some(std::mem::replace(&mut self.before, next))
    }

    /// The next character, or a space at the end.
    fn peek(&mut self) -> char {
        self.characters.peek().copied().unwrap_or(' ')
    }

    /// Goes to the closing quote; the opening one has been read.
    fn skip_quoted(&mut self, quote: char, dialect: Dialect) -> Result<(), Refused> {
        let mut is_empty = true;
        loop {
            let Some(before) = self.step() else {
                return Err(Refused::Quoting {
                    what: "one is never closed",
                });
            };
            let now = self.before;
            match now {
                '\\' => return Err(Refused::Backslash),
                '\0' => return Err(Refused::character('\0')),
                '{' if before == '$' => return Err(Refused::Substitution),
                _ if now == quote && self.peek() == quote => {
                    self.step();
                    check_doubled(quote, is_empty, self.peek(), dialect)?;
                }
                _ if now == quote => break,
                _ => {}
            }
            is_empty = false;
        }
        if is_word(self.peek()) {
            return Err(Refused::Quoting {
                what: "a word follows directly upon a literal",
            });
        }
        Ok(())
    }
}

/// Whether a quote may be doubled here, with `after` following the two.
fn check_doubled(
    quote: char,
    at_start: bool,
    after: char,
    dialect: Dialect,
) -> Result<(), Refused> {
    // BigQuery sees two literals where the others see one with a quote in it, and then three quotes begin another kind of literal.
    if dialect == Dialect::BigQuery || (quote != '`' && (at_start || after == quote)) {
        return Err(Refused::Quoting {
            what: "a quote within is doubled",
        });
    }
    Ok(())
}
