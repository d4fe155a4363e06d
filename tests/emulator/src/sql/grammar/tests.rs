#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::sql::statement::{Alteration, ColumnChange, Place};

fn create_table(sql: &str) -> crate::sql::statement::CreateTable<'_> {
    match statement(sql).unwrap() {
        Statement::CreateTable(table) => table,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_says_everything_it_can() {
    let table = create_table(
        "CREATE TABLE IF NOT EXISTS c.`s t`.x (
            id BIGINT NOT NULL COMMENT 'it''s the key',
            `odd name` STRUCT<a: DECIMAL(10, 2) NOT NULL, b: ARRAY<STRING COLLATE UTF8_LCASE>>,
            day DATE
         ) USING DELTA PARTITIONED BY (day) COMMENT 'all of it'
         TBLPROPERTIES ('delta.minReaderVersion' = '1', x.y = 2)",
    );
    assert_eq!(table.name, ["c", "s t", "x"]);
    assert_eq!(table.if_present, IfPresent::Keep);
    assert_eq!(table.columns.len(), 3);
    assert!(!table.columns[0].nullable);
    assert_eq!(table.columns[0].comment.as_deref(), Some("it's the key"));
    assert_eq!(
        table.columns[1].type_text(),
        "struct<a:decimal(10,2) not null,b:array<string collate UTF8_LCASE>>"
    );
    assert_eq!(table.partitioned_by, ["day"]);
    assert_eq!(table.comment.as_deref(), Some("all of it"));
    assert_eq!(table.properties["delta.minReaderVersion"], "1");
    assert_eq!(table.properties["x.y"], "2");
}

#[test]
fn a_query_is_kept_as_text() {
    let table = create_table("create or replace table t comment 'c' as\n select 1 -- one");
    assert_eq!(table.if_present, IfPresent::Replace);
    assert_eq!(table.query, Some("select 1 -- one"));
    let Statement::Insert(insert) = statement("INSERT INTO t (a, `b`) VALUES (1, 2)").unwrap()
    else {
        panic!("no insert");
    };
    assert_eq!(insert.columns, ["a", "b"]);
    assert_eq!(insert.query, "VALUES (1, 2)");
    let Statement::Insert(insert) = statement("INSERT INTO t (SELECT 1, 2)").unwrap() else {
        panic!("no insert");
    };
    assert!(insert.columns.is_empty());
    assert_eq!(insert.query, "(SELECT 1, 2)");
}

fn check_alter(sql: &str, expected: Alteration) {
    match statement(sql).unwrap() {
        Statement::Alter { change, .. } => assert_eq!(change, expected, "{sql}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_form_of_alter_table_reads() {
    check_alter(
        "ALTER TABLE t DROP COLUMNS IF EXISTS (a, b)",
        Alteration::DropColumns {
            names: vec!["a".into(), "b".into()],
            if_exists: true,
        },
    );
    check_alter(
        "ALTER TABLE t RENAME COLUMN a TO b",
        Alteration::RenameColumn {
            from: "a".into(),
            to: "b".into(),
        },
    );
    check_alter(
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
        Alteration::Column {
            name: "a".into(),
            change: ColumnChange::SetNotNull,
        },
    );
    check_alter(
        "ALTER TABLE t ALTER a AFTER b",
        Alteration::Column {
            name: "a".into(),
            change: ColumnChange::Move(Place::After("b".into())),
        },
    );
    let Statement::Rename { table, to } = statement("ALTER VIEW v RENAME TO s.w").unwrap() else {
        panic!("no rename");
    };
    assert_eq!(
        (table.join("."), to.join(".")),
        ("v".to_owned(), "s.w".to_owned())
    );
}

#[test]
fn an_error_says_what_was_expected_and_where() {
    let error = statement("CREATE TABLE t (a INT,)").unwrap_err();
    assert_eq!(error.position, 22);
    assert!(error.to_string().contains("an identifier"), "{error}");
    let error = statement("GRANT ALL").unwrap_err();
    assert!(error.to_string().contains("expected SELECT"), "{error}");
}
