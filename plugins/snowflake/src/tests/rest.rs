//! Describing through the REST API.

use super::*;
use rocky_adapter_sdk::Column;

fn listed_table(name: &str) -> Value {
    json!({"name": name, "kind": "PERMANENT", "table_type": "NORMAL", "comment": "",
        "columns": [{"name": "A", "datatype": "DATE", "nullable": true}]})
}

fn page(items: &[Value]) -> Reply {
    Reply::json(Value::from(items.to_vec()).to_string())
}

#[test]
fn tables_and_views_are_described_with_everything_that_the_api_tells() {
    let script = Script::new();
    let table = json!({"name": "Item", "kind": "TRANSIENT", "table_type": "NORMAL", "comment": "things", "columns": [
        {"name": "ID", "datatype": "NUMBER(38,0)", "nullable": false, "autoincrement": true,
         "autoincrement_start": 5, "autoincrement_increment": 1, "comment": "key"},
        {"name": "L", "datatype": "VARCHAR(9) COLLATE 'de'", "default": "'x'"}]});
    let lake = json!({"name": "LAKE", "kind": "PERMANENT", "table_type": "ICEBERG", "columns": [{"name": "A", "datatype": "VARCHAR(3)", "collate": "en"}]});
    let view =
        json!({"name": "V", "kind": "VIEW", "columns": [{"name": "A", "datatype": "ARRAY(DATE)"}]});
    script.on(TABLES, page(&[table, lake]));
    script.on(VIEWS, page(&[view]));
    let answer = describe(&script, "rest", |_| ()).unwrap();
    let mut item = Table::new("Item", "transient").with_comment(Some("things"));
    let mut id = Column::new("ID", "NUMBER(38,0)")
        .with_nullable(false)
        .with_comment(Some("key"));
    id.attributes.set("identity", "START 5 INCREMENT 1");
    let mut label = Column::new("L", "VARCHAR(9)");
    label.attributes.set("collation", "de");
    label.attributes.set("default", "'x'");
    item.columns = vec![id, label];
    let mut lake = Table::new("LAKE", "iceberg");
    let mut collated = Column::new("A", "VARCHAR(3)");
    collated.attributes.set("collation", "en");
    lake.columns = vec![collated];
    let mut view = Table::new("V", "view");
    view.columns = vec![Column::new("A", "ARRAY(DATE)")];
    assert_eq!(tables(&answer), [&item, &lake, &view]);
    assert_eq!(fact(&answer, "source"), Some("rest"));
    let role = ("x-snowflake-role".to_owned(), "R".to_owned());
    assert!(
        script
            .sent()
            .iter()
            .all(|sent| sent.headers.contains(&role))
    );
}

#[test]
fn pages_go_on_behind_the_last_name_and_names_count_once() {
    let script = Script::new();
    let all: Vec<Value> = (0..1_000)
        .map(|at| listed_table(&format!("T{at:04}")))
        .collect();
    script.on(TABLES, page(&all));
    let next = format!("{TABLES}&fromName=T0999");
    script.on(&next, page(&[listed_table("T0999"), listed_table("T1000")]));
    script.on(VIEWS, page(&[]));
    let answer = describe(&script, "rest", |_| ()).unwrap();
    assert_eq!(answer.entries.len(), 1_001);
    // A list that comes back to where it was would never end.
    script.on(TABLES, page(&all));
    script.on(&next, page(&all));
    let error = describe(&script, "rest", |_| ()).unwrap_err();
    assert!(error.message.contains("leads in a circle"), "{error}");
}

/// SHOW has told all it can, and lists these.
fn cut_off(script: &Script, names: &[&str]) {
    let all = vec![shown(names[0], "A", r#"{"type":"DATE"}"#); 10_000];
    script.on(SHOW, rows(COLUMNS, &all));
    listed(script, names, &[]);
}

#[test]
fn a_schema_that_is_too_large_for_show_is_listed_and_what_is_not_listed_is_described() {
    let script = Script::new();
    cut_off(&script, &["T", "U", "STREAMING"]);
    script.on(TABLES, page(&[listed_table("T"), listed_table("U")]));
    script.on(VIEWS, page(&[]));
    script.on(
        SHOW,
        rows(
            ["name", "type", "null?", "default"],
            &[["A", "TIME(3)", "Y", "-"]],
        ),
    );
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(names(&answer), ["T", "U", "STREAMING"]);
    assert_eq!(
        statements(&script)[3],
        r#"DESCRIBE TABLE "D"."S"."STREAMING""#
    );
    assert_eq!(fact(&answer, "source"), Some("rest"));
}

#[test]
fn many_tables_are_completed_from_the_lists() {
    let script = Script::new();
    let all: Vec<String> = (0..20).map(|at| format!("T{at:02}")).collect();
    let array: Vec<[&str; 8]> = all
        .iter()
        .map(|name| shown(name, "A", r#"{"type":"ARRAY"}"#))
        .collect();
    script.on(SHOW, rows(COLUMNS, &array));
    let wanted: Vec<&str> = all.iter().map(String::as_str).collect();
    listed(&script, &wanted, &[]);
    let list: Vec<Value> = all[..19]
        .iter()
        .map(|name| {
            let mut table = listed_table(name);
            table["columns"][0]["datatype"] = json!("ARRAY(DATE)");
            table
        })
        .collect();
    script.on(TABLES, page(&list));
    script.on(VIEWS, page(&[]));
    // One is not in the lists.
    script.on(
        SHOW,
        rows(
            ["name", "type", "null?", "default"],
            &[["A", "ARRAY(TIME(3))", "Y", "-"]],
        ),
    );
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(names(&answer), wanted);
    assert_eq!(types(tables(&answer)[0]), ["ARRAY(DATE)"]);
    assert_eq!(types(tables(&answer)[19]), ["ARRAY(TIME(3))"]);
    assert_eq!(fact(&answer, "source"), Some("show"));
}

#[test]
fn where_neither_the_lists_nor_a_warehouse_are_there_each_table_is_described() {
    let script = Script::new();
    cut_off(&script, &["T", "U"]);
    script.on(TABLES, refused(403, "390422", "not allowed"));
    script.on(
        QUERY,
        refused(
            422,
            "000606",
            "No active warehouse selected in the current session.",
        ),
    );
    for _ in 0..2 {
        script.on(
            SHOW,
            rows(
                ["name", "type", "null?", "default"],
                &[["A", "DATE", "Y", "-"]],
            ),
        );
    }
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(names(&answer), ["T", "U"]);
    assert_eq!(fact(&answer, "source"), Some("describe"));
    assert!(
        fact(&answer, "source_reason")
            .unwrap()
            .ends_with("and there is no warehouse")
    );
}

#[test]
fn what_the_lists_have_told_is_not_told_twice() {
    let script = Script::new();
    cut_off(&script, &["T0000", "U"]);
    let all: Vec<Value> = (0..1_000)
        .map(|at| listed_table(&format!("T{at:04}")))
        .collect();
    script.on(TABLES, page(&all));
    script.on(&format!("{TABLES}&fromName=T0999"), Reply::json("{}"));
    script.on(QUERY, sql::result(&[("T0000", "A"), ("U", "A")]));
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(answer.entries.len(), 1_001);
    assert_eq!(names(&answer)[1_000], "U");
    assert_eq!(fact(&answer, "source"), Some("information_schema"));
}

#[test]
fn a_table_without_columns_in_the_lists_is_told_by_the_next_source() {
    let script = Script::new();
    cut_off(&script, &["T", "U"]);
    script.on(
        TABLES,
        page(&[
            listed_table("T"),
            json!({"name": "U", "table_type": "NORMAL"}),
        ]),
    );
    // The second page was on its way already.
    script.on(VIEWS, page(&[]));
    script.on(QUERY, sql::result(&[("T", "A"), ("U", "A")]));
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(names(&answer), ["T", "U"]);
}

#[test]
fn what_the_lists_leave_out_while_types_are_completed_is_described() {
    let script = Script::new();
    let all: Vec<String> = (0..20).map(|at| format!("T{at:02}")).collect();
    let array: Vec<[&str; 8]> = all
        .iter()
        .map(|name| shown(name, "A", r#"{"type":"ARRAY"}"#))
        .collect();
    script.on(SHOW, rows(COLUMNS, &array));
    let wanted: Vec<&str> = all.iter().map(String::as_str).collect();
    listed(&script, &wanted, &[]);
    // The first is listed without its columns.
    script.on(
        TABLES,
        page(&[json!({"name": "T00", "table_type": "NORMAL"})]),
    );
    script.on(VIEWS, page(&[]));
    for _ in &all {
        let columns = ["name", "type", "null?", "default"];
        script.on(SHOW, rows(columns, &[["A", "ARRAY(DATE)", "Y", "-"]]));
    }
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(names(&answer), wanted);
    assert_eq!(types(tables(&answer)[0]), ["ARRAY(DATE)"]);
}

#[test]
fn the_user_says_how_many_statements_complete_types() {
    let script = Script::new();
    let array = |name| shown(name, "A", r#"{"type":"ARRAY"}"#);
    script.on(SHOW, rows(COLUMNS, &[array("T"), array("U"), array("V")]));
    listed(&script, &["T", "U", "V"], &[]);
    let settings = json!({"role": "r", "max_statements": 2});
    let error = describe_with(&script, &settings, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge);
    assert!(
        error.message.contains("`max_statements` allows 2"),
        "{error}"
    );
    // Those that nobody wants are none of them.
    script.on(SHOW, rows(COLUMNS, &[array("T"), array("U"), array("V")]));
    listed(&script, &["T", "U", "V"], &[]);
    for _ in 0..2 {
        script.on(
            SHOW,
            rows(
                ["name", "type", "null?", "default"],
                &[["A", "ARRAY", "Y", "-"]],
            ),
        );
    }
    let settings = json!({"role": "r", "max_statements": 2, "exclude": ["v"]});
    let answer = describe_with(&script, &settings, |_| ()).unwrap();
    assert_eq!(names(&answer), ["T", "U"]);
}

#[test]
fn lists_that_take_too_long_are_left_for_the_query() {
    let script = Script::new();
    cut_off(&script, &["T"]);
    for _ in 0..3 {
        script.on(TABLES, Reply::status(504));
    }
    script.on(QUERY, sql::result(&[("T", "A")]));
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(fact(&answer, "source"), Some("information_schema"));
}

#[test]
fn a_table_that_is_listed_without_columns_is_no_table_without_columns() {
    let script = Script::new();
    let empty = || json!({"name": "T", "table_type": "NORMAL", "columns": []});
    script.on(TABLES, page(&[empty()]));
    script.on(VIEWS, page(&[]));
    let answer = describe(&script, "rest", |_| ()).unwrap();
    assert!(matches!(&answer.entries[..], [Entry::Failed(name, _)] if name == "T"));
    cut_off(&script, &["T"]);
    script.on(TABLES, page(&[empty()]));
    script.on(VIEWS, page(&[]));
    script.on(
        SHOW,
        rows(
            ["name", "type", "null?", "default"],
            &[["A", "DATE", "Y", "-"]],
        ),
    );
    let answer = describe(&script, "auto", |_| ()).unwrap();
    assert_eq!(types(tables(&answer)[0]), ["DATE"]);
}

#[test]
fn columns_that_are_left_out_are_not_none() {
    let script = Script::new();
    script.on(
        TABLES,
        page(&[json!({"name": "T", "table_type": "NORMAL"})]),
    );
    script.on(VIEWS, page(&[]));
    let error = describe(&script, "rest", |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unsupported);
    assert!(
        error.message.contains("leaves out the columns of `T`"),
        "{error}"
    );
}
