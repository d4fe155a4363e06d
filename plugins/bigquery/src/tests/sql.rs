//! Describing through INFORMATION_SCHEMA.

use super::*;
use crate::assembly::COLUMNS;
use rocky_adapter_sdk::Column;

pub(super) const SQL: &str = r#"{"source":"information_schema"}"#;
const RESULTS: &str = "GET /bigquery/v2/projects/p/queries/j1?timeoutMs=10000&location=EU";

/// A row: table, kind, column, type; and what else is not as usual.
pub(super) fn row(table: &str, column: &str, data_type: &str, change: &[(&str, &str)]) -> String {
    let usual = [
        ("principal", "ada@example.com"),
        ("table_name", table),
        ("table_type", "BASE TABLE"),
        ("column_name", column),
        ("data_type", data_type),
        ("is_nullable", "YES"),
        ("column_default", "NULL"),
        ("is_hidden", "NO"),
        ("is_partitioning_column", "NO"),
    ];
    let cells = COLUMNS.map(|name| {
        let given = change
            .iter()
            .chain(&usual)
            .find(|(given, _)| *given == name);
        let value = given.map_or(Value::Null, |(_, value)| Value::from(*value));
        serde_json::json!({"v": value}).to_string()
    });
    format!(r#"{{"f":[{}]}}"#, cells.join(","))
}

/// A page of a result that is complete.
pub(super) fn page(rows: &[String], more: &str) -> Reply {
    let fields = COLUMNS
        .map(|name| format!(r#"{{"name":"{name}","type":"STRING"}}"#))
        .join(",");
    let rows = match rows {
        [] => String::new(),
        _ => format!(r#","rows":[{}]"#, rows.join(",")),
    };
    Reply::json(format!(
        r#"{{"jobComplete":true,"jobReference":{{"projectId":"p","jobId":"j1","location":"EU"}},
            "schema":{{"fields":[{fields}]}}{rows}{more}}}"#
    ))
}

fn running() -> Reply {
    Reply::json(
        r#"{"jobComplete":false,"jobReference":{"projectId":"p","jobId":"j1","location":"EU"}}"#,
    )
}

/// A table with a column of each kind, and a view.
fn rows_of_two_tables() -> [String; 6] {
    let lines = "ARRAY<STRUCT<sku STRING>>";
    let described = |path, text| [("field_path", path), ("field_description", text)];
    let id = [
        ("is_nullable", "NO"),
        ("field_path", "id"),
        ("field_description", "key"),
        ("clustering_ordinal_position", "1"),
    ];
    let code = [("column_default", "'x'"), ("is_partitioning_column", "YES")];
    let hidden = [("is_hidden", "YES")];
    [
        row("Item", "_PARTITIONTIME", "TIMESTAMP", &hidden),
        row("Item", "id", "INT64", &id),
        row("Item", "lines", lines, &described("lines", "sold")),
        row("Item", "lines", lines, &described("lines.sku", "which")),
        row("Item", "code", "STRING(12)", &code),
        row(
            "v",
            "n",
            "NUMERIC(12, 2)",
            &[("table_type", "MATERIALIZED VIEW")],
        ),
    ]
}

#[test]
fn one_query_describes_a_dataset() {
    let script = Script::new();
    let billed = r#","totalRows":"6","totalBytesProcessed":"20480","totalBytesBilled":"10485760""#;
    script.on(QUERY, page(&rows_of_two_tables(), billed));
    let answer = describe(&script, SQL, |_| ()).unwrap();
    let item = tables(&answer)[0];
    let mut id = Column::new("id", "INT64")
        .with_nullable(false)
        .with_comment(Some("key"));
    id.attributes.set("clustering_index", "0");
    let mut lines = Column::new("lines", "ARRAY<STRUCT<sku STRING>>")
        .with_nullable(false)
        .with_comment(Some("sold"));
    lines
        .attributes
        .set("field_descriptions", r#"{"lines.sku":"which"}"#);
    let mut code = Column::new("code", "STRING(12)");
    code.attributes.set("default", "'x'");
    code.attributes.set("partition_index", "0");
    assert_eq!(item.columns, [id, lines, code]);
    let pseudo = item.attributes.get("pseudo_columns");
    assert_eq!(pseudo, Some("_PARTITIONTIME"));
    assert_eq!(tables(&answer)[1].kind, "materialized_view");
    let summary = answer.summary.unwrap();
    assert_eq!(summary.principal.as_deref(), Some("ada@example.com"));
    let fact = |name| summary.attributes.get(name);
    assert_eq!(fact("bytes_billed"), Some("10485760"));
    assert_eq!(fact("source"), Some("information_schema"));
    assert_eq!(script.lines(), [QUERY]);
}

#[test]
fn the_description_of_a_table_is_read_as_a_literal() {
    let script = Script::new();
    let described = r#""it's \"new\"""#;
    script.on(
        QUERY,
        page(
            &[row("t", "a", "INT64", &[("table_description", described)])],
            "",
        ),
    );
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(tables(&answer)[0].comment.as_deref(), Some("it's \"new\""));
}

#[test]
fn names_are_parameters_and_the_query_is_never_legacy_sql() {
    let script = Script::new();
    script.on(QUERY, page(&[row("it's", "a", "INT64", &[])], ""));
    let settings = r#"{"source":"information_schema","project":"p","maximum_bytes_billed":1000}"#;
    let answer = describe(&script, settings, |request| {
        request.only = Some(vec!["it's".to_owned()])
    });
    assert_eq!(names(&answer.unwrap()), ["it's"]);
    let body = body(&script.sent()[0]);
    assert_eq!(body["useLegacySql"], false);
    assert_eq!(body["maximumBytesBilled"], "1000");
    assert_eq!(body["queryParameters"][0]["parameterValue"]["value"], "d");
    assert_eq!(
        body["queryParameters"][1]["parameterValue"]["arrayValues"][0]["value"],
        "it's"
    );
    let id = body["requestId"].as_str().unwrap();
    assert!(id.len() <= 36, "{id}");
    assert!(!body["query"].as_str().unwrap().contains("it's"));
}

#[test]
fn a_query_that_takes_longer_is_waited_for_and_every_page_is_read() {
    let script = Script::new();
    script.on(QUERY, running());
    script.on(RESULTS, running());
    script.on(
        RESULTS,
        page(
            &[row("a", "x", "INT64", &[])],
            r#","totalRows":"3","pageToken":"p2""#,
        ),
    );
    let second = format!("{RESULTS}&pageToken=p2");
    script.on(
        &second,
        page(&[row("b", "x", "INT64", &[])], r#","pageToken":"p3""#),
    );
    let third = format!("{RESULTS}&pageToken=p3");
    script.on(&third, page(&[row("c", "x", "INT64", &[])], ""));
    assert_eq!(
        names(&describe(&script, SQL, |_| ()).unwrap()),
        ["a", "b", "c"]
    );
}

#[test]
fn a_result_that_does_not_add_up_is_an_error() {
    for (reply, words) in [
        (
            page(&[row("a", "x", "INT64", &[])], r#","totalRows":"2""#),
            "has 2 rows, but 1 came",
        ),
        (
            Reply::json(r#"{"jobComplete":true,"schema":{"fields":[{"name":"x"}]}}"#),
            "has no column `principal`",
        ),
        (
            Reply::json(r#"{"jobComplete":false}"#),
            "has not said which job",
        ),
    ] {
        let script = Script::new();
        script.on(QUERY, reply);
        let error = describe(&script, SQL, |_| ()).unwrap_err();
        assert_eq!(error.code, ErrorCode::Protocol);
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn a_lost_answer_is_asked_for_under_the_same_id_and_a_failed_job_under_another() {
    let script = Script::new();
    script.on(QUERY, Reply::status(503).with_body("<html>"));
    script.on(QUERY, page(&[row("a", "x", "INT64", &[])], ""));
    describe(&script, SQL, |_| ()).unwrap();
    let ids = |script: &Script| -> Vec<String> {
        let sent = script.sent();
        sent.iter()
            .map(|sent| body(sent)["requestId"].to_string())
            .collect()
    };
    let ids_of_lost = ids(&script);
    assert_eq!(ids_of_lost[0], ids_of_lost[1]);

    let script = Script::new();
    script.always(QUERY, refused(400, "jobBackendError", "Try again"));
    let error = describe(&script, SQL, |_| ()).unwrap_err();
    assert!(error.message.contains("Try again"), "{error}");
    assert_eq!(script.sent().len(), 3, "as three jobs");
}

#[test]
fn dropping_the_cursor_cancels_the_job() {
    let script = Script::new();
    script.on(QUERY, running());
    let cancel = "POST /bigquery/v2/projects/p/jobs/j1/cancel?location=EU";
    script.on(cancel, Reply::json("{}"));
    let mut cursor = open(&script, SQL)
        .describe(DescribeRequest::new("p", "d"))
        .unwrap();
    use rocky_adapter_sdk::Cursor;
    cursor.next().unwrap();
    drop(cursor);
    assert_eq!(script.lines(), [QUERY, cancel]);
}

#[test]
fn where_the_region_s_views_are_refused_the_dataset_s_are_asked() {
    let settings = r#"{"source":"information_schema","location":"EU"}"#;
    let script = Script::new();
    script.on(
        QUERY,
        refused(403, "accessDenied", "Access Denied: Project p"),
    );
    script.on(QUERY, page(&[row("a", "x", "INT64", &[])], ""));
    assert_eq!(names(&describe(&script, settings, |_| ()).unwrap()), ["a"]);
    let sent = script.sent();
    let text = |at: usize| body(&sent[at])["query"].as_str().unwrap().to_owned();
    assert!(text(0).contains("`p.region-eu`.INFORMATION_SCHEMA"));
    assert!(text(1).contains("`p.d`.INFORMATION_SCHEMA"));
    assert_eq!(body(&sent[1])["location"], "EU");

    // A dataset without tables has a row there; one that does not exist has none.
    let script = Script::new();
    script.on(QUERY, page(&[], ""));
    let error = describe(&script, settings, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[test]
fn what_the_warehouse_says_of_a_failure_is_told() {
    for (reply, code) in [
        (
            refused(404, "notFound", "Not found: Dataset p:d"),
            ErrorCode::NotFound,
        ),
        (
            refused(403, "accessDenied", "no jobs.create"),
            ErrorCode::PermissionDenied,
        ),
        (
            refused(400, "bytesBilledLimitExceeded", "limit exceeded"),
            ErrorCode::TooLarge,
        ),
        (
            refused(400, "invalidQuery", "Syntax error"),
            ErrorCode::Internal,
        ),
    ] {
        let script = Script::new();
        script.on(QUERY, reply);
        let error = describe(&script, SQL, |_| ()).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains("dataset `p.d`"), "{error}");
    }
}
