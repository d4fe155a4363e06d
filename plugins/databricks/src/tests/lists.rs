//! Catalogs and schemas.

use super::*;

#[test]
fn catalogs_are_listed_to_the_last_page() {
    let script = Script::new();
    let line = "GET /api/2.1/unity-catalog/catalogs?max_results=0";
    script.on(
        line,
        Reply::json(r#"{"catalogs":[{"name":"main"},{"name":"Ünï.`x`"}],"next_page_token":"a+b"}"#),
    );
    script.on(
        &format!("{line}&page_token=a%2Bb"),
        Reply::json(r#"{"next_page_token":"c"}"#),
    );
    script.on(
        &format!("{line}&page_token=c"),
        Reply::json(r#"{"catalogs":[{"name":"system"}]}"#),
    );
    assert_eq!(
        open(&script, "{}").list_catalogs().unwrap(),
        ["main", "Ünï.`x`", "system"]
    );
}

#[test]
fn schemas_are_listed_as_the_warehouse_does() {
    let script = Script::new();
    let line = "GET /api/2.1/unity-catalog/schemas?catalog_name=c%20d&max_results=0";
    script.on(
        line,
        Reply::json(
            r#"{"schemas":[{"name":"information_schema"},{"name":"s"}],"next_page_token":""}"#,
        ),
    );
    let schemas = open(&script, "{}").list_schemas("c d").unwrap();
    assert_eq!(
        schemas
            .iter()
            .map(|schema| schema.name.as_str())
            .collect::<Vec<_>>(),
        ["information_schema", "s"]
    );
}

#[test]
fn a_catalog_that_does_not_exist_is_not_found() {
    let script = Script::new();
    let body = r#"{"error_code":"CATALOG_DOES_NOT_EXIST","message":"Catalog 'x' does not exist."}"#;
    script.on(
        "GET /api/2.1/unity-catalog/schemas?catalog_name=x&max_results=0",
        Reply::status(404).with_body(body),
    );
    let error = open(&script, "{}").list_schemas("x").unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(
        error.message,
        "cannot list the schemas of catalog `x`: GET /api/2.1/unity-catalog/schemas answered HTTP 404 CATALOG_DOES_NOT_EXIST: \
         Catalog 'x' does not exist."
    );
}
