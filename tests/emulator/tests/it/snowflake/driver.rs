//! The protocol of the vendor's own drivers.

use super::sign_in::{claims, now, signed};
use super::{SCHEMA, shop};
use crate::client::{Answer, Client};
use rocky_emulator::{Action, Emulator, Fault};
use serde_json::{Value, json};
use std::io::{Read, Write};

/// A driver that has signed in.
struct Driver {
    client: Client,
    token: String,
    master: String,
}

const LOGIN: &str =
    "/session/v1/login-request?databaseName=acme&schemaName=%22SHOP%22&warehouse=wh";
const QUERY: &str = "/queries/v1/query-request";

fn login(emulator: &Emulator, credentials: Value) -> Value {
    let client = Client::new(emulator, "").without_token();
    let answer = client.post(LOGIN, &json!({"data": credentials}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn with_password() -> Value {
    json!({"LOGIN_NAME": "LOADER", "PASSWORD": "t", "CLIENT_APP_ID": "test"})
}

impl Driver {
    fn new(emulator: &Emulator) -> Self {
        let answer = login(emulator, with_password());
        let text = |name: &str| answer["data"][name].as_str().unwrap().to_owned();
        Self {
            client: Client::new(emulator, "").without_token(),
            token: text("token"),
            master: text("masterToken"),
        }
    }

    fn request(&self, method: &str, path: &str, body: &Value) -> Answer {
        let header = format!("Snowflake Token=\"{}\"", self.token);
        let headers = [("authorization", header.as_str())];
        let body = body.to_string();
        self.client
            .request_with(method, path, &headers, body.as_bytes())
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.request("POST", path, body).json()
    }

    fn get(&self, path: &str) -> Value {
        self.request("GET", path, &json!({})).json()
    }

    fn query(&self, sql: &str) -> Value {
        self.query_with(sql, json!({}))
    }

    fn query_with(&self, sql: &str, members: Value) -> Value {
        let mut body = json!({"sqlText": sql, "asyncExec": false, "sequenceId": 1});
        let members = members.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        self.post(QUERY, &body)
    }

    /// The rows that come at once.
    fn rows(&self, sql: &str) -> Value {
        let answer = self.query(sql);
        assert_eq!(answer["success"], true, "{sql}: {answer}");
        answer["data"]["rowset"].clone()
    }
}

#[test]
fn a_session_keeps_its_place_until_it_is_closed() {
    let (emulator, _) = shop();
    let info = login(&emulator, with_password())["data"]["sessionInfo"].clone();
    assert_eq!(
        info,
        json!({"databaseName": "ACME", "schemaName": "SHOP", "warehouseName": "WH", "roleName": "PUBLIC"})
    );
    let driver = Driver::new(&emulator);
    let session =
        "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE(), CURRENT_USER()";
    let expected = json!([["ACME", "SHOP", "WH", "alice@example.com"]]);
    assert_eq!(driver.rows(session), expected);
    let used = driver.query("USE SCHEMA vault");
    assert_eq!(
        (
            &used["data"]["finalSchemaName"],
            &used["data"]["statementTypeId"]
        ),
        (&json!("VAULT"), &json!(0x4300))
    );
    assert_eq!(driver.rows(session)[0][1], "VAULT");
    assert_eq!(driver.rows("SELECT * FROM x"), json!([]));
    let tables = driver.request("GET", &format!("{SCHEMA}/tables?deep=True"), &json!({}));
    assert_eq!(tables.json()[0]["name"], "ITEM");
    assert_eq!(
        driver.post("/session/heartbeat", &json!({}))["success"],
        true
    );
    assert_eq!(
        driver.post("/telemetry/send", &json!({"logs": []}))["success"],
        true
    );
    assert_eq!(
        driver.post("/session?delete=true", &json!({}))["success"],
        true
    );
    assert_eq!(driver.query("SELECT 1")["code"], "390111");
    assert_eq!(driver.request("GET", SCHEMA, &json!({})).status, 401);
}

#[test]
fn each_authenticator_is_believed_or_says_why_not() {
    let (emulator, _) = shop();
    let try_out = |authenticator: &str, token: &str| {
        let mut credentials = json!({"LOGIN_NAME": "LOADER", "TOKEN": token, "PASSWORD": token});
        if !authenticator.is_empty() {
            credentials["AUTHENTICATOR"] = authenticator.into();
        }
        let answer = login(&emulator, credentials);
        answer["code"].as_str().unwrap_or("signed in").to_owned()
    };
    let jwt = signed(&claims("ACME-DEV.LOADER", now(), 60));
    let other = signed(&claims("ACME-DEV.NOBODY", now(), 60));
    for (authenticator, token, expected) in [
        ("", "t", "signed in"),
        ("", "x", "390100"),
        ("snowflake", "t", "signed in"),
        ("OAUTH", "t", "signed in"),
        ("OAUTH", "x", "390303"),
        ("PROGRAMMATIC_ACCESS_TOKEN", "t", "signed in"),
        ("PROGRAMMATIC_ACCESS_TOKEN", "x", "394400"),
        ("SNOWFLAKE_JWT", &jwt, "signed in"),
        ("SNOWFLAKE_JWT", &other, "394300"),
        ("SNOWFLAKE_JWT", "t", "390144"),
        ("EXTERNALBROWSER", "t", "390100"),
    ] {
        assert_eq!(
            try_out(authenticator, token),
            expected,
            "{authenticator} {token}"
        );
    }
}

#[test]
fn a_session_that_has_expired_is_renewed() {
    let (emulator, _) = shop();
    emulator.settings(|settings| settings.token_lifetime_ms = 0);
    let mut driver = Driver::new(&emulator);
    assert_eq!(driver.query("SELECT 1")["code"], "390112");
    emulator.settings(|settings| settings.token_lifetime_ms = 60_000);
    let stale = driver.token.clone();
    driver.token.clone_from(&driver.master);
    let body = json!({"oldSessionToken": stale, "requestType": "RENEW"});
    let renewed = driver.post("/session/token-request", &body);
    driver.token = renewed["data"]["sessionToken"].as_str().unwrap().to_owned();
    assert_eq!(driver.rows("SELECT 1"), json!([["1"]]));
    driver.token = stale;
    assert_eq!(driver.query("SELECT 1")["code"], "390111");
    let again = driver.post("/session/token-request", &body);
    assert_eq!(again["code"], "390113");
}

#[test]
fn values_are_written_as_drivers_read_them() {
    let (_emulator, driver) = {
        let (emulator, _) = shop();
        let driver = Driver::new(&emulator);
        (emulator, driver)
    };
    let sql = "SELECT TRUE, FALSE, '2026-01-02'::DATE, '12:00:01.5'::TIME(3), \
               '1969-12-31 23:59:58.25'::TIMESTAMP_NTZ, '2024-01-01 00:00:00.125'::TIMESTAMP_NTZ(3), \
               '2024-01-01 00:00:00'::TIMESTAMP_NTZ(0), '1969-12-31 23:59:59.5 +01:00'::TIMESTAMP_TZ, \
               '9999-12-31 23:59:59'::TIMESTAMP_NTZ, TO_BINARY('0aFF'), NULL";
    assert_eq!(
        driver.rows(sql),
        json!([[
            "1",
            "0",
            "20455",
            "43201.500",
            "-1.750000000",
            "1704067200.125",
            "1704067200",
            "-3600.500000000 1500",
            "253402300799.000000000",
            "0AFF",
            null
        ]])
    );
    let bound = driver.query_with(
        "SELECT ?, ?",
        json!({"bindings": {"1": {"type": "TEXT", "value": "x"}, "2": {"type": "ANY", "value": null}}}),
    );
    assert_eq!(bound["data"]["rowset"], json!([["x", null]]));
    let described = driver.query_with("SELECT id FROM item", json!({"describeOnly": true}));
    let data = &described["data"];
    assert_eq!(
        (&data["rowtype"][0]["type"], &data["rowset"]),
        (&json!("fixed"), &json!([]))
    );
    let dropped = driver.query_with("DROP TABLE item", json!({"describeOnly": true}));
    assert_eq!(dropped["success"], true);
    assert_eq!(driver.rows("SELECT COUNT(*) FROM item"), json!([["5"]]));
}

#[test]
fn a_large_result_is_fetched_in_chunks_from_another_origin() {
    let (emulator, _) = shop();
    emulator.settings(|settings| settings.chunk_rows = 2);
    let driver = Driver::new(&emulator);
    let answer = driver.query("SELECT id FROM item ORDER BY id");
    let data = &answer["data"];
    assert_eq!(
        (&data["rowset"], &data["total"]),
        (&json!([["0"], ["1"]]), &json!(5))
    );
    assert_eq!(data["chunks"].as_array().unwrap().len(), 2);
    let header = data["chunkHeaders"].as_object().unwrap();
    let header: Vec<(&str, &str)> = header
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let storage = Client::at(&emulator.storage_url(), "").without_token();
    let path = data["chunks"][0]["url"].as_str().unwrap();
    let path = path.strip_prefix(&emulator.storage_url()).unwrap();
    let file = storage.get_with(path, &header);
    assert_eq!(file.headers["content-encoding"], "gzip");
    let mut body = String::new();
    let mut decoder = flate2::read::GzDecoder::new(&*file.body);
    decoder.read_to_string(&mut body).unwrap();
    assert_eq!(body, r#"["2"],["3"]"#);
    assert_eq!(storage.get(path).status, 403);
    assert_eq!(
        storage
            .get_with(&path.replace("/1?", "/2?"), &header)
            .status,
        403
    );
}

#[test]
fn statements_are_waited_for_watched_and_cancelled() {
    let (emulator, _) = shop();
    let driver = Driver::new(&emulator);
    emulator.settings(|settings| settings.pending_polls = 1);
    let waiting = driver.query("SELECT 7");
    assert_eq!(
        (&waiting["code"], &waiting["success"]),
        (&json!("333333"), &json!(true))
    );
    let url = waiting["data"]["getResultUrl"].as_str().unwrap();
    assert_eq!(driver.get(url)["code"], "333333");
    assert_eq!(driver.get(url)["data"]["rowset"], json!([["7"]]));
    emulator.settings(|settings| settings.pending_polls = 0);
    let wait = "SELECT SYSTEM$WAIT(1, 'DAYS')";
    let slow = driver.query_with(wait, json!({"asyncExec": true}));
    assert_eq!(slow["code"], "333334");
    let id = slow["data"]["queryId"].as_str().unwrap();
    for path in ["/monitoring/queries/", "/monitoring/queries//"] {
        let seen = driver.get(&format!("{path}{id}"));
        assert_eq!(seen["data"]["queries"][0]["status"], "RUNNING");
    }
    driver.post(&format!("/queries/{id}/abort-request"), &json!({}));
    let ended = driver.get(&format!("/queries/{id}/result"));
    assert_eq!(
        (&ended["code"], &ended["data"]["sqlState"]),
        (&json!("000604"), &json!("57014"))
    );
    let body = json!({"sqlText": wait, "asyncExec": true});
    let slow = driver.post(&format!("{QUERY}?requestId=r1"), &body);
    let again = driver.post(&format!("{QUERY}?requestId=r1&retryCount=1"), &body);
    assert_eq!(slow["data"]["queryId"], again["data"]["queryId"]);
    let abort = json!({"sqlText": wait, "requestId": "r1"});
    assert_eq!(
        driver.post("/queries/v1/abort-request", &abort)["success"],
        true
    );
    let id = slow["data"]["queryId"].as_str().unwrap();
    let seen = driver.get(&format!("/monitoring/queries/{id}"));
    assert_eq!(seen["data"]["queries"][0]["errorCode"], "000604");
    let unknown = driver.get("/monitoring/queries/x");
    assert_eq!(unknown["data"]["queries"], json!([]));
}

#[test]
fn several_statements_have_a_result_each_and_results_can_be_scanned() {
    let (emulator, _) = shop();
    let driver = Driver::new(&emulator);
    let count = json!({"parameters": {"MULTI_STATEMENT_COUNT": 2}});
    let all = driver.query_with("USE SCHEMA vault; INSERT INTO x VALUES (1), (2)", count);
    let ids: Vec<&str> = all["data"]["resultIds"]
        .as_str()
        .unwrap()
        .split(',')
        .collect();
    let kinds = format!("{},{}", 0x4300, 0x3100);
    assert_eq!((&all["data"]["resultTypes"], ids.len()), (&json!(kinds), 2));
    assert_eq!(all["data"]["finalSchemaName"], "VAULT");
    let inserted = driver.get(&format!("/queries/{}/result", ids[1]));
    assert_eq!(inserted["data"]["stats"]["numRowsInserted"], 2);
    let shown = driver.query("SHOW TABLES IN SCHEMA acme.shop");
    let id = shown["data"]["queryId"].as_str().unwrap();
    let scan = format!("SELECT \"name\" FROM TABLE(RESULT_SCAN('{id}')) WHERE \"rows\" = 5");
    assert_eq!(driver.rows(&scan), json!([["ITEM"]]));
    let missing = driver.query("SELECT * FROM TABLE(RESULT_SCAN('x')) AS r");
    assert_eq!(missing["code"], "000709");
}

#[test]
fn failures_have_a_code_and_bodies_may_be_compressed() {
    let (emulator, _) = shop();
    let driver = Driver::new(&emulator);
    for (sql, code, state) in [
        ("SELECT * FROM nope", "002003", "42S02"),
        ("SELEC 1", "001003", "42000"),
        ("SELECT 1 / 0", "100051", "22012"),
        ("SELECT 1; SELECT 2", "000008", "0A000"),
    ] {
        let failed = driver.query(sql);
        assert_eq!(failed["success"], false, "{sql}");
        assert_eq!(
            (&failed["code"], &failed["data"]["sqlState"]),
            (&json!(code), &json!(state))
        );
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(br#"{"sqlText": "SELECT 1"}"#).unwrap();
    let body = encoder.finish().unwrap();
    let token = format!("Snowflake Token=\"{}\"", driver.token);
    let ask = |body: &[u8]| {
        let headers = [
            ("authorization", token.as_str()),
            ("content-encoding", "gzip"),
        ];
        driver
            .client
            .request_with("POST", QUERY, &headers, body)
            .json()
    };
    assert_eq!(ask(&body)["data"]["rowset"], json!([["1"]]));
    assert_eq!(ask(b"x")["code"], "390142");
    emulator.fault(Fault::on("/query-request", Action::status(503)));
    let body = json!({"sqlText": "SELECT 1"});
    assert_eq!(driver.request("POST", QUERY, &body).status, 503);
}
