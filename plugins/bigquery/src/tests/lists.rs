//! Projects and datasets.

use super::*;
use rocky_adapter_sdk::SchemaEntry;

#[test]
fn projects_and_datasets_are_listed_page_by_page() {
    let script = Script::new();
    let projects = "GET /bigquery/v2/projects?maxResults=1000";
    script.on(
        projects,
        Reply::json(r#"{"projects":[{"id":"p"}],"nextPageToken":"n"}"#),
    );
    script.on(
        &format!("{projects}&pageToken=n"),
        Reply::json(r#"{"projects":[{"id":"q"}]}"#),
    );
    let datasets = "GET /bigquery/v2/projects/p/datasets?maxResults=1000";
    script.on(
        datasets,
        Reply::json(r#"{"datasets":[{"datasetReference":{"datasetId":"D"}}]}"#),
    );
    script.on(
        &datasets.replace("/p/", "/q/"),
        Reply::json(r#"{"kind":"bigquery#datasetList"}"#),
    );
    let adapter = open(&script, "{}");
    assert_eq!(adapter.list_catalogs().unwrap(), ["p", "q"]);
    assert_eq!(adapter.list_schemas("p").unwrap(), [SchemaEntry::new("D")]);
    assert_eq!(
        adapter.list_schemas("q").unwrap(),
        [],
        "an empty list is left out"
    );
}

#[test]
fn a_project_that_does_not_exist_is_not_found() {
    let script = Script::new();
    let datasets = "GET /bigquery/v2/projects/p/datasets?maxResults=1000";
    script.on(datasets, refused(404, "notFound", "Not found: Project p"));
    let error = open(&script, "{}").list_schemas("p").unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error
            .message
            .contains("cannot list the datasets of project `p`"),
        "{error}"
    );
    let error = open(&script, "{}").list_schemas("a`b").unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(
        script.sent().len(),
        1,
        "a name that cannot be is not asked for"
    );
}
