//! What statements answer.

use super::{check, column, failure, rows, run, shop};
use serde_json::json;

/// Queries and their rows.
const QUERIES: &[(&str, &[&str])] = &[
    (
        "SELECT CURRENT_TIMESTAMP() > '2020-01-01'::TIMESTAMP_LTZ, CURRENT_DATE > '2020-01-01'::DATE",
        &["true|true"],
    ),
    (
        "SELECT a.x, b.x, a.x FROM (SELECT 1 x) a JOIN (SELECT 1 x) b ON a.x = b.x",
        &["1|1|1"],
    ),
    (
        "SELECT DATEADD(day, 1, day), DATEADD('hour', 1, day), DATE_TRUNC(month, day)::DATE, YEAR(day) FROM item LIMIT 1",
        &["20456|1767315600.000000000|20454|2026"],
    ),
    ("SELECT 7 / 2, 'a' || 1, IFF(TRUE, 'y', 'n'), NULL", &["3.500000|a1|y|null"]),
    ("select Id, price from item where id > 2 order by ID desc", &["4|6.00", "3|4.50"]),
    ("SELECT i.\"ID\", SHOP.ITEM.ID FROM item i, acme.shop.item WHERE i.id = item.id AND i.id = 1", &["1|1"]),
    ("SELECT tags, dim, dim:w::FLOAT, tags[0]::VARCHAR FROM item LIMIT 1", &["[\"a\"]|{\"h\":2,\"w\":1.5}|1.5|a"]),
    ("SELECT day, TO_VARCHAR(day, 'DD.MM.YYYY'), day::TIMESTAMP_NTZ FROM item LIMIT 1", &["20455|02.01.2026|1767312000.000000000"]),
    ("SELECT '2024-01-01 02:00:00 +02:00'::TIMESTAMP_TZ, '12:00:01.5'::TIME", &["1704067200.000000000 1560|43201.500000000"]),
    ("SELECT TO_BINARY('0aFF'), TRUE, 1.50, 2::FLOAT", &["0AFF|true|1.50|2.0"]),
    ("SELECT id FROM item QUALIFY ROW_NUMBER() OVER (ORDER BY id DESC) = 1", &["4"]),
    ("SELECT LISTAGG(id::VARCHAR, ',') WITHIN GROUP (ORDER BY id DESC), COUNT_IF(id > 1) FROM item", &["4,3,2,1,0|3"]),
    ("WITH t AS (SELECT 1 AS a UNION ALL SELECT NULL) SELECT a FROM T ORDER BY a", &["1", "null"]),
    ("SELECT DATEADD(month, 1, '2024-01-31'::TIMESTAMP_NTZ), DATEDIFF(day, '2024-01-01', '2024-02-01')", &["1709164800.000000000|31"]),
    ("SELECT PARSE_JSON('{\"a\": {\"b\": [1, \"x\"]}}'):a.b[1]::STRING, TRY_CAST('x' AS INT)", &["x|null"]),
    ("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_USER()", &["ACME|SHOP|alice@example.com"]),
    ("SELECT id, price FROM cheap ORDER BY 1", &["0|0.00", "1|1.50"]),
    ("SELECT COUNT(*) FROM IDENTIFIER('acme.\"SHOP\".item') WHERE 'Ab' ILIKE 'a_'", &["5"]),
    ("SELECT column1, column2 FROM (VALUES (1, 'a'), (2, 'b')) ORDER BY 1", &["1|a", "2|b"]),
    ("SELECT * EXCLUDE (tags, dim, day) FROM item WHERE id = 0", &["0|0.00"]),
    ("SELECT table_name, table_type FROM acme.information_schema.tables WHERE table_schema = 'SHOP' ORDER BY 1", &["CHEAP|VIEW", "ITEM|BASE TABLE", "SECRET|BASE TABLE"]),
    ("SELECT t.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.NUMERIC_PRECISION, c.NUMERIC_SCALE, c.IS_NULLABLE, c.COMMENT
      FROM \"ACME\".INFORMATION_SCHEMA.TABLES t JOIN \"ACME\".INFORMATION_SCHEMA.COLUMNS c
      ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
      WHERE t.TABLE_SCHEMA = 'SHOP' AND t.TABLE_NAME = 'ITEM' AND c.ORDINAL_POSITION < 4 ORDER BY c.ORDINAL_POSITION",
     &["ITEM|ID|NUMBER|38|0|NO|key", "ITEM|PRICE|NUMBER|12|2|YES|null", "ITEM|TAGS|ARRAY|null|null|YES|null"]),
    ("SELECT schema_name FROM information_schema.schemata ORDER BY 1", &["INFORMATION_SCHEMA", "SHOP", "VAULT"]),
];

#[test]
fn queries_answer_as_snowflake_says() {
    let (_emulator, client) = shop();
    for (sql, expected) in QUERIES {
        check(&client, sql, expected);
    }
}

#[test]
fn a_result_tells_its_columns_and_where_they_come_from() {
    let (emulator, client) = shop();
    let result = run(
        &client,
        "SELECT id, id AS \"Id\", COUNT(*) over () FROM item LIMIT 1",
    );
    assert_eq!(
        (&result["code"], &result["sqlState"]),
        (&json!("090001"), &json!("00000"))
    );
    let types = &result["resultSetMetaData"]["rowType"];
    assert_eq!(
        types[0],
        json!({"name": "ID", "database": "ACME", "schema": "SHOP", "table": "ITEM",
               "type": "fixed", "precision": 38, "scale": 0, "length": null, "byteLength": null,
               "nullable": false, "collation": null})
    );
    assert_eq!(types[1]["name"], "Id");
    assert_eq!(types[2]["name"], "COUNT(*) OVER ()");
    emulator.settings(|settings| settings.upper_case_types = true);
    let result = run(&client, "SELECT 'a'");
    let types = &result["resultSetMetaData"]["rowType"];
    assert_eq!(
        (&types[0]["type"], &types[0]["name"]),
        (&json!("TEXT"), &json!("'A'"))
    );
}

#[test]
fn statements_change_the_catalog() {
    let (_emulator, client) = shop();
    check(
        &client,
        "CREATE SCHEMA acme.\"New\"",
        &["Schema New successfully created."],
    );
    let sql = "CREATE TABLE acme.\"New\".t (a INT NOT NULL COMMENT 'x', \"a\" VARCHAR(4), z TIMESTAMP_TZ) COMMENT = 'c'";
    check(&client, sql, &["Table T successfully created."]);
    assert_eq!(failure(&client, sql), (422, "002002".to_owned()));
    let insert = "INSERT INTO acme.\"New\".t (\"a\", A, z) SELECT 'q', 7, '2024-01-01 00:00:00 -01:00'::TIMESTAMP_TZ";
    let inserted = run(&client, insert);
    assert_eq!(
        (rows(&inserted), &inserted["stats"]["numRowsInserted"]),
        (vec!["1".to_owned()], &json!(1))
    );
    check(
        &client,
        "SELECT \"a\", a, z FROM acme.\"New\".T",
        &["q|7|1704070800.000000000 1380"],
    );
    let types = column(&client, "DESCRIBE TABLE acme.\"New\".t", "type");
    assert_eq!(types, ["NUMBER(38,0)", "VARCHAR(4)", "TIMESTAMP_TZ(9)"]);
    run(
        &client,
        "CREATE OR REPLACE TABLE acme.\"New\".t AS SELECT id, tags FROM item",
    );
    check(&client, "SELECT COUNT(*) FROM acme.\"New\".t", &["5"]);
    check(
        &client,
        "DROP TABLE IF EXISTS acme.\"New\".t",
        &["T successfully dropped."],
    );
}
