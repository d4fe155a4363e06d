//! Describing through INFORMATION_SCHEMA.

use super::*;
use crate::information;

const SQL: &str = "information_schema";

/// A row: what is not named is NULL.
fn row<'a>(cells: &[(&str, &'a str)]) -> [&'a str; information::COLUMNS.len()] {
    for (name, _) in cells {
        assert!(information::COLUMNS.contains(name), "{name}");
    }
    information::COLUMNS.map(|column| {
        let cell = cells.iter().find(|(name, _)| *name == column);
        cell.map_or("-", |(_, value)| value)
    })
}

/// Where in a row a column is.
fn place(name: &str) -> usize {
    let mut columns = information::COLUMNS.iter();
    columns.position(|column| *column == name).unwrap()
}

fn date<'a>(table: &'a str, column: &'a str) -> [&'a str; information::COLUMNS.len()] {
    row(&[
        ("role", "R"),
        ("table_name", table),
        ("table_type", "BASE TABLE"),
        ("column_name", column),
        ("ordinal_position", "1"),
        ("data_type", "DATE"),
    ])
}

/// A result of tables with one column each.
pub fn result(columns: &[(&str, &str)]) -> Reply {
    let all: Vec<_> = columns
        .iter()
        .map(|(table, column)| date(table, column))
        .collect();
    rows(information::COLUMNS, &all)
}

/// A table of two columns, and a view.
fn everything() -> [[&'static str; information::COLUMNS.len()]; 3] {
    [
        row(&[
            ("role", "ANALYST"),
            ("now", "1763000100.000000000"),
            ("table_name", "Item"),
            ("table_type", "BASE TABLE"),
            ("is_transient", "YES"),
            ("table_comment", "things"),
            ("last_ddl", "1763000000.123000000"),
            ("last_altered", "1763000009.000000000"),
            ("column_name", "ID"),
            ("ordinal_position", "1"),
            ("data_type", "NUMBER"),
            ("numeric_precision", "12"),
            ("numeric_scale", "2"),
            ("is_nullable", "NO"),
            ("identity_start", "1"),
            ("identity_increment", "1"),
            ("column_comment", "key"),
        ]),
        row(&[
            ("table_name", "Item"),
            ("column_name", "AT"),
            ("ordinal_position", "2"),
            ("data_type", "TIMESTAMP_NTZ"),
            ("datetime_precision", "3"),
            ("is_nullable", "YES"),
        ]),
        row(&[
            ("now", "1763000100.000000000"),
            ("table_name", "V"),
            ("table_type", "VIEW"),
            ("last_altered", "1763000009.000000000"),
            ("column_name", "B"),
            ("ordinal_position", "1"),
            ("data_type", "BINARY"),
            ("octet_length", "7"),
        ]),
    ]
}

#[test]
fn tables_are_described_with_everything_that_the_views_tell() {
    let script = Script::new();
    script.on(QUERY, rows(information::COLUMNS, &everything()));
    let answer =
        describe_with(&script, &json!({"source": SQL, "warehouse": "wh"}), |_| ()).unwrap();
    let [item, view] = tables(&answer)[..] else {
        panic!("{answer:?}")
    };
    assert_eq!(
        (item.kind.as_str(), view.kind.as_str()),
        ("transient", "view")
    );
    assert_eq!(types(item), ["NUMBER(12,2)", "TIMESTAMP_NTZ(3)"]);
    assert_eq!(types(view), ["BINARY(7)"]);
    assert!(!item.columns[0].nullable && item.columns[1].nullable);
    assert_eq!(
        item.columns[0].attributes.get("identity"),
        Some("START 1 INCREMENT 1")
    );
    assert_eq!(item.revision.as_deref(), Some("1763000000.123000000"));
    assert_eq!(view.revision.as_deref(), Some("1763000009.000000000"));
    let summary = answer.summary.unwrap();
    assert_eq!(summary.principal.as_deref(), Some("ANALYST"));
    let sent = script.sent();
    let sent = body(&sent[0]);
    assert_eq!(sent["warehouse"], "WH");
    let text = json!({"type": "TEXT", "value": "S"});
    assert_eq!(sent["bindings"], json!({"1": text, "2": text, "3": text}));
    assert_eq!(
        sent["parameters"],
        json!({"MULTI_STATEMENT_COUNT": "1", "rows_per_resultset": "0"})
    );
}

#[test]
fn a_table_that_is_there_twice_for_a_moment_is_one() {
    let script = Script::new();
    script.on(QUERY, result(&[("T", "A"), ("T", "A"), ("U", "A")]));
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(names(&answer), ["T", "U"]);
    assert_eq!(types(tables(&answer)[0]), ["DATE"]);
}

#[test]
fn a_table_whose_revision_is_known_is_unchanged() {
    let script = Script::new();
    let entry = |now| {
        let changed = row(&[
            ("now", now),
            ("table_name", "T"),
            ("last_ddl", "2.000000000"),
            ("column_name", "A"),
            ("data_type", "DATE"),
        ]);
        script.on(QUERY, rows(information::COLUMNS, &[changed]));
        let answer = describe(&script, SQL, |request| {
            request
                .known
                .insert("T".to_owned(), "2.000000000".to_owned());
        });
        answer.unwrap().entries.remove(0)
    };
    assert_eq!(entry("63.000000000"), Entry::Unchanged("T".to_owned()));
    // The columns, which another view tells, may be older than a change of this minute.
    let Entry::Table(young) = entry("62.000000000") else {
        panic!("a young change was believed")
    };
    assert_eq!(young.revision, None);
}

#[test]
fn what_is_not_wanted_is_left_out_and_an_empty_schema_is_none_that_is_missing() {
    let script = Script::new();
    script.on(QUERY, result(&[("T", "A"), ("U", "A")]));
    let only = |request: &mut DescribeRequest| request.only = Some(vec!["U".to_owned()]);
    assert_eq!(names(&describe(&script, SQL, only).unwrap()), ["U"]);
    script.on(QUERY, rows(information::COLUMNS, &[row(&[("role", "R")])]));
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(answer.entries, []);
    assert_eq!(answer.summary.unwrap().coverage, Coverage::Exhausted);
    script.on(QUERY, rows(information::COLUMNS, &[]));
    let error = describe(&script, SQL, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

fn too_much() -> Reply {
    refused(
        422,
        "090030",
        "Information schema query returned too much data. Please repeat query with more selective predicates.",
    )
}

#[test]
fn too_much_data_for_one_query_is_asked_for_in_parts() {
    let script = Script::new();
    script.on(QUERY, too_much());
    listed(&script, &["A", "B", "C", "D"], &["E"]);
    // The first half, the second half, its own halves, the last of which is one table.
    script.on(QUERY, result(&[("A", "X"), ("B", "X")]));
    script.on(QUERY, too_much());
    script.on(QUERY, result(&[("C", "X")]));
    script.on(QUERY, too_much());
    script.on(QUERY, result(&[("D", "X")]));
    script.on(QUERY, too_much());
    script.on(
        SHOW,
        rows(
            ["name", "type", "null?", "default"],
            &[["X", "DATE", "Y", "-"]],
        ),
    );
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(names(&answer), ["A", "B", "C", "D", "E"]);
    assert_eq!(tables(&answer)[4].kind, "view");
    let sent = script.sent();
    let ranges: Vec<String> = sent
        .iter()
        .filter(|sent| sent.line == QUERY)
        .map(|sent| body(sent)["bindings"]["2"]["value"].take())
        .map(|value| value.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ranges, ["S", "C", "C", "C", "D", "D", "E"]);
    assert_eq!(
        statements(&script).last().unwrap(),
        r#"DESCRIBE VIEW "D"."S"."E""#
    );
}

#[test]
fn a_user_without_warehouse_is_told_which_setting_names_one() {
    let script = Script::new();
    script.on(
        QUERY,
        refused(
            422,
            "000606",
            "No active warehouse selected in the current session.",
        ),
    );
    let error = describe(&script, SQL, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(error.message.contains("the setting `warehouse`"), "{error}");
}

#[test]
fn types_that_the_views_tell_in_part_are_completed() {
    let script = Script::new();
    let mut part = date("T", "A");
    part[place("data_type")] = "TIMESTAMP_TZ";
    script.on(QUERY, rows(information::COLUMNS, &[part, date("U", "A")]));
    script.on(
        SHOW,
        rows(
            ["name", "type", "null?", "default"],
            &[["A", "TIMESTAMP_TZ(3)", "Y", "-"]],
        ),
    );
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(names(&answer), ["U", "T"]);
    assert_eq!(types(tables(&answer)[1]), ["TIMESTAMP_TZ(3)"]);
}

#[test]
fn a_result_that_breaks_off_is_asked_for_in_parts_and_nothing_is_told_twice() {
    let script = Script::new();
    let first = [date("A", "X"), date("B", "X")];
    script.on(QUERY, rows_in_parts(information::COLUMNS, &first, &[2, 1]));
    script.on("GET /api/v2/statements/h?partition=1", Reply::status(413));
    listed(&script, &["A", "B"], &[]);
    script.on(QUERY, result(&[("A", "X")]));
    let mut second = date("B", "Y");
    second[place("ordinal_position")] = "2";
    script.on(QUERY, rows(information::COLUMNS, &[date("B", "X"), second]));
    let answer = describe(&script, SQL, |_| ()).unwrap();
    assert_eq!(names(&answer), ["A", "B"]);
    assert_eq!(types(tables(&answer)[1]), ["DATE", "DATE"]);
}

#[test]
fn a_warehouse_that_cannot_be_used_is_named() {
    let script = Script::new();
    script.on(
        QUERY,
        refused(422, "000606", "No active warehouse selected"),
    );
    let settings = json!({"source": SQL, "warehouse": "wh"});
    let error = describe_with(&script, &settings, |_| ()).unwrap_err();
    assert!(
        error.message.contains("names `WH`, which does not exist"),
        "{error}"
    );
}
