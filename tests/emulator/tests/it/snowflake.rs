//! Snowflake's SQL API and REST API.

mod driver;
mod queries;
pub mod sign_in;
mod statements;

use crate::client::{Answer, Client};
use rocky_emulator::{Emulator, RawColumn, RawTable, RawTables, Rule, SnowflakeUser};
use serde_json::{Value, json};

/// Of a key pair that was made for these tests and opens nothing.
pub const PUBLIC_KEY: &str = include_str!("keys/snowflake_public.pem");

const STATEMENTS: &str = "/api/v2/statements";
const SCHEMA: &str = "/api/v2/databases/ACME/schemas/SHOP";

fn user() -> SnowflakeUser {
    SnowflakeUser {
        account: "acme-dev".to_owned(),
        user: "loader".to_owned(),
        public_key: PUBLIC_KEY.to_owned(),
        principal: Some("alice@example.com".to_owned()),
    }
}

fn shop() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .token("t", "alice@example.com")
        .token("b", "bob@example.com")
        .rule(Rule::deny("bob@*", "acme.vault"))
        .rule(Rule::hide("bob@*", "acme.shop.secret"))
        .snowflake_user(user())
        .start()
        .unwrap();
    emulator
        .sql(
            "CREATE CATALOG acme; CREATE SCHEMA acme.shop COMMENT 'goods';
             CREATE SCHEMA acme.vault; CREATE TABLE acme.vault.x (a INT);
             CREATE TABLE acme.shop.secret (a INT);
             CREATE TABLE acme.shop.item (
                id BIGINT NOT NULL COMMENT 'key', price DECIMAL(12,2), tags ARRAY<STRING>,
                dim STRUCT<w: DOUBLE NOT NULL, h: SMALLINT>, day DATE
             ) COMMENT 'sellable things';
             CREATE VIEW acme.shop.cheap AS SELECT id AS Id, price FROM acme.shop.item WHERE id < 2;
             INSERT INTO acme.shop.item SELECT
               id, id * 1.5, array('a'), named_struct('w', 1.5, 'h', 2), DATE '2026-01-02'
             FROM range(5)",
        )
        .unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

fn post(client: &Client, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let mut all = vec![("user-agent", "test/1")];
    all.extend_from_slice(headers);
    client.request_with("POST", path, &all, body.to_string().as_bytes())
}

fn submit(client: &Client, sql: &str, query: &str, members: Value) -> Answer {
    let mut body = json!({"statement": sql, "database": "ACME", "schema": "SHOP"});
    let members = members.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    post(client, &format!("{STATEMENTS}{query}"), &body, &[])
}

fn run(client: &Client, sql: &str) -> Value {
    let answer = submit(client, sql, "", json!({}));
    assert_eq!(answer.status, 200, "{sql}: {}", answer.text());
    answer.json()
}

/// The rows of a result, the cells of each with bars between.
fn rows(result: &Value) -> Vec<String> {
    let row = |row: &Value| {
        let cells = row.as_array().unwrap().iter().map(|cell| match cell {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        cells.collect::<Vec<_>>().join("|")
    };
    result["data"].as_array().unwrap().iter().map(row).collect()
}

pub fn check(client: &Client, sql: &str, expected: &[&str]) {
    assert_eq!(rows(&run(client, sql)), expected, "{sql}");
}

/// One column of a SHOW.
fn column(client: &Client, sql: &str, name: &str) -> Vec<String> {
    let result = run(client, sql);
    let types = result["resultSetMetaData"]["rowType"].as_array().unwrap();
    let at = types.iter().position(|column| column["name"] == name);
    let at = at.unwrap_or_else(|| panic!("{sql} has no {name}"));
    let cells = result["data"].as_array().unwrap().iter();
    cells
        .map(|row| row[at].as_str().unwrap_or("null").to_owned())
        .collect()
}

/// Code and status of a statement that fails.
fn failure(client: &Client, sql: &str) -> (u16, String) {
    let answer = submit(client, sql, "", json!({}));
    let code = answer.json()["code"].as_str().unwrap().to_owned();
    (answer.status, code)
}

#[test]
fn names_fold_to_upper_case_and_twins_stand_side_by_side() {
    let (emulator, client) = shop();
    let column = |text| RawColumn::new("Id", text);
    emulator.add_tables(RawTables {
        catalog: "RAW".to_owned(),
        schema: "Mixed Case".to_owned(),
        tables: vec![
            RawTable::new("Orders", vec![column("Vector(Float, 3)")]),
            RawTable::new(
                "ORDERS",
                vec![column("NUMBER(12, 2)"), RawColumn::new("ID", "FUTURE(1)")],
            ),
            RawTable::new("orders", vec![column("bigint")]),
        ],
    });
    let names = self::column(&client, "SHOW TABLES IN SCHEMA raw.\"Mixed Case\"", "name");
    assert_eq!(names, ["ORDERS", "Orders", "orders"]);
    let types = |table: &str| {
        self::column(
            &client,
            &format!("DESC TABLE RAW.\"Mixed Case\".{table}"),
            "type",
        )
    };
    assert_eq!(types("orders"), ["NUMBER(12, 2)", "FUTURE(1)"]);
    assert_eq!(types("\"Orders\""), ["Vector(Float, 3)"]);
    assert_eq!(types("\"orders\""), ["NUMBER(38,0)"]);
    let result = run(&client, "SELECT \"Id\", id FROM raw.\"Mixed Case\".orders");
    let described = &result["resultSetMetaData"]["rowType"];
    assert_eq!(
        (&described[0]["name"], &described[0]["scale"]),
        (&json!("Id"), &json!(2))
    );
    assert_eq!(described[0]["schema"], "Mixed Case");
    let quoted = "/api/v2/databases/raw/schemas/%22Mixed%20Case%22/tables";
    let list = client.get_json(&format!("{quoted}?deep=True&startsWith=O"));
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[1]["columns"][0]["datatype"], "Vector(Float, 3)");
    assert_eq!(
        client.get_json(&format!("{quoted}/%22orders%22"))["name"],
        "orders"
    );
    for (sql, code) in [
        ("SELECT * FROM \"item\"", "002003"),
        ("SELECT \"id\" FROM item", "000904"),
        ("SELECT * FROM \"acme\".shop.item", "002003"),
    ] {
        assert_eq!(failure(&client, sql), (422, code.to_owned()), "{sql}");
    }
    let lower = submit(
        &client,
        "SELECT * FROM item",
        "",
        json!({"database": "acme"}),
    );
    assert_eq!(lower.status, 422);
}

#[test]
fn show_lists_pages_and_stops_at_its_cap() {
    let (emulator, client) = shop();
    let names = |sql: &str| column(&client, sql, "name");
    assert_eq!(names("SHOW DATABASES"), ["ACME"]);
    assert_eq!(
        names("SHOW SCHEMAS IN DATABASE acme"),
        ["INFORMATION_SCHEMA", "SHOP", "VAULT"]
    );
    assert_eq!(
        names("SHOW OBJECTS IN SCHEMA acme.shop"),
        ["CHEAP", "ITEM", "SECRET"]
    );
    assert_eq!(
        names("SHOW OBJECTS IN acme.shop LIMIT 1 FROM 'CHEAP'"),
        ["ITEM"]
    );
    assert_eq!(
        names("SHOW SCHEMAS LIMIT 9 FROM 'INFORMATION_SCHEMA'"),
        ["SHOP", "VAULT"]
    );
    assert_eq!(names("SHOW VIEWS"), ["CHEAP"]);
    assert_eq!(
        names("show tables like '%E%' in schema starts with 'I'"),
        ["ITEM"]
    );
    assert_eq!(
        names("SHOW TABLES IN DATABASE IDENTIFIER('acme')"),
        ["ITEM", "SECRET", "X"]
    );
    let columns = "SHOW COLUMNS IN SCHEMA acme.shop";
    assert_eq!(column(&client, columns, "table_name").len(), 8);
    let types = column(&client, "SHOW COLUMNS IN TABLE item", "data_type");
    assert_eq!(
        serde_json::from_str::<Value>(&types[0]).unwrap(),
        json!({"type": "FIXED", "precision": 38, "scale": 0, "nullable": false})
    );
    emulator.settings(|settings| settings.show_rows = 3);
    assert_eq!(column(&client, columns, "table_name").len(), 3);
    assert_eq!(
        failure(&client, "SHOW COLUMNS IN TABLE item LIMIT 1").1,
        "001003"
    );
    assert_eq!(failure(&client, "SHOW TABLES IN SCHEMA nope").1, "002043");
    assert_eq!(failure(&client, "SHOW COLUMNS IN TABLE nope").1, "002003");
    emulator.settings(|settings| settings.information_schema_rows = Some(2));
    let all = "SELECT table_name FROM information_schema.tables";
    assert_eq!(failure(&client, all).1, "090030");
    check(
        &client,
        &format!("{all} WHERE table_schema = 'VAULT'"),
        &["X"],
    );
    emulator.settings(|settings| settings.hide_last_ddl = true);
    let stamp = "SELECT last_ddl FROM information_schema.tables WHERE table_schema = 'VAULT'";
    check(&client, stamp, &["null"]);
}

#[test]
fn tables_are_told_over_rest() {
    let (_emulator, client) = shop();
    let databases = client.get_json("/api/v2/databases");
    assert_eq!(databases[0]["name"], "ACME");
    assert_eq!(
        client.get_json("/api/v2/databases/acme/schemas")[1]["name"],
        "VAULT"
    );
    let tables = client.get_json(&format!("{SCHEMA}/tables"));
    assert!(tables[0].get("columns").is_none());
    assert_eq!(
        (&tables[0]["rows"], &tables[0]["table_type"]),
        (&json!(5), &json!("NORMAL"))
    );
    let item = client.get_json(&format!("{SCHEMA}/tables/item"));
    assert_eq!(
        item["columns"][0],
        json!({"name": "ID", "datatype": "NUMBER(38,0)", "nullable": false, "collate": null,
               "default": null, "autoincrement": false, "comment": "key"})
    );
    assert_eq!(item["columns"][2]["datatype"], "ARRAY(VARCHAR(16777216))");
    assert_eq!(
        item["columns"][3]["datatype"],
        "OBJECT(w FLOAT NOT NULL, h NUMBER(38,0))"
    );
    let page = client.get_json(&format!(
        "{SCHEMA}/tables?showLimit=1&fromName=ITEM&history=False"
    ));
    assert_eq!(
        (page[0]["name"].as_str(), page.as_array().unwrap().len()),
        (Some("SECRET"), 1)
    );
    let views = client.get_json(&format!("{SCHEMA}/views?deep=true"));
    assert_eq!(
        (&views[0]["name"], &views[0]["columns"][0]["name"]),
        (&json!("CHEAP"), &json!("ID"))
    );
    assert_eq!(views[0]["kind"], "PERMANENT");
    assert_eq!(client.get(&format!("{SCHEMA}/tables/nope")).status, 404);
    assert_eq!(
        client.get(&format!("{SCHEMA}/tables?showLimit=0")).status,
        400
    );
}

#[test]
fn what_is_kept_away_is_as_if_it_were_missing() {
    let (emulator, client) = shop();
    let bob = Client::new(&emulator, "b");
    for sql in [
        "SELECT * FROM secret",
        "SELECT * FROM vault.x",
        "SELECT * FROM nope",
    ] {
        assert_eq!(failure(&bob, sql), (422, "002003".to_owned()), "{sql}");
    }
    assert_eq!(column(&bob, "SHOW TABLES IN ACCOUNT", "name"), ["ITEM"]);
    assert_eq!(bob.get("/api/v2/databases/acme/schemas/vault").status, 404);
    for (sql, code) in [
        ("SELEC 1", "001003"),
        ("SELECT nope FROM item", "000904"),
        ("SELECT nope(1)", "002140"),
        ("SELECT 1 / 0", "100051"),
        ("UPDATE item SET id = 1", "000002"),
        ("", "000900"),
    ] {
        assert_eq!(failure(&client, sql), (422, code.to_owned()), "{sql}");
    }
    emulator.settings(|settings| settings.default_warehouse = None);
    assert_eq!(failure(&client, "SELECT 1"), (422, "000606".to_owned()));
    let named = submit(
        &client,
        "SELECT CURRENT_WAREHOUSE()",
        "",
        json!({"warehouse": "WH"}),
    );
    assert_eq!(rows(&named.json()), ["WH"]);
}
