//! Queries that are larger than anybody writes: they are analysed in time, or said not to be.

use std::fmt::Write;

use crate::Dialect::{self, BigQuery, Databricks, Snowflake};
use crate::fixture::{analysis, columns, problems};

const ALL: [Dialect; 3] = [Databricks, BigQuery, Snowflake];

/// A query of forty steps, each of which is twice as large as the one before.
fn doubled(first: &str, step: impl Fn(&str) -> String) -> String {
    let mut sql = format!("with c0 as ({first})");
    for number in 1..40 {
        let before = format!("c{}", number - 1);
        write!(sql, ", c{number} as ({})", step(&before)).expect("a string takes everything");
    }
    sql + " select * from c39"
}

fn check_bounded(dialect: Dialect, sql: &str) {
    let analysis = analysis(dialect, sql);
    assert_eq!(analysis.diagnostics, [], "{dialect:?}: {sql:.200}");
    let written = columns(dialect, &analysis).len();
    assert!(written < 2_000_000, "{dialect:?}: {written} for {sql:.200}");
}

#[test]
fn types_that_double_with_every_step_become_unknown() {
    let first = "select struct(1 as a, 2 as b) as s";
    for dialect in [Databricks, BigQuery] {
        for pair in [
            "struct(s as a, s as b)",
            "struct(array(select s) as a, s as b)",
        ] {
            check_bounded(
                dialect,
                &doubled(first, |it| format!("select {pair} as s from {it}")),
            );
        }
        check_bounded(
            dialect,
            &doubled(first, |it| {
                format!("select struct({it} as a, {it} as b) as s from {it}")
            }),
        );
    }
    check_bounded(
        BigQuery,
        &doubled(first, |it| {
            format!("select (select as struct s as a, s as b) as s from {it}")
        }),
    );
    check_bounded(
        Databricks,
        &doubled("select map(1, 2) as s", |it| {
            format!("select map(s, s) as s from {it}")
        }),
    );
}

#[test]
fn stars_that_double_with_every_step_are_not_followed() {
    for dialect in ALL {
        let sql = doubled("select 1 as a", |it| format!("select *, * from {it}"));
        let analysis = analysis(dialect, &sql);
        assert!(!analysis.exact, "{dialect:?}");
        assert!(analysis.outputs.len() <= 25_000, "{dialect:?}");
    }
}

#[test]
fn a_wide_list_has_all_its_columns() {
    let item = |number: usize| format!("id as c{number}");
    let list: Vec<String> = (0..20_000).map(item).collect();
    for (dialect, table) in ALL
        .into_iter()
        .flat_map(|it| [(it, "orders"), (it, "a.b.t")])
    {
        let sql = format!("select {} from {table}", list.join(", "));
        let analysis = analysis(dialect, &sql);
        assert_eq!(analysis.outputs.len(), list.len(), "{dialect:?}: {table}");
    }
}

#[test]
fn what_is_nested_too_deep_is_no_error() {
    let cases = format!(
        "{}1{}",
        "case when true then 0 else ".repeat(3_000),
        " end".repeat(3_000)
    );
    for dialect in ALL {
        for expression in [
            format!("{}true", "not ".repeat(5_000)),
            format!("{}1", "- ".repeat(5_000)),
            format!("{}true", "not ".repeat(390)),
            cases.clone(),
        ] {
            let sql = format!("select {expression} as a");
            let found = problems(&analysis(dialect, &sql), &sql);
            assert!(
                found.starts_with("not-understood at "),
                "{dialect:?}: {found:.200}"
            );
        }
        let sql = format!("select {}true as a", "not ".repeat(150));
        assert_eq!(problems(&analysis(dialect, &sql), &sql), "", "{dialect:?}");
    }
}

#[test]
fn recursive_expressions_within_each_other_are_not_analysed_again_and_again() {
    for dialect in ALL {
        let mut sql = "select 1 as x".to_owned();
        for level in 0..30 {
            sql = format!(
                "with recursive n{level} as ({sql} union all select 1 as x) select x from n{level}"
            );
        }
        assert_eq!(problems(&analysis(dialect, &sql), &sql), "", "{dialect:?}");
    }
}
