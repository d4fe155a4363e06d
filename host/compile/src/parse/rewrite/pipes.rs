//! Pipes that the parser does not know, as others with the same columns.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{is_word, word};

/// Which rows are left makes no difference to columns; new columns are the same, whatever the word before them.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 1;
    while place < tokens.len() {
        if tokens[place - 1].token != Token::VerticalBarRightAngleBracket {
            // A list may end with a comma.
            let ends = tokens[place].token == Token::VerticalBarRightAngleBracket;
            match ends && tokens[place - 1].token == Token::Comma {
                true => drop(tokens.remove(place - 1)),
                false => place += 1,
            }
            continue;
        }
        let is = |place: usize, words: &[&str]| {
            let token = tokens.get(place);
            token.is_some_and(|it| words.iter().any(|word| is_word(&it.token, word)))
        };
        let opens = |place: usize| {
            let token = tokens.get(place);
            token.is_some_and(|it| it.token == Token::LParen)
        };
        if is(place, &["EXCEPT", "INTERSECT"]) {
            let end = place + 1 + usize::from(is(place + 1, &["ALL"]));
            if opens(end) {
                tokens.splice(place + 1..end, [word("DISTINCT")]);
            }
        } else if is(place, &["SELECT"]) && is(place + 1, &["DISTINCT", "ALL"]) {
            tokens.remove(place + 1);
        } else if is(place, &["WINDOW"]) {
            tokens[place].token = Token::make_keyword("EXTEND");
        } else if is(place, &["DISTINCT"]) {
            tokens.drain(place - 1..=place);
            continue;
        }
        place += 1;
    }
}
