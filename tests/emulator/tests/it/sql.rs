//! DDL, inserts and queries.

use crate::client::{Client, pluck};
use rocky_emulator::Emulator;
use serde_json::{Value, json};

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder().token("t", "t").start().unwrap();
    emulator.sql("CREATE CATALOG c; CREATE SCHEMA c.s").unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

fn table(client: &Client, name: &str) -> Value {
    client.get_json(&format!("/api/2.1/unity-catalog/tables/c.s.{name}"))
}

fn types(client: &Client, sql: &str) -> Vec<String> {
    let answer = client.statement(sql);
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{sql}: {answer}");
    pluck(&answer["manifest"]["schema"]["columns"], "type_text")
}

#[test]
fn every_change_moves_the_tables_time_on() {
    let (emulator, client) = emulator();
    emulator
        .sql("CREATE TABLE c.s.t (a INT, b STRING); INSERT INTO c.s.t VALUES (1, 'x'), (2, NULL)")
        .unwrap();
    let id = table(&client, "t")["table_id"].clone();
    let mut last = 0;
    for sql in [
        "ALTER TABLE c.s.t ADD COLUMN d DATE COMMENT 'day' AFTER a",
        "ALTER TABLE c.s.t ADD COLUMNS (e INT, f INT FIRST)",
        "ALTER TABLE c.s.t DROP COLUMN e",
        "ALTER TABLE c.s.t RENAME COLUMN b TO Label",
        "ALTER TABLE c.s.t ALTER COLUMN a TYPE BIGINT",
        "ALTER TABLE c.s.t ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE c.s.t ALTER COLUMN a COMMENT 'key'",
        "ALTER TABLE c.s.t ALTER COLUMN f AFTER label",
        "ALTER TABLE c.s.t SET TBLPROPERTIES ('k' = 'v')",
        "COMMENT ON TABLE c.s.t IS 'all'",
        "COMMENT ON COLUMN c.s.t.d IS NULL",
        "INSERT INTO c.s.t (a) VALUES (3)",
    ] {
        emulator.sql(sql).unwrap();
        let updated_at = table(&client, "t")["updated_at"].as_i64().unwrap();
        assert!(updated_at > last, "{sql}");
        last = updated_at;
    }
    let now = table(&client, "t");
    assert_eq!(pluck(&now["columns"], "name"), ["a", "d", "Label", "f"]);
    assert_eq!(now["columns"][0]["type_text"], "bigint");
    assert_eq!(now["columns"][0]["nullable"], false);
    assert_eq!(now["columns"][0]["comment"], "key");
    assert!(now["columns"][1].get("comment").is_none());
    assert_eq!(
        (&now["comment"], &now["properties"]["k"]),
        (&json!("all"), &json!("v"))
    );
    assert_eq!(now["table_id"], id);
    assert_eq!(
        client.rows("SELECT * FROM c.s.t ORDER BY a"),
        json!([
            ["1", null, "x", null],
            ["2", null, null, null],
            ["3", null, null, null]
        ])
    );
    emulator.sql("ALTER TABLE c.s.t RENAME TO u").unwrap();
    assert_eq!(table(&client, "u")["table_id"], id);
    emulator
        .sql("DROP TABLE c.s.u; CREATE TABLE c.s.u (a INT)")
        .unwrap();
    assert_ne!(table(&client, "u")["table_id"], id);
}

#[test]
fn inserts_cast_and_keep_not_null() {
    let (emulator, client) = emulator();
    emulator
        .sql(
            "CREATE TABLE c.s.t (id INT NOT NULL, at TIMESTAMP, price DECIMAL(6,2),
                                 spec STRUCT<Name: STRING, n: INT>);
             INSERT INTO c.s.t SELECT '1', '2013-01-01T10:00:00Z', '3.5', named_struct('Name', 'x', 'n', 2)",
        )
        .unwrap();
    assert_eq!(
        client.rows("SELECT id, at, price, spec, spec.name FROM c.s.T"),
        json!([[
            "1",
            "2013-01-01T10:00:00.000Z",
            "3.50",
            r#"{"Name":"x","n":2}"#,
            "x"
        ]])
    );
    for (sql, class) in [
        (
            "INSERT INTO c.s.t (id) VALUES (NULL)",
            "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
        ),
        (
            "INSERT INTO c.s.t (at) VALUES (NULL)",
            "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
        ),
        (
            "INSERT INTO c.s.t (id) VALUES ('one')",
            "CAST_INVALID_INPUT",
        ),
        (
            "INSERT INTO c.s.t (id, price) VALUES (2, 12345.6)",
            "NUMERIC_VALUE_OUT_OF_RANGE",
        ),
        (
            "INSERT INTO c.s.t VALUES (1)",
            "INSERT_COLUMN_ARITY_MISMATCH",
        ),
        ("INSERT INTO c.s.t (no) VALUES (1)", "UNRESOLVED_COLUMN"),
    ] {
        let message = client.failure(sql);
        assert!(
            message.starts_with(&format!("[{class}")),
            "{sql}: {message}"
        );
    }
    assert_eq!(client.rows("SELECT count(*) FROM c.s.t"), json!([["1"]]));
}

#[test]
fn a_table_as_select_and_a_view_keep_names_and_types() {
    let (emulator, client) = emulator();
    emulator
        .sql(
            "CREATE TABLE c.s.base (Id BIGINT, tag VARCHAR(9), doc VARIANT);
             INSERT INTO c.s.base VALUES (1, 'a', '{}'), (2, 'b', NULL);
             CREATE OR REPLACE TABLE c.s.copy COMMENT 'made' AS
               SELECT *, count(*) OVER () AS Total, DATE '2013-01-01' AS day FROM c.s.base;
             CREATE VIEW c.s.v (Key COMMENT 'the id', label) COMMENT 'two' AS
               SELECT id, tag FROM c.s.base;
             CREATE OR REPLACE VIEW c.s.w AS SELECT key FROM c.s.v WHERE key > 1",
        )
        .unwrap();
    let copy = table(&client, "copy");
    assert_eq!(
        pluck(&copy["columns"], "name"),
        ["Id", "tag", "doc", "Total", "day"]
    );
    assert_eq!(
        pluck(&copy["columns"], "type_text"),
        ["bigint", "varchar(9)", "variant", "bigint", "date"]
    );
    let view = table(&client, "v");
    assert_eq!(pluck(&view["columns"], "name"), ["Key", "label"]);
    assert_eq!(view["columns"][0]["comment"], "the id");
    assert_eq!(client.rows("SELECT * FROM c.s.w"), json!([["2"]]));
    let message = client.failure("DROP TABLE c.s.v");
    assert!(
        message.starts_with("[WRONG_COMMAND_FOR_OBJECT_TYPE]"),
        "{message}"
    );
    let message = client.failure("CREATE VIEW c.s.x (a, b) AS SELECT 1");
    assert!(
        message.starts_with("[CREATE_VIEW_COLUMN_ARITY_MISMATCH]"),
        "{message}"
    );
    emulator
        .sql("CREATE OR REPLACE VIEW c.s.v AS SELECT key FROM c.s.w")
        .unwrap();
    let message = client.failure("SELECT * FROM c.s.w");
    assert!(message.contains("views stand on one another"), "{message}");
}

#[test]
fn containers_are_created_and_dropped_with_care() {
    let (emulator, client) = emulator();
    emulator
        .sql(
            "CREATE CATALOG IF NOT EXISTS c COMMENT 'ignored';
             CREATE SCHEMA IF NOT EXISTS c.s;
             CREATE DATABASE c.t COMMENT 'x' WITH DBPROPERTIES (k = 'v');
             COMMENT ON SCHEMA c.t IS 'y'; COMMENT ON CATALOG c IS 'z';
             CREATE TABLE IF NOT EXISTS c.t.a (x INT); CREATE TABLE IF NOT EXISTS c.t.a (y INT);
             DROP TABLE IF EXISTS c.no.such; DROP SCHEMA IF EXISTS c.no; DROP CATALOG IF EXISTS no",
        )
        .unwrap();
    for (sql, class) in [
        ("CREATE CATALOG c", "CATALOG_ALREADY_EXISTS"),
        ("CREATE SCHEMA c.s", "SCHEMA_ALREADY_EXISTS"),
        ("CREATE TABLE c.t.A (x INT)", "TABLE_OR_VIEW_ALREADY_EXISTS"),
        ("CREATE TABLE c.no.a (x INT)", "SCHEMA_NOT_FOUND"),
        ("CREATE TABLE c.t.b (x INT, X INT)", "COLUMN_ALREADY_EXISTS"),
        (
            "CREATE TABLE c.t.`a b` (x INT)",
            "INVALID_SCHEMA_OR_RELATION_NAME",
        ),
        ("DROP SCHEMA c.t", "SCHEMA_NOT_EMPTY"),
        ("DROP CATALOG c", "SCHEMA_NOT_EMPTY"),
        ("DROP TABLE c.t.no", "TABLE_OR_VIEW_NOT_FOUND"),
        (
            "DROP SCHEMA c.information_schema",
            "INSUFFICIENT_PERMISSIONS",
        ),
    ] {
        let message = client.failure(sql);
        assert!(
            message.starts_with(&format!("[{class}]")),
            "{sql}: {message}"
        );
    }
    let schema = client.get_json("/api/2.1/unity-catalog/schemas/c.t");
    assert_eq!(
        (&schema["comment"], &schema["properties"]["k"]),
        (&json!("y"), &json!("v"))
    );
    emulator
        .sql("DROP SCHEMA c.t CASCADE; DROP CATALOG c CASCADE")
        .unwrap();
    assert_eq!(client.get("/api/2.1/unity-catalog/catalogs/c").status, 404);
}

#[test]
fn queries_answer_with_the_types_of_databricks() {
    let (_emulator, client) = emulator();
    for (sql, expected) in [
        (
            "SELECT 1, -1, 1 + 1, 3000000000, 1.5, 'x', true, NULL",
            &[
                "INT",
                "INT",
                "INT",
                "BIGINT",
                "DECIMAL(2,1)",
                "STRING",
                "BOOLEAN",
                "VOID",
            ][..],
        ),
        (
            "SELECT count(*), sum(a), avg(a), max(s) FROM VALUES (1, 'x') AS t(a, s)",
            &["BIGINT", "BIGINT", "DOUBLE", "STRING"],
        ),
        (
            "SELECT CAST('2013-01-01' AS TIMESTAMP), CAST('2013-01-01' AS TIMESTAMP_NTZ), DATE '2013-01-01'",
            &["TIMESTAMP", "TIMESTAMP_NTZ", "DATE"],
        ),
        (
            "SELECT CAST(1 AS TINYINT), CAST(1 AS FLOAT), CAST('a' AS BINARY), CAST(1 AS DECIMAL)",
            &["TINYINT", "FLOAT", "BINARY", "DECIMAL(10,0)"],
        ),
        (
            "SELECT array(1, 2), named_struct('a', 'x')",
            &["ARRAY<BIGINT>", "STRUCT<a: STRING>"],
        ),
    ] {
        assert_eq!(types(&client, sql), expected, "{sql}");
    }
}

#[test]
fn queries_compute() {
    let (emulator, client) = emulator();
    emulator
        .sql(
            "CREATE TABLE c.s.t (k STRING, n INT, `odd name` INT);
             INSERT INTO c.s.t VALUES ('a', 1, 10), ('b', 2, 20), ('a', 3, 30)",
        )
        .unwrap();
    for (sql, expected) in [
        (
            "SELECT K, sum(N) FROM c.s.t GROUP BY k ORDER BY 1",
            json!([["a", "4"], ["b", "2"]]),
        ),
        (
            "WITH x AS (SELECT n FROM c.s.t) SELECT max(X.N) FROM x",
            json!([["3"]]),
        ),
        (
            "SELECT `Odd Name` + n FROM c.s.t WHERE k = 'b'",
            json!([["22"]]),
        ),
        (
            r#"SELECT "it's", 'it\'s', concat('a', "b")"#,
            json!([["it's", "it's", "ab"]]),
        ),
        (
            "SELECT 1 UNION ALL SELECT 2 ORDER BY 1 LIMIT 1",
            json!([["1"]]),
        ),
        (
            "SELECT k FROM c.s.t QUALIFY row_number() OVER (PARTITION BY k ORDER BY n) = 2",
            json!([["a"]]),
        ),
        ("VALUES (1, 'x')", json!([["1", "x"]])),
        (
            "SELECT round(2.567, 2), upper('x'), coalesce(NULL, 3)",
            json!([["2.57", "X", "3"]]),
        ),
        (
            "SELECT array('a', NULL), CAST('ab' AS BINARY)",
            json!([["[\"a\",null]", "6162"]]),
        ),
    ] {
        assert_eq!(client.rows(sql), expected, "{sql}");
    }
    let answer = client.statement("SELECT N, count(*), n AS `My Name` FROM c.s.t GROUP BY n");
    assert_eq!(
        pluck(&answer["manifest"]["schema"]["columns"], "name"),
        ["n", "count(*)", "My Name"]
    );
    let answer = client
        .statement("SELECT n, N, 1, 1, 'Text', a.k, b.k AS n FROM c.s.t a JOIN c.s.t b USING (n)");
    assert_eq!(
        pluck(&answer["manifest"]["schema"]["columns"], "name"),
        ["n", "n", "1", "1", "Text", "k", "n"],
        "{answer}"
    );
}
