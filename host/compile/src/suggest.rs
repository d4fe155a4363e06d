//! Which name was meant.

use sqlparser::ast::Ident;
use sqlparser::keywords::{
    ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_TABLE_ALIAS,
};

use crate::Fix;
use crate::scope::Names;

/// Nobody slips in a name of so many bytes, and to compare two takes the square of their lengths.
const LONGEST: usize = 400;

/// The candidate that is likely to have been meant by `name`.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let written = name;
    let name = name.to_lowercase();
    if name.len() > LONGEST {
        return None;
    }
    let most = match name.chars().count() {
        0..=2 => 1,
        length => (length / 3).clamp(1, 3),
    };
    // Of all names of a schema, most are too long or too short.
    let length = name.chars().count();
    candidates
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            (strsim::osa_distance(&name, &lower), candidate)
        })
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.chars().count())
        .min_by_key(|(distance, candidate)| {
            // Of two that are as near, the one in the same letters.
            let exact = strsim::osa_distance(written, candidate);
            (*distance, exact)
        })
        .map(|(_, candidate)| candidate)
}

/// What to say beneath an unknown name: the fix, or else what is known.
pub(crate) fn help(fix: Option<&Fix>, how: &str, known: &[&str]) -> Option<String> {
    if let Some(fix) = fix {
        return Some(format!("did you mean `{}`?", fix.replacement));
    }
    match known.len() {
        0 => None,
        1..=11 => Some(format!("{how}: `{}`", known.join("`, `"))),
        _ => Some(format!("{how}: `{}`, …", known[..11].join("`, `"))),
    }
}

/// A stored name as a query would write it in the place of `like`: in small letters where that means the same and `like` is small.
pub(crate) fn written(names: &Names, stored: &str, like: &Ident) -> String {
    let lower = stored.to_lowercase();
    let is_small = !like.value.chars().any(char::is_uppercase) && like.quote_style.is_none();
    if is_small && is_plain(&lower) && names.rules.stored(&lower, false) == stored {
        return lower;
    }
    quoted_where_needed(names, stored)
}

/// A stored name in the way that a query has to write it.
pub(crate) fn quoted_where_needed(names: &Names, stored: &str) -> String {
    let folded = names.rules.stored(stored, false);
    let is_same = names.rules.columns.key(&folded) == names.rules.columns.key(stored);
    if is_plain(stored) && is_same {
        return stored.to_owned();
    }
    let quote = names.rules.quote;
    let doubled = stored.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

/// Whether a clause may begin with a word, so that it is no name without quotes.
fn is_reserved(name: &str) -> bool {
    let place = ALL_KEYWORDS.binary_search(&name.to_uppercase().as_str());
    let Some(word) = place
        .ok()
        .and_then(|place| ALL_KEYWORDS_INDEX.get(place))
        .copied()
    else {
        return false;
    };
    RESERVED_FOR_COLUMN_ALIAS.contains(&word)
        || RESERVED_FOR_TABLE_ALIAS.contains(&word)
        || matches!(word, Keyword::FROM | Keyword::INTERVAL)
}

/// Whether a name is a word, and stands for nothing else.
fn is_plain(name: &str) -> bool {
    !is_reserved(name)
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(name, candidates.iter().copied()), expected);
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        check(
            "custmer_id",
            &["order_id", "customer_id"],
            Some("customer_id"),
        );
        check("AMOUNT", &["amuont", "account"], Some("amuont"));
        check("id", &["is"], Some("is"));
        check("total", &["customer"], None);
        check("x", &["y"], None);
    }
}
