//! Which addresses a pattern admits: a corpus, and what holds for all of them.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rocky_plugin::{Origin, OriginPattern};

const CORPUS: &str = include_str!("../corpus/origins.txt");

#[test]
fn the_corpus_is_judged_as_it_says() {
    let lines = CORPUS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let [pattern, address, verdict] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let pattern: OriginPattern = pattern.parse().unwrap();
        let found = match address.parse::<Origin>() {
            Err(_) => "-",
            Ok(origin) if pattern.matches(&origin) => "yes",
            Ok(_) => "no",
        };
        assert_eq!(found, verdict, "{line}");
    }
}

/// Pieces of addresses that mean something to somebody.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "https://",
        "http://",
        "store",
        "example",
        "com",
        "evil",
        "org",
        ".",
        ".",
        ".",
        ":",
        "443",
        "8443",
        "/",
        "\\",
        "@",
        "#",
        "?",
        "%2e",
        "%2f",
        "%00",
        "*",
        "*.",
        "[::1]",
        "127.0.0.1",
        "0x7f",
        "xn--",
        "。",
        "ａ",
        " ",
        "\t",
        "\n",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_admitted_is_below_the_domain(pieces in prop::collection::vec(piece(), 1..9)) {
        let text = pieces.concat();
        let pattern: OriginPattern = "https://*.store.example.com".parse().unwrap();
        if let Ok(origin) = text.parse::<Origin>()
            && pattern.matches(&origin)
        {
            let printed = origin.to_string();
            let host = printed.strip_prefix("https://").unwrap();
            prop_assert!(host.ends_with(".store.example.com"), "{}", printed);
        }
    }

    #[test]
    fn no_pattern_covers_more_than_one_domain(pieces in prop::collection::vec(piece(), 1..9)) {
        if let Ok(pattern) = pieces.concat().parse::<OriginPattern>() {
            let printed = pattern.to_string();
            prop_assert!(!printed.trim_start_matches("https://*.").trim_start_matches("http://*.").contains('*'), "{}", printed);
            for other in ["https://evil.net", "https://a.b.com", "http://169.254.169.254"] {
                prop_assert!(!pattern.matches(&other.parse().unwrap()), "{}", printed);
            }
        }
    }
}
