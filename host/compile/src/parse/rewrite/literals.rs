//! Numbers and texts as the warehouses write them.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{are_joined, edit, is_at, sign, word};
use crate::Dialect;

/// Makes one token of what the tokenizer takes for several.
pub(super) fn rewrite(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    end_numbers(tokens);
    join_prefixes(dialect, tokens);
    if dialect != Dialect::Snowflake {
        join_pieces(tokens);
    }
    cast_texts(tokens);
}

/// Letters before a quotation that the tokenizer takes for a name.
fn join_prefixes(dialect: Dialect, tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let [prefix, text, ..] = &tokens[place..] else {
            return None;
        };
        let is = |words: &[&str]| is_at(tokens, place, words);
        let joined = match (dialect, &text.token) {
            _ if !are_joined(prefix, text) => return None,
            (Dialect::Databricks, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_))
                if is(&["R"]) =>
            {
                text.token.clone()
            }
            (Dialect::Databricks, Token::DoubleQuotedString(digits)) if is(&["X"]) => {
                Token::HexStringLiteral(digits.clone())
            }
            (
                Dialect::BigQuery,
                Token::SingleQuotedString(bytes) | Token::DoubleQuotedString(bytes),
            ) if is(&["RB", "BR"]) => Token::SingleQuotedByteStringLiteral(bytes.clone()),
            _ => return None,
        };
        let joined = TokenWithSpan::new(joined, text.span);
        Some((place..place + 2, vec![joined]))
    });
}

/// A number may end with its point.
fn end_numbers(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let [number, period, next @ ..] = &tokens[place..] else {
            return None;
        };
        let is_apart = next.first().is_none_or(|next| !are_joined(period, next));
        let ends = matches!(number.token, Token::Number(..)) && period.token == Token::Period;
        (ends && is_apart).then(|| (place + 1..place + 2, Vec::new()))
    });
}

/// A text may be written in pieces. What is in them makes no difference to its type.
fn join_pieces(tokens: &mut Vec<TokenWithSpan>) {
    let mut after_text = false;
    tokens.retain(|token| {
        let is_text = is_text(&token.token);
        let goes_on = is_text && after_text;
        after_text = is_text;
        !goes_on
    });
}

fn is_text(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::TripleSingleQuotedString(_)
            | Token::TripleDoubleQuotedString(_)
            | Token::SingleQuotedRawStringLiteral(_)
            | Token::DoubleQuotedRawStringLiteral(_)
            | Token::TripleSingleQuotedRawStringLiteral(_)
            | Token::TripleDoubleQuotedRawStringLiteral(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::DoubleQuotedByteStringLiteral(_)
            | Token::TripleSingleQuotedByteStringLiteral(_)
            | Token::TripleDoubleQuotedByteStringLiteral(_)
    )
}

/// `TIMESTAMP_LTZ '…'` is a cast; the parser knows other types before a text.
fn cast_texts(tokens: &mut Vec<TokenWithSpan>) {
    edit(tokens, |tokens, place| {
        let [data_type, text, ..] = &tokens[place..] else {
            return None;
        };
        let is_type = is_at(tokens, place, &["TIMESTAMP_LTZ", "TIMESTAMP_TZ"]);
        if !is_type || !matches!(text.token, Token::SingleQuotedString(_)) {
            return None;
        }
        let (open, close) = (sign(Token::LParen), sign(Token::RParen));
        let (text, data_type) = (text.clone(), data_type.clone());
        let cast = vec![word("CAST"), open, text, word("AS"), data_type, close];
        Some((place..place + 2, cast))
    });
}
