//! Describing table by table.

use super::*;
use rocky_adapter_sdk::Column;

const REST: &str = r#"{"source":"rest"}"#;

#[test]
fn a_table_is_described_with_everything_that_the_api_tells() {
    let script = Script::new();
    script.on(TABLES, listed(&["Item", "events_20260131"], ""));
    script.on(
        &get("Item"),
        Reply::json(
            r#"{"etag":"xY1==","type":"TABLE","description":"sellable things","timePartitioning":{"type":"DAY","field":"day"},
                "clustering":{"fields":["id"]},"schema":{"fields":[
                {"name":"id","type":"INTEGER","mode":"REQUIRED","description":"key"},
                {"name":"code","type":"STRING","maxLength":"12","defaultValueExpression":"'x'","collation":"und:ci"},
                {"name":"day","type":"DATE","mode":"NULLABLE"},
                {"name":"lines","type":"RECORD","mode":"REPEATED","fields":[
                    {"name":"sku","type":"STRING","mode":"REQUIRED","description":"which"}]}]}}"#,
        ),
    );
    script.on(
        &get("events_20260131"),
        Reply::json(r#"{"type":"TABLE","cloneDefinition":{},"timePartitioning":{"type":"DAY"},"schema":{"fields":[]}}"#),
    );
    let answer = describe(&script, REST, |_| ()).unwrap();
    let mut expected = Table::new("Item", "table").with_comment(Some("sellable things"));
    let mut id = Column::new("id", "INT64")
        .with_nullable(false)
        .with_comment(Some("key"));
    id.attributes.set("clustering_index", "0");
    let mut code = Column::new("code", "STRING(12)");
    code.attributes.set("collation", "und:ci");
    code.attributes.set("default", "'x'");
    let mut day = Column::new("day", "DATE");
    day.attributes.set("partition_index", "0");
    let mut lines = Column::new("lines", "ARRAY<STRUCT<sku STRING>>").with_nullable(false);
    lines
        .attributes
        .set("field_descriptions", r#"{"lines.sku":"which"}"#);
    lines.attributes.set("required_fields", "lines.sku");
    expected.columns = vec![id, code, day, lines];
    expected.revision = Some("xY1==".to_owned());
    assert_eq!(tables(&answer)[0], &expected);
    let shard = tables(&answer)[1];
    assert_eq!(shard.kind, "clone");
    assert_eq!(shard.attributes.get("shard_family"), Some("events_*"));
    assert_eq!(
        shard.attributes.get("pseudo_columns"),
        Some("_PARTITIONDATE, _PARTITIONTIME")
    );
    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Exhausted);
    assert_eq!(summary.attributes.get("source"), Some("rest"));
}

#[test]
fn a_table_whose_tag_is_known_is_asked_only_whether_it_has_changed() {
    let script = Script::new();
    script.on(TABLES, listed(&["same", "new"], ""));
    script.on(&get("same"), Reply::status(304));
    script.on(&get("new"), simple("t2"));
    let answer = describe(&script, REST, |request| {
        request.known.insert("same".to_owned(), "\"t1\"".to_owned());
    });
    let answer = answer.unwrap();
    assert_eq!(answer.entries[0], Entry::Unchanged("same".to_owned()));
    assert_eq!(tables(&answer)[0].revision.as_deref(), Some("t2"));
    let sent = script.sent();
    let asked = sent.iter().find(|sent| sent.line == get("same")).unwrap();
    assert!(
        asked
            .headers
            .contains(&("if-none-match".to_owned(), "\"t1\"".to_owned()))
    );
}

#[test]
fn many_tables_are_asked_for_at_once_but_not_too_many() {
    let script = Script::new();
    let all: Vec<String> = (0..100).map(|at| format!("t{at:03}")).collect();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    script.on(TABLES, listed(&names, ""));
    for name in &names {
        script.on(&get(name), simple("e").after_millis(100));
    }
    assert_eq!(describe(&script, REST, |_| ()).unwrap().entries.len(), 100);
    assert_eq!(script.elapsed().as_millis(), 300);
    assert_eq!(script.most_at_once(), 40);
}

#[test]
fn one_table_fails_alone_and_one_that_is_gone_is_none() {
    let script = Script::new();
    script.on(TABLES, listed(&["gone", "secret", "broken", "fine"], ""));
    script.on(
        &get("gone"),
        refused(404, "notFound", "Not found: Table p:d.gone"),
    );
    script.on(
        &get("secret"),
        refused(403, "accessDenied", "Access Denied"),
    );
    script.on(
        &get("broken"),
        Reply::json(r#"{"type":"TABLE","schema":{"fields":[{"name":"a","type":"RECORD"}]}}"#),
    );
    script.on(&get("fine"), simple("e"));
    let answer = describe(&script, REST, |_| ()).unwrap();
    assert_eq!(names(&answer), ["secret", "broken", "fine"]);
    assert_eq!(tables(&answer).len(), 1);
    assert_eq!(answer.summary.unwrap().coverage, Coverage::Exhausted);
}

#[test]
fn a_limit_of_requests_is_waited_for_although_it_is_a_403() {
    let script = Script::new();
    script.on(
        TABLES,
        refused(403, "rateLimitExceeded", "Exceeded rate limits"),
    );
    script.on(TABLES, listed(&["t"], ""));
    script.on(&get("t"), Reply::status(503).with_body("<html>"));
    script.on(&get("t"), simple("e"));
    assert_eq!(names(&describe(&script, REST, |_| ()).unwrap()), ["t"]);

    let script = Script::new();
    script.always(TABLES, refused(403, "quotaExceeded", "Quota exceeded"));
    let error = describe(&script, REST, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::Other("quota-exceeded".to_owned()));
    assert_eq!(script.sent().len(), 1, "it lasts longer than anybody waits");
}

#[test]
fn a_list_begins_again_when_the_table_that_its_token_points_at_is_dropped() {
    let script = Script::new();
    let next = format!("{TABLES}&pageToken=b");
    script.on(TABLES, listed(&["a"], r#","nextPageToken":"b""#));
    script.on(&next, refused(404, "notFound", "Not found: Table p:d.b"));
    script.on(TABLES, listed(&["a"], r#","nextPageToken":"c""#));
    script.on(&next.replace("=b", "=c"), listed(&["c"], ""));
    script.on(&get("a"), simple("e"));
    script.on(&get("c"), simple("e"));
    assert_eq!(names(&describe(&script, REST, |_| ()).unwrap()), ["a", "c"]);
}

#[test]
fn a_dataset_that_does_not_exist_is_told_from_one_without_tables() {
    let script = Script::new();
    script.on(TABLES, refused(404, "notFound", "Not found: Dataset p:d"));
    let error = describe(&script, REST, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error.message.starts_with("dataset `p.d` does not exist"),
        "{error}"
    );
    let script = Script::new();
    script.on(
        TABLES,
        Reply::json(r#"{"kind":"bigquery#tableList","totalItems":0}"#),
    );
    let answer = describe(&script, REST, |_| ()).unwrap();
    assert_eq!(
        (names(&answer).len(), answer.summary.unwrap().coverage),
        (0, Coverage::Exhausted)
    );

    // A single table of a dataset that is not there says so too.
    let script = Script::new();
    script.on(
        &get("t"),
        refused(404, "notFound", "Not found: Dataset p:d"),
    );
    let error = describe(&script, REST, |request| {
        request.only = Some(vec!["t".to_owned()])
    });
    assert_eq!(error.unwrap_err().code, ErrorCode::NotFound);
}
