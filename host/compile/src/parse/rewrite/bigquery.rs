//! What BigQuery writes and the parser does not know.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{are_joined, closing_bracket, is_word, sign, types, word};

pub(super) fn rewrite(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    join_digits(&mut tokens);
    read_first(&mut tokens);
    leave_out(&mut tokens);
    rewritten(tokens)
}

/// Digits that the tokenizer cuts off what they belong to: of `0XFF` and of names such as `shop.2024_orders`.
fn join_digits(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while place + 1 < tokens.len() {
        let [one, other, third @ ..] = &tokens[place..] else {
            return;
        };
        if !are_joined(one, other) {
            place += 1;
            continue;
        }
        match (&one.token, &other.token) {
            (Token::Number(zero, _), Token::Word(digits))
                if zero == "0" && digits.value.starts_with('X') =>
            {
                let number = Token::Number(format!("0x{}", &digits.value[1..]), false);
                let span = one.span.union(&other.span);
                tokens.splice(place..place + 2, [TokenWithSpan::new(number, span)]);
            }
            (Token::Word(_), Token::Number(digits, _)) if digits.starts_with('.') => {
                let mut name = digits[1..].to_owned();
                let mut span = other.span;
                let mut end = place + 2;
                if let Some(third) = third.first()
                    && let Token::Word(word) = &third.token
                    && are_joined(other, third)
                {
                    name.push_str(&word.value);
                    span = span.union(&third.span);
                    end += 1;
                }
                let name = TokenWithSpan::new(Token::make_word(&name, None), span);
                tokens.splice(place + 1..end, [sign(Token::Period), name]);
            }
            _ => {}
        }
        place += 1;
    }
}

/// What makes no difference to columns: which rows are told, and how columns are matched that all sides of a union have.
fn leave_out(tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while place + 2 < tokens.len() {
        let is = |place: usize, text: &str| {
            let token = tokens.get(place);
            token.is_some_and(|token| is_word(&token.token, text))
        };
        let privacy = ["DIFFERENTIAL_PRIVACY", "AGGREGATION_THRESHOLD"];
        if is(place, "SELECT")
            && is(place + 1, "WITH")
            && privacy.iter().any(|word| is(place + 2, word))
        {
            let mut end = place + 3;
            if is(end, "OPTIONS")
                && tokens
                    .get(end + 1)
                    .is_some_and(|it| it.token == Token::LParen)
                && let Some(closing) = closing_bracket(tokens, end + 1)
            {
                end = closing + 1;
            }
            tokens.drain(place + 1..end);
        } else if is(place, "FULL") {
            let union = place + 1 + usize::from(is(place + 1, "OUTER"));
            let by_name = is(union + 2, "BY") && is(union + 3, "NAME") && !is(union + 4, "ON");
            if is(union, "UNION") && by_name {
                tokens.drain(place..union);
            }
        }
        place += 1;
    }
}

/// A query in brackets with an alias, before pipes, is what FROM reads.
fn read_first(tokens: &mut Vec<TokenWithSpan>) {
    if tokens.first().is_none_or(|it| it.token != Token::LParen) {
        return;
    }
    let Some(end) = closing_bracket(tokens, 0) else {
        return;
    };
    let rest = &tokens[end + 1..];
    let rest = match rest.first() {
        Some(first) if is_word(&first.token, "AS") => &rest[1..],
        _ => rest,
    };
    if let [alias, pipe, ..] = rest
        && matches!(alias.token, Token::Word(_))
        && pipe.token == Token::VerticalBarRightAngleBracket
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
        // Which kind of thing an argument names makes no difference here.
        let begins = out
            .last()
            .is_some_and(|last| matches!(last.token, Token::LParen | Token::Comma | Token::RArrow));
        let is_followed = matches!(
            tokens.get(place + 1).map(|next| &next.token),
            Some(Token::Word(_))
        );
        let is_kind = is_word(&token.token, "MODEL") || is_word(&token.token, "TABLE");
        if !(begins && is_followed && is_kind) {
            out.push(token.clone());
        }
        if is_nameless_offset(&tokens, place) {
            out.extend([word("AS"), sign(Token::make_word("offset", None))]);
        }
        place += 1;
    }
    out
}

/// Whether the places of an array's elements get no name before a word that the parser would take for one.
fn is_nameless_offset(tokens: &[TokenWithSpan], place: usize) -> bool {
    let is = |place: usize, text: &str| {
        let token = tokens.get(place);
        token.is_some_and(|token| is_word(&token.token, text))
    };
    const GOES_ON: [&str; 8] = [
        "CROSS", "FULL", "INNER", "JOIN", "LEFT", "ON", "RIGHT", "USING",
    ];
    is(place, "OFFSET")
        && GOES_ON.iter().any(|word| is(place + 1, word))
        && place
            .checked_sub(1)
            .is_some_and(|before| is(before, "WITH"))
}

/// Where `FOR SYSTEM_TIME AS OF …` ends that begins here. It may stand after an alias, where the parser does not expect it, and names no columns.
fn system_time(tokens: &[TokenWithSpan], place: usize) -> Option<usize> {
    let is_here = ["FOR", "SYSTEM_TIME", "AS", "OF"]
        .iter()
        .zip(tokens.get(place..)?)
        .filter(|(word, token)| is_word(&token.token, word))
        .count();
    if is_here < 4 {
        return None;
    }
    const AFTER: [&str; 16] = [
        "WHERE", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "GROUP", "HAVING", "ORDER",
        "LIMIT", "QUALIFY", "WINDOW", "UNION", "ON", "AS",
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
