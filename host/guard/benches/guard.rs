//! What judging a statement costs. Prints a table; asserts no time.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use rocky_guard::{Level, check};
use support::{Case, corpus};

const ROUNDS: usize = 9;
const CHECKS: u32 = 1_000;
const TARGET: Duration = Duration::from_micros(50);

/// The statement of the corpus with this title.
fn titled(dialect: &str, title: &str) -> String {
    let mut cases = corpus("metadata").into_iter();
    let is_meant = |case: &Case| case.dialect == dialect && case.title.as_deref() == Some(title);
    cases.find(is_meant).unwrap().sql
}

/// The time per check: the median of several rounds.
fn per_check(dialect: &str, sql: &str) -> Duration {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CHECKS {
                check(dialect, black_box(sql), Level::Metadata).unwrap();
            }
            start.elapsed() / CHECKS
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn main() {
    let names: Vec<String> = (0..200).map(|index| format!(":table_{index}")).collect();
    let wanted = format!("s.schema_name AND t.table_name IN ({})", names.join(", "));
    let adapter = titled("databricks", "the adapter's statement");
    let with_names = adapter.replacen("s.schema_name", &wanted, 1);
    let joined = titled("snowflake", "tables and columns");
    let cases = [
        ("the adapter's statement", "databricks", adapter.as_str()),
        ("the same with 200 names", "databricks", with_names.as_str()),
        ("a join of tables and columns", "snowflake", joined.as_str()),
        (
            "a listing",
            "snowflake",
            "SHOW COLUMNS IN SCHEMA \"ACME\".\"SHOP\"",
        ),
    ];
    println!("| what | dialect | bytes | time per check | target |");
    println!("|---|---|---:|---:|---:|");
    for (what, dialect, sql) in cases {
        let time = per_check(dialect, sql).as_nanos() / 100;
        println!(
            "| {what} | {dialect} | {} | {}.{} µs | {} µs |",
            sql.len(),
            time / 10,
            time % 10,
            TARGET.as_micros()
        );
    }
}
