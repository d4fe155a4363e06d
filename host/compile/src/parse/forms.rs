//! What the warehouses understand and neither the parser nor the words of `rewrite` do.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{bytes, is_word, significant};
use crate::Dialect;

/// A form that the warehouse has and the parser does not know, with its place.
pub(super) fn not_understood(
    dialect: Dialect,
    tokens: &[TokenWithSpan],
) -> Option<(&'static str, Range<usize>)> {
    let words: Vec<&TokenWithSpan> = significant(tokens).collect();
    let forms = FORMS.iter().filter(|form| form.dialects.contains(&dialect));
    let mut forms: Vec<&Form> = forms.collect();
    forms.sort_by_key(|form| form.words.len());
    (0..words.len()).find_map(|place| {
        let form = forms.iter().find(|form| form.is_at(&words[place..]))?;
        Some((form.name, bytes(words[place].span)?))
    })
}

/// A form that is recognised by the words that it begins with.
struct Form {
    name: &'static str,
    dialects: &'static [Dialect],
    /// Words in capitals, or signs, or [`ANY_WORD`].
    words: &'static [&'static str],
}

impl Form {
    fn is_at(&self, tokens: &[&TokenWithSpan]) -> bool {
        let is = |(word, token): (&&str, &&TokenWithSpan)| match &token.token {
            Token::Word(_) if *word == ANY_WORD => true,
            Token::Word(_) => is_word(&token.token, word),
            sign => sign.to_string() == *word,
        };
        tokens.len() >= self.words.len() && self.words.iter().zip(tokens).all(is)
    }
}

/// Stands for whatever word there is.
const ANY_WORD: &str = "";

const fn form_of_bigquery(name: &'static str, words: &'static [&'static str]) -> Form {
    Form {
        name,
        dialects: &[Dialect::BigQuery],
        words,
    }
}

const ALL: &[Dialect] = &[Dialect::Databricks, Dialect::BigQuery, Dialect::Snowflake];

const FORMS: &[Form] = &[
    Form {
        name: "templates",
        dialects: ALL,
        words: &["{", "{"],
    },
    Form {
        name: "templates",
        dialects: ALL,
        words: &["{", "%"],
    },
    Form {
        name: "TRANSFORM",
        dialects: &[Dialect::Databricks],
        words: &["SELECT", "TRANSFORM", "("],
    },
    form_of_bigquery("FULL UNION", &["FULL", "UNION"]),
    form_of_bigquery("FULL OUTER UNION", &["FULL", "OUTER", "UNION"]),
    form_of_bigquery("LEFT UNION", &["LEFT", "UNION"]),
    form_of_bigquery("LEFT OUTER UNION", &["LEFT", "OUTER", "UNION"]),
    form_of_bigquery("INNER UNION", &["INNER", "UNION"]),
    form_of_bigquery("BY NAME ON", &["BY", "NAME", "ON"]),
    form_of_bigquery("CORRESPONDING", &["CORRESPONDING"]),
    form_of_bigquery("WITH as an expression", &["WITH", "("]),
    form_of_bigquery("graph queries", &["GRAPH", ANY_WORD, "MATCH"]),
    form_of_bigquery(
        "graph queries",
        &["GRAPH", ANY_WORD, ".", ANY_WORD, "MATCH"],
    ),
    form_of_bigquery("graph queries", &["GRAPH_TABLE", "("]),
    form_of_bigquery("calls in chains", &[".", "("]),
    form_of_bigquery("WITH DEPTH", &[")", "WITH", "DEPTH"]),
    Form {
        name: "models in WITH",
        dialects: &[Dialect::Snowflake],
        words: &["WITH", ANY_WORD, "AS", "MODEL"],
    },
    Form {
        name: "the WINDOW clause",
        dialects: &[Dialect::Snowflake],
        words: &["WINDOW"],
    },
];

/// Whether a text is so plain around the place where the parser gave up that no warehouse understands it either.
///
/// The parser knows the plain words of SQL well. Where others are near, it may be the parser that errs.
pub(super) fn is_plain(tokens: &[TokenWithSpan], place: usize) -> bool {
    let words: Vec<&TokenWithSpan> = significant(tokens).collect();
    let starts_before =
        |token: &&&TokenWithSpan| bytes(token.span).is_some_and(|span| span.start < place);
    let at = words.iter().filter(starts_before).count();
    let near = words
        .iter()
        .take(at + LOOKS_AHEAD)
        .skip(at.saturating_sub(LOOKS_BACK));
    at >= words.len() || near.into_iter().all(|token| is_plain_token(&token.token))
}

/// How many tokens before the place are looked at.
const LOOKS_BACK: usize = 12;

/// How many from the place on.
const LOOKS_AHEAD: usize = 2;

fn is_plain_token(token: &Token) -> bool {
    match token {
        Token::Word(word) if word.quote_style.is_some() => true,
        Token::Word(word) => {
            word.keyword == Keyword::NoKeyword || PLAIN.iter().any(|plain| is_word(token, plain))
        }
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::LParen
        | Token::RParen => true,
        Token::Period
        | Token::Eq
        | Token::Neq
        | Token::Lt
        | Token::Gt
        | Token::LtEq
        | Token::GtEq => true,
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::SemiColon => true,
        _ => false,
    }
}

/// Words that mean the same everywhere, and names that are words only to the parser.
const PLAIN: [&str; 88] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "HAVING",
    "ORDER",
    "LIMIT",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "OUTER",
    "CROSS",
    "ON",
    "USING",
    "AS",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "NULL",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "BETWEEN",
    "LIKE",
    "UNION",
    "ALL",
    "DISTINCT",
    "WITH",
    "ASC",
    "DESC",
    "CAST",
    "EXISTS",
    "COUNT",
    "SUM",
    "MIN",
    "MAX",
    "AVG",
    "TRUE",
    "FALSE",
    "ID",
    "NAME",
    "AMOUNT",
    "STATUS",
    "KEY",
    "VALUE",
    "TYPE",
    "DATE",
    "COALESCE",
    "USER",
    "YEAR",
    "MONTH",
    "SOURCE",
    "TARGET",
    "FINAL",
    "ROW_NUMBER",
    "RANK",
    "DENSE_RANK",
    "LAG",
    "LEAD",
    "LOWER",
    "UPPER",
    "NULLIF",
    "CHANNEL",
    "CONDITION",
    "COST",
    "DAY",
    "WEEK",
    "QUARTER",
    "METHOD",
    "METRIC",
    "NUMBER",
    "PATH",
    "RAW",
    "REGION",
    "STAGE",
    "TIMEZONE",
    "URL",
    "PLAN",
    "LEVEL",
    "DATA",
    "EVENT",
];
