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
        // How texts compare: not what they are.
        let is_collation = is(place, "COLLATE")
            && matches!(tokens[place - 1].token, Token::Word(_) | Token::RParen)
            && place > 1
            && is_typed(tokens, place - 1)
            && matches!(tokens[place + 1].token, Token::SingleQuotedString(_));
        if is_direction {
            tokens.remove(place);
        } else if is_collation {
            tokens.drain(place..place + 2);
        } else if let Some(end) = local_time(tokens, place) {
            tokens[place].token = Token::make_word("TIMESTAMP_LTZ", None);
            tokens.drain(place + 1..end);
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

/// Whether the type of a cast with `::` ends here.
fn is_typed(tokens: &[TokenWithSpan], end: usize) -> bool {
    let mut place = end;
    if tokens[place].token == Token::RParen {
        match tokens[..place]
            .iter()
            .rposition(|it| it.token == Token::LParen)
        {
            Some(open) if open > 0 => place = open - 1,
            _ => return false,
        }
    }
    place > 0 && tokens[place - 1].token == Token::DoubleColon
}

/// Where `TIMESTAMP WITH LOCAL TIME ZONE` ends that begins here.
fn local_time(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    const WORDS: [&str; 5] = ["TIMESTAMP", "WITH", "LOCAL", "TIME", "ZONE"];
    let here = tokens.get(place..place + WORDS.len())?;
    let is_it = |(token, word): (&TokenWithSpan, &&str)| is_word(&token.token, word);
    here.iter()
        .zip(&WORDS)
        .all(is_it)
        .then_some(place + WORDS.len())
}
