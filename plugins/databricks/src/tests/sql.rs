//! Describing through information_schema.

use super::*;
use crate::tables::COLUMNS;
use rocky_adapter_sdk::Coverage;

pub(super) const SETTINGS: &str =
    r#"{"source":"information_schema","http_path":"/sql/1.0/warehouses/4f2a"}"#;
pub(super) const EXECUTE: &str = "POST /api/2.0/sql/statements";
pub(super) const POLL: &str = "GET /api/2.0/sql/statements/01f0";

pub(super) fn chunk_line(index: u32) -> String {
    format!("{POLL}/result/chunks/{index}")
}

/// A row, in the order of the statement's columns: table, revision, column, position, type.
pub(super) fn row(
    table: &str,
    revision: &str,
    column: &str,
    position: u32,
    data_type: &str,
) -> String {
    format!(
        r#"["ada","{table}","MANAGED","DELTA","about {table}","{revision}","{column}","{position}","{data_type}","NO",null,null,null,null,"NO","about {column}"]"#
    )
}

pub(super) fn state(state: &str) -> Reply {
    Reply::json(format!(
        r#"{{"statement_id":"01f0","status":{{"state":"{state}"}}}}"#
    ))
}

/// A statement that has succeeded: what else is in its manifest, and the first chunk.
pub(super) fn succeeded(manifest: &str, chunk: &str) -> Reply {
    let columns = COLUMNS
        .map(|name| format!(r#"{{"name":"{name}","type_text":"STRING"}}"#))
        .join(",");
    Reply::json(format!(
        r#"{{"statement_id":"01f0","status":{{"state":"SUCCEEDED"}},
            "manifest":{{"format":"JSON_ARRAY","schema":{{"columns":[{columns}]}}{manifest}}},"result":{chunk}}}"#
    ))
}

pub(super) fn rows(rows: &[String]) -> String {
    format!(r#"{{"data_array":[{}]}}"#, rows.join(","))
}

pub(super) fn sql(script: &Script) -> Result<Answer> {
    describe(script, SETTINGS, |_| ())
}

/// The answer to a statement that succeeds at once with these rows.
fn sql_of(given: &[String]) -> Result<Answer> {
    let script = Script::new();
    script.on(EXECUTE, succeeded("", &rows(given)));
    sql(&script)
}

#[test]
fn one_statement_describes_a_schema() {
    let script = Script::new();
    let manifest = r#","total_chunk_count":1,"total_row_count":"3","truncated":false"#;
    let given = [
        row("a", "r1", "x", 1, "int"),
        row("a", "r1", "y", 2, "struct<a:int>"),
        row("b", "r2", "x", 1, "int"),
    ];
    script.on(EXECUTE, succeeded(manifest, &rows(&given)));
    let answer = sql(&script).unwrap();

    let column = |name: &str, data_type: &str| {
        Column::new(name, data_type)
            .with_nullable(false)
            .with_comment(Some(format!("about {name}")))
    };
    let mut expected = Table::new("a", "table").with_comment(Some("about a"));
    expected.columns = vec![column("x", "int"), column("y", "struct<a:int>")];
    expected.revision = Some("r1".to_owned());
    expected.attributes.set("format", "DELTA");
    assert_eq!(tables(&answer)[0], &expected);
    assert_eq!(names(&answer), ["a", "b"]);

    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Exhausted);
    assert_eq!(summary.principal.as_deref(), Some("ada"));
    assert_eq!(summary.attributes.get("statement_id"), Some("01f0"));
    assert_eq!(script.lines(), [EXECUTE]);
}

#[test]
fn names_are_parameters_of_the_statement() {
    let script = Script::new();
    script.on(
        EXECUTE,
        succeeded(
            "",
            &rows(&[
                row("it's", "r", "x", 1, "int"),
                row("more", "r", "x", 1, "int"),
            ]),
        ),
    );
    let answer = describe(&script, SETTINGS, |request| {
        request.schema = "a' OR 1=1 --".to_owned();
        request.only = Some(vec!["it's".to_owned()]);
    })
    .unwrap();
    assert_eq!(
        names(&answer),
        ["it's"],
        "what nobody asked for is left out"
    );
    let body = &script.sent()[0].body;
    assert!(body.contains(r#""parameters":[{"name":"schema","value":"a' OR 1=1 --"},{"name":"table_0","value":"it's"}]"#), "{body}");
    assert!(
        body.contains(r#""warehouse_id":"4f2a""#)
            && body.contains(r#""on_wait_timeout":"CONTINUE""#),
        "{body}"
    );
    assert_eq!(body.matches("OR 1=1").count(), 1);
}

#[test]
fn columns_of_the_result_are_found_by_name() {
    let script = Script::new();
    let mut columns: Vec<String> = COLUMNS
        .iter()
        .map(|name| format!(r#"{{"name":"{}"}}"#, name.to_uppercase()))
        .collect();
    columns.reverse();
    let reply = |columns: &[String], row: &str| {
        Reply::json(format!(
            r#"{{"statement_id":"01f0","status":{{"state":"SUCCEEDED"}},"manifest":{{"schema":{{"columns":[{}]}}}},"result":{{"data_array":[{row}]}}}}"#,
            columns.join(",")
        ))
    };
    let row = r#"["note","YES","a + 1","BY DEFAULT","0","7","YES","decimal(12,2)","1","x",null,null,"DELTA","VIEW","v","ada"]"#;
    script.on(EXECUTE, reply(&columns, row));
    let answer = sql(&script).unwrap();
    let table = tables(&answer)[0];
    assert_eq!(
        (
            table.name.as_str(),
            table.kind.as_str(),
            table.revision.as_deref()
        ),
        ("v", "view", None)
    );
    let column = &table.columns[0];
    assert_eq!(
        (column.data_type.as_str(), column.nullable),
        ("decimal(12,2)", true)
    );
    assert_eq!(
        (
            column.attributes.get("default"),
            column.attributes.get("partition_index")
        ),
        (Some("7"), Some("0"))
    );
    assert_eq!(
        (
            column.attributes.get("identity"),
            column.attributes.get("generated_as")
        ),
        (Some("BY DEFAULT"), Some("a + 1"))
    );

    script.on(EXECUTE, reply(&columns[1..], row));
    assert!(
        sql(&script)
            .unwrap_err()
            .message
            .ends_with("the statement's result has no column `column_comment`")
    );
    script.on(EXECUTE, reply(&columns, r#"["too short"]"#));
    assert!(
        sql(&script)
            .unwrap_err()
            .message
            .ends_with("a row has 1 cells where 16 were announced")
    );
}

#[test]
fn a_schema_without_tables_is_not_a_schema_that_does_not_exist() {
    let empty = format!(r#"["ada"{}]"#, ",null".repeat(COLUMNS.len() - 1));
    let answer = sql_of(&[empty]).unwrap();
    assert!(answer.entries.is_empty());
    assert_eq!(answer.summary.unwrap().principal.as_deref(), Some("ada"));

    let error = sql_of(&[]).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error
            .message
            .starts_with("schema `c`.`s` does not exist, or is hidden from this principal: "),
        "{error}"
    );

    let without_columns = format!(
        r#"["ada","t","MANAGED"{}]"#,
        ",null".repeat(COLUMNS.len() - 3)
    );
    assert!(
        tables(&sql_of(&[without_columns]).unwrap())[0]
            .columns
            .is_empty()
    );
}

#[test]
fn all_chunks_are_read_in_order_whatever_order_they_come_in() {
    let script = Script::new();
    let manifest = r#","total_chunk_count":"8","total_row_count":16"#;
    let chunk = |index: u32| {
        // Each table has two columns, and they come in different chunks.
        let rows = [
            row(&format!("t{index}"), "r", "y", 2, "int"),
            row(&format!("t{}", index + 1), "r", "x", 1, "int"),
        ];
        format!(
            r#"{{"chunk_index":{index},"row_offset":"{}","row_count":2,"data_array":[{}]}}"#,
            index * 2,
            rows.join(",")
        )
    };
    script.on(EXECUTE, succeeded(manifest, &chunk(0)));
    for index in 1..8 {
        script.on(
            &chunk_line(index),
            Reply::json(chunk(index)).after_millis(u64::from(900 - 100 * index)),
        );
    }
    let answer = sql(&script).unwrap();
    assert_eq!(
        names(&answer),
        (0..9).map(|n| format!("t{n}")).collect::<Vec<_>>()
    );
    assert!(
        tables(&answer)[1..8]
            .iter()
            .all(|table| table.columns.len() == 2)
    );
    assert_eq!(script.most_at_once(), 4);
}

#[test]
fn chunks_that_were_not_announced_are_followed() {
    let script = Script::new();
    let chunk = |table: &str, next: &str| {
        format!(
            r#"{{"data_array":[{}]{next}}}"#,
            row(table, "r", "x", 1, "int")
        )
    };
    script.on(
        EXECUTE,
        succeeded(
            "",
            &chunk(
                "a",
                r#","next_chunk_index":1,"next_chunk_internal_link":"/x""#,
            ),
        ),
    );
    script.on(
        &chunk_line(1),
        Reply::json(chunk("b", r#","next_chunk_index":"2""#)),
    );
    script.on(&chunk_line(2), Reply::json(chunk("c", "")));
    assert_eq!(names(&sql(&script).unwrap()), ["a", "b", "c"]);
}

#[test]
fn a_result_that_does_not_add_up_is_an_error() {
    let given = rows(&[row("a", "r", "x", 1, "int")]);
    for (manifest, chunk, words) in [
        (
            r#","total_row_count":2"#,
            given.as_str(),
            "has 2 rows, but 1 came",
        ),
        (
            "",
            r#"{"row_count":3,"data_array":[]}"#,
            "`row_count` is 3 where 0 is due",
        ),
        (
            "",
            r#"{"next_chunk_index":5,"data_array":[]}"#,
            "chunk 0 is followed by chunk 5",
        ),
    ] {
        let script = Script::new();
        script.on(EXECUTE, succeeded(manifest, chunk));
        let error = sql(&script).unwrap_err();
        assert_eq!(error.code, ErrorCode::Protocol);
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn a_number_of_chunks_is_not_believed_before_they_are_seen() {
    let script = Script::new();
    script.on(
        EXECUTE,
        succeeded(
            r#","total_chunk_count":4611686018427387904"#,
            r#"{"data_array":[]}"#,
        ),
    );
    assert!(sql(&script).is_err());
    assert!(script.sent().len() < 10);
}

#[test]
fn a_truncated_result_says_so_and_its_last_table_is_not_trusted() {
    let script = Script::new();
    let given = [row("a", "r", "x", 1, "int"), row("b", "r", "x", 1, "int")];
    script.on(EXECUTE, succeeded(r#","truncated":true"#, &rows(&given)));
    let answer = sql(&script).unwrap();
    assert_eq!(tables(&answer).len(), 1);
    assert!(failure(&answer, "b").contains("cut the statement's result short"));
    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Truncated);
    assert!(summary.note.is_some());
}

#[test]
fn a_column_that_is_broken_fails_its_table_alone() {
    let broken = row("b", "r", "x", 1, "int").replace(r#""int""#, "null");
    let answer = sql_of(&[
        row("a", "r", "x", 1, "int"),
        broken,
        row("b", "r", "y", 2, "int"),
        row("c", "r", "x", 1, "int"),
    ])
    .unwrap();
    assert_eq!(names(&answer), ["a", "b", "c"]);
    assert_eq!(failure(&answer, "b"), "column `x` has no `full_data_type`");
}

#[test]
fn tables_of_a_known_revision_are_unchanged() {
    let script = Script::new();
    script.on(
        EXECUTE,
        succeeded(
            "",
            &rows(&[row("a", "r1", "x", 1, "int"), row("b", "r1", "x", 1, "int")]),
        ),
    );
    let answer = describe(&script, SETTINGS, |request| {
        request.known = [("a", "r1"), ("b", "r0")]
            .map(|(name, revision)| (name.to_owned(), revision.to_owned()))
            .into();
    })
    .unwrap();
    assert_eq!(answer.entries[0], Entry::Unchanged("a".to_owned()));
    assert_eq!(tables(&answer)[0].name, "b");
}
