//! What the parser does not know, in words that it does.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::{is_word, types};
use crate::Dialect;

/// Writes what the parser does not know in words that it does, where the meaning stays the same as far as types and names go.
pub(super) fn rewrite(dialect: Dialect, mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    end_numbers(&mut tokens);
    join_prefixes(dialect, &mut tokens);
    free_words(&mut tokens);
    types::name(dialect, &mut tokens);
    match dialect {
        Dialect::Databricks => {
            databricks(&mut tokens);
            shorten_intervals(&mut tokens);
        }
        Dialect::BigQuery => return bigquery(tokens),
        Dialect::Snowflake => snowflake(&mut tokens),
    }
    tokens
}

/// No word after a period is a key word.
fn free_words(tokens: &mut [TokenWithSpan]) {
    for place in 1..tokens.len() {
        if tokens[place - 1].token == Token::Period
            && let Token::Word(word) = &mut tokens[place].token
        {
            word.keyword = Keyword::NoKeyword;
        }
    }
}

/// Letters before a quotation that the tokenizer takes for a name.
fn join_prefixes(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    let mut place = 0;
    while let Some([prefix, text, ..]) = tokens.get(place..) {
        let is = |words: &[&str]| words.iter().any(|word| is_word(&prefix.token, word));
        let joined = match (dialect, &text.token) {
            _ if prefix.span.end != text.span.start => None,
            (Dialect::Databricks, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_))
                if is(&["R"]) =>
            {
                Some(text.token.clone())
            }
            (
                Dialect::BigQuery,
                Token::SingleQuotedString(bytes) | Token::DoubleQuotedString(bytes),
            ) if is(&["RB", "BR"]) => Some(Token::SingleQuotedByteStringLiteral(bytes.clone())),
            _ => None,
        };
        if let Some(joined) = joined {
            tokens[place + 1].token = joined;
            tokens.remove(place);
        }
        place += 1;
    }
}

/// A number may end with its point.
fn end_numbers(tokens: &mut Vec<TokenWithSpan>) {
    let ends = |place: usize| {
        let [number, period, next @ ..] = &tokens[place..] else {
            return false;
        };
        let is_apart = next
            .first()
            .is_none_or(|next| next.span.start != period.span.end);
        matches!(number.token, Token::Number(..)) && period.token == Token::Period && is_apart
    };
    let periods: Vec<usize> = (0..tokens.len())
        .filter(|place| ends(*place))
        .map(|place| place + 1)
        .collect();
    for place in periods.into_iter().rev() {
        tokens.remove(place);
    }
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

fn databricks(tokens: &mut Vec<TokenWithSpan>) {
    // A stream of a table has its columns.
    let mut place = 1;
    while place + 2 < tokens.len() {
        let begins = ["FROM", "JOIN"]
            .iter()
            .any(|word| is_word(&tokens[place - 1].token, word));
        let is_stream = begins
            && is_word(&tokens[place].token, "STREAM")
            && matches!(tokens[place + 1].token, Token::Word(_))
            && tokens[place + 2].token == Token::Period;
        if is_stream {
            tokens.remove(place);
        }
        place += 1;
    }
    // `TABLE orders` is short for this.
    if tokens
        .first()
        .is_some_and(|first| is_word(&first.token, "TABLE"))
    {
        tokens.splice(..1, [word("SELECT"), sign(Token::Mul), word("FROM")]);
    }
    for place in 0..tokens.len() {
        let after_period = place > 0 && tokens[place - 1].token == Token::Period;
        // Numbers with a letter for their type, which the tokenizer takes for names.
        if let Token::Word(word) = &tokens[place].token
            && !after_period
            && word.quote_style.is_none()
            && is_number(&word.value)
        {
            tokens[place].token = Token::Number(word.value.clone(), false);
        }
        // `struct(*)` is a call of a function, `struct(a AS b)` a form of its own.
        let opens = tokens
            .get(place + 1)
            .is_some_and(|next| next.token == Token::LParen);
        if is_word(&tokens[place].token, "STRUCT") && opens && has_star(&tokens[place + 1..]) {
            make_name(&mut tokens[place].token, '`');
        }
    }
}

/// Whether a word is digits with one of the letters that say their type.
fn is_number(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let digits = ["bd", "l", "s", "y", "f", "d"]
        .iter()
        .find_map(|suffix| lower.strip_suffix(suffix));
    digits.is_some_and(|digits| {
        digits.starts_with(|first: char| first.is_ascii_digit())
            && digits
                .chars()
                .all(|digit| digit.is_ascii_digit() || digit == '.')
    })
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

/// Takes a word's special meaning from it.
fn make_name(token: &mut Token, quote: char) {
    if let Token::Word(word) = token {
        word.keyword = Keyword::NoKeyword;
        word.quote_style = Some(quote);
    }
}

/// `PRIOR` and `FROM FIRST` make no difference to what a column is; the parser knows the one in conditions only and the other not at all.
fn snowflake(tokens: &mut Vec<TokenWithSpan>) {
    if tokens.iter().any(|token| is_word(&token.token, "CONNECT")) {
        tokens.retain(|token| !is_word(&token.token, "PRIOR"));
    }
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

fn bigquery(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
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
            let list = bigquery(tokens[angle + 1..=end].to_vec());
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
            .is_some_and(|last| matches!(last.token, Token::LParen | Token::Comma));
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

/// Whether the places of an array's elements get no name before ON, which the parser would take for one.
fn is_nameless_offset(tokens: &[TokenWithSpan], place: usize) -> bool {
    let is = |place: usize, text: &str| {
        let token = tokens.get(place);
        token.is_some_and(|token| is_word(&token.token, text))
    };
    is(place, "OFFSET")
        && is(place + 1, "ON")
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

fn sign(token: Token) -> TokenWithSpan {
    TokenWithSpan::new(token, Span::empty())
}

fn word(text: &str) -> TokenWithSpan {
    sign(Token::make_keyword(text))
}
