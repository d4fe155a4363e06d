//! No statement keeps the guard busy for long or makes it run out of stack.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use rocky_guard::{Level, Refused, check};
use support::DIALECTS;

/// Half of what threads of an async runtime have. Without optimisation everything takes up to five times as much.
const STACK_BYTES: usize = if cfg!(debug_assertions) {
    4 << 20
} else {
    1 << 20
};

/// Without optimisation, and with others at work on the same machine.
const LONG: Duration = Duration::from_secs(5);

/// What can be nested or strung together.
const PIECES: &[&str] = &[
    "(",
    "[",
    "CAST(",
    "TRY_CAST(",
    "CONVERT(",
    "SUBSTRING(",
    "POSITION(",
    "OVERLAY(",
    "CEIL(",
    "TRIM(",
    "EXTRACT(DAY FROM ",
    "EXISTS(",
    "f(",
    "upper(",
    "((SELECT 1 FROM ",
    "(SELECT 1 FROM (",
    "(SELECT ",
    "WITH a AS (",
    "INTERVAL ",
    "INTERVAL - ",
    "INTERVAL NOT ",
    "NOT ",
    "- ",
    "~ ",
    "CASE ",
    "CASE WHEN ",
    "STRUCT<a ",
    "ARRAY<",
    "CAST(1 AS ARRAY<",
    "ARRAY[",
    "1 + ",
    "1 OR ",
    "1 IN (",
    "1 BETWEEN ",
    "1 IS NOT ",
    "1 UNION SELECT ",
    "1::INT",
    "::INT",
    "a.",
    "a[",
    "a:b[",
    "x -> ",
    "t JOIN ",
    "t CROSS JOIN ",
    "LATERAL (",
    "1, ",
    "PRIOR ",
    "CONNECT_BY_ROOT ",
    "DATE ",
    "a AT TIME ZONE ",
    "1 COLLATE a ",
    "1 IS NULL ",
    "<",
    "=",
    ":x",
    "?",
    "IF(",
    "POSITION(f(",
    "CAST((SELECT 1 FROM (",
    "1 LIKE ",
    "a => ",
    "MAP(",
    "ANY(",
    "1 = ANY(",
    "GROUP BY ",
    "EXPLAIN ",
    "CASE - ",
    "~ CASE ",
    "- NOT ",
];

/// The verdict, on a thread with little stack; too long a time fails.
fn judged(dialect: &'static str, sql: String) -> Result<(), Refused> {
    let judge = move || {
        let start = Instant::now();
        let verdict = check(dialect, &sql, Level::Read);
        let took = start.elapsed();
        let beginning: String = sql.chars().take(60).collect();
        assert!(took < LONG, "{dialect}: {took:?} for {beginning}");
        verdict
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(judge).unwrap().join().unwrap()
}

#[test]
fn nothing_that_is_repeated_is_too_much() {
    for dialect in DIALECTS {
        for piece in PIECES {
            for beginning in ["SELECT ", "SELECT * FROM ", ""] {
                for times in [10, 40, 1_900] {
                    let sql = format!("{beginning}{}", piece.repeat(times));
                    let _verdict = judged(dialect, sql);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_that_is_mixed_is_too_much(
        dialect in select(DIALECTS.as_slice()),
        pieces in prop::collection::vec(select(PIECES), 1..5),
        times in 1..40_usize,
    ) {
        let _verdict = judged(dialect, format!("SELECT {}", pieces.concat().repeat(times)));
    }
}

#[test]
fn deep_and_long_statements_are_refused_or_judged() {
    let around = |open: &str, inside: &str, close: &str, times: usize| {
        format!(
            "SELECT {}{inside}{}",
            open.repeat(times),
            close.repeat(times)
        )
    };
    for dialect in DIALECTS {
        for times in [5, 15, 30, 39, 60] {
            let _verdict = judged(dialect, around("(", "1", ")", times));
            let _verdict = judged(dialect, around("upper(", "'a'", ")", times));
            let _verdict = judged(dialect, around("CAST(", "1", " AS INT)", times));
            let _verdict = judged(dialect, around("CAST(1 AS ", "INT", ")", times));
            let _verdict = judged(dialect, around("CASE WHEN 1 = 1 THEN ", "1", " END", times));
            let arrays = format!(
                "CAST(1 AS {}INT{})",
                "ARRAY<".repeat(times),
                ">".repeat(times)
            );
            let _verdict = judged(dialect, around("", &arrays, "", 1));
            let _verdict = judged(
                dialect,
                around("(SELECT * FROM (SELECT ", "1", ") t)", times),
            );
        }
        let refused = judged(dialect, around("(", "1", ")", 10_000));
        assert!(
            matches!(refused, Err(Refused::TooDeep { .. })),
            "{refused:?}"
        );
        let refused = judged(dialect, format!("SELECT '{}'", "a".repeat(1 << 20)));
        assert!(
            matches!(refused, Err(Refused::TooLong { .. })),
            "{refused:?}"
        );
        let refused = judged(dialect, format!("SELECT 1{}", " + 1".repeat(10_000)));
        assert!(
            matches!(refused, Err(Refused::TooIntricate { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn long_statements_of_a_plain_kind_pass() {
    let names = vec!["'name'"; 5_000].join(", ");
    let conditions = vec!["(table_schema = 'a' AND table_name = 'b')"; 300].join(" OR ");
    for dialect in DIALECTS {
        for condition in [format!("table_name IN ({names})"), conditions.clone()] {
            let sql = format!("SELECT 1 FROM information_schema.tables WHERE {condition}");
            assert_eq!(check(dialect, &sql, Level::Metadata), Ok(()), "{dialect}");
        }
    }
}
