//! What Databricks writes and the parser does not know.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{are_joined, closing_bracket, end_of_name, is_word, make_name, sign, word};

pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    join_suffixes(tokens);
    drop_stream(tokens);
    name_markers(tokens);
    read_table_arguments(tokens);
    shorten_calls(tokens);
    leave_out(tokens);
    for place in 0..tokens.len() {
        // `struct(*)` is a call of a function, `struct(a AS b)` a form of its own.
        let opens = tokens
            .get(place + 1)
            .is_some_and(|next| next.token == Token::LParen);
        if is_word(&tokens[place].token, "STRUCT") && opens && has_star(&tokens[place + 1..]) {
            make_name(&mut tokens[place].token, '`');
        }
    }
    shorten_intervals(tokens);
}

/// Numbers with letters for their type, which the tokenizer takes for names or leaves apart.
fn join_suffixes(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while place < tokens.len() {
        let after_period = place > 0 && tokens[place - 1].token == Token::Period;
        if let Token::Word(word) = &tokens[place].token
            && !after_period
            && word.quote_style.is_none()
            && is_number(&word.value)
        {
            tokens[place].token = Token::Number(word.value.clone(), false);
        }
        if let [number, suffix, ..] = &tokens[place..]
            && let (Token::Number(digits, _), Token::Word(letters)) = (&number.token, &suffix.token)
            && are_joined(number, suffix)
            && SUFFIXES.contains(&letters.value.to_ascii_lowercase().as_str())
        {
            tokens[place].token = Token::Number(format!("{digits}{}", letters.value), false);
            tokens.remove(place + 1);
        }
        place += 1;
    }
}

/// A stream of a table has its columns.
fn drop_stream(tokens: &mut Vec<TokenWithSpan>) {
    /// What may stand behind a table that is named like that.
    const GOES_ON: [&str; 22] = [
        "ANTI", "AS", "CROSS", "FULL", "GROUP", "HAVING", "INNER", "JOIN", "LATERAL", "LEFT",
        "LIMIT", "NATURAL", "ON", "ORDER", "PIVOT", "QUALIFY", "RIGHT", "SEMI", "UNION", "USING",
        "WHERE", "WINDOW",
    ];
    let is = |token: &TokenWithSpan, words: &[&str]| {
        words.iter().any(|word| is_word(&token.token, word))
    };
    let mut place = 1;
    while place + 1 < tokens.len() {
        let next = &tokens[place + 1];
        let is_stream =
            is(&tokens[place - 1], &["FROM", "JOIN"]) && is(&tokens[place], &["STREAM"]);
        if is_stream && matches!(next.token, Token::Word(_)) && !is(next, &GOES_ON) {
            tokens.remove(place);
        } else if is_stream
            && next.token == Token::LParen
            && let Some(end) = end_of_name(tokens, place + 2)
            && tokens.get(end).is_some_and(|it| it.token == Token::RParen)
        {
            tokens.remove(end);
            tokens.drain(place..place + 2);
        }
        place += 1;
    }
}

/// `map[:key]` is a marker in brackets, and no slice.
fn name_markers(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while let Some([open, colon, name, close, ..]) = tokens.get(place..) {
        if open.token == Token::LBracket
            && colon.token == Token::Colon
            && close.token == Token::RBracket
            && let Token::Word(word) = &name.token
        {
            let marker = Token::Placeholder(format!(":{}", word.value));
            tokens.splice(place + 1..place + 3, [sign(marker)]);
        }
        place += 1;
    }
}

/// `f(TABLE(orders))` reads a table, and its columns are none of the function's arguments.
fn read_table_arguments(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 1;
    while place + 2 < tokens.len() {
        let is_argument = matches!(
            tokens[place - 1].token,
            Token::LParen | Token::Comma | Token::RArrow
        );
        if is_argument
            && is_word(&tokens[place].token, "TABLE")
            && tokens[place + 1].token == Token::LParen
            && let Some(end) = end_of_name(tokens, place + 2)
            && tokens.get(end).is_some_and(|it| it.token == Token::RParen)
        {
            let reads = [word("SELECT"), sign(Token::Mul), word("FROM")];
            tokens.splice(place + 2..place + 2, reads);
            tokens[place] = word("EXISTS");
        }
        place += 1;
    }
}

/// `TABLE orders` is short for a query of all its columns.
pub(super) fn read_tables(tokens: &mut Vec<TokenWithSpan>) {
    const BEFORE: [&str; 5] = ["UNION", "INTERSECT", "EXCEPT", "ALL", "DISTINCT"];
    let mut place = 0;
    while place + 1 < tokens.len() {
        let (is_first, is_other) = match place.checked_sub(1).map(|before| &tokens[before].token) {
            None | Some(Token::LParen | Token::RParen) => (true, false),
            Some(before) => (false, BEFORE.iter().any(|word| is_word(before, word))),
        };
        if (is_first || is_other)
            && is_word(&tokens[place].token, "TABLE")
            && let Some(end) = end_of_name(tokens, place + 1)
        {
            let is_piped = tokens
                .get(end)
                .is_some_and(|it| it.token == Token::VerticalBarRightAngleBracket);
            if is_first && is_piped {
                // Pipes know the table by its name.
                tokens[place] = word("FROM");
            } else {
                tokens.insert(end, sign(Token::RParen));
                let open = sign(Token::LParen);
                let reads = [open, word("SELECT"), sign(Token::Mul), word("FROM")];
                tokens.splice(place..=place, reads);
            }
        }
        place += 1;
    }
}

/// What makes no difference to columns: which version of a table is read, and which letters are trimmed.
fn leave_out(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while place + 2 < tokens.len() {
        let is = |place: usize, words: &[&str]| {
            let token = tokens.get(place);
            token.is_some_and(|it| words.iter().any(|word| is_word(&it.token, word)))
        };
        if is(place, &["FOR"]) && is(place + 1, &["VERSION", "TIMESTAMP"]) && is(place + 2, &["AS"])
        {
            tokens.remove(place);
        } else if is(place, &["TRIM"]) && tokens[place + 1].token == Token::LParen {
            let side = place + 2;
            let end = side + usize::from(is(side, &["BOTH", "LEADING", "TRAILING"]));
            if is(end, &["FROM"]) {
                tokens.drain(side..=end);
            }
        }
        place += 1;
    }
}

/// `IDENTIFIER('f')(x)` calls a function of which only the arguments are known.
fn shorten_calls(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while place + 1 < tokens.len() {
        if is_word(&tokens[place].token, "IDENTIFIER")
            && tokens[place + 1].token == Token::LParen
            && let Some(end) = closing_bracket(tokens, place + 1)
            && tokens
                .get(end + 1)
                .is_some_and(|it| it.token == Token::LParen)
        {
            tokens.drain(place + 1..=end);
            tokens[place].token = Token::make_word("identifier of a function", Some('`'));
        }
        place += 1;
    }
}

/// The letters that say the type of a number.
const SUFFIXES: [&str; 6] = ["bd", "l", "s", "y", "f", "d"];

/// Whether a word is digits with one of the letters that say their type.
fn is_number(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let digits = SUFFIXES
        .iter()
        .find_map(|suffix| lower.strip_suffix(suffix));
    digits.is_some_and(|digits| {
        digits.contains(|letter: char| letter.is_ascii_digit())
            && digits
                .chars()
                .all(|digit| digit.is_ascii_digit() || digit == '.')
    })
}

/// A span with several units, such as `INTERVAL 1 DAY 2 HOURS`, is something of a type that is not known.
fn shorten_intervals(tokens: &mut Vec<TokenWithSpan>) {
    let is_amount = |token: &TokenWithSpan| {
        matches!(
            token.token,
            Token::Number(..) | Token::SingleQuotedString(_)
        )
    };
    let is_unit = |token: &TokenWithSpan| matches!(&token.token, Token::Word(word) if word.quote_style.is_none());
    let is_part = |tokens: &[TokenWithSpan], place: usize| {
        let part = tokens.get(place..place + 2);
        part.is_some_and(|part| is_amount(&part[0]) && is_unit(&part[1]))
    };
    let mut place = 0;
    while place + 4 < tokens.len() {
        let mut end = place + 1;
        if is_word(&tokens[place].token, "INTERVAL") {
            while is_part(tokens, end) {
                end += 2;
            }
        }
        if end >= place + 5 {
            tokens.splice(place..end, [sign(Token::Placeholder("@span".to_owned()))]);
        }
        place += 1;
    }
}

/// Whether there is a star among the arguments that begin here.
fn has_star(tokens: &[TokenWithSpan]) -> bool {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth <= 1 => return false,
            Token::RParen => depth -= 1,
            Token::Mul if depth == 1 => {
                let before = place.checked_sub(1).and_then(|before| tokens.get(before));
                let begins = before.is_some_and(|before| {
                    matches!(before.token, Token::LParen | Token::Comma | Token::Period)
                });
                if begins {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
