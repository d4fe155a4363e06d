//! Listing databases and schemas.

use super::*;

#[test]
fn databases_and_schemas_are_listed_once_each() {
    let script = Script::new();
    script.on(
        SHOW,
        rows(
            ["created_on", "name"],
            &[["-", "RAW"], ["-", "acme"], ["-", "RAW"]],
        ),
    );
    let adapter = open(&script, &json!({}));
    assert_eq!(adapter.list_catalogs().unwrap(), ["RAW", "acme"]);
    script.on(SHOW, rows(["name"], &[["SHOP"], ["INFORMATION_SCHEMA"]]));
    let schemas = adapter.list_schemas("a\"b").unwrap();
    let names: Vec<&str> = schemas.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["INFORMATION_SCHEMA", "SHOP"]);
    assert_eq!(
        statements(&script),
        [
            "SHOW DATABASES LIMIT 10000",
            r#"SHOW SCHEMAS IN DATABASE "a""b" LIMIT 10000"#
        ]
    );
}

#[test]
fn a_database_that_is_missing_is_told_with_its_name() {
    let script = Script::new();
    script.on(SHOW, refused(422, "002043", "Object does not exist"));
    let error = open(&script, &json!({})).list_schemas("NOPE").unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error
            .message
            .starts_with("cannot list the schemas of database \"NOPE\": "),
        "{error}"
    );
}

#[test]
fn a_list_goes_on_behind_its_last_name() {
    let script = Script::new();
    let all: Vec<String> = (0..10_000).map(|at| format!("D{at:05}'")).collect();
    let page: Vec<[&str; 1]> = all.iter().map(|name| [name.as_str()]).collect();
    script.on(SHOW, rows(["name"], &page));
    // The first name that begins like the last one may be that one's neighbour.
    script.on(SHOW, rows(["name"], &[["D09999'"], ["E"]]));
    let adapter = open(&script, &json!({}));
    assert_eq!(adapter.list_catalogs().unwrap().len(), 10_001);
    let second = format!(
        "SHOW DATABASES LIMIT 10000 FROM {}",
        crate::names::literal("D09999'")
    );
    assert_eq!(statements(&script)[1], second);
    script.on(SHOW, rows(["name"], &page));
    script.on(SHOW, rows(["name"], &page));
    let error = adapter.list_catalogs().unwrap_err();
    assert!(error.message.contains("leads in a circle"), "{error}");
}
