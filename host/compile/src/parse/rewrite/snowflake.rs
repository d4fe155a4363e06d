//! What Snowflake writes and the parser does not know.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::is_word;

/// `PRIOR` and `FROM FIRST` make no difference to what a column is; the parser knows the one in conditions only and the other not at all.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    if tokens.iter().any(|token| is_word(&token.token, "CONNECT")) {
        tokens.retain(|token| !is_word(&token.token, "PRIOR"));
    }
    leave_out(tokens);
    // `nth_value(…) FROM FIRST OVER (…)`.
    let mut place = 1;
    while place + 2 < tokens.len() {
        let is = |place: usize, words: &[&str]| {
            words.iter().any(|word| is_word(&tokens[place].token, word))
        };
        let is_side = tokens[place - 1].token == Token::RParen
            && is(place, &["FROM"])
            && is(place + 1, &["FIRST", "LAST"])
            && is(place + 2, &["IGNORE", "RESPECT", "OVER"]);
        match is_side {
            true => drop(tokens.drain(place..place + 2)),
            false => place += 1,
        }
    }
}

/// Words that say how something is done, and not what comes of it.
fn leave_out(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 1;
    while place + 1 < tokens.len() {
        let is = |place: usize, text: &str| is_word(&tokens[place].token, text);
        // Which side of a join is read first.
        let is_direction = is(place, "DIRECTED")
            && is(place + 1, "JOIN")
            && [
                "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS", "NATURAL",
            ]
            .iter()
            .any(|word| is(place - 1, word));
        // `f(** list)` is given the elements of a list.
        let begins = matches!(tokens[place - 1].token, Token::LParen | Token::Comma);
        let is_spread =
            begins && tokens[place].token == Token::Mul && tokens[place + 1].token == Token::Mul;
        if is_direction {
            tokens.remove(place);
        } else if is_spread {
            tokens.drain(place..place + 2);
        } else if is(place - 1, "DATE_PART")
            && tokens[place].token == Token::LParen
            && tokens
                .get(place + 2)
                .is_some_and(|it| is_word(&it.token, "FROM"))
        {
            // The parser knows this form of EXTRACT alone.
            let span = tokens[place - 1].span;
            tokens[place - 1] = TokenWithSpan::new(Token::make_keyword("EXTRACT"), span);
        }
        place += 1;
    }
}
