//! What BigQuery writes and the parser does not know.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::{
    NO_NAMES, are_joined, closing_bracket, edit, end_of_name, has_sign, is_at, is_word, sign,
    types, without, word,
};

pub(super) fn rewrite(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    join_digits(&mut tokens);
    read_first(&mut tokens);
    leave_out(&mut tokens);
    rewritten(tokens)
}

/// Digits that the tokenizer cuts off what they belong to: of `0XFF` and of names such as `shop.2024_orders`.
fn join_digits(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let [one, other, ..] = &tokens[place..] else {
            return None;
        };
        if !are_joined(one, other) {
            return None;
        }
        match (&one.token, &other.token) {
            (Token::Number(zero, _), Token::Word(digits))
                if zero == "0" && digits.value.starts_with('X') =>
            {
                let number = Token::Number(format!("0x{}", &digits.value[1..]), false);
                let number = TokenWithSpan::new(number, one.span.union(&other.span));
                Some((place..place + 2, vec![number]))
            }
            (Token::Word(name), Token::Number(digits, _))
                if digits.starts_with('.') && is_name(tokens, place, name) =>
            {
                let mut part = digits[1..].to_owned();
                let mut span = other.span;
                let mut end = place + 2;
                if let Some(third) = tokens.get(end)
                    && let Token::Word(word) = &third.token
                    && are_joined(other, third)
                {
                    part.push_str(&word.value);
                    span = span.union(&third.span);
                    end += 1;
                }
                let part = TokenWithSpan::new(Token::make_word(&part, None), span);
                Some((place + 1..end, vec![sign(Token::Period), part]))
            }
            _ => None,
        }
    });
}

/// Whether a word names something, and no clause begins with it.
fn is_name(tokens: &[TokenWithSpan], place: usize, word: &Word) -> bool {
    let after_period = place > 0 && has_sign(tokens, place - 1, &Token::Period);
    after_period || word.quote_style.is_some() || word.keyword == Keyword::NoKeyword
}

/// What makes no difference to columns: which rows are told, and that a union by name has the columns of either side, as it does anyway here.
fn leave_out(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let is = |place: usize, words: &[&str]| is_at(tokens, place, words);
        let privacy = ["DIFFERENTIAL_PRIVACY", "AGGREGATION_THRESHOLD"];
        if is(place, &["SELECT"]) && is(place + 1, &["WITH"]) && is(place + 2, &privacy) {
            let options =
                is(place + 3, &["OPTIONS"]) && has_sign(tokens, place + 4, &Token::LParen);
            let end = match options {
                true => closing_bracket(tokens, place + 4)? + 1,
                false => place + 3,
            };
            return without(place + 1..end);
        }
        if !is(place, &["FULL"]) {
            return None;
        }
        let union = place + 1 + usize::from(is(place + 1, &["OUTER"]));
        let by_name = is(union + 2, &["BY"]) && is(union + 3, &["NAME"]) && !is(union + 4, &["ON"]);
        (is(union, &["UNION"]) && by_name).then(|| (place..union, Vec::new()))
    });
}

/// A query in brackets with an alias, before pipes, is what FROM reads.
fn read_first(tokens: &mut Vec<TokenWithSpan>) {
    if !has_sign(tokens, 0, &Token::LParen) {
        return;
    }
    let Some(end) = closing_bracket(tokens, 0) else {
        return;
    };
    let alias = end + 1 + usize::from(is_at(tokens, end + 1, &["AS"]));
    let is_alias = |token: &TokenWithSpan| matches!(token.token, Token::Word(_));
    if tokens.get(alias).is_some_and(is_alias)
        && has_sign(tokens, alias + 1, &Token::VerticalBarRightAngleBracket)
    {
        tokens.insert(0, word("FROM"));
    }
}

fn rewritten(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        if let Some(end) = system_time(&tokens, place) {
            place = end;
            continue;
        }
        if let Some(end) = typed_range(&tokens, place) {
            // Something of a type that is not known.
            out.push(sign(Token::Placeholder("@range".to_owned())));
            place = end;
            continue;
        }
        if let Some((angle, end)) = typed_array(&tokens, place) {
            let list = rewritten(tokens[angle + 1..=end].to_vec());
            out.extend([word("CAST"), sign(Token::LParen)]);
            out.extend(list);
            out.push(word("AS"));
            out.extend_from_slice(&tokens[place..=angle]);
            out.push(sign(Token::RParen));
            place = end + 1;
            continue;
        }
        if !is_kind(&tokens, place) {
            out.push(token.clone());
        }
        if is_nameless_offset(&tokens, place) {
            out.extend([word("AS"), sign(Token::make_word("offset", None))]);
        }
        place += 1;
    }
    out
}

/// Whether an argument is a name behind the word for what it names, which makes no difference here: `ML.PREDICT(MODEL m, TABLE t)`.
fn is_kind(tokens: &[TokenWithSpan], place: usize) -> bool {
    let begins = place.checked_sub(1).is_some_and(|before| {
        let before = &tokens[before].token;
        matches!(before, Token::LParen | Token::Comma | Token::RArrow)
    });
    let ends =
        |end: usize| has_sign(tokens, end, &Token::Comma) || has_sign(tokens, end, &Token::RParen);
    begins
        && is_at(tokens, place, &["MODEL", "TABLE"])
        && !is_at(tokens, place + 1, &NO_NAMES)
        && end_of_name(tokens, place + 1).is_some_and(ends)
}

/// Whether the places of an array's elements get no name before a word that the parser would take for one.
fn is_nameless_offset(tokens: &[TokenWithSpan], place: usize) -> bool {
    const GOES_ON: [&str; 10] = [
        "CROSS", "FULL", "INNER", "JOIN", "LEFT", "ON", "QUALIFY", "RIGHT", "USING", "WINDOW",
    ];
    let before = place.checked_sub(1);
    before.is_some_and(|before| is_at(tokens, before, &["WITH"]))
        && is_at(tokens, place, &["OFFSET"])
        && is_at(tokens, place + 1, &GOES_ON)
}

/// Where `FOR SYSTEM_TIME AS OF …` ends that begins here. It may stand after an alias, where the parser does not expect it, and names no columns.
fn system_time(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let words = ["FOR", "SYSTEM_TIME", "AS", "OF"];
    if !(place..)
        .zip(words)
        .all(|(at, word)| is_at(tokens, at, &[word]))
    {
        return None;
    }
    const AFTER: [&str; 23] = [
        "AS",
        "CROSS",
        "EXCEPT",
        "FULL",
        "GROUP",
        "HAVING",
        "INNER",
        "INTERSECT",
        "JOIN",
        "LEFT",
        "LIMIT",
        "NATURAL",
        "ON",
        "ORDER",
        "PIVOT",
        "QUALIFY",
        "RIGHT",
        "TABLESAMPLE",
        "UNION",
        "UNPIVOT",
        "USING",
        "WHERE",
        "WINDOW",
    ];
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(place + 4) {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return Some(index),
            Token::RParen => depth -= 1,
            Token::Comma | Token::SemiColon | Token::VerticalBarRightAngleBracket if depth == 0 => {
                return Some(index);
            }
            token if depth == 0 && AFTER.iter().any(|word| is_word(token, word)) => {
                return Some(index);
            }
            _ => {}
        }
    }
    Some(tokens.len())
}

/// Where `RANGE<…> '…'` ends that begins here.
fn typed_range(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let [range, open, _, close, text] = tokens.get(place..place + 5)? else {
        return None;
    };
    let is_range =
        is_word(&range.token, "RANGE") && open.token == Token::Lt && close.token == Token::Gt;
    let is_text = matches!(
        text.token,
        Token::SingleQuotedString(_) | Token::DoubleQuotedString(_)
    );
    (is_range && is_text).then_some(place + 5)
}

/// Where the type and the list of `ARRAY<…>[…]` end that begins here: the parser takes it for a comparison.
fn typed_array(tokens: &[TokenWithSpan], place: usize) -> Option<(usize, usize)> {
    let is_array =
        is_word(&tokens.get(place)?.token, "ARRAY") && tokens.get(place + 1)?.token == Token::Lt;
    if !is_array {
        return None;
    }
    let angle = types::closing_angle(tokens, place + 1)?;
    if tokens.get(angle + 1)?.token != Token::LBracket {
        return None;
    }
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(angle + 1) {
        match token.token {
            Token::LBracket => depth += 1,
            Token::RBracket if depth <= 1 => return Some((angle, index)),
            Token::RBracket => depth -= 1,
            _ => {}
        }
    }
    None
}
