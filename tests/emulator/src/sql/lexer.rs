//! Databricks SQL as tokens with byte positions.
//!
//! Three readers share them: the type grammar, the DDL grammar and the splitter of scripts. Each
//! punctuation mark is a token of its own, so `>>` closes two levels and `<>` is an empty struct.

use std::ops::Range;

/// One token and where it stands in the source, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, an identifier without quotes or a number.
    Word,
    /// An identifier in backticks, unescaped.
    Quoted(String),
    /// A string literal, unescaped.
    Text(String),
    /// Any other character.
    Mark(char),
}

/// A token that has no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unterminated {
    /// What was opened.
    pub what: &'static str,
    /// Where, in bytes.
    pub at: usize,
}

/// Reads the whole source. Comments and white space leave no token.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, Unterminated> {
    let mut lexer = Lexer { source, at: 0 };
    let mut found = Vec::new();
    while let Some(token) = lexer.next_token()? {
        found.push(token);
    }
    Ok(found)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn next_token(&mut self) -> Result<Option<Token>, Unterminated> {
        self.skip_blank()?;
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let kind = match first {
            '`' => Kind::Quoted(self.quoted_identifier()?),
            '\'' | '"' => Kind::Text(self.string(first)?),
            'r' | 'R' if self.rest()[1..].starts_with(['\'', '"']) => {
                Kind::Text(self.raw_string()?)
            }
            _ if is_word(first) => {
                let length = self.rest().find(|letter| !is_word(letter));
                self.at += length.unwrap_or(self.rest().len());
                Kind::Word
            }
            mark => {
                self.at += mark.len_utf8();
                Kind::Mark(mark)
            }
        };
        Ok(Some(Token {
            kind,
            span: start..self.at,
        }))
    }

    fn skip_blank(&mut self) -> Result<(), Unterminated> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                self.at += blank;
            } else if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.skip_block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Bracketed comments nest in Databricks SQL.
    fn skip_block_comment(&mut self) -> Result<(), Unterminated> {
        let start = self.at;
        let mut depth = 0;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else {
                let Some(letter) = rest.chars().next() else {
                    return Err(Unterminated {
                        what: "comment",
                        at: start,
                    });
                };
                self.at += letter.len_utf8();
            }
        }
    }

    fn quoted_identifier(&mut self) -> Result<String, Unterminated> {
        let start = self.at;
        let mut name = String::new();
        let mut letters = self.source[start + 1..].char_indices().peekable();
        while let Some((offset, letter)) = letters.next() {
            if letter != '`' {
                name.push(letter);
            } else if letters.next_if(|(_, next)| *next == '`').is_some() {
                name.push('`');
            } else {
                self.at = start + 1 + offset + 1;
                return Ok(name);
            }
        }
        Err(Unterminated {
            what: "quoted identifier",
            at: start,
        })
    }

    /// `r'…'`: no escapes, so it ends at the first quote of its kind.
    fn raw_string(&mut self) -> Result<String, Unterminated> {
        let start = self.at;
        let body = &self.source[start + 2..];
        let quote = &self.source[start + 1..start + 2];
        let length = body.find(quote).ok_or(Unterminated {
            what: "string",
            at: start,
        })?;
        self.at = start + 2 + length + 1;
        Ok(body[..length].to_owned())
    }

    fn string(&mut self, quote: char) -> Result<String, Unterminated> {
        let start = self.at;
        let mut text = String::new();
        let mut letters = self.source[start + 1..].char_indices().peekable();
        while let Some((offset, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, escaped)) => text.push_str(&unescape(escaped)),
                    None => break,
                },
                _ if letter != quote => text.push(letter),
                _ if letters.next_if(|(_, next)| *next == quote).is_some() => text.push(quote),
                _ => {
                    self.at = start + 1 + offset + 1;
                    return Ok(text);
                }
            }
        }
        Err(Unterminated {
            what: "string",
            at: start,
        })
    }
}

/// `\%` and `\_` keep their backslash, because LIKE reads them.
fn unescape(letter: char) -> String {
    match letter {
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'r' => "\r".to_owned(),
        'b' => "\u{8}".to_owned(),
        '0' => "\0".to_owned(),
        '%' | '_' => format!("\\{letter}"),
        other => other.to_string(),
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Cuts a script at its semicolons. Each piece still holds its comments; pieces without a token
/// are dropped.
pub(crate) fn statements(script: &str) -> Result<Vec<&str>, Unterminated> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut filled = false;
    for token in tokens(script)? {
        if token.kind != Kind::Mark(';') {
            filled = true;
            continue;
        }
        if filled {
            pieces.push(script[start..token.span.start].trim());
        }
        start = token.span.end;
        filled = false;
    }
    if filled {
        pieces.push(script[start..].trim());
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_semicolon_in_a_string_or_a_comment_does_not_end_a_statement() {
        let script = "SELECT ';' ; -- one; two\n /* ; /* ; */ */ SELECT `a;b`;;\n-- end";
        assert_eq!(
            statements(script).unwrap(),
            ["SELECT ';'", "-- one; two\n /* ; /* ; */ */ SELECT `a;b`"]
        );
    }

    #[test]
    fn quotes_are_unescaped() {
        let kinds: Vec<Kind> = tokens(r#"`a``b` 'it''s' 'it\'s' "d""#)
            .unwrap()
            .into_iter()
            .map(|token| token.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                Kind::Quoted("a`b".into()),
                Kind::Text("it's".into()),
                Kind::Text("it's".into()),
                Kind::Text("d".into())
            ]
        );
    }

    #[test]
    fn what_is_never_closed_is_an_error_at_its_start() {
        assert_eq!(
            tokens("SELECT 'x").unwrap_err(),
            Unterminated {
                what: "string",
                at: 7
            }
        );
    }
}
