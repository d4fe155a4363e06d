//! Unity Catalog's lists and objects.

use crate::client::{Client, pluck};
use rocky_emulator::{Emulator, Rule, Shape};
use serde_json::{Value, json};

const TABLES: &str = "/api/2.1/unity-catalog/tables";

fn shop() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .token("a", "alice@example.com")
        .token("b", "bob@example.com")
        .rule(Rule::deny("bob@*", "main.vault"))
        .rule(Rule::hide("bob@*", "main.shop.secret_*"))
        .start()
        .unwrap();
    emulator
        .sql(
            "CREATE CATALOG main COMMENT 'all of it';
             CREATE SCHEMA main.shop; CREATE SCHEMA main.vault;
             CREATE TABLE main.shop.Item (
                id BIGINT NOT NULL, Price DECIMAL(12,2) COMMENT 'net',
                tags ARRAY<STRING>, day DATE
             ) USING DELTA PARTITIONED BY (day) COMMENT 'sellable things'
             TBLPROPERTIES ('delta.minReaderVersion' = '1');
             CREATE TABLE main.shop.secret_plan (a INT);
             CREATE VIEW main.shop.cheap AS SELECT id FROM main.shop.item WHERE price < 1;
             CREATE TABLE main.vault.gold (kg DOUBLE)",
        )
        .unwrap();
    let client = Client::new(&emulator, "a");
    (emulator, client)
}

#[test]
fn a_table_tells_its_columns_as_the_service_does() {
    let (_emulator, client) = shop();
    let table = client.get_json(&format!("{TABLES}/MAIN.shop.ITEM"));
    for (member, expected) in [
        ("name", "item"),
        ("full_name", "main.shop.item"),
        ("table_type", "MANAGED"),
        ("data_source_format", "DELTA"),
        ("comment", "sellable things"),
        ("owner", "admin@example.com"),
    ] {
        assert_eq!(table[member], expected);
    }
    assert_eq!(table["properties"]["delta.minReaderVersion"], "1");
    assert_eq!(
        table["columns"][0],
        json!({"name": "id", "position": 0, "nullable": false, "type_text": "bigint",
               "type_name": "LONG", "type_precision": 0, "type_scale": 0,
               "type_json": r#"{"name":"id","type":"long","nullable":false,"metadata":{}}"#})
    );
    let price = &table["columns"][1];
    assert_eq!(price["name"], "Price");
    assert_eq!(
        (&price["type_precision"], &price["type_scale"]),
        (&json!(12), &json!(2))
    );
    assert_eq!(price["comment"], "net");
    assert_eq!(table["columns"][2]["type_text"], "array<string>");
    assert_eq!(table["columns"][3]["partition_index"], 0);
    let view = client.get_json(&format!("{TABLES}/main.shop.cheap"));
    assert_eq!(view["table_type"], "VIEW");
    assert_eq!(
        view["view_definition"],
        "SELECT id FROM main.shop.item WHERE price < 1"
    );
}

#[test]
fn catalogs_and_schemas_are_listed_and_got() {
    let (_emulator, client) = shop();
    let catalogs = client.get_json("/api/2.1/unity-catalog/catalogs?max_results=0");
    assert_eq!(pluck(&catalogs["catalogs"], "name"), ["main", "system"]);
    assert_eq!(catalogs["catalogs"][1]["catalog_type"], "SYSTEM_CATALOG");
    assert!(catalogs.get("next_page_token").is_none());
    let schemas = client.get_json("/api/2.1/unity-catalog/schemas?catalog_name=main");
    assert_eq!(
        pluck(&schemas["schemas"], "full_name"),
        [
            "main.default",
            "main.information_schema",
            "main.shop",
            "main.vault"
        ]
    );
    let catalog = client.get_json("/api/2.1/unity-catalog/catalogs/Main");
    assert_eq!(catalog["comment"], "all of it");
    let schema = client.get_json("/api/2.1/unity-catalog/schemas/main.shop");
    assert_eq!(schema["catalog_name"], "main");
    let me = client.get_json("/api/2.0/preview/scim/v2/Me");
    assert_eq!(me["userName"], "alice@example.com");
    assert_eq!(me["emails"][0]["value"], "alice@example.com");
}

/// Follows the pages and answers the names on each.
fn pages(client: &Client, path: &str, list: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = String::new();
    loop {
        let page = client.get_json(&format!("{path}{next}"));
        pages.push(pluck(&page[list], "full_name"));
        match page.get("next_page_token").and_then(Value::as_str) {
            Some(token) => next = format!("&page_token={token}"),
            None => return pages,
        }
    }
}

#[test]
fn lists_are_paged_as_asked() {
    let emulator = Emulator::builder()
        .token("t", "t")
        .generate(Shape {
            schemas: 2,
            tables: 120,
            columns: 3,
        })
        .start()
        .unwrap();
    let client = Client::new(&emulator, "t");
    let lengths = |path: &str| -> Vec<usize> {
        let pages = pages(&client, path, "tables");
        pages.iter().map(Vec::len).collect()
    };
    let schema = format!("{TABLES}?catalog_name=gen&schema_name=s0001");
    assert_eq!(lengths(&format!("{schema}&max_results=0")), [50, 50, 20]);
    assert_eq!(lengths(&format!("{schema}&max_results=100")), [50, 50, 20]);
    assert_eq!(lengths(&format!("{schema}&max_results=40")), [40, 40, 40]);
    assert_eq!(lengths(&schema), [120]);
    let short = format!("{schema}&max_results=0&omit_columns=true");
    assert_eq!(lengths(&short), [120]);
    assert!(
        client.get_json(&short)["tables"][0]
            .get("columns")
            .is_none()
    );
    emulator.settings(|settings| {
        settings.page_size = 100;
        settings.empty_pages = true;
    });
    assert_eq!(lengths(&format!("{schema}&max_results=0")), [0, 100, 0, 20]);
    emulator.settings(|settings| settings.list_page_size = 50);
    let summaries = "/api/2.1/unity-catalog/table-summaries?catalog_name=gen\
                     &schema_name_pattern=s%25&table_name_pattern=t0000_&max_results=0";
    assert_eq!(lengths(summaries), [0, 18]);
    for wrong in ["max_results=-1", "max_results=x", "page_token=zz"] {
        let answer = client.get(&format!("{schema}&{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(answer.json()["error_code"], "INVALID_PARAMETER_VALUE");
    }
}

#[test]
fn what_does_not_exist_is_named() {
    let (_emulator, client) = shop();
    for (path, code) in [
        (
            "tables?catalog_name=no&schema_name=x",
            "CATALOG_DOES_NOT_EXIST",
        ),
        (
            "tables?catalog_name=main&schema_name=no",
            "SCHEMA_DOES_NOT_EXIST",
        ),
        ("schemas?catalog_name=no", "CATALOG_DOES_NOT_EXIST"),
        ("catalogs/no", "CATALOG_DOES_NOT_EXIST"),
        ("schemas/main.no", "SCHEMA_DOES_NOT_EXIST"),
        ("tables/main.shop.no", "TABLE_DOES_NOT_EXIST"),
        ("no-such-api", "ENDPOINT_NOT_FOUND"),
    ] {
        let answer = client.get(&format!("/api/2.1/unity-catalog/{path}"));
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["error_code"], code, "{path}");
    }
    let exists = |name: &str| client.get_json(&format!("{TABLES}/{name}/exists"));
    assert_eq!(exists("main.shop.item")["table_exists"], true);
    assert_eq!(exists("main.shop.no")["table_exists"], false);
}

#[test]
fn a_caller_is_known_by_the_token_only() {
    let (emulator, client) = shop();
    for stranger in [client.without_token(), Client::new(&emulator, "wrong")] {
        for path in ["/api/2.1/unity-catalog/catalogs", "/api/2.0/sql/warehouses"] {
            let answer = stranger.get(path);
            assert_eq!(answer.status, 401);
            assert_eq!(answer.json()["error_code"], "UNAUTHENTICATED");
        }
    }
    emulator.remove_token("a");
    assert_eq!(client.get("/api/2.1/unity-catalog/catalogs").status, 401);
    emulator.add_token("a", "alice@example.com");
    assert_eq!(client.get("/api/2.1/unity-catalog/catalogs").status, 200);
}

#[test]
fn rules_forbid_and_hide() {
    let (emulator, alice) = shop();
    let bob = Client::new(&emulator, "b");
    let vault = format!("{TABLES}?catalog_name=main&schema_name=vault");
    assert_eq!(alice.get(&vault).status, 200);
    let answer = bob.get(&vault);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["error_code"], "PERMISSION_DENIED");
    let shop = format!("{TABLES}?catalog_name=main&schema_name=shop");
    let tables = bob.get_json(&shop);
    assert_eq!(pluck(&tables["tables"], "name"), ["cheap", "item"]);
    assert_eq!(
        bob.get(&format!("{TABLES}/main.shop.secret_plan")).status,
        404
    );
    let schemas = "/api/2.1/unity-catalog/schemas?catalog_name=main";
    let open = bob.get_json(schemas);
    assert!(!pluck(&open["schemas"], "name").contains(&"vault".to_owned()));
    let browsed = bob.get_json(&format!("{schemas}&include_browse=true"));
    assert_eq!(browsed["schemas"][3]["browse_only"], true);
    let error = bob.failure("SELECT * FROM main.vault.gold");
    assert!(error.starts_with("[INSUFFICIENT_PERMISSIONS]"), "{error}");
    let error = bob.failure("SELECT * FROM main.shop.secret_plan");
    assert!(error.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"), "{error}");
    assert!(
        bob.failure("DROP TABLE main.vault.gold")
            .starts_with("[INSUFFICIENT_PERMISSIONS]")
    );
    let seen = "SELECT table_name FROM main.information_schema.tables
                WHERE table_schema IN ('vault', 'shop') ORDER BY 1";
    assert_eq!(bob.rows(seen), json!([["cheap"], ["item"]]));
}

#[test]
fn integers_can_be_text() {
    let (emulator, client) = shop();
    emulator.settings(|settings| settings.int64_as_text = true);
    let table = client.get_json(&format!("{TABLES}/main.shop.item"));
    let updated_at: i64 = table["updated_at"].as_str().unwrap().parse().unwrap();
    assert!(updated_at > 1_700_000_000_000);
    let answer = client.statement("SELECT 1");
    assert_eq!(answer["manifest"]["total_row_count"], "1");
    assert_eq!(answer["result"]["row_offset"], "0");
}

#[test]
fn generated_catalogs_are_the_same_every_time_and_cover_the_grammar() {
    let list = || {
        let shape = "2x40x20".parse().unwrap();
        let emulator = Emulator::builder()
            .token("t", "t")
            .generate(shape)
            .start()
            .unwrap();
        let client = Client::new(&emulator, "t");
        let schemas = client.get_json("/api/2.1/unity-catalog/schemas?catalog_name=gen");
        assert_eq!(
            pluck(&schemas["schemas"], "name"),
            ["information_schema", "s0001", "s0002"]
        );
        let tables = client.get_json(&format!("{TABLES}?catalog_name=gen&schema_name=s0002"));
        let columns: Vec<Value> = tables["tables"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|table| table["columns"].as_array().unwrap().clone())
            .collect();
        assert_eq!(client.rows("SELECT * FROM gen.s0001.t00001"), json!([]));
        columns
    };
    let columns = list();
    assert_eq!(columns.len(), 800);
    assert_eq!(columns, list());
    for type_name in [
        "STRUCT",
        "MAP",
        "DECIMAL",
        "VARIANT",
        "INTERVAL",
        "GEOGRAPHY",
        "NULL",
    ] {
        assert!(
            columns
                .iter()
                .any(|column| column["type_name"] == type_name)
        );
    }
}
