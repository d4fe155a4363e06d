//! Just enough of Rust's syntax to tell code from comments and literals.

/// The same text with every comment, string and character literal blanked out: lines and offsets stay what they are.
pub fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = end_of_opaque(bytes, at) {
            let end = end.min(bytes.len());
            code.extend(bytes[at..end].iter().map(|&byte| match byte {
                b'\n' => '\n',
                _ => ' ',
            }));
            at = end;
        } else {
            let end = end_of_transparent(text, at);
            code.push_str(&text[at..end]);
            at = end;
        }
    }
    code
}

/// Where the comment or literal that begins here ends; none where none begins.
fn end_of_opaque(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    match rest {
        [b'/', b'/', ..] => Some(at + find(rest, b"\n").unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(at + block_comment(rest)),
        [b'\'', ..] => character(rest).map(|length| at + length),
        [b'b', b'\'', ..] => character(&rest[1..]).map(|length| at + 1 + length),
        _ => string(rest).map(|length| at + length),
    }
}

/// The length of a block comment; they nest.
fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a character literal; none for a lifetime, which has no closing quote.
fn character(rest: &[u8]) -> Option<usize> {
    match rest {
        [_, b'\\', _, after @ ..] => find(after, b"'").map(|length| 3 + length + 1),
        [_, first, ..] => {
            let width = match first {
                0x00..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xff => 4,
            };
            (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2)
        }
        _ => None,
    }
}

/// The length of a string literal with its prefix (`b`, `c`, `r`, …) and hashes.
fn string(rest: &[u8]) -> Option<usize> {
    let prefix = match rest {
        [b'b' | b'c', b'r', ..] => 2,
        [b'b' | b'c' | b'r', ..] => 1,
        _ => 0,
    };
    let is_raw = prefix > 0 && rest[prefix - 1] == b'r';
    let hashes = rest[prefix..].iter().take_while(|&&it| it == b'#').count();
    let opened = prefix + hashes + 1;
    if rest.get(opened - 1) != Some(&b'"') || (hashes > 0 && !is_raw) {
        return None;
    }
    if is_raw {
        let close = ["\"", &"#".repeat(hashes)].concat();
        let length = find(&rest[opened..], close.as_bytes());
        return Some(length.map_or(rest.len(), |length| opened + length + close.len()));
    }
    let mut at = opened;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    Some(at + 1)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

/// Where the word, or the single character, that begins here ends.
fn end_of_transparent(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let word = rest.find(|it: char| !is_part_of_word(it));
    match word.unwrap_or(rest.len()) {
        0 => at + rest.chars().next().map_or(1, char::len_utf8),
        length => at + length,
    }
}

/// Whether a character may stand in a name.
pub fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Every place where `word` stands by itself, not as a part of a longer name.
pub fn places_of(text: &str, word: &str) -> Vec<usize> {
    let stands_alone = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part_of_word) && !after.is_some_and(is_part_of_word)
    };
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(|&at| stands_alone(at))
        .collect()
}

/// The number of the line that an offset is on, from 1.
pub fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares what is left, without the blanks.
    fn check(text: &str, expected: &str) {
        let code = blank(text);
        assert_eq!(code.matches('\n').count(), text.matches('\n').count());
        let left: Vec<&str> = code.split_whitespace().collect();
        assert_eq!(left.join(" "), expected, "{text}");
    }

    #[test]
    fn comments_are_no_code() {
        check("a // b {\nc /* d /* e */ f\n */ g", "a c g");
        check("a / b * c", "a / b * c");
    }

    #[test]
    fn strings_are_no_code() {
        check(r#"a("b \" {", c)"#, "a( , c)");
        check("a(r#\"b \" {\"#, c)", "a( , c)");
        check(r#"a(b"{", br"\", c"}", d)"#, "a( , , , d)");
        check("a(\"// b\") // c", "a( )");
    }

    #[test]
    fn characters_are_no_code_and_lifetimes_are() {
        check("'{' '\\'' '\\u{7b}' b'}' 'é' '🦀' a", "a");
        check("fn a<'b>(c: &'b str)", "fn a<'b>(c: &'b str)");
    }

    #[test]
    fn names_that_look_like_prefixes_are_code() {
        check("r#fn + bar + r + b", "r#fn + bar + r + b");
    }

    #[test]
    fn a_word_is_not_part_of_a_longer_one() {
        assert_eq!(places_of("fn fnord r#fn fn_", "fn"), [0, 11]);
    }
}
