//! Patterns with `*`.

/// True when `text` matches `pattern`, where each `*` stands for any run of characters, also none.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((prefix, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(prefix) else {
        return false;
    };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return text.ends_with(piece);
        }
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    true
}

/// True when `text` matches an SQL `LIKE` pattern: `%` any run, `_` one character, `\` escapes.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = letters.as_str();
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| like(rest, &text[at..]))
        }
        Some('_') => {
            let mut left = text.chars();
            left.next().is_some() && like(letters.as_str(), left.as_str())
        }
        Some(letter) => {
            let escaped = (letter == '\\').then(|| letters.next()).flatten();
            text.strip_prefix(escaped.unwrap_or(letter))
                .is_some_and(|left| like(letters.as_str(), left))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{like, matches};

    #[test]
    fn like_patterns_match_as_in_sql() {
        for (pattern, text, expected) in [
            ("src\\_\\_%", "src__a", true),
            ("src\\_\\_%", "srcxxa", false),
            ("f_ights", "flights", true),
            ("%", "", true),
            ("%a%", "bab", true),
            ("a", "ab", false),
        ] {
            assert_eq!(like(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("src__*", "src__a", true),
            ("src__*", "src_a", false),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("a*a", "a", false),
            ("plain", "plain", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
