//! What Databricks writes and the parser does not know.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{
    NO_NAMES, are_joined, closing_bracket, edit, end_of_name, has_sign, is_at, make_name, sign,
    without, word,
};

pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    join_suffixes(tokens);
    drop_stream(tokens);
    name_markers(tokens);
    read_table_arguments(tokens, &[Token::LParen, Token::Comma, Token::RArrow]);
    shorten_calls(tokens);
    leave_out(tokens);
    for place in 0..tokens.len() {
        // `struct(*)` is a call of a function, `struct(a AS b)` a form of its own.
        let is_call =
            is_at(tokens, place, &["STRUCT"]) && has_sign(tokens, place + 1, &Token::LParen);
        if is_call && has_star(&tokens[place + 1..]) {
            make_name(&mut tokens[place].token, '`');
        }
    }
    shorten_intervals(tokens);
    super::spark::rewrite(tokens);
}

/// Numbers with letters for their type, which the tokenizer takes for names or leaves apart.
fn join_suffixes(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let after_period = place > 0 && has_sign(tokens, place - 1, &Token::Period);
        let token = &tokens[place];
        match (&token.token, tokens.get(place + 1)) {
            (Token::Word(word), _)
                if !after_period && word.quote_style.is_none() && is_number(&word.value) =>
            {
                let number = Token::Number(word.value.clone(), false);
                Some((
                    place..place + 1,
                    vec![TokenWithSpan::new(number, token.span)],
                ))
            }
            (Token::Number(digits, _), Some(suffix)) if are_joined(token, suffix) => {
                let Token::Word(letters) = &suffix.token else {
                    return None;
                };
                let is_suffix = SUFFIXES.contains(&letters.value.to_ascii_lowercase().as_str());
                let number = Token::Number(format!("{digits}{}", letters.value), false);
                let number = TokenWithSpan::new(number, token.span.union(&suffix.span));
                is_suffix.then(|| (place..place + 2, vec![number]))
            }
            _ => None,
        }
    });
}

/// A stream of a table has its columns.
fn drop_stream(tokens: &mut Vec<TokenWithSpan>) {
    /// What may stand behind a table that is named like that.
    const GOES_ON: [&str; 22] = [
        "ANTI", "AS", "CROSS", "FULL", "GROUP", "HAVING", "INNER", "JOIN", "LATERAL", "LEFT",
        "LIMIT", "NATURAL", "ON", "ORDER", "PIVOT", "QUALIFY", "RIGHT", "SEMI", "UNION", "USING",
        "WHERE", "WINDOW",
    ];
    edit(tokens, |tokens, place| {
        let next = tokens.get(place + 1)?;
        let is_stream = is_at(tokens, place, &["STREAM"])
            && is_at(tokens, place.checked_sub(1)?, &["FROM", "JOIN"]);
        if !is_stream {
            return None;
        }
        if matches!(next.token, Token::Word(_)) && !is_at(tokens, place + 1, &GOES_ON) {
            return without(place..place + 1);
        }
        let end = end_of_name(tokens, place + 2)?;
        let is_in_brackets = next.token == Token::LParen && has_sign(tokens, end, &Token::RParen);
        is_in_brackets.then(|| (place..end + 1, tokens[place + 2..end].to_vec()))
    });
}

/// `map[:key]` is a marker in brackets, and no slice.
fn name_markers(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let [open, colon, name, close, ..] = &tokens[place..] else {
            return None;
        };
        let is_subscript = open.token == Token::LBracket
            && colon.token == Token::Colon
            && close.token == Token::RBracket;
        let Token::Word(word) = &name.token else {
            return None;
        };
        let marker = sign(Token::Placeholder(format!(":{}", word.value)));
        is_subscript.then(|| (place + 1..place + 3, vec![marker]))
    });
}

/// `f(TABLE(orders))` reads a table, and its columns are none of the function's arguments. It stands behind one of these signs.
pub(super) fn read_table_arguments(tokens: &mut Vec<TokenWithSpan>, signs: &[Token]) {
    edit(tokens, |tokens, place| {
        let before = &tokens.get(place.checked_sub(1)?)?.token;
        let is_argument = signs.contains(before);
        let is_table =
            is_at(tokens, place, &["TABLE"]) && has_sign(tokens, place + 1, &Token::LParen);
        if !is_argument || !is_table {
            return None;
        }
        let end = end_of_name(tokens, place + 2)?;
        let (open, star) = (sign(Token::LParen), sign(Token::Mul));
        let reads = vec![word("EXISTS"), open, word("SELECT"), star, word("FROM")];
        has_sign(tokens, end, &Token::RParen).then_some((place..place + 2, reads))
    });
}

/// `TABLE orders` is short for a query of all its columns.
pub(super) fn read_tables(tokens: &mut Vec<TokenWithSpan>) {
    const OPERATIONS: [&str; 4] = ["UNION", "INTERSECT", "EXCEPT", "MINUS"];
    edit(tokens, |tokens, place| {
        if !is_at(tokens, place, &["TABLE"]) || is_at(tokens, place + 1, &NO_NAMES) {
            return None;
        }
        let quantified = place
            .checked_sub(1)
            .filter(|before| is_at(tokens, *before, &["ALL", "DISTINCT"]));
        let operation = quantified.unwrap_or(place).checked_sub(1);
        let is_other = operation.is_some_and(|before| is_at(tokens, before, &OPERATIONS));
        // First in the text or in brackets, or behind the last expression of a WITH.
        let is_first = match place.checked_sub(1) {
            None => true,
            Some(before) => {
                has_sign(tokens, before, &Token::LParen)
                    || (has_sign(tokens, before, &Token::RParen) && is_at(tokens, 0, &["WITH"]))
            }
        };
        if !is_first && !is_other {
            return None;
        }
        let end = end_of_name(tokens, place + 1)?;
        let name = tokens[place + 1..end].iter().cloned();
        if is_first && has_sign(tokens, end, &Token::VerticalBarRightAngleBracket) {
            // Pipes know the table by its name.
            return Some((place..place + 1, vec![word("FROM")]));
        }
        // In brackets there is nothing else but a query.
        let is_query = is_other || place == 0 || end_of_query(tokens, end);
        let (open, star) = (sign(Token::LParen), sign(Token::Mul));
        let mut reads = vec![open, word("SELECT"), star, word("FROM")];
        reads.extend(name);
        reads.push(sign(Token::RParen));
        is_query.then_some((place..end, reads))
    });
}

/// Whether a query may end here, or be combined with another.
fn end_of_query(tokens: &[TokenWithSpan], place: usize) -> bool {
    const GOES_ON: [&str; 6] = ["UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT"];
    match tokens.get(place).map(|token| &token.token) {
        None | Some(Token::RParen | Token::SemiColon | Token::EOF) => true,
        Some(_) => is_at(tokens, place, &GOES_ON),
    }
}

/// What makes no difference to columns: which version of a table is read, and which letters are trimmed.
fn leave_out(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let is = |place: usize, words: &[&str]| is_at(tokens, place, words);
        if is(place, &["FOR"]) && is(place + 1, &["VERSION", "TIMESTAMP"]) && is(place + 2, &["AS"])
        {
            return without(place..place + 1);
        }
        if !is(place, &["TRIM"]) || !has_sign(tokens, place + 1, &Token::LParen) {
            return None;
        }
        let side = place + 2;
        let end = side + usize::from(is(side, &["BOTH", "LEADING", "TRAILING"]));
        is(end, &["FROM"]).then(|| (side..end + 1, Vec::new()))
    });
}

/// `IDENTIFIER('f')(x)` calls a function of which only the arguments are known.
fn shorten_calls(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        if !is_at(tokens, place, &["IDENTIFIER"]) || !has_sign(tokens, place + 1, &Token::LParen) {
            return None;
        }
        let end = closing_bracket(tokens, place + 1)?;
        if has_sign(tokens, end + 1, &Token::LParen) {
            let name = Token::make_word("identifier of a function", Some('`'));
            return Some((
                place..end + 1,
                vec![TokenWithSpan::new(name, tokens[place].span)],
            ));
        }
        // `IDENTIFIER(:catalog).schema.table` is a table that nobody knows.
        let is_read = is_at(tokens, place.checked_sub(1)?, &["FROM", "JOIN"]);
        let has_more = is_read && has_sign(tokens, end + 1, &Token::Period);
        let name_end = end_of_name(tokens, end + 2)?;
        has_more.then(|| (end + 1..name_end, Vec::new()))
    });
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
    edit(tokens, |tokens, place| {
        if !is_at(tokens, place, &["INTERVAL"]) {
            return None;
        }
        let mut end = place + 1;
        while is_part(tokens, end) {
            end += 2;
        }
        let span = sign(Token::Placeholder("@span".to_owned()));
        (end >= place + 5).then_some((place..end, vec![span]))
    });
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
