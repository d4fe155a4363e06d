//! SHOW and DESCRIBE, and the catalog that came before Unity Catalog.

use crate::client::{Client, pluck};
use rocky_emulator::{Emulator, Rule};
use serde_json::{Value, json};

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .token("t", "tester")
        .token("b", "bob")
        .start()
        .unwrap();
    emulator
        .sql(
            "CREATE CATALOG shop;
             CREATE SCHEMA shop.s COMMENT 'a schema';
             CREATE TABLE shop.s.orders (id BIGINT NOT NULL COMMENT 'key', day DATE,
                 item STRUCT<name: STRING NOT NULL, tags: ARRAY<STRING>>) PARTITIONED BY (day) COMMENT 'sold';
             CREATE VIEW shop.s.recent AS SELECT id FROM shop.s.orders;
             CREATE CATALOG hive_metastore;
             CREATE SCHEMA hive_metastore.old;
             CREATE TABLE hive_metastore.old.t (a INT NOT NULL, b DECIMAL(10,2))",
        )
        .unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

fn names(result: &Value) -> Vec<String> {
    pluck(&result["manifest"]["schema"]["columns"], "name")
}

#[test]
fn lists_are_shown() {
    let (_emulator, client) = emulator();
    assert_eq!(
        client.rows("SHOW CATALOGS"),
        json!([["hive_metastore"], ["shop"], ["system"]])
    );
    assert_eq!(
        client.rows("SHOW CATALOGS LIKE 'sh*|nothing'"),
        json!([["shop"]])
    );
    assert_eq!(
        client.rows("SHOW SCHEMAS IN shop"),
        json!([["default"], ["information_schema"], ["s"]])
    );
    let tables = client.statement("SHOW TABLES IN shop.s");
    assert_eq!(names(&tables), ["database", "tableName", "isTemporary"]);
    assert_eq!(
        tables["result"]["data_array"],
        json!([["s", "orders", "false"], ["s", "recent", "false"]])
    );
    assert_eq!(
        client.rows("SHOW VIEWS FROM shop.s"),
        json!([["s", "recent", "false", "false"]])
    );
    assert_eq!(
        client.rows("SHOW COLUMNS IN shop.s.orders"),
        json!([["id"], ["day"], ["item"]])
    );
    let of_catalog = client.rows("SHOW TABLES IN CATALOG shop SCHEMA LIKE 's' LIKE 'o*'");
    assert_eq!(
        of_catalog,
        json!([["s", "orders", "false", null, "shop", "MANAGED", "sold"]])
    );
    let columns =
        client.rows("SHOW COLUMNS IN CATALOG shop SCHEMA LIKE 's' TABLE LIKE 'orders' LIKE 'id'");
    assert_eq!(
        columns,
        json!([["id", "shop", "s", "orders", "BIGINT", "1", "false", "key"]])
    );
}

#[test]
fn a_table_is_described_as_rows_and_as_json() {
    let (_emulator, client) = emulator();
    let plain = client.rows("DESCRIBE shop.s.orders");
    let item = "struct<name:string,tags:array<string>>";
    assert_eq!(
        plain,
        json!([
            ["id", "bigint", "key"],
            ["day", "date", null],
            ["item", item, null],
            ["# Partition Information", "", ""],
            ["# col_name", "data_type", "comment"],
            ["day", "date", null],
        ])
    );
    let extended = client.rows("DESCRIBE TABLE EXTENDED shop.s.orders");
    assert!(
        extended
            .as_array()
            .unwrap()
            .contains(&json!(["Type", "MANAGED", ""]))
    );
    assert!(
        extended
            .as_array()
            .unwrap()
            .contains(&json!(["Comment", "sold", ""]))
    );
    let rows = client.rows("DESCRIBE TABLE EXTENDED shop.s.orders AS JSON");
    let document: Value = serde_json::from_str(rows[0][0].as_str().unwrap()).unwrap();
    assert_eq!(document["type"], "MANAGED");
    assert_eq!(document["columns"][0]["nullable"], false);
    assert_eq!(
        document["columns"][2]["type"]["fields"][0],
        json!({"name": "name", "type": {"name": "string", "collation": "UTF8_BINARY"}, "nullable": false})
    );
    let failure = client.failure("DESCRIBE TABLE shop.s.orders AS JSON");
    assert!(
        failure.starts_with("[DESCRIBE_JSON_NOT_EXTENDED]"),
        "{failure}"
    );
}

#[test]
fn a_wide_struct_is_cut_short_as_rows_and_whole_as_json() {
    let (emulator, client) = emulator();
    let fields: Vec<String> = (0..30).map(|at| format!("f{at}: INT")).collect();
    let wide = format!("CREATE TABLE shop.s.wide (w STRUCT<{}>)", fields.join(", "));
    emulator.sql(&wide).unwrap();
    let plain = client.rows("DESCRIBE TABLE shop.s.wide");
    let text = plain[0][1].as_str().unwrap();
    assert!(text.ends_with("f24:int,... 5 more fields>"), "{text}");
    let rows = client.rows("DESCRIBE TABLE EXTENDED shop.s.wide AS JSON");
    let document: Value = serde_json::from_str(rows[0][0].as_str().unwrap()).unwrap();
    let fields = document["columns"][0]["type"]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 30);
}

#[test]
fn the_hive_metastore_is_seen_through_statements_only() {
    let (emulator, client) = emulator();
    let catalogs = client.get_json("/api/2.1/unity-catalog/catalogs");
    assert_eq!(pluck(&catalogs["catalogs"], "name"), ["shop", "system"]);
    let missing =
        client.get("/api/2.1/unity-catalog/tables?catalog_name=hive_metastore&schema_name=old");
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["error_code"], "CATALOG_DOES_NOT_EXIST");
    let failure = client.failure("SELECT * FROM hive_metastore.information_schema.tables");
    assert!(
        failure.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"),
        "{failure}"
    );
    let listed = client.rows("SELECT catalog_name FROM system.information_schema.catalogs");
    assert_eq!(listed, json!([["shop"], ["system"]]));
    assert_eq!(
        client.rows("SHOW TABLES IN hive_metastore.old"),
        json!([["old", "t", "false"]])
    );
    assert_eq!(
        client.rows("DESCRIBE hive_metastore.old.t"),
        json!([["a", "int", null], ["b", "decimal(10,2)", null]])
    );
    let as_json = "DESCRIBE TABLE EXTENDED hive_metastore.old.t AS JSON";
    assert!(client.failure(as_json).starts_with("[UNSUPPORTED_FEATURE]"));
    emulator.settings(|settings| settings.hive_as_json = true);
    assert!(client.rows(as_json)[0][0].is_string());
}

#[test]
fn what_is_hidden_is_not_shown_and_what_is_denied_is_refused() {
    let (emulator, _) = emulator();
    let bob = Client::new(&emulator, "b");
    emulator.add_rule(Rule::hide("bob", "shop.s.orders"));
    emulator.add_rule(Rule::deny("bob", "hive_metastore"));
    assert_eq!(
        bob.rows("SHOW TABLES IN shop.s"),
        json!([["s", "recent", "false"]])
    );
    let failure = bob.failure("DESCRIBE shop.s.orders");
    assert!(
        failure.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"),
        "{failure}"
    );
    let failure = bob.failure("SHOW TABLES IN hive_metastore.old");
    assert!(
        failure.starts_with("[INSUFFICIENT_PERMISSIONS]"),
        "{failure}"
    );
    let failure = bob.failure("SHOW TABLES IN shop.nowhere");
    assert!(failure.starts_with("[SCHEMA_NOT_FOUND]"), "{failure}");
    let failure = bob.failure("SHOW TABLES IN shop.s.orders");
    assert!(failure.starts_with("[PARSE_SYNTAX_ERROR]"), "{failure}");
}

#[test]
fn where_values_come_from_is_told_by_the_information_schema() {
    let (emulator, client) = emulator();
    emulator
        .sql(
            "CREATE TABLE shop.s.made (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY -1),
                 n INT DEFAULT abs(-1) NOT NULL, d INT GENERATED ALWAYS AS (n * (2 + 1)) COMMENT 'x')",
        )
        .unwrap();
    let facts = client.rows(
        "SELECT is_identity, identity_generation, identity_start, identity_increment, column_default, is_nullable,
                is_generated, generation_expression
         FROM shop.information_schema.columns WHERE table_name = 'made' ORDER BY ordinal_position",
    );
    assert_eq!(
        facts,
        json!([
            ["YES", "ALWAYS", "5", "-1", null, "YES", "NEVER", null],
            ["NO", null, null, null, "abs(-1)", "NO", "NEVER", null],
            ["NO", null, null, null, null, "YES", "ALWAYS", "n * (2 + 1)"],
        ])
    );
    let failure = client.failure("INSERT INTO shop.s.made (n) VALUES (1)");
    assert!(failure.starts_with("[UNSUPPORTED_FEATURE]"), "{failure}");
}
