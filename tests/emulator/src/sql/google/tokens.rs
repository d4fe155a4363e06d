//! From text to a syntax tree, with literals and parameter markers in the spellings that parser
//! and engine share.

use crate::sql::error::SqlError;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::BigQueryDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

/// How deep expressions may nest.
const EXPRESSION_DEPTH: usize = 100;

/// The function that `RANGE<DATE> '…'` becomes.
pub(super) const RANGE_LITERAL: &str = "range_literal";

/// Reads exactly one statement.
pub(super) fn parse(sql: &str) -> Result<Statement, SqlError> {
    let tokens = Tokenizer::new(&BigQueryDialect, sql).tokenize_with_location();
    let tokens = tokens.map_err(|error| syntax(&error.to_string()))?;
    let failed = |error: ParserError| syntax(&message(error));
    let mut parser = Parser::new(&BigQueryDialect)
        .with_recursion_limit(EXPRESSION_DEPTH)
        .with_tokens_with_locations(respelt(tokens));
    let statement = parser.parse_statement().map_err(failed)?;
    while parser.consume_token(&Token::SemiColon) {}
    parser.expect_token(&Token::EOF).map_err(failed)?;
    Ok(statement)
}

fn syntax(message: &str) -> SqlError {
    SqlError::syntax(format!("Syntax error: {message}"))
}

fn message(error: ParserError) -> String {
    match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => "the statement nests too deep".to_owned(),
    }
}

fn respelt(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut positional = 0;
    let tokens: Vec<TokenWithSpan> = tokens
        .into_iter()
        .map(|mut token| {
            token.token = spelling(token.token, &mut positional);
            token
        })
        .collect();
    plain_arrays(ranges(tokens))
}

/// `ARRAY<type>[…]` without the type, which its elements tell too.
fn plain_arrays(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let is_array = matches!(&token.token, Token::Word(word)
            if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("ARRAY"));
        out.push(token.clone());
        at += 1;
        if let Some(length) = is_array
            .then(|| tokens.get(at..).and_then(type_length))
            .flatten()
        {
            at += length;
        }
    }
    out
}

/// How many tokens `<type>` has, if an opening bracket follows it.
fn type_length(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth += match token.token {
            Token::Lt => 1,
            Token::Gt => -1,
            Token::ShiftRight => -2,
            Token::Word(_) | Token::Comma | Token::Number(..) | Token::LParen | Token::RParen
                if depth > 0 =>
            {
                0
            }
            _ => return None,
        };
        if depth <= 0 {
            let next = tokens.get(at + 1).map(|next| &next.token);
            return (at > 0 && next == Some(&Token::LBracket)).then_some(at + 1);
        }
    }
    None
}

fn spelling(token: Token, positional: &mut usize) -> Token {
    match token {
        Token::Word(word) if word.quote_style.is_none() && word.value.starts_with('@') => {
            Token::Placeholder(word.value)
        }
        Token::Placeholder(marker) if marker == "?" => {
            *positional += 1;
            Token::Placeholder(format!("?{positional}"))
        }
        Token::DoubleQuotedString(text)
        | Token::TripleSingleQuotedString(text)
        | Token::TripleDoubleQuotedString(text)
        | Token::SingleQuotedRawStringLiteral(text)
        | Token::DoubleQuotedRawStringLiteral(text)
        | Token::TripleSingleQuotedRawStringLiteral(text)
        | Token::TripleDoubleQuotedRawStringLiteral(text) => Token::SingleQuotedString(text),
        Token::SingleQuotedByteStringLiteral(text)
        | Token::DoubleQuotedByteStringLiteral(text)
        | Token::TripleSingleQuotedByteStringLiteral(text)
        | Token::TripleDoubleQuotedByteStringLiteral(text) => {
            Token::HexStringLiteral(hexadecimal(&bytes(&text)))
        }
        other => other,
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The bytes of a byte literal, whose escapes the tokenizer leaves as they are.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let escaped = match letter {
            '\\' => escape(&mut letters),
            _ => None,
        };
        match escaped {
            Some(byte) => out.push(byte),
            None => {
                let mut buffer = [0; 4];
                out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    out
}

fn escape(letters: &mut std::str::Chars<'_>) -> Option<u8> {
    let rest = letters.as_str();
    let (byte, length) = match rest.chars().next()? {
        'n' => (b'\n', 1),
        't' => (b'\t', 1),
        'r' => (b'\r', 1),
        'x' | 'X' => (u8::from_str_radix(rest.get(1..3)?, 16).ok()?, 3),
        '0'..='3' => (u8::from_str_radix(rest.get(0..3)?, 8).ok()?, 3),
        other if other.is_ascii() => (u8::try_from(other).ok()?, 1),
        _ => return None,
    };
    *letters = rest.get(length..)?.chars();
    Some(byte)
}

/// `RANGE<DATE> '…'` is no expression to the parser, a call is.
fn ranges(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let filled: Vec<&TokenWithSpan> = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)))
        .collect();
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = filled.get(at) {
        match filled.get(at..at + 5).and_then(range) {
            Some((element, text)) => {
                let call = [
                    Token::make_word(RANGE_LITERAL, None),
                    Token::LParen,
                    Token::SingleQuotedString(element),
                    Token::Comma,
                    Token::SingleQuotedString(text),
                    Token::RParen,
                ];
                out.extend(call.map(|new| TokenWithSpan::new(new, token.span)));
                at += 5;
            }
            None => {
                out.push((*token).clone());
                at += 1;
            }
        }
    }
    out
}

fn range(tokens: &[&TokenWithSpan]) -> Option<(String, String)> {
    let word = |token: &Token| match token {
        Token::Word(Word {
            value,
            quote_style: None,
            ..
        }) => Some(value.to_ascii_uppercase()),
        _ => None,
    };
    let [head, open, element, close, text] = tokens else {
        return None;
    };
    let opens = word(&head.token)? == "RANGE" && open.token == Token::Lt;
    match &text.token {
        Token::SingleQuotedString(text) if opens && close.token == Token::Gt => {
            Some((word(&element.token)?, text.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, expected: &str) {
        let printed = parse(sql).map(|statement| statement.to_string());
        assert_eq!(printed.as_deref(), Ok(expected), "{sql}");
    }

    #[test]
    fn literals_and_markers_get_one_spelling() {
        check(
            r#"SELECT "it's", r'\d', """x""", b'a\x00', @p, ?, ? # end"#,
            "SELECT 'it''s', '\\d', 'x', X'6100', @p, ?1, ?2",
        );
        check(
            "SELECT RANGE<DATE> '[2024-01-01, UNBOUNDED)';",
            "SELECT range_literal('DATE', '[2024-01-01, UNBOUNDED)')",
        );
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        for wrong in ["", "SELECT 'x", "SELECT 1 SELECT 2", "SELEC 1"] {
            let error = parse(wrong).map(|statement| statement.to_string());
            let class = error.map_err(|error| error.class);
            assert_eq!(class, Err("PARSE_SYNTAX_ERROR"), "{wrong}");
        }
    }
}
