//! The catalog from before Unity Catalog.

use super::*;
use rocky_adapter_sdk::testing::Sent;
use rocky_adapter_sdk::{Coverage, SchemaEntry};

const SETTINGS: &str = r#"{"warehouse_id":"4f2a"}"#;
const EXECUTE: &str = super::sql::EXECUTE;

/// A result of these columns and rows, each row a JSON array.
fn result(columns: &[&str], rows: &[String]) -> Reply {
    let columns: Vec<String> = columns
        .iter()
        .map(|name| format!(r#"{{"name":"{name}"}}"#))
        .collect();
    Reply::json(format!(
        r#"{{"statement_id":"01f0","status":{{"state":"SUCCEEDED"}},"manifest":{{"schema":{{"columns":[{}]}},
            "total_row_count":{}}},"result":{{"data_array":[{}]}}}}"#,
        columns.join(","),
        rows.len(),
        rows.join(",")
    ))
}

fn listed(tables: &[&str]) -> Reply {
    let rows: Vec<String> = tables
        .iter()
        .map(|name| format!(r#"["s","{name}","false"]"#))
        .collect();
    result(&["database", "tableName", "isTemporary"], &rows)
}

fn as_json(document: &str) -> Reply {
    let cell = format!("[{}]", serde_json::Value::from(document));
    result(&["json_metadata"], &[cell])
}

fn as_rows(rows: &[[&str; 3]]) -> Reply {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| serde_json::to_string(row).unwrap())
        .collect();
    result(&["col_name", "data_type", "comment"], &rows)
}

fn failed(class: &str) -> Reply {
    Reply::json(format!(
        r#"{{"statement_id":"01f0","status":{{"state":"FAILED","error":{{"error_code":"BAD_REQUEST","message":"[{class}] no"}}}}}}"#
    ))
}

const SIMPLE: &str =
    r#"{"columns":[{"name":"a","type":{"name":"int"},"nullable":false}],"type":"MANAGED"}"#;

fn warehouse() -> Script {
    let script = Script::new();
    script.always(super::rest::ME, Reply::json(r#"{"userName":"ada"}"#));
    script
}

fn hive(script: &Script, settings: &str) -> Result<Answer> {
    describe(script, settings, |request| {
        request.catalog = "hive_metastore".to_owned()
    })
}

fn statements(script: &Script) -> Vec<String> {
    let statement = |sent: &Sent| {
        let body: serde_json::Value = serde_json::from_str(&sent.body).ok()?;
        Some(body["statement"].as_str()?.to_owned())
    };
    script.sent().iter().filter_map(statement).collect()
}

#[test]
fn each_table_takes_a_statement_and_json_tells_everything() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["t", "v"]));
    let document = r#"{"columns":[
        {"name":"Id","type":{"name":"bigint"},"nullable":false,"comment":"key","default":"1"},
        {"name":"day","type":{"name":"date"},"nullable":true}],
        "partition_columns":["day"],"type":"EXTERNAL","provider":"parquet","comment":"old"}"#;
    script.on(EXECUTE, as_json(document));
    script.on(EXECUTE, as_json(r#"{"columns":[],"type":"VIEW"}"#));
    let answer = hive(&script, SETTINGS).unwrap();
    assert_eq!(
        statements(&script),
        [
            "SHOW TABLES IN `hive_metastore`.`s`",
            "DESCRIBE TABLE EXTENDED `hive_metastore`.`s`.`t` AS JSON",
            "DESCRIBE TABLE EXTENDED `hive_metastore`.`s`.`v` AS JSON",
        ]
    );
    let mut expected = Table::new("t", "external").with_comment(Some("old"));
    let mut id = Column::new("Id", "bigint")
        .with_nullable(false)
        .with_comment(Some("key"));
    id.attributes.set("default", "1");
    let mut day = Column::new("day", "date");
    day.attributes.set("partition_index", "0");
    expected.columns = vec![id, day];
    expected.attributes.set("format", "PARQUET");
    assert_eq!(tables(&answer), [&expected, &Table::new("v", "view")]);
    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Exhausted);
    assert_eq!(summary.principal.as_deref(), Some("ada"));
    assert_eq!(summary.attributes.get("statements"), Some("3"));
}

#[test]
fn where_there_is_no_json_rows_are_read_and_the_next_instance_knows() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["t", "wide"]));
    script.on(EXECUTE, failed("PARSE_SYNTAX_ERROR"));
    script.on(
        EXECUTE,
        as_rows(&[
            ["a", "struct<x:int>", "first"],
            ["day", "date", ""],
            ["# Partition Information", "", ""],
            ["# col_name", "data_type", "comment"],
            ["day", "date", ""],
            ["", "", ""],
            ["# Detailed Table Information", "", ""],
            ["Type", "MANAGED", ""],
            ["Comment", "about it", ""],
            ["Provider", "hive", ""],
        ]),
    );
    script.on(
        EXECUTE,
        as_rows(&[["w", "struct<a:int,... 9 more fields>", ""]]),
    );
    // The whole of a type that was cut short would be worth another try.
    script.on(EXECUTE, failed("PARSE_SYNTAX_ERROR"));
    let answer = hive(&script, SETTINGS).unwrap();
    let table = tables(&answer)[0];
    let columns: Vec<(&str, &str, bool)> = table
        .columns
        .iter()
        .map(|column| (&*column.name, &*column.data_type, column.nullable))
        .collect();
    assert_eq!(
        columns,
        [("a", "struct<x:int>", true), ("day", "date", true)]
    );
    assert_eq!(
        table.columns[1].attributes.get("partition_index"),
        Some("0")
    );
    assert_eq!(
        (table.kind.as_str(), table.comment.as_deref()),
        ("table", Some("about it"))
    );
    assert!(failure(&answer, "wide").contains("shortens the type of column `w`"));
    let learned = answer.summary.unwrap().learned;
    assert_eq!(learned.get("no_describe_as_json"), Some("true"));

    let script = warehouse();
    script.on(EXECUTE, listed(&["t"]));
    script.on(EXECUTE, as_rows(&[["a", "int", ""]]));
    let again = describe(&script, SETTINGS, |request| {
        request.catalog = "hive_metastore".to_owned();
        request.learned = learned;
    });
    assert_eq!(names(&again.unwrap()), ["t"]);
}

#[test]
fn one_table_without_json_says_nothing_of_the_others() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["a", "b", "c"]));
    script.on(EXECUTE, as_json(SIMPLE));
    script.on(EXECUTE, failed("UNSUPPORTED_FEATURE.DESCRIBE"));
    script.on(EXECUTE, as_json(SIMPLE));
    script.on(EXECUTE, as_rows(&[["a", "int", ""]]));
    let answer = hive(&script, SETTINGS).unwrap();
    assert_eq!(names(&answer), ["a", "b", "c"]);
    let nullable: Vec<bool> = tables(&answer)
        .iter()
        .map(|table| table.columns[0].nullable)
        .collect();
    assert_eq!(nullable, [false, true, false]);
    assert_eq!(
        answer.summary.unwrap().learned.get("no_describe_as_json"),
        None
    );
}

#[test]
fn one_broken_table_fails_alone_whatever_is_wrong_with_it() {
    let script = warehouse();
    let listed_tables = ["a", "refused", "gone", "odd\\\\name", "broken", "crashed"];
    script.on(EXECUTE, listed(&listed_tables));
    script.on(EXECUTE, as_json(SIMPLE));
    script.on(EXECUTE, failed("INSUFFICIENT_PERMISSIONS"));
    // It was listed: perhaps it is what a view reads from that is gone.
    script.on(EXECUTE, failed("TABLE_OR_VIEW_NOT_FOUND"));
    script.on(
        EXECUTE,
        as_json(r#"{"columns":[{"name":"a","type":{"name":"array"}}]}"#),
    );
    script.on(EXECUTE, failed("INTERNAL_ERROR"));
    let answer = hive(&script, SETTINGS).unwrap();
    assert!(failure(&answer, "refused").contains("INSUFFICIENT_PERMISSIONS"));
    assert!(failure(&answer, "gone").contains("TABLE_OR_VIEW_NOT_FOUND"));
    assert!(failure(&answer, "odd\\name").contains("backslash"));
    assert!(failure(&answer, "broken").contains("the type of column `a` is not understood"));
    assert!(failure(&answer, "crashed").contains("INTERNAL_ERROR"));
    assert_eq!(names(&answer).len(), 6);
    assert_eq!(answer.summary.unwrap().coverage, Coverage::Exhausted);
}

#[test]
fn what_is_nothing_of_a_table_ends_the_answer_and_names_the_table() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["a"]));
    script.on(
        EXECUTE,
        Reply::json("<html>").with_header("content-type", "text/html"),
    );
    let error = hive(&script, SETTINGS).unwrap_err();
    assert!(
        error.message.contains("while describing table `a`"),
        "{error}"
    );
}

#[test]
fn a_column_may_begin_like_a_heading() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["t"]));
    script.on(EXECUTE, failed("PARSE_SYNTAX_ERROR"));
    let rows = [
        ["#x", "int", ""],
        ["# y", "string", ""],
        ["# col", "date", ""],
        ["# Partitioning", "", ""],
        ["Part 0", "#x", ""],
        ["#x", "int", ""],
    ];
    script.on(EXECUTE, as_rows(&rows));
    let answer = hive(&script, SETTINGS).unwrap();
    let columns = tables(&answer)[0].columns.iter();
    let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["#x", "# y", "# col"]);

    let script = warehouse();
    script.on(EXECUTE, listed(&["t"]));
    script.on(EXECUTE, failed("PARSE_SYNTAX_ERROR"));
    script.on(EXECUTE, as_rows(&[["", "", ""]]));
    let answer = hive(&script, SETTINGS).unwrap();
    assert!(
        failure(&answer, "t").contains("no column"),
        "a table has some"
    );
}

#[test]
fn three_tables_that_do_not_answer_as_json_speak_for_all() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["a", "b", "c", "d"]));
    for _ in 0..3 {
        script.on(EXECUTE, failed("UNSUPPORTED_FEATURE.DESCRIBE"));
        script.on(EXECUTE, as_rows(&[["x", "int", ""]]));
    }
    script.on(EXECUTE, as_rows(&[["x", "int", ""]]));
    let answer = hive(&script, r#"{"warehouse_id":"4f2a","max_statements":5}"#).unwrap();
    assert_eq!(
        names(&answer),
        ["a", "b", "c", "d"],
        "a refusal costs no budget"
    );
    let learned = answer.summary.unwrap().learned;
    assert_eq!(learned.get("no_describe_as_json"), Some("true"));
}

#[test]
fn tables_that_the_user_leaves_out_cost_no_statement() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["a", "b", "wanted"]));
    script.on(EXECUTE, as_json(SIMPLE));
    let settings = r#"{"warehouse_id":"4f2a","max_statements":2,"include":["w*"]}"#;
    let answer = hive(&script, settings).unwrap();
    assert_eq!(names(&answer), ["wanted"]);
    assert_eq!(statements(&script).len(), 2);
}

#[test]
fn what_runs_when_nobody_waits_any_more_is_cancelled_at_once() {
    use rocky_adapter_sdk::Cursor;
    let script = warehouse();
    script.on(EXECUTE, listed(&["a", "b", "c", "d"]));
    script.on(EXECUTE, as_json(SIMPLE));
    for id in ["1", "2", "3"] {
        let pending = format!(r#"{{"statement_id":"{id}","status":{{"state":"PENDING"}}}}"#);
        script.on(EXECUTE, Reply::json(pending));
        let cancel = format!("{EXECUTE}/{id}/cancel");
        script.on(&cancel, Reply::status(429));
        script.on(&cancel, Reply::json("{}").after_millis(500));
    }
    let mut request = DescribeRequest::new("hive_metastore", "s");
    request.learned.set("principal", "ada");
    let mut cursor = open(&script, SETTINGS).describe(request).unwrap();
    while script.sent().len() < 5 {
        cursor.next().unwrap();
    }
    let before = script.elapsed();
    drop(cursor);
    let cancels = script
        .lines()
        .iter()
        .filter(|line| line.ends_with("/cancel"))
        .count();
    assert_eq!(cancels, 6, "each a second time after it was turned away");
    assert!(
        (script.elapsed() - before).as_millis() < 2_000,
        "side by side"
    );
}

#[test]
fn the_budget_cuts_and_says_so() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["a", "b", "c"]));
    script.always(EXECUTE, as_json(SIMPLE));
    let answer = hive(&script, r#"{"warehouse_id":"4f2a","max_statements":3}"#).unwrap();
    assert_eq!(names(&answer), ["a", "b"]);
    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Truncated);
    assert_eq!(
        summary.note.as_deref(),
        Some("2 of 3 tables were described: each takes a statement, and `max_statements` is 3")
    );
    assert_eq!(statements(&script).len(), 3);
}

#[test]
fn a_few_tables_cost_only_those() {
    let script = warehouse();
    script.on(EXECUTE, listed(&["a", "b", "c"]));
    script.always(EXECUTE, as_json(SIMPLE));
    let answer = describe(&script, SETTINGS, |request| {
        request.catalog = "hive_metastore".to_owned();
        request.only = Some(vec!["b".to_owned(), "missing".to_owned()]);
    });
    assert_eq!(names(&answer.unwrap()), ["b"]);
    assert_eq!(statements(&script).len(), 2);
}

#[test]
fn what_is_missing_is_named() {
    let script = warehouse();
    script.on(EXECUTE, failed("SCHEMA_NOT_FOUND"));
    let error = hive(&script, SETTINGS).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error
            .message
            .starts_with("schema `hive_metastore`.`s` does not exist"),
        "{error}"
    );

    let script = warehouse();
    let body = r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no warehouse"}"#;
    script.on(EXECUTE, Reply::status(404).with_body(body));
    let error = hive(&script, SETTINGS).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(
        error
            .message
            .starts_with("cannot run a statement on SQL warehouse `4f2a`"),
        "{error}"
    );

    let error = hive(&warehouse(), "{}").unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(error.message.contains("`warehouse_id`"), "{error}");
}

#[test]
fn its_schemas_are_listed_with_a_statement() {
    let script = Script::new();
    script.on(
        EXECUTE,
        result(
            &["databaseName"],
            &[r#"["default"]"#.to_owned(), r#"["s"]"#.to_owned()],
        ),
    );
    let schemas = open(&script, SETTINGS)
        .list_schemas("hive_metastore")
        .unwrap();
    assert_eq!(schemas, ["default", "s"].map(SchemaEntry::new));
    assert_eq!(statements(&script), ["SHOW SCHEMAS IN `hive_metastore`"]);
    let error = open(&script, "{}")
        .list_schemas("hive_metastore")
        .unwrap_err();
    assert!(error.message.contains("`warehouse_id`"), "{error}");
}
