//! Choosing the source, and the tables.

use super::sql::{page, row};
use super::*;

fn many(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("t{at:04}")).collect()
}

fn listing(script: &Script, all: &[String]) {
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    script.on(TABLES, listed(&names, ""));
}

#[test]
fn few_tables_are_asked_for_one_by_one() {
    let script = Script::new();
    script.on(TABLES, listed(&["a", "b"], ""));
    script.on(&get("a"), simple("e"));
    script.on(&get("b"), simple("e"));
    let answer = describe(&script, "{}", |_| ()).unwrap();
    assert_eq!(names(&answer), ["a", "b"]);
    let facts = answer.summary.unwrap().attributes;
    assert_eq!(facts.get("source"), Some("rest"));
    assert_eq!(
        facts.get("source_reason"),
        Some("2 tables are few, and REST is free")
    );
}

#[test]
fn many_tables_are_left_to_a_query() {
    let script = Script::new();
    let all = many(201);
    listing(&script, &all);
    let rows: Vec<String> = all
        .iter()
        .map(|name| row(name, "x", "INT64", &[]))
        .collect();
    script.on(QUERY, page(&rows, ""));
    let answer = describe(&script, "{}", |_| ()).unwrap();
    assert_eq!(answer.entries.len(), 201);
    let facts = answer.summary.unwrap().attributes;
    assert_eq!(facts.get("source"), Some("information_schema"));
    assert_eq!(script.sent().len(), 2);
}

#[test]
fn where_no_query_is_permitted_many_tables_are_asked_for_one_by_one() {
    let script = Script::new();
    let all = many(201);
    listing(&script, &all);
    script.on(
        QUERY,
        refused(403, "accessDenied", "no bigquery.jobs.create"),
    );
    for name in &all {
        script.on(&get(name), simple("e"));
    }
    let answer = describe(&script, "{}", |_| ()).unwrap();
    assert_eq!(answer.entries.len(), 201);
    let facts = answer.summary.unwrap().attributes;
    assert_eq!(facts.get("source_reason"), Some("no query is permitted"));
}

#[test]
fn a_few_wanted_tables_cost_only_those() {
    let script = Script::new();
    script.on(&get("b"), simple("e"));
    let answer = describe(&script, "{}", |request| {
        request.only = Some(vec!["b".to_owned()])
    });
    assert_eq!(names(&answer.unwrap()), ["b"]);
    assert_eq!(script.lines(), [get("b")]);
}

#[test]
fn only_the_newest_day_of_a_family_is_asked_for_where_the_user_wants_that() {
    let listed_names = ["e_20260101", "e_20260102", "other"];
    let script = Script::new();
    script.on(TABLES, listed(&listed_names, ""));
    script.on(&get("e_20260102"), simple("e"));
    script.on(&get("other"), simple("e"));
    let answer = describe(&script, r#"{"shards":"newest"}"#, |_| ()).unwrap();
    assert_eq!(names(&answer), ["e_20260102", "other"]);
    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Truncated);
    assert!(summary.note.unwrap().starts_with("1 tables are older days"));

    // A query answers with all, of which the newest are kept.
    let script = Script::new();
    script.on(TABLES, listed(&listed_names, ""));
    let rows = ["e_20260102", "other"].map(|name| row(name, "x", "INT64", &[]));
    script.on(QUERY, page(&rows, ""));
    let settings = r#"{"shards":"newest","source":"information_schema"}"#;
    let answer = describe(&script, settings, |_| ()).unwrap();
    assert_eq!(names(&answer), ["e_20260102", "other"]);
    let tables = &body(&script.sent()[1])["queryParameters"][1]["parameterValue"]["arrayValues"];
    assert_eq!(tables.as_array().unwrap().len(), 2);
}

#[test]
fn tables_that_the_user_leaves_out_cost_no_request() {
    let script = Script::new();
    script.on(TABLES, listed(&["fact_a", "dim_b"], ""));
    script.on(&get("fact_a"), simple("e"));
    let answer = describe(&script, r#"{"include":["fact_*"]}"#, |_| ()).unwrap();
    assert_eq!(names(&answer), ["fact_a"]);
    assert_eq!(answer.summary.unwrap().coverage, Coverage::Truncated);
}

#[test]
fn a_name_that_no_dataset_has_is_not_asked_for() {
    let script = Script::new();
    let error = describe(&script, "{}", |request| {
        request.schema = "d`; DROP".to_owned()
    });
    assert_eq!(error.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(script.sent().len(), 0);
}
