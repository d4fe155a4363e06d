//! Names of files: one for each name that a warehouse may have, on every file system.
//!
//! A file name consists of lower-case ASCII letters, digits and `_-+%~`, so no file system that ignores letter case or
//! normalises Unicode takes two of them for one, and none of them means something to a shell, to Windows or to git.
//! `+` switches between lower and upper case, and everything else is percent-encoded:
//!
//! | name | file |
//! |---|---|
//! | `orders` | `orders` |
//! | `ORDERS` | `+orders` |
//! | `OrderLines` | `+o+rder+l+ines` |
//! | `größe 2` | `gr%c3%b6%c3%9fe%202` |
//! | `con`, which Windows reserves | `%63on` |
//!
//! Percent-encoding alone would write every table of Snowflake as `%4f%52%44…`.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Some encrypted file systems take no more than 143 bytes, with the extension.
const LONGEST: usize = 128;
/// What is kept of a longer one, before the hash of the whole.
const KEPT: usize = 90;

/// What Windows takes for a device, with any extension.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
const RESERVED_WITH_DIGIT: [&str; 2] = ["com", "lpt"];

/// The name of the file for `name`, without extension. Different names have different ones, also where case is ignored;
/// but for very long names [`decode`] reads the name from it.
pub fn encode(name: &str) -> String {
    let encoded = encode_whole(name);
    if encoded.len() <= LONGEST {
        return encoded;
    }
    let kept = encoded.get(..KEPT).unwrap_or_default();
    // No escape in halves.
    let kept = match kept.rfind('%').filter(|at| at + 3 > KEPT) {
        Some(at) => kept.get(..at).unwrap_or_default(),
        None => kept,
    };
    let mut hashed = format!("{kept}~");
    for byte in Sha256::digest(name).iter().take(16) {
        // Writing to a text does not fail.
        let _ = write!(hashed, "{byte:02x}");
    }
    hashed
}

/// The name whose file this is; none where it is no file name of [`encode`], or stands for a name too long to read back.
pub fn decode(file: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(file.len());
    let mut is_upper = false;
    let mut rest = file.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => is_upper = !is_upper,
            b'%' => {
                let digits = [rest.next()?, rest.next()?].map(char::from);
                let [high, low] = digits.map(|digit| digit.to_digit(16));
                bytes.push(u8::try_from(high? * 16 + low?).ok()?);
            }
            byte if is_upper => bytes.push(byte.to_ascii_uppercase()),
            byte => bytes.push(byte),
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (encode_whole(&name) == file).then_some(name)
}

fn encode_whole(name: &str) -> String {
    if name.is_empty() {
        return "+".to_owned();
    }
    let mut encoded = String::with_capacity(name.len() + 8);
    let mut is_upper = false;
    for (index, c) in name.chars().enumerate() {
        match c {
            'a'..='z' | 'A'..='Z' => {
                if c.is_ascii_uppercase() != is_upper {
                    is_upper = !is_upper;
                    encoded.push('+');
                }
                encoded.push(c.to_ascii_lowercase());
            }
            '0'..='9' | '_' => encoded.push(c),
            // In front it would look like an option.
            '-' if index > 0 => encoded.push(c),
            c => escape(c, &mut encoded),
        }
    }
    match encoded.chars().next() {
        Some(first) if is_reserved(&encoded) => {
            let mut safe = String::new();
            escape(first, &mut safe);
            safe.extend(encoded.chars().skip(1));
            safe
        }
        _ => encoded,
    }
}

fn escape(c: char, encoded: &mut String) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(encoded, "%{byte:02x}");
    }
}

fn is_reserved(encoded: &str) -> bool {
    let with_digit = |start: &&str| {
        let digit = encoded.strip_prefix(*start);
        digit.is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']))
    };
    RESERVED.contains(&encoded) || RESERVED_WITH_DIGIT.iter().any(with_digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_look_like_this() {
        for (name, file) in [
            ("orders", "orders"),
            ("ORDERS", "+orders"),
            ("ORDER_LINES_2", "+order_lines_2"),
            ("Orders", "+o+rders"),
            ("orderId", "order+i+d"),
            ("größe 2", "gr%c3%b6%c3%9fe%202"),
            ("a.b/c\\d", "a%2eb%2fc%5cd"),
            ("..", "%2e%2e"),
            ("-rf", "%2drf"),
            ("a+b%c~d", "a%2bb%25c%7ed"),
            ("con", "%63on"),
            ("CON", "+con"),
            ("com7", "%63om7"),
            ("com77", "com77"),
            ("", "+"),
        ] {
            assert_eq!(encode(name), file, "{name}");
            assert_eq!(decode(file).as_deref(), Some(name), "{file}");
        }
        for file in [
            "Orders", "o+", "%6f", "%4", "%zz", "%ff", "++a", "a.b", "con", "ö", "%C3%B6",
        ] {
            assert_eq!(decode(file), None, "{file}");
        }
    }

    #[test]
    fn a_long_name_ends_in_a_hash() {
        let long = "ö".repeat(300);
        let (one, other) = (encode(&format!("{long}a")), encode(&format!("{long}b")));
        assert!(one.len() <= LONGEST && one != other);
        assert!(
            one.starts_with("%c3%b6%c3") && one.contains("%b6~"),
            "{one}"
        );
        assert_eq!(decode(&one), None);
    }

    proptest! {
        #[test]
        fn every_name_has_a_file_of_its_own(name in "\\PC{0,30}|[a-cA-C%+~. ]{0,12}|(?i)(con|com1|nul)") {
            let file = encode(&name);
            let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'+' | b'%' | b'~');
            prop_assert!(!file.is_empty() && file.len() <= LONGEST && file.bytes().all(is_plain));
            prop_assert!(!is_reserved(&file) && !file.starts_with('-'));
            if !file.contains('~') {
                prop_assert_eq!(decode(&file), Some(name));
            }
        }

        #[test]
        fn different_names_differ_also_in_lower_case(one in "[a-bA-B]{0,6}", other in "[a-bA-B]{0,6}") {
            prop_assert_eq!(one == other, encode(&one).to_lowercase() == encode(&other).to_lowercase());
        }

        #[test]
        fn what_is_decoded_is_encoded_so(file in "[a-c%+~0-9]{0,12}") {
            if let Some(name) = decode(&file) {
                prop_assert_eq!(encode(&name), file);
            }
        }
    }
}
