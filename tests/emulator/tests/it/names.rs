//! Names and types that no script could create.

use crate::client::{Client, pluck};
use rocky_emulator::{Emulator, RawColumn, RawTable, RawTables};
use serde_json::json;

const TABLES: &str = "/api/2.1/unity-catalog/tables";

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "a.b",
        "a \"b\"",
        "it's",
        "tick`y",
        "🦀 crab",
        "Orders",
        "orders",
    ]
    .map(str::to_owned)
    .into();
    names.push("x".repeat(255));
    names
}

#[test]
fn hostile_names_survive_verbatim() {
    let emulator = Emulator::builder().token("t", "t").start().unwrap();
    let client = Client::new(&emulator, "t");
    let tables: Vec<_> = hostile()
        .iter()
        .map(|name| json!({"name": name, "columns": [{"name": name, "type_text": "STRUCT<a: Int>"}]}))
        .collect();
    let body = json!({"catalog": "my.Catalog", "schema": "a b/c", "tables": tables});
    let answer = client.post("/_emulator/tables", &body);
    assert_eq!(answer.json(), json!({"tables": 8}));
    let (catalog, schema) = (percent("my.Catalog"), percent("a b/c"));
    let list = client.get_json(&format!(
        "{TABLES}?catalog_name={catalog}&schema_name={schema}&max_results=3"
    ));
    let mut names = pluck(&list["tables"], "name");
    let mut token = list["next_page_token"].clone();
    while let Some(next) = token.as_str() {
        let list = client.get_json(&format!(
            "{TABLES}?catalog_name={catalog}&schema_name={schema}&max_results=3&page_token={next}"
        ));
        names.extend(pluck(&list["tables"], "name"));
        token = list["next_page_token"].clone();
    }
    let mut expected = hostile();
    expected.sort();
    names.sort();
    assert_eq!(names, expected);
    for name in hostile() {
        let full = percent(&format!("my.Catalog.a b/c.{name}"));
        let table = client.get_json(&format!("{TABLES}/{full}"));
        assert_eq!(table["name"], name);
        assert_eq!(table["columns"][0]["name"], name);
        assert_eq!(table["columns"][0]["type_text"], "STRUCT<a: Int>");
    }
    let schema = client.get_json(&format!(
        "/api/2.1/unity-catalog/schemas/{}",
        percent("my.Catalog.a b/c")
    ));
    assert_eq!(schema["name"], "a b/c");
}

#[test]
fn any_type_text_and_kind_is_shown_as_it_is() {
    let emulator = Emulator::builder().token("t", "t").start().unwrap();
    let client = Client::new(&emulator, "t");
    let mut table = RawTable::new(
        "t",
        vec![RawColumn::new("c", "struct<a:int,... 3 more fields>")],
    );
    table.table_type = Some("HOLOGRAM".to_owned());
    table.updated_at = Some(1_700_000_000_123);
    emulator.add_tables(RawTables {
        catalog: "raw".to_owned(),
        schema: "s".to_owned(),
        tables: vec![table],
    });
    let table = client.get_json(&format!("{TABLES}/raw.s.t"));
    assert_eq!(table["table_type"], "HOLOGRAM");
    assert_eq!(table["updated_at"], 1_700_000_000_123_i64);
    assert_eq!(table["columns"][0]["type_name"], "USER_DEFINED_TYPE");
    let sql = "SELECT full_data_type, data_type FROM raw.information_schema.columns
               WHERE table_name = 't'";
    assert_eq!(
        client.rows(sql),
        json!([["struct<a:int,... 3 more fields>", "STRUCT"]])
    );
}

#[test]
fn wide_and_deep_tables_are_served_by_rest_and_sql() {
    let emulator = Emulator::builder().token("t", "t").start().unwrap();
    let client = Client::new(&emulator, "t");
    let columns: Vec<String> = (0..10_000).map(|at| format!("c{at} INT")).collect();
    let deep = format!("{}int{}", "struct<a:".repeat(200), ">".repeat(200));
    emulator
        .sql(&format!(
            "CREATE CATALOG big; CREATE TABLE big.default.wide ({});
             CREATE TABLE big.default.deep (d {deep});
             INSERT INTO big.default.deep VALUES (NULL)",
            columns.join(", ")
        ))
        .unwrap();
    let wide = client.get_json(&format!("{TABLES}/big.default.wide"));
    assert_eq!(wide["columns"].as_array().unwrap().len(), 10_000);
    let table = client.get_json(&format!("{TABLES}/big.default.deep"));
    assert_eq!(table["columns"][0]["type_text"], deep);
    let sql = "SELECT full_data_type FROM big.information_schema.columns WHERE table_name = 'deep'";
    assert_eq!(client.rows(sql), json!([[deep]]));
    assert_eq!(
        client.rows("SELECT d FROM big.default.deep"),
        json!([[null]])
    );
    let count = "SELECT count(*) FROM big.information_schema.columns WHERE table_name = 'wide'";
    assert_eq!(client.rows(count), json!([["10000"]]));
    let too_deep = format!("{}int{}", "array<".repeat(501), ">".repeat(501));
    let message = client.failure(&format!("CREATE TABLE big.default.no (d {too_deep})"));
    assert!(message.contains("500 levels"), "{message}");
}
