//! Where a cursor stands in a text that need not be a query.

use std::ops::Range;

use sqlparser::ast::Ident;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parse::{bytes, is_word};

/// A cursor among tokens.
#[derive(Debug)]
pub(super) struct Cursor {
    /// How many tokens stand before the name at the cursor, with what qualifies it.
    pub(super) place: usize,
    /// The parts of the name before the last period.
    pub(super) qualifiers: Vec<Ident>,
    /// The part that is being typed, which may be empty, in bytes of the text.
    pub(super) typed: Range<usize>,
}

/// What may stand at a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clause {
    /// The name of a relation.
    Relation,
    /// The list of a SELECT.
    Outputs,
    /// What may also name outputs by their aliases.
    AfterOutputs,
    /// Any other expression.
    Expression,
    /// Something that gets a new name, or nothing that can be told.
    Nothing,
}

impl Cursor {
    /// The cursor at `offset`, among the tokens without whitespace of a text. `None` within a quotation or comment.
    pub(super) fn at(tokens: &[TokenWithSpan], text: &str, offset: usize) -> Option<Self> {
        let before = tokens
            .iter()
            .take_while(|token| starts_before(token, offset))
            .count();
        let mut place = before;
        let mut typed = offset..offset;
        if let Some(last) = before.checked_sub(1).and_then(|last| tokens.get(last)) {
            let span = bytes(last.span)?;
            match &last.token {
                Token::Word(_) if offset <= span.end => {
                    typed = span;
                    place -= 1;
                }
                Token::Number(..) | Token::SingleQuotedString(_) | Token::DoubleQuotedString(_)
                    if offset < span.end =>
                {
                    return None;
                }
                _ => {}
            }
        }
        if in_comment(text, tokens.get(before.wrapping_sub(1)), offset) {
            return None;
        }
        let mut qualifiers = Vec::new();
        while let Some([name, period]) = place
            .checked_sub(2)
            .and_then(|start| tokens.get(start..place))
        {
            let (Token::Word(word), Token::Period) = (&name.token, &period.token) else {
                break;
            };
            qualifiers.push(Ident {
                value: word.value.clone(),
                quote_style: word.quote_style,
                span: name.span,
            });
            place -= 2;
        }
        qualifiers.reverse();
        Some(Self {
            place,
            qualifiers,
            typed,
        })
    }
}

fn starts_before(token: &TokenWithSpan, offset: usize) -> bool {
    bytes(token.span).is_some_and(|span| span.start < offset)
}

/// Whether a comment begins between the last token and the cursor, and does not end before it.
fn in_comment(text: &str, last: Option<&TokenWithSpan>, offset: usize) -> bool {
    let start = last
        .and_then(|last| bytes(last.span))
        .map_or(0, |span| span.end.min(offset));
    let mut rest = text.get(start..offset).unwrap_or_default();
    while let Some(begin) = rest.find(['-', '/']) {
        let comment = &rest[begin..];
        let end = match () {
            () if comment.starts_with("--") => "\n",
            () if comment.starts_with("/*") => "*/",
            () => {
                rest = &comment[1..];
                continue;
            }
        };
        match comment.find(end) {
            Some(length) => rest = &comment[length + end.len()..],
            None => return true,
        }
    }
    false
}

/// What may stand at `place`, by the words before it.
pub(super) fn clause(tokens: &[TokenWithSpan], place: usize) -> Clause {
    let mut depth = 0_usize;
    let mut after_comma = false;
    let mut is_first = true;
    for index in (0..place.min(tokens.len())).rev() {
        let token = &tokens[index].token;
        match token {
            Token::RParen | Token::RBracket => depth += 1,
            Token::LParen | Token::LBracket if depth > 0 => depth -= 1,
            Token::LParen | Token::LBracket => {
                // What stands in brackets after IN, OVER and the like is an expression as what is around it.
                if is_first
                    && index
                        .checked_sub(1)
                        .is_some_and(|before| is_word(&tokens[before].token, "USING"))
                {
                    return Clause::Expression;
                }
                let around = clause(tokens, index);
                return match around {
                    Clause::Relation | Clause::Nothing => Clause::Expression,
                    around => around,
                };
            }
            Token::Comma if depth == 0 && is_first => after_comma = true,
            Token::Word(_) if depth == 0 => {
                if let Some(found) = of_word(token, is_first, after_comma) {
                    return found;
                }
            }
            _ => {}
        }
        is_first = false;
    }
    Clause::Nothing
}

/// What a word begins; `None` where it begins nothing.
fn of_word(token: &Token, is_first: bool, after_comma: bool) -> Option<Clause> {
    let is = |words: &[&str]| words.iter().any(|word| is_word(token, word));
    if is(&["FROM", "JOIN"]) {
        return Some(match is_first || after_comma {
            true => Clause::Relation,
            // After a relation comes its alias, or a word.
            false => Clause::Nothing,
        });
    }
    if is(&["AS"]) && is_first {
        return Some(Clause::Nothing);
    }
    if is(&["SELECT", "EXTEND", "AGGREGATE"]) {
        return Some(Clause::Outputs);
    }
    if is(&["GROUP", "ORDER", "HAVING", "QUALIFY"]) {
        return Some(Clause::AfterOutputs);
    }
    if is(&[
        "WHERE", "ON", "USING", "WINDOW", "WHEN", "THEN", "ELSE", "VALUES",
    ]) {
        return Some(Clause::Expression);
    }
    is(&["WITH", "LIMIT"]).then_some(Clause::Nothing)
}
