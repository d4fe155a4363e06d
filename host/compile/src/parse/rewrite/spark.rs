//! What Spark's grammar leaves out or names otherwise than the parser.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{are_joined, closing_bracket, edit, has_sign, is_at, make_name, sign, word};

/// Writes it as the parser expects it.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    for place in 0..tokens.len() {
        order_windows(tokens, place);
    }
    name_fields(tokens);
    bracket_rows(tokens);
    shorten_stars(tokens);
    // `>>>` shifts as `>>` does, as far as types go.
    edit(tokens, |tokens, place| {
        let [shift, angle, ..] = &tokens[place..] else {
            return None;
        };
        let is_shift = shift.token == Token::ShiftRight && angle.token == Token::Gt;
        (is_shift && are_joined(shift, angle)).then(|| (place + 1..place + 2, Vec::new()))
    });
    read_rows_first(tokens);
}

/// In a window, DISTRIBUTE BY is PARTITION BY, and SORT BY is ORDER BY.
fn order_windows(tokens: &mut [TokenWithSpan], place: usize) {
    if !is_at(tokens, place, &["OVER"]) || !has_sign(tokens, place + 1, &Token::LParen) {
        return;
    }
    let end = closing_bracket(tokens, place + 1).unwrap_or(tokens.len());
    for inner in place + 2..end {
        if !is_at(tokens, inner + 1, &["BY"]) {
            continue;
        }
        if is_at(tokens, inner, &["DISTRIBUTE", "CLUSTER"]) {
            tokens[inner].token = Token::make_keyword("PARTITION");
        } else if is_at(tokens, inner, &["SORT"]) {
            tokens[inner].token = Token::make_keyword("ORDER");
        }
    }
}

/// `VALUES 1, 2` are rows of one column each.
fn bracket_rows(tokens: &mut Vec<TokenWithSpan>) {
    let is_literal = |token: &TokenWithSpan| {
        matches!(
            token.token,
            Token::Number(..) | Token::SingleQuotedString(_)
        )
    };
    edit(tokens, |tokens, place| {
        if !is_at(tokens, place, &["VALUES"]) || !tokens.get(place + 1).is_some_and(is_literal) {
            return None;
        }
        let mut rows = Vec::new();
        let mut item = place + 1;
        while let Some(literal) = tokens.get(item).filter(|token| is_literal(token)) {
            rows.extend([sign(Token::LParen), literal.clone(), sign(Token::RParen)]);
            item += 1;
            if !has_sign(tokens, item, &Token::Comma) {
                break;
            }
            rows.push(sign(Token::Comma));
            item += 1;
        }
        Some((place + 1..item, rows))
    });
}

/// `o.* EXCEPT (o.a)` may name its columns with what stands before the star.
fn shorten_stars(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let Token::Word(relation) = &tokens[place].token else {
            return None;
        };
        let is_star = has_sign(tokens, place + 1, &Token::Period)
            && has_sign(tokens, place + 2, &Token::Mul)
            && is_at(tokens, place + 3, &["EXCEPT"])
            && has_sign(tokens, place + 4, &Token::LParen);
        if !is_star {
            return None;
        }
        let end = closing_bracket(tokens, place + 4)?;
        let mut names = Vec::new();
        let mut item = place + 5;
        while item < end {
            let is_same = matches!(&tokens[item].token, Token::Word(word) if word.value.eq_ignore_ascii_case(&relation.value));
            if is_same && has_sign(tokens, item + 1, &Token::Period) {
                item += 2;
            }
            names.push(tokens[item].clone());
            item += 1;
        }
        Some((place + 5..end, names))
    });
}

/// `struct(a b)` names a field as a list of columns does, without AS.
fn name_fields(tokens: &mut Vec<TokenWithSpan>) {
    // Of each bracket that is open, whether it is that of a struct.
    let mut open: Vec<bool> = Vec::new();
    let mut aliases: Vec<bool> = Vec::with_capacity(tokens.len());
    for (place, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LParen => {
                let before = place.checked_sub(1);
                open.push(before.is_some_and(|before| is_at(tokens, before, &["STRUCT"])));
            }
            Token::RParen => drop(open.pop()),
            _ => {}
        }
        aliases.push(open.last() == Some(&true) && is_alias(tokens, place));
    }
    edit(tokens, |tokens, place| {
        let mut name = tokens[place].clone();
        make_name(&mut name.token, '`');
        aliases[place].then(|| (place..place + 1, vec![word("AS"), name]))
    });
}

/// Whether a word names what stands before it, in a list.
fn is_alias(tokens: &[TokenWithSpan], place: usize) -> bool {
    /// Words of which none is a value or a name here.
    const OPERATORS: [&str; 18] = [
        "AND", "AS", "BETWEEN", "BY", "CASE", "DISTINCT", "ELSE", "END", "FROM", "IN", "INTERVAL",
        "IS", "LIKE", "NOT", "NULL", "OR", "THEN", "WHEN",
    ];
    let Some([before, name, after, ..]) = place.checked_sub(1).and_then(|at| tokens.get(at..))
    else {
        return false;
    };
    let is_plain = |place: usize| {
        matches!(tokens[place].token, Token::Word(_)) && !is_at(tokens, place, &OPERATORS)
    };
    let is_value = match &before.token {
        Token::Word(_) => is_plain(place - 1) || is_at(tokens, place - 1, &["END", "NULL"]),
        Token::RParen | Token::RBracket | Token::Number(..) | Token::SingleQuotedString(_) => true,
        _ => false,
    };
    matches!(name.token, Token::Word(_))
        && is_plain(place)
        && is_value
        && matches!(after.token, Token::Comma | Token::RParen)
}

/// A query may begin with rows that have a name, before pipes.
fn read_rows_first(tokens: &mut Vec<TokenWithSpan>) {
    if !is_at(tokens, 0, &["VALUES"]) {
        return;
    }
    let mut end = 1;
    while has_sign(tokens, end, &Token::LParen) {
        let Some(closing) = closing_bracket(tokens, end) else {
            return;
        };
        end = closing + 1;
        if has_sign(tokens, end, &Token::Comma) {
            end += 1;
        }
    }
    if matches!(tokens.get(end).map(|it| &it.token), Some(Token::Word(word)) if word.keyword == Keyword::NoKeyword)
        || is_at(tokens, end, &["AS"])
    {
        tokens.insert(0, word("FROM"));
    }
}
