//! Texts in which a backslash means itself, such as `r'\d'`: the tokenizer ends them in the wrong place.

use std::borrow::Cow;

use crate::Dialect;

/// The same SQL, as long and with the same lines, without backslashes and quotes within raw texts.
pub(super) fn plain(dialect: Dialect, sql: &str) -> Cow<'_, str> {
    let has_raw = |quote: char| {
        sql.match_indices(quote)
            .any(|(place, _)| is_raw(dialect, &sql[..place]))
    };
    if dialect == Dialect::Snowflake || !(has_raw('\'') || has_raw('"')) {
        return Cow::Borrowed(sql);
    }
    let mut plain = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                let delimiter = delimiter(dialect, rest, first);
                let inner = &rest[delimiter.len()..];
                let before = &sql[..sql.len() - rest.len()];
                let is_raw = is_raw(dialect, before);
                let escapes = !is_raw || dialect == Dialect::BigQuery;
                let length = inner_length(inner, delimiter, escapes);
                plain.push_str(delimiter);
                let text = &inner[..length];
                match is_raw {
                    true => plain.push_str(&text.replace(['\\', '\'', '"'], "_")),
                    false => plain.push_str(text),
                }
                rest = &inner[length..];
                let closing = delimiter.len().min(rest.len());
                plain.push_str(&rest[..closing]);
                rest = &rest[closing..];
                continue;
            }
            '`' => rest[1..].find('`').map_or(rest.len(), |inner| inner + 2),
            '#' if dialect == Dialect::BigQuery => line_length(rest),
            '-' if rest.starts_with("--") => line_length(rest),
            '/' if rest.starts_with("/*") => comment_length(dialect, rest),
            other => other.len_utf8(),
        };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Cow::Owned(plain)
}

/// Whether a quotation after `before` is raw: behind a word that is nothing but the letters for that.
fn is_raw(dialect: Dialect, before: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let start = before.trim_end_matches(is_part).len();
    let word = &before[start..];
    let is = |prefix: &str| word.eq_ignore_ascii_case(prefix);
    is("r") || (dialect == Dialect::BigQuery && (is("rb") || is("br")))
}

/// What a quotation begins and ends with.
fn delimiter(dialect: Dialect, rest: &str, quote: char) -> &str {
    let quotes = rest.chars().take(3).take_while(|it| *it == quote).count();
    match dialect == Dialect::BigQuery && quotes == 3 {
        true => &rest[..3],
        false => &rest[..1],
    }
}

/// How long the text is up to its delimiter, or to the end where there is none.
fn inner_length(inner: &str, delimiter: &str, escapes: bool) -> usize {
    let mut is_escaped = false;
    for (place, letter) in inner.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if escapes && letter == '\\' {
            is_escaped = true;
        } else if inner[place..].starts_with(delimiter) {
            return place;
        }
    }
    inner.len()
}

fn line_length(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// How long a comment is; Databricks' may hold others.
fn comment_length(dialect: Dialect, rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while let Some(left) = rest.get(place..).filter(|left| !left.is_empty()) {
        if left.starts_with("/*") && (depth == 0 || dialect == Dialect::Databricks) {
            depth += 1;
            place += 2;
        } else if left.starts_with("*/") {
            depth -= 1;
            place += 2;
            if depth == 0 {
                return place;
            }
        } else {
            place += left.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, sql: &str, expected: &str) {
        assert_eq!(plain(dialect, sql), expected);
    }

    #[test]
    fn backslashes_and_quotes_vanish_from_raw_texts_alone() {
        let databricks = |sql, expected| check(Dialect::Databricks, sql, expected);
        databricks(r"select r'\', '\'', R'\d'", r"select r'_', '\'', R'_d'");
        databricks(
            r"-- r'\'
/* r'\' /* */ r'\' */ r'\'",
            r"-- r'\'
/* r'\' /* */ r'\' */ r'_'",
        );
        databricks(r"select or'\'", r"select or'\'");
        databricks(r"select `r'`, '''r', r'é\'", r"select `r'`, '''r', r'é_'");
        let bigquery = |sql, expected| check(Dialect::BigQuery, sql, expected);
        bigquery(r#"r'[\'"]', "\"", rb'\''"#, r#"r'[___]', "\"", rb'__'"#);
        bigquery(
            r#"r"""a"b\"""" , '''r'\''', r''"#,
            r#"r"""a_b__""" , '''r'\''', r''"#,
        );
        bigquery("# r'\\'\nr'\\d'", "# r'\\'\nr'_d'");
        check(Dialect::Snowflake, r"r'\'", r"r'\'");
    }

    proptest::proptest! {
        #[test]
        fn nothing_moves(sql in "([rb'\"`#/*\\\\ é\n-]){0,30}") {
            for dialect in [Dialect::Databricks, Dialect::BigQuery] {
                let plain = plain(dialect, &sql);
                proptest::prop_assert_eq!(plain.len(), sql.len());
                proptest::prop_assert_eq!(plain.chars().count(), sql.chars().count());
            }
        }
    }
}
