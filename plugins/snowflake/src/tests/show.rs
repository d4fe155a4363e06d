//! Describing through SHOW.

use super::*;
use rocky_adapter_sdk::Column;

const DATE: &str = r#"{"type":"DATE","nullable":true}"#;
const ARRAY: &str = r#"{"type":"ARRAY","nullable":true}"#;

/// Two tables whose names differ in case only, and a view, with everything that SHOW tells.
fn tell_everything(script: &Script) {
    let number = r#"{"type":"FIXED","precision":12,"scale":2,"nullable":false}"#;
    let text = r#"{"type":"TEXT","length":40,"byteLength":160,"nullable":true,"fixed":false,"collation":"de-ci"}"#;
    script.on(
        SHOW,
        rows(
            COLUMNS,
            &[
                [
                    "Item",
                    "ID",
                    number,
                    "false",
                    "",
                    "key",
                    "",
                    "IDENTITY START 1 INCREMENT 2 NOORDER",
                ],
                ["Item", "Label", text, "true", "'x'", "", "", ""],
                ["ITEM", "ID", DATE, "NOT_NULL", "", "", "", ""],
                ["V", "D", DATE, "true", "", "", "TO_DATE(X)", ""],
            ],
        ),
    );
    script.on(
        SHOW,
        rows(
            ["name", "kind", "comment", "is_dynamic"],
            &[
                ["Item", "TRANSIENT", "sellable things", "N"],
                ["ITEM", "TABLE", "", "Y"],
            ],
        ),
    );
    script.on(
        SHOW,
        rows(["name", "comment", "is_materialized"], &[["V", "", "true"]]),
    );
    script.on(SHOW, rows(["role"], &[["ANALYST"]]));
}

#[test]
fn tables_are_described_with_everything_that_show_tells() {
    let script = Script::new();
    tell_everything(&script);
    let answer = describe_with(&script, &json!({}), |_| ()).unwrap();
    let mut item = Table::new("Item", "transient").with_comment(Some("sellable things"));
    let mut id = Column::new("ID", "NUMBER(12,2)")
        .with_nullable(false)
        .with_comment(Some("key"));
    id.attributes.set("identity", "START 1 INCREMENT 2");
    let mut label = Column::new("Label", "VARCHAR(40)");
    label.attributes.set("collation", "de-ci");
    label.attributes.set("default", "'x'");
    item.columns = vec![id, label];
    let mut twin = Table::new("ITEM", "dynamic");
    twin.columns = vec![Column::new("ID", "DATE").with_nullable(false)];
    let mut view = Table::new("V", "materialized_view");
    let mut day = Column::new("D", "DATE");
    day.attributes.set("generated_as", "TO_DATE(X)");
    view.columns = vec![day];
    assert_eq!(tables(&answer), [&item, &twin, &view]);
    let summary = answer.summary.as_ref().unwrap();
    assert_eq!(summary.coverage, Coverage::Exhausted);
    assert_eq!(summary.principal.as_deref(), Some("ANALYST"));
    assert_eq!(summary.learned.get("role"), Some("ANALYST"));
    assert_eq!(fact(&answer, "source"), Some("show"));
    assert_eq!(
        statements(&script),
        [
            r#"SHOW COLUMNS IN SCHEMA "D"."S""#,
            r#"SHOW TABLES IN SCHEMA "D"."S" LIMIT 10000"#,
            r#"SHOW VIEWS IN SCHEMA "D"."S" LIMIT 10000"#,
            r#"SELECT CURRENT_ROLE() AS "role""#
        ]
    );
    // Nothing of this may wake a warehouse.
    let sent = script.sent();
    assert!(
        sent.iter()
            .all(|sent| body(sent).get("warehouse").is_none())
    );
}

#[test]
fn a_role_that_is_known_is_not_asked_for() {
    for (settings, learned) in [(json!({"role": "r"}), None), (json!({}), Some("R"))] {
        let script = Script::new();
        script.on(SHOW, rows(COLUMNS, &[]));
        listed(&script, &[], &[]);
        let answer = describe_with(&script, &settings, |request| {
            request.learned.set_if_some("role", learned);
        });
        let summary = answer.unwrap().summary.unwrap();
        assert_eq!(summary.principal.as_deref(), Some("R"));
        assert_eq!(script.sent().len(), 3);
        let role = body(&script.sent()[0])["role"].take();
        assert_eq!(role.as_str(), learned.is_none().then_some("R"));
    }
}

/// What DESCRIBE answers for a column.
fn described(name: &str, data_type: &str) -> Reply {
    rows(
        ["name", "type", "kind", "null?", "default", "comment"],
        &[[name, data_type, "COLUMN", "N", "", "why"]],
    )
}

#[test]
fn what_show_leaves_out_of_types_is_asked_for_by_itself() {
    let script = Script::new();
    script.on(
        SHOW,
        rows(
            COLUMNS,
            &[
                shown("T", "A", ARRAY),
                shown("U", "D", DATE),
                shown("V", "A", ARRAY),
            ],
        ),
    );
    listed(&script, &["T", "U"], &["V"]);
    script.on(SHOW, described("A", "ARRAY(NUMBER(38,0) NOT NULL)"));
    script.on(SHOW, described("A", "ARRAY"));
    let answer = describe(&script, "show", |_| ()).unwrap();
    assert_eq!(names(&answer), ["U", "T", "V"]);
    let found: Vec<_> = tables(&answer).into_iter().flat_map(types).collect();
    assert_eq!(found, ["DATE", "ARRAY(NUMBER(38,0) NOT NULL)", "ARRAY"]);
    // All else is what SHOW has told.
    assert!(tables(&answer)[1].columns[0].nullable);
    assert_eq!(
        statements(&script)[3..],
        [
            r#"DESCRIBE TABLE "D"."S"."T""#,
            r#"DESCRIBE VIEW "D"."S"."V""#
        ]
    );
}

#[test]
fn a_table_of_which_show_tells_no_column_is_described_and_one_that_is_not_known_has_failed() {
    let script = Script::new();
    script.on(SHOW, rows(COLUMNS, &[shown("N", "A", ARRAY)]));
    listed(&script, &["GONE", "LATE", "N", "SECRET"], &["BROKEN"]);
    script.on(SHOW, described("A", "VECTOR(INT, 3)"));
    script.on(
        SHOW,
        refused(422, "002037", "Failure during expansion of view"),
    );
    script.on(
        SHOW,
        refused(
            422,
            "002003",
            "Table 'D.S.GONE' does not exist or not authorized.",
        ),
    );
    script.on(SHOW, described("B", "VARCHAR(5) COLLATE 'de'"));
    script.on(SHOW, refused(422, "003001", "Insufficient privileges"));
    let answer = describe(&script, "show", |_| ()).unwrap();
    assert_eq!(names(&answer), ["N", "BROKEN", "GONE", "LATE", "SECRET"]);
    let late = tables(&answer)[1];
    assert_eq!(types(late), ["VARCHAR(5)"]);
    assert!(!late.columns[0].nullable);
    assert_eq!(late.columns[0].attributes.get("collation"), Some("de"));
    let codes: Vec<_> = answer
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Failed(_, error) => Some(error.code.clone()),
            _ => None,
        })
        .collect();
    let failed = ErrorCode::Other("statement-failed".to_owned());
    assert_eq!(
        codes,
        [failed, ErrorCode::NotFound, ErrorCode::PermissionDenied]
    );
}

/// As many columns as SHOW tells, of one table.
fn cut_off(script: &Script) {
    let all = vec![shown("T", "A", DATE); 10_000];
    script.on(SHOW, rows(COLUMNS, &all));
}

#[test]
fn ten_thousand_columns_are_not_all() {
    let script = Script::new();
    cut_off(&script);
    listed(&script, &["T", "U"], &["V"]);
    for name in ["T", "U", "V"] {
        script.on(SHOW, described(name, "DATE"));
    }
    let answer = describe(&script, "show", |_| ()).unwrap();
    assert_eq!(names(&answer), ["T", "U", "V"]);
    assert_eq!(fact(&answer, "source"), Some("describe"));
    assert_eq!(
        fact(&answer, "source_reason"),
        Some("SHOW tells of no more than 10000 columns")
    );
}

#[test]
fn the_user_says_how_many_statements_may_run() {
    let script = Script::new();
    cut_off(&script);
    listed(&script, &["T", "U"], &["V"]);
    let settings = json!({"source": "show", "role": "r", "max_statements": 2});
    let error = describe_with(&script, &settings, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge);
    assert!(
        error
            .message
            .contains("3 tables would take as many statements"),
        "{error}"
    );
    assert!(error.message.contains("`max_statements`"), "{error}");
}

#[test]
fn few_tables_that_are_wanted_are_described_alone() {
    let script = Script::new();
    listed(&script, &["A", "B", "C"], &[]);
    script.on(SHOW, described("X", "DATE"));
    let answer = describe(&script, "auto", |request| {
        request.only = Some(vec!["B".to_owned(), "GONE".to_owned(), "b".to_owned()]);
    });
    let answer = answer.unwrap();
    assert_eq!(names(&answer), ["B"]);
    assert_eq!(fact(&answer, "source"), Some("describe"));
}

#[test]
fn a_schema_that_is_missing_is_told_with_its_name_and_a_hint() {
    let script = Script::new();
    for _ in 0..4 {
        script.on(
            SHOW,
            refused(
                422,
                "002043",
                "Object does not exist, or operation cannot be performed.",
            ),
        );
    }
    let mut request = DescribeRequest::new("d", "S");
    request.learned.set("role", "R");
    let adapter = open(&script, &json!({}));
    let error = drain(&mut adapter.describe(request).unwrap()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error.message.starts_with(
            "schema \"d\".\"S\" does not exist, or is hidden from this role (names count as they are stored, which is in upper case \
             unless they were made in quotes: D.S): "
        ),
        "{error}"
    );
    assert!(
        open(&script, &json!({}))
            .describe(DescribeRequest::new("", "S"))
            .is_err()
    );
}

#[test]
fn an_answer_for_another_schema_is_not_taken_for_this_one() {
    let script = Script::new();
    let columns = [
        "table_name",
        "column_name",
        "data_type",
        "null?",
        "default",
        "comment",
        "schema_name",
    ];
    script.on(
        SHOW,
        rows(columns, &[["T", "A", DATE, "true", "", "", "s"]]),
    );
    listed(&script, &["T"], &[]);
    let error = describe(&script, "show", |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(
        error.message.contains("QUOTED_IDENTIFIERS_IGNORE_CASE"),
        "{error}"
    );
}
