//! `information_schema` through SQL.

use crate::client::{Client, pluck};
use rocky_emulator::{Emulator, Shape};
use serde_json::json;

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .token("t", "t")
        .generate(Shape {
            schemas: 3,
            tables: 4,
            columns: 5,
        })
        .start()
        .unwrap();
    emulator
        .sql(
            "CREATE CATALOG main; CREATE SCHEMA main.shop COMMENT 'goods';
             CREATE TABLE main.shop.item (
               Id BIGINT NOT NULL COMMENT 'key', price DECIMAL(12,2), day DATE,
               spec STRUCT<a: STRING, b: ARRAY<INT>>
             ) PARTITIONED BY (day) COMMENT 'things';
             CREATE VIEW main.shop.dear AS SELECT id FROM main.shop.item WHERE price > 9",
        )
        .unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

#[test]
fn columns_have_the_shape_and_words_of_the_real_view() {
    let (_emulator, client) = emulator();
    let answer = client.statement(
        "SELECT * FROM main.information_schema.columns
         WHERE table_schema = 'shop' AND table_name = 'item' ORDER BY ordinal_position",
    );
    let names = pluck(&answer["manifest"]["schema"]["columns"], "name");
    assert_eq!(names.len(), 33);
    assert_eq!(
        names[..4],
        ["table_catalog", "table_schema", "table_name", "column_name"]
    );
    assert_eq!(names[32], "comment");
    let rows = answer["result"]["data_array"].as_array().unwrap();
    let cell = |row: usize, column: &str| {
        let at = names.iter().position(|name| name == column).unwrap();
        rows[row][at].clone()
    };
    assert_eq!(cell(0, "column_name"), "Id");
    assert_eq!(cell(0, "ordinal_position"), "1");
    assert_eq!(cell(0, "is_nullable"), "NO");
    assert_eq!(cell(0, "comment"), "key");
    assert_eq!(cell(1, "full_data_type"), "decimal(12,2)");
    assert_eq!(cell(1, "data_type"), "DECIMAL");
    assert_eq!(cell(1, "numeric_precision"), "12");
    assert_eq!(cell(2, "partition_index"), "0");
    assert_eq!(cell(3, "full_data_type"), "struct<a:string,b:array<int>>");
    assert_eq!(cell(3, "data_type"), "STRUCT");
    assert_eq!(cell(3, "is_nullable"), "YES");
}

#[test]
fn tables_schemata_and_views_tell_of_one_catalog_and_system_of_all() {
    let (_emulator, client) = emulator();
    assert_eq!(
        client.rows(
            "SELECT table_name, table_type, comment FROM main.information_schema.tables
             WHERE table_schema = 'shop' ORDER BY table_name"
        ),
        json!([["dear", "VIEW", null], ["item", "MANAGED", "things"]])
    );
    assert_eq!(
        client.rows("SELECT schema_name FROM main.information_schema.schemata ORDER BY 1"),
        json!([["default"], ["information_schema"], ["shop"]])
    );
    assert_eq!(
        client.rows(
            "SELECT view_definition FROM main.information_schema.views WHERE table_name = 'dear'"
        ),
        json!([["SELECT id FROM main.shop.item WHERE price > 9"]])
    );
    assert_eq!(
        client.rows("SELECT catalog_name FROM system.information_schema.catalogs ORDER BY 1"),
        json!([["gen"], ["main"], ["system"]])
    );
    assert_eq!(
        client.rows(
            "SELECT table_catalog, count(*) FROM system.information_schema.tables
             WHERE table_schema <> 'information_schema' GROUP BY table_catalog ORDER BY 1"
        ),
        json!([["gen", "12"], ["main", "2"]])
    );
    assert_eq!(
        client.rows(
            "SELECT count(*) FROM main.information_schema.tables WHERE table_catalog = 'gen'"
        ),
        json!([["0"]])
    );
}

#[test]
fn the_usual_join_describes_a_schema() {
    let (_emulator, client) = emulator();
    let answer = client.statement_with(
        "SELECT t.table_schema, t.table_name, t.table_type, t.last_altered, c.ordinal_position,
                c.column_name, c.full_data_type, c.is_nullable, c.column_default, c.comment
         FROM system.information_schema.tables t JOIN system.information_schema.columns c
           USING (table_catalog, table_schema, table_name)
         WHERE t.table_catalog = :cat AND t.table_schema = :sch
         ORDER BY t.table_schema, t.table_name, c.ordinal_position",
        json!({"parameters": [{"name": "cat", "value": "gen"}, {"name": "sch", "value": "s0002"}]}),
    );
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    assert_eq!(answer["manifest"]["total_row_count"], 20);
    assert_eq!(answer["result"]["data_array"][19][5], "c0005");
    assert_eq!(
        answer["manifest"]["schema"]["columns"][3]["type_name"],
        "TIMESTAMP"
    );
}
