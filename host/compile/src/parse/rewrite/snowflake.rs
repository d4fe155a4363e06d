//! What Snowflake writes and the parser does not know.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{closing_bracket, databricks, edit, has_sign, is_at, is_word, sign, without, word};

/// `PRIOR` and `FROM FIRST` make no difference to what a column is; the parser knows the one in conditions only and the other not at all.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    if tokens.iter().any(|token| is_word(&token.token, "CONNECT")) {
        tokens.retain(|token| !is_word(&token.token, "PRIOR"));
    }
    leave_out(tokens);
    // Behind a comma it may be a relation of a FROM.
    databricks::read_table_arguments(tokens, &[Token::LParen, Token::RArrow]);
    construct_objects(tokens);
    call_models(tokens);
    name_markers(tokens);
}

/// Words that say how something is done, and not what comes of it.
fn leave_out(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let before = place.checked_sub(1)?;
        let is = |place: usize, words: &[&str]| is_at(tokens, place, words);
        let has = |place: usize, token: Token| has_sign(tokens, place, &token);
        // Which side of a join is read first.
        const JOINS: [&str; 7] = [
            "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS", "NATURAL",
        ];
        if is(place, &["DIRECTED"]) && is(place + 1, &["JOIN"]) && is(before, &JOINS) {
            return without(place..place + 1);
        }
        // How texts compare: not what they are.
        let is_text = |token: &TokenWithSpan| matches!(token.token, Token::SingleQuotedString(_));
        if is(place, &["COLLATE"])
            && tokens.get(place + 1).is_some_and(is_text)
            && is_typed(tokens, before)
        {
            return without(place..place + 2);
        }
        if let Some(end) = local_time(tokens, place) {
            let name = Token::make_word("TIMESTAMP_LTZ", None);
            return Some((
                place..end,
                vec![TokenWithSpan::new(name, tokens[place].span)],
            ));
        }
        // `f(** list)` is given the elements of a list.
        let begins = has(before, Token::LParen) || has(before, Token::Comma);
        if begins && has(place, Token::Mul) && has(place + 1, Token::Mul) {
            return without(place..place + 2);
        }
        // `nth_value(…) FROM FIRST OVER (…)`.
        if has(before, Token::RParen)
            && is(place, &["FROM"])
            && is(place + 1, &["FIRST", "LAST"])
            && is(place + 2, &["IGNORE", "RESPECT", "OVER"])
        {
            return without(place..place + 2);
        }
        // The parser knows `DATE_PART(part FROM …)` of EXTRACT alone.
        let is_part = is(place, &["DATE_PART"]) && has(place + 1, Token::LParen);
        let name = TokenWithSpan::new(Token::make_keyword("EXTRACT"), tokens[place].span);
        (is_part && is(place + 3, &["FROM"])).then(|| (place..place + 1, vec![name]))
    });
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

/// `{*}` is an object of all columns: `OBJECT_CONSTRUCT(*)`.
fn construct_objects(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        if !has_sign(tokens, place, &Token::LBrace) {
            return None;
        }
        let star = match has_sign(tokens, place + 2, &Token::Period) {
            true => place + 3,
            false => place + 1,
        };
        let is_star = has_sign(tokens, star, &Token::Mul);
        let closes = |token: &TokenWithSpan| token.token == Token::RBrace;
        let end = place + tokens[place..].iter().position(closes)?;
        // The parser knows what may follow a star alone.
        let inner = match star == place + 1 {
            true => &tokens[star..end],
            false => tokens.get(place + 1..star + 1)?,
        };
        let mut call = vec![word("OBJECT_CONSTRUCT"), sign(Token::LParen)];
        call.extend_from_slice(inner);
        call.push(sign(Token::RParen));
        is_star.then_some((place..end + 1, call))
    });
}

/// `model!PREDICT(…)` calls a function of a model.
fn call_models(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let is_call = |place: usize| {
            let calls = has_sign(tokens, place, &Token::ExclamationMark)
                && matches!(tokens.get(place + 1)?.token, Token::Word(_))
                && has_sign(tokens, place + 2, &Token::LParen);
            calls.then_some(())
        };
        // `MODEL(name, version)!PREDICT(…)`.
        if is_at(tokens, place, &["MODEL"])
            && has_sign(tokens, place + 1, &Token::LParen)
            && let Some(end) = closing_bracket(tokens, place + 1)
        {
            is_call(end + 1)?;
            return without(place..end + 2);
        }
        is_call(place)?;
        let before = &tokens.get(place.checked_sub(1)?)?.token;
        let is_name = matches!(before, Token::Word(word) if word.keyword == Keyword::NoKeyword);
        is_name.then(|| (place..place + 1, vec![sign(Token::Period)]))
    });
}

/// Markers for numbers of rows, behind which the parser expects nothing.
fn name_markers(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let Token::Word(name) = &tokens.get(place + 2)?.token else {
            return None;
        };
        let is_marker = is_at(tokens, place, &["LIMIT", "OFFSET", "FETCH"])
            && has_sign(tokens, place + 1, &Token::Colon);
        let marker = sign(Token::Placeholder(format!(":{}", name.value)));
        is_marker.then(|| (place + 1..place + 3, vec![marker]))
    });
}
