//! Databricks SQL re-spelt for a reader that knows less of it.

use super::cursor::SyntaxError;
use super::error::SqlError;
use super::lexer::{self, Kind, Token};
use super::parameters::Parameter;
use std::borrow::Cow;

/// The statement with all names in lower case, so that the engine, which is exact, finds them as
/// Databricks does; and with strings in the one spelling that all dialects share.
pub(super) fn normalized(sql: &str) -> Result<String, SyntaxError> {
    rewritten(sql, |token, text, out| match &token.kind {
        Kind::Word => out.push_str(&text.to_lowercase()),
        Kind::Quoted(name) => push_quoted(out, '`', &name.to_lowercase()),
        Kind::Text(value) => push_quoted(out, '\'', value),
        Kind::Mark(mark) => out.push(*mark),
    })
}

fn push_quoted(out: &mut String, quote: char, text: &str) {
    out.push(quote);
    for letter in text.chars() {
        if letter == quote {
            out.push(quote);
        }
        out.push(letter);
    }
    out.push(quote);
}

fn tokens(sql: &str) -> Result<Vec<Token>, SyntaxError> {
    lexer::tokens(sql).map_err(|unterminated| SyntaxError {
        expected: format!("the end of the {} opened here", unterminated.what),
        found: "the end of the text".to_owned(),
        position: unterminated.at,
    })
}

/// Writes each token anew and keeps what stands between them.
fn rewritten(sql: &str, write: impl Fn(&Token, &str, &mut String)) -> Result<String, SyntaxError> {
    let mut out = String::with_capacity(sql.len() + 8);
    let mut end = 0;
    for token in tokens(sql)? {
        out.push_str(&sql[end..token.span.start]);
        write(&token, &sql[token.span.clone()], &mut out);
        end = token.span.end;
    }
    out.push_str(&sql[end..]);
    Ok(out)
}

/// How the statement spells its words, each with its lower-case form: what a result's column is
/// called when it has an alias. Words after AS come first, because those surely are aliases.
pub(super) fn spellings(sql: &str) -> Vec<(String, String)> {
    let (mut after_as, mut others) = (Vec::new(), Vec::new());
    let mut as_before = false;
    for token in lexer::tokens(sql).unwrap_or_default() {
        let word = match token.kind {
            Kind::Word => sql[token.span].to_owned(),
            Kind::Quoted(name) => name,
            _ => continue,
        };
        let lower = word.to_lowercase();
        let is_as = lower == "as";
        match as_before {
            true => after_as.push((lower, word)),
            false if lower != word => others.push((lower, word)),
            false => {}
        }
        as_before = is_as;
    }
    after_as.append(&mut others);
    after_as
}

/// Puts the name itself where `IDENTIFIER('name')` or `IDENTIFIER(:parameter)` stands.
pub(super) fn resolve_identifier_clauses<'a>(
    sql: &'a str,
    parameters: &[Parameter],
) -> Result<Cow<'a, str>, SqlError> {
    let all = tokens(sql)?;
    let mut out = String::new();
    let mut end = 0;
    let mut at = 0;
    while at < all.len() {
        match clause(sql, &all[at..], parameters)? {
            Some((name, length)) => {
                out.push_str(&sql[end..all[at].span.start]);
                out.push_str(&name);
                end = all[at + length - 1].span.end;
                at += length;
            }
            None => at += 1,
        }
    }
    if end == 0 {
        return Ok(Cow::Borrowed(sql));
    }
    out.push_str(&sql[end..]);
    Ok(Cow::Owned(out))
}

/// The name of the clause that starts here, and how many tokens the clause has.
fn clause(
    sql: &str,
    tokens: &[Token],
    parameters: &[Parameter],
) -> Result<Option<(String, usize)>, SqlError> {
    let text = |token: &Token| &sql[token.span.clone()];
    let [head, open, rest @ ..] = tokens else {
        return Ok(None);
    };
    let opens = head.kind == Kind::Word && text(head).eq_ignore_ascii_case("identifier");
    if !opens || open.kind != Kind::Mark('(') {
        return Ok(None);
    }
    match rest {
        [
            Token {
                kind: Kind::Text(name),
                ..
            },
            close,
            ..,
        ] if close.kind == Kind::Mark(')') => Ok(Some((name.clone(), 4))),
        [colon, word, close, ..]
            if colon.kind == Kind::Mark(':') && close.kind == Kind::Mark(')') =>
        {
            let parameter = Parameter::find(parameters, text(word))?;
            let name = parameter.value.clone().unwrap_or_default();
            Ok(Some((name, 5)))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn names_become_lower_case_and_strings_one_spelling() {
        assert_eq!(
            normalized(r#"SELECT `A``b`, "it's", 'x\'Y', r'\d' /* Z */ FROM T"#).unwrap(),
            r"select `a``b`, 'it''s', 'x''Y', '\d' /* Z */ from t"
        );
    }

    #[test]
    fn an_alias_is_spelt_as_after_as() {
        let spelt = spellings("SELECT N, k AS n, x Total FROM t");
        let first = |lower: &str| {
            spelt
                .iter()
                .find(|(word, _)| word == lower)
                .unwrap()
                .1
                .clone()
        };
        assert_eq!(
            (first("n"), first("total")),
            ("n".to_owned(), "Total".to_owned())
        );
    }

    #[test]
    fn identifier_clauses_become_names() {
        let parameters = [Parameter::new("t".into(), Some("c.`s`.T".into()), None).unwrap()];
        let resolve = |sql| resolve_identifier_clauses(sql, &parameters);
        assert_eq!(
            resolve("SELECT IDENTIFIER('a') FROM identifier(:T) x").unwrap(),
            "SELECT a FROM c.`s`.T x"
        );
        assert_eq!(resolve("SELECT 1").unwrap(), "SELECT 1");
        let error = resolve("TABLE IDENTIFIER(:u)").unwrap_err();
        assert_eq!(error.class, "UNBOUND_SQL_PARAMETER");
    }
}
