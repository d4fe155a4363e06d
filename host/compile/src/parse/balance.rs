//! What a text opens and does not close: where that is so, the parser complains of something else.

use std::ops::Range;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::refusal::Refusal;
use super::{bytes, is_word, significant};
use crate::Code;

/// The bracket or CASE that has no end, or the end that ends nothing.
pub(super) fn refusal(tokens: &[TokenWithSpan]) -> Option<Refusal> {
    // What is open: the sign or word that would close it, and where it was opened.
    let mut open: Vec<(Closing, Range<usize>)> = Vec::new();
    let words: Vec<&TokenWithSpan> = significant(tokens).collect();
    for (place, token) in words.iter().enumerate() {
        let span = bytes(token.span).unwrap_or_default();
        let is_name = is_name(&words, place);
        match closing(&token.token) {
            Some(closing) if closing == Closing::Bracket || !is_name => {
                open.push((closing, span.clone()));
            }
            _ => {}
        }
        let is_end = is_word(&token.token, "END") && !is_name;
        match (&token.token, open.last()) {
            (Token::RParen, Some((Closing::Bracket, _))) => drop(open.pop()),
            (_, Some((Closing::End, _))) if is_end => drop(open.pop()),
            (Token::RParen, Some((Closing::End, case))) => return Some(endless(case.clone())),
            (Token::RParen, None) => {
                return Some(refuse(
                    "nothing is open that this bracket could close",
                    span,
                ));
            }
            _ => {}
        }
    }
    match open.pop()? {
        (Closing::Bracket, span) => Some(refuse("this bracket is not closed", span)),
        (Closing::End, case) => Some(endless(case)),
    }
}

/// Whether a word is a name: it stands behind a period or AS, or nothing but the next item or clause follows CASE.
fn is_name(words: &[&TokenWithSpan], place: usize) -> bool {
    let before = place.checked_sub(1).map(|before| &words[before].token);
    let after = words.get(place + 1).map(|after| &after.token);
    let is_named = before.is_some_and(|it| *it == Token::Period || is_word(it, "AS"));
    let goes_on = match after {
        None | Some(Token::Comma | Token::RParen | Token::Period) => true,
        Some(after) => ["FROM", "AS"].iter().any(|word| is_word(after, word)),
    };
    is_named || (goes_on && is_word(&words[place].token, "CASE"))
}

/// What ends something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    Bracket,
    End,
}

fn closing(token: &Token) -> Option<Closing> {
    match token {
        Token::LParen => Some(Closing::Bracket),
        token if is_word(token, "CASE") => Some(Closing::End),
        _ => None,
    }
}

fn endless(case: Range<usize>) -> Refusal {
    refuse("this CASE has no END", case)
}

fn refuse(message: &str, span: Range<usize>) -> Refusal {
    Refusal::new(Code::Syntax, message, span)
}
