//! BigQuery's REST API.

use crate::client::{Answer, Client};
use rocky_emulator::{Action, Emulator, Fault, RawColumn, RawTable, RawTables, Rule};
use serde_json::{Value, json};

const PROJECT: &str = "/bigquery/v2/projects/acme-dev";

fn shop() -> (Emulator, Client) {
    let emulator = Emulator::builder()
        .token("t", "alice@example.com")
        .token("b", "bob@example.com")
        .rule(Rule::deny("bob@*", "acme-dev.vault"))
        .rule(Rule::hide("bob@*", "acme-dev.shop.secret"))
        .start()
        .unwrap();
    emulator
        .sql(
            "CREATE CATALOG `acme-dev`; CREATE SCHEMA `acme-dev`.shop COMMENT 'goods';
             CREATE SCHEMA `acme-dev`.vault;
             CREATE SCHEMA `acme-dev`.far WITH DBPROPERTIES ('location' = 'europe-west1');
             CREATE TABLE `acme-dev`.far.t (a INT);
             CREATE TABLE `acme-dev`.shop.secret (a INT);
             CREATE TABLE `acme-dev`.shop.item (
                id BIGINT NOT NULL COMMENT 'key', price DECIMAL(12,2), tags ARRAY<STRING>,
                dim STRUCT<w: DOUBLE NOT NULL COMMENT 'metres', h: SMALLINT>, day DATE
             ) PARTITIONED BY (day) COMMENT 'sellable things';
             INSERT INTO `acme-dev`.shop.item SELECT
               id, id * 1.5, array('a'), named_struct('w', 1.5, 'h', 2), DATE '2026-01-02'
             FROM range(5)",
        )
        .unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

fn reason(answer: &Answer) -> String {
    let entry = &answer.json()["error"]["errors"][0];
    entry["reason"].as_str().unwrap().to_owned()
}

fn query(client: &Client, sql: &str, members: Value) -> Answer {
    let mut body = json!({"query": sql, "useLegacySql": false});
    let members = members.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    client.post(&format!("{PROJECT}/queries"), &body)
}

/// The rows of a query as bare values.
fn rows(client: &Client, sql: &str) -> Vec<Vec<Value>> {
    let answer = query(client, sql, json!({}));
    assert_eq!(answer.status, 200, "{sql}: {}", answer.text());
    let body = answer.json();
    let rows = body["rows"].as_array().cloned().unwrap_or_default();
    let cells = |row: &Value| row["f"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| cells(row).iter().map(|cell| cell["v"].clone()).collect())
        .collect()
}

fn check(client: &Client, sql: &str, expected: &[&str]) {
    let found: Vec<String> = rows(client, sql)
        .iter()
        .map(|row| {
            let texts = row.iter().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            texts.collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(found, expected, "{sql}");
}

#[test]
fn datasets_are_listed_page_by_page() {
    let (emulator, client) = shop();
    let list = |query: &str| client.get_json(&format!("{PROJECT}/datasets{query}"));
    let all = list("");
    let ids: Vec<&Value> = all["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dataset| &dataset["datasetReference"]["datasetId"])
        .collect();
    assert_eq!(ids, ["far", "shop", "vault"]);
    assert_eq!(all["datasets"][0]["location"], "europe-west1");
    let first = list("?maxResults=2");
    let token = first["nextPageToken"].as_str().unwrap();
    let second = list(&format!("?maxResults=2&pageToken={token}"));
    assert_eq!(second["datasets"][0]["id"], "acme-dev:vault");
    assert!(second.get("nextPageToken").is_none());
    emulator.sql("CREATE CATALOG bare").unwrap();
    let bare = client.get_json("/bigquery/v2/projects/bare/datasets");
    assert!(bare.get("datasets").is_none());
    let wrong = client.get(&format!("{PROJECT}/datasets?pageToken=zz"));
    assert_eq!((wrong.status, reason(&wrong).as_str()), (400, "invalid"));
}

#[test]
fn a_table_tells_its_fields_and_has_an_etag() {
    let (emulator, client) = shop();
    let path = format!("{PROJECT}/datasets/shop/tables/item");
    let table = client.get_json(&path);
    assert_eq!(table["type"], "TABLE");
    assert_eq!(table["numRows"], "5");
    assert_eq!(table["description"], "sellable things");
    assert_eq!(
        table["timePartitioning"],
        json!({"type": "DAY", "field": "day"})
    );
    assert_eq!(
        table["schema"]["fields"],
        json!([
            {"name": "id", "type": "INTEGER", "mode": "REQUIRED", "description": "key"},
            {"name": "price", "type": "NUMERIC", "mode": "NULLABLE", "precision": "12", "scale": "2"},
            {"name": "tags", "type": "STRING", "mode": "REPEATED"},
            {"name": "dim", "type": "RECORD", "mode": "NULLABLE", "fields": [
                {"name": "w", "type": "FLOAT", "mode": "REQUIRED", "description": "metres"},
                {"name": "h", "type": "INTEGER", "mode": "NULLABLE"}]},
            {"name": "day", "type": "DATE", "mode": "NULLABLE"},
        ])
    );
    let etag = table["etag"].as_str().unwrap();
    let known = [("if-none-match", etag)];
    let same = client.request_with("GET", &path, &known, b"");
    assert_eq!((same.status, same.body.len()), (304, 0));
    emulator
        .sql("COMMENT ON TABLE `acme-dev`.shop.item IS 'x'")
        .unwrap();
    assert_eq!(client.request_with("GET", &path, &known, b"").status, 200);
    let basic = client.get_json(&format!("{path}?view=BASIC"));
    assert!(basic.get("numRows").is_none() && basic.get("lastModifiedTime").is_none());
    let trimmed = client.get_json(&format!("{path}?selectedFields=id,dim.h"));
    assert_eq!(trimmed["schema"]["fields"][1]["fields"][0]["name"], "h");
    assert_eq!(trimmed["schema"]["fields"].as_array().unwrap().len(), 2);
}

#[test]
fn names_are_exact_and_what_is_missing_or_kept_away_says_so() {
    let (emulator, client) = shop();
    let bob = Client::new(&emulator, "b");
    for (who, path, status, expected) in [
        (&client, "/datasets/Shop", 404, "notFound"),
        (&client, "/datasets/shop/tables/ITEM", 404, "notFound"),
        (&client, "/nothing", 404, "notFound"),
        (&client, "/queries/nope", 404, "notFound"),
        (&bob, "/datasets/vault", 403, "accessDenied"),
        (&bob, "/datasets/shop/tables/secret", 404, "notFound"),
    ] {
        let answer = who.get(&format!("{PROJECT}{path}"));
        assert_eq!(
            (answer.status, reason(&answer).as_str()),
            (status, expected),
            "{path}"
        );
    }
    let stranger = client.without_token().get(&format!("{PROJECT}/datasets"));
    assert_eq!(
        (stranger.status, reason(&stranger).as_str()),
        (401, "authError")
    );
    for (sql, status, expected) in [
        ("SELECT * FROM shop.Item", 404, "notFound"),
        ("SELECT * FROM shop.secret", 404, "notFound"),
        ("SELECT * FROM vault.x", 403, "accessDenied"),
        ("SELECT nope FROM shop.item", 400, "invalidQuery"),
        ("SELEC 1", 400, "invalidQuery"),
        ("DELETE FROM shop.item WHERE TRUE", 400, "invalidQuery"),
    ] {
        let answer = query(&bob, sql, json!({}));
        assert_eq!(
            (answer.status, reason(&answer).as_str()),
            (status, expected),
            "{sql}"
        );
    }
}

#[test]
fn any_type_text_can_be_registered() {
    let (emulator, client) = shop();
    let columns = [
        "JSON",
        "RANGE<DATE>",
        "ARRAY<STRUCT<a INT64 NOT NULL, b GEOGRAPHY>>",
        "FUTURE",
    ];
    let columns = columns.iter().enumerate();
    let columns = columns.map(|(at, text)| RawColumn::new(&format!("c{at}"), text));
    emulator.add_tables(RawTables {
        catalog: "acme-dev".to_owned(),
        schema: "shop".to_owned(),
        tables: vec![RawTable::new("odd one", columns.collect())],
    });
    let table = client.get_json(&format!("{PROJECT}/datasets/shop/tables/odd%20one"));
    let fields = &table["schema"]["fields"];
    assert_eq!(fields[0]["type"], "JSON");
    assert_eq!(fields[1]["rangeElementType"]["type"], "DATE");
    assert_eq!(fields[2]["fields"][0]["mode"], "REQUIRED");
    assert_eq!(fields[3]["type"], "FUTURE");
    let answer = query(&client, "SELECT * FROM shop.`odd one`", json!({}));
    let types: Vec<Value> = answer.json()["schema"]["fields"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(
        (&types[0]["type"], &types[1]["type"]),
        (&json!("JSON"), &json!("RANGE"))
    );
    assert_eq!(types[2]["mode"], "REPEATED");
}

/// Queries and their rows, the cells of each with spaces between.
const QUERIES: &[(&str, &[&str])] = &[
    (
        "SELECT 7 / 2, DIV(7, 2), CAST(2.5 AS INT64), IF(TRUE, 'y', 'n')",
        &["3.5 3 3 y"],
    ),
    (
        "SELECT ID FROM `acme-dev.shop.item` WHERE Id > 2 ORDER BY iD DESC",
        &["4", "3"],
    ),
    (
        "SELECT i.dim.w + dim.h FROM acme-dev.shop.item i LIMIT 1",
        &["3.5"],
    ),
    (
        "SELECT COUNTIF(id > 1), STRING_AGG(CAST(id AS STRING), '' ORDER BY id DESC) FROM shop.item",
        &["3 43210"],
    ),
    (
        "SELECT id, off FROM shop.item, UNNEST(tags) AS t WITH OFFSET AS off WHERE id = 1",
        &["1 0"],
    ),
    (
        "SELECT x, o FROM UNNEST(['a', 'b']) AS x WITH OFFSET AS o ORDER BY o",
        &["a 0", "b 1"],
    ),
    (
        "WITH T AS (SELECT 1 AS a UNION ALL SELECT NULL) SELECT a FROM t ORDER BY a",
        &["null", "1"],
    ),
    (
        "SELECT id FROM shop.item QUALIFY ROW_NUMBER() OVER (ORDER BY id DESC) = 1",
        &["4"],
    ),
    (
        "SELECT DATE_TRUNC(day, MONTH), EXTRACT(DAYOFWEEK FROM day) FROM shop.item LIMIT 1",
        &["2026-01-01 6"],
    ),
    (
        "SELECT DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH), EXTRACT(DATE FROM TIMESTAMP '2024-01-02 03:04:05')",
        &["2024-02-29 2024-01-02"],
    ),
    (
        "SELECT CURRENT_DATETIME() > DATETIME '2020-01-01', SESSION_USER()",
        &["true alice@example.com"],
    ),
    (
        "SELECT ARRAY_LENGTH(ARRAY<INT64>[1, 2]), [10, 20][OFFSET(1)], 2 IN UNNEST([1, 2])",
        &["2 20 true"],
    ),
    (
        "SELECT INTERVAL '1-2 3 4:5:6.5' YEAR TO SECOND, TIMESTAMP_SECONDS(1)",
        &["1-2 3 4:5:6.5 1.0E0"],
    ),
    (
        "SELECT * EXCEPT (price, tags, dim) FROM shop.item WHERE id = 0",
        &["0 2026-01-02"],
    ),
    (
        "SELECT schema_name FROM `region-europe-west1`.INFORMATION_SCHEMA.SCHEMATA",
        &["far"],
    ),
    (
        "SELECT field_path FROM shop.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS WHERE column_name = 'dim'",
        &["dim", "dim.w", "dim.h"],
    ),
    (
        "SELECT table_schema, table_name FROM `region-us`.INFORMATION_SCHEMA.TABLES ORDER BY 1, 2",
        &["shop item", "shop secret"],
    ),
    (
        "SELECT table_name FROM `region-us`.INFORMATION_SCHEMA.TABLES \
         WHERE table_schema = 'shop' AND table_name <> 'item'",
        &["secret"],
    ),
    (
        "SELECT table_name FROM `region-us`.INFORMATION_SCHEMA.TABLES \
         WHERE 'shop' = table_schema AND table_name = 'item' OR table_name = 'secret' ORDER BY 1",
        &["item", "secret"],
    ),
    (
        "SELECT table_name FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE table_schema = 'Shop'",
        &[],
    ),
    (
        "SELECT s.schema_name, c.column_name FROM `region-us`.INFORMATION_SCHEMA.SCHEMATA AS s \
         LEFT JOIN `region-us`.INFORMATION_SCHEMA.COLUMNS AS c ON c.table_schema = s.schema_name \
         AND c.table_name = 'secret' AND c.table_schema = 'shop' ORDER BY 1",
        &["shop a", "vault null"],
    ),
    (
        "SELECT table_id, row_count FROM `acme-dev.shop.__TABLES__` ORDER BY 1",
        &["item 5", "secret 0"],
    ),
];

#[test]
fn queries_answer_as_googlesql_says() {
    let (_emulator, client) = shop();
    for (sql, expected) in QUERIES {
        check(&client, sql, expected);
    }
}

#[test]
fn results_are_paged_and_their_columns_named() {
    let (_emulator, client) = shop();
    let sql = "SELECT id AS Id, id + 1, tags FROM shop.item ORDER BY id";
    let first = query(&client, sql, json!({"maxResults": 2})).json();
    let names: Vec<&Value> = first["schema"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["name"])
        .collect();
    assert_eq!(names, ["Id", "f0_", "tags"]);
    assert_eq!(first["totalRows"], "5");
    assert_eq!(first["rows"][0]["f"][2]["v"], json!([{"v": "a"}]));
    let job = first["jobReference"]["jobId"].as_str().unwrap();
    let token = first["pageToken"].as_str().unwrap();
    let rest = client.get_json(&format!(
        "{PROJECT}/queries/{job}?pageToken={token}&location=US"
    ));
    assert_eq!(rest["rows"].as_array().unwrap().len(), 3);
    assert!(rest.get("pageToken").is_none());
    let tail = client.get_json(&format!("{PROJECT}/queries/{job}?startIndex=4"));
    assert_eq!(tail["rows"][0]["f"][0]["v"], "4");
    let empty = query(&client, "SELECT 1 FROM shop.item WHERE FALSE", json!({})).json();
    assert!(empty.get("rows").is_none());
    let data = client.get_json(&format!(
        "{PROJECT}/datasets/shop/tables/item/data?maxResults=1&selectedFields=id"
    ));
    assert_eq!(data["rows"], json!([{"f": [{"v": "0"}]}]));
    assert!(data.get("pageToken").is_some());
}

#[test]
fn a_job_has_an_id_a_location_and_an_end() {
    let (emulator, client) = shop();
    let body = json!({
        "jobReference": {"jobId": "mine"},
        "configuration": {"query": {"query": "SELECT a FROM far.t", "useLegacySql": false}},
    });
    emulator.settings(|settings| settings.pending_polls = 1);
    let insert = || client.post(&format!("{PROJECT}/jobs"), &body);
    let job = insert().json();
    assert_eq!(job["status"]["state"], "PENDING");
    assert_eq!(job["jobReference"]["location"], "europe-west1");
    assert_eq!(reason(&insert()), "duplicate");
    assert_eq!(client.get(&format!("{PROJECT}/jobs/mine")).status, 404);
    let results = || client.get_json(&format!("{PROJECT}/queries/mine?location=europe-west1"));
    let waiting = results();
    assert_eq!(waiting["jobComplete"], false);
    assert!(waiting.get("totalRows").is_none());
    assert_eq!(results()["totalRows"], "0");
    emulator.settings(|settings| settings.pending_polls = 0);
    let elsewhere = query(&client, "SELECT a FROM far.t", json!({"location": "EU"}));
    assert_eq!(reason(&elsewhere), "notFound");
    emulator.settings(|settings| settings.pending_polls = 9);
    let slow = query(&client, "SELECT 1", json!({})).json();
    let id = slow["jobReference"]["jobId"].as_str().unwrap();
    let cancelled = client
        .post(&format!("{PROJECT}/jobs/{id}/cancel"), &json!({}))
        .json();
    assert_eq!(
        cancelled["job"]["status"]["errorResult"]["reason"],
        "stopped"
    );
}

#[test]
fn a_dry_run_has_columns_and_no_rows_and_a_repeated_request_one_job() {
    let (_emulator, client) = shop();
    let dry = query(
        &client,
        "SELECT price FROM shop.item",
        json!({"dryRun": true}),
    )
    .json();
    assert_eq!(dry["schema"]["fields"][0]["type"], "NUMERIC");
    assert!(dry.get("rows").is_none());
    let once = || query(&client, "SELECT 1", json!({"requestId": "r1"})).json();
    assert_eq!(once()["jobReference"], once()["jobReference"]);
    let legacy = client.post(&format!("{PROJECT}/queries"), &json!({"query": "SELECT 1"}));
    assert_eq!(reason(&legacy), "invalidQuery");
}

#[test]
fn faults_answer_in_bigquerys_words() {
    let (emulator, client) = shop();
    let path = format!("{PROJECT}/datasets");
    for (status, expected) in [
        (429, "rateLimitExceeded"),
        (503, "backendError"),
        (401, "authError"),
    ] {
        emulator.fault(Fault::on("/datasets", Action::status(status)));
        let answer = client.get(&path);
        assert_eq!(
            (answer.status, reason(&answer).as_str()),
            (status, expected)
        );
    }
    emulator.fault(Fault::on("/datasets", Action::RepeatPage));
    assert_eq!(client.get_json(&path)["nextPageToken"], "r");
    assert_eq!(emulator.requests().to("/datasets"), 4);
}

#[test]
fn the_metadata_server_wants_its_header_and_refresh_tokens_their_program() {
    let (emulator, client) = shop();
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    assert_eq!(client.get(path).status, 403);
    let flavored = client.request_with("GET", path, &[("metadata-flavor", "Google")], b"");
    assert_eq!(flavored.status, 404);
    let identity = json!({"kind": "authorized_user", "client_id": "c", "client_secret": "s",
                          "refresh_token": "r", "principal": "ute@example.com"});
    assert_eq!(
        client
            .post("/_emulator/google-identities", &identity)
            .status,
        200
    );
    let form = |secret: &str| {
        let form =
            format!("grant_type=refresh_token&client_id=c&client_secret={secret}&refresh_token=r");
        client.request("POST", "/token", form.as_bytes())
    };
    assert_eq!(form("wrong").json()["error"], "invalid_grant");
    let issued = form("s").json();
    assert_eq!(issued["token_type"], "Bearer");
    let ute = Client::new(&emulator, issued["access_token"].as_str().unwrap());
    check(&ute, "SELECT SESSION_USER()", &["ute@example.com"]);
    let wrong = json!({"kind": "service_account", "email": "e", "public_key": "none"});
    assert_eq!(
        client.post("/_emulator/google-identities", &wrong).status,
        400
    );
}
