//! A native test of the example adapter, as an adapter's author would write it.

#![allow(clippy::unwrap_used)]

#[path = "../examples/tiny_adapter.rs"]
mod tiny_adapter;

use rocky_adapter_sdk::testing::{Reply, Script, drain};
use rocky_adapter_sdk::{Adapter, Column, Coverage, DescribeRequest, Entry, ErrorCode, Settings};
use tiny_adapter::Tiny;

fn open(script: &Script) -> Tiny {
    Tiny::open(
        script.client(),
        &Settings::parse(r#"{"host":"x","page_size":2}"#).unwrap(),
    )
    .unwrap()
}

#[test]
fn every_page_is_described() {
    let script = Script::new();
    script.on(
        "GET /tables?schema=s&page_size=2",
        Reply::json(
            r#"{"tables":[{"name":"a","changed":"7","columns":[["id","int"]]}],"next":"p2"}"#,
        ),
    );
    script.on(
        "GET /tables?schema=s&page_size=2&page_token=p2",
        Reply::json(r#"{"tables":[],"next":""}"#),
    );

    let answer = drain(
        &mut open(&script)
            .describe(DescribeRequest::new("tiny", "s"))
            .unwrap(),
    )
    .unwrap();

    let Entry::Table(table) = &answer.entries[0] else {
        panic!("{answer:?}")
    };
    assert_eq!(
        (table.name.as_str(), table.revision.as_deref()),
        ("a", Some("7"))
    );
    assert_eq!(table.columns, [Column::new("id", "int")]);
    assert_eq!(answer.summary.unwrap().coverage, Coverage::Exhausted);
}

#[test]
fn an_error_says_what_was_attempted() {
    let script = Script::new();
    script.on(
        "GET /tables?schema=s&page_size=2",
        Reply::status(404).with_body("no such schema"),
    );
    let error = drain(
        &mut open(&script)
            .describe(DescribeRequest::new("tiny", "s"))
            .unwrap(),
    )
    .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(
        error.message,
        "cannot list the tables of `s`: GET /tables answered HTTP 404: no such schema"
    );
}

#[test]
fn the_example_tells_its_settings_and_lists() {
    let script = Script::new();
    script.on("GET /schemas", Reply::json(r#"["s"]"#));
    let tiny = open(&script);
    assert_eq!(
        tiny.list_schemas(&tiny.list_catalogs().unwrap()[0])
            .unwrap()[0]
            .name,
        "s"
    );
    assert_eq!(Tiny::manifest().settings.len(), 2);
    let zero = Settings::parse(r#"{"host":"x","page_size":0}"#).unwrap();
    assert_eq!(
        Tiny::open(script.client(), &zero).err().unwrap().code,
        ErrorCode::InvalidConfig
    );
}
