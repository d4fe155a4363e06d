//! Statements on their way, and how their results arrive.

use super::{STATEMENTS, check, column, failure, post, rows, run, shop, submit};
use crate::client::Client;
use rocky_emulator::{Action, Fault};
use serde_json::{Value, json};
use std::io::Read;

#[test]
fn a_result_comes_in_partitions_and_later_ones_are_compressed() {
    let (emulator, client) = shop();
    emulator.settings(|settings| settings.chunk_rows = 2);
    let first = run(&client, "SELECT id FROM item ORDER BY id");
    assert_eq!(rows(&first), ["0", "1"]);
    let info = first["resultSetMetaData"]["partitionInfo"]
        .as_array()
        .unwrap();
    let counts: Vec<&Value> = info.iter().map(|part| &part["rowCount"]).collect();
    assert_eq!(counts, [2, 2, 1]);
    assert_eq!(first["resultSetMetaData"]["numRows"], 5);
    let handle = first["statementHandle"].as_str().unwrap();
    let last = client.get(&format!("{STATEMENTS}/{handle}?partition=2&requestId=x"));
    assert_eq!(last.headers["content-encoding"], "gzip");
    assert!(last.headers["link"].contains("partition=1>;rel=\"prev\""));
    let mut body = String::new();
    flate2::read::GzDecoder::new(&*last.body)
        .read_to_string(&mut body)
        .unwrap();
    assert_eq!(body, r#"{"data":[["4"]]}"#);
    assert_eq!(
        client
            .get(&format!("{STATEMENTS}/{handle}?partition=3"))
            .status,
        400
    );
    assert_eq!(
        client.get_json(&format!("{STATEMENTS}/{handle}"))["data"],
        first["data"]
    );
}

#[test]
fn nulls_bindings_and_formats_are_as_the_request_says() {
    let (_emulator, client) = shop();
    let bindings = json!({"bindings": {
        "1": {"type": "FIXED", "value": "3"}, "2": {"type": "TEXT", "value": "it's"},
        "3": {"type": "DATE", "value": "1763596800000"}, "4": {"type": "FIXED", "value": null},
        "5": {"type": "TIMESTAMP_NTZ", "value": "1763000000123000000"},
        "6": {"type": "BOOLEAN", "value": "true"}}});
    let bound = submit(
        &client,
        "SELECT ?, ?, ?, ?, ?, ?",
        "?nullable=false",
        bindings,
    );
    assert_eq!(
        rows(&bound.json()),
        ["3|it's|20412|null|1763000000.123000000|true"],
        "{}",
        bound.text()
    );
    let found = submit(
        &client,
        "SELECT id FROM item WHERE id = :1",
        "",
        json!({"bindings": {"1": {"type": "FIXED", "value": "2"}}}),
    );
    assert_eq!(rows(&found.json()), ["2"]);
    let formats = json!({"parameters": {"date_output_format": "DD/MM/YYYY", "rows_per_resultset": 1,
        "timestamp_output_format": "YYYY HH24:MI:SS.FF1 TZHTZM", "binary_output_format": "BASE64"}});
    let sql = "SELECT day, '2024-01-01 02:00:00.5 +02:00'::TIMESTAMP_TZ, TO_BINARY('00') FROM item";
    let shown = submit(&client, sql, "", formats).json();
    assert_eq!(rows(&shown), ["02/01/2026|2024 02:00:00.5 +0200|AA=="]);
    let wrong = submit(&client, "SELECT 1", "", json!({"parameters": {"nope": 1}}));
    assert_eq!(wrong.status, 400);
    assert_eq!(failure(&client, "SELECT ?"), (422, "002049".to_owned()));
}

#[test]
fn a_cold_warehouse_is_polled_for_and_show_wakes_none() {
    let (emulator, client) = shop();
    emulator.settings(|settings| settings.pending_polls = 1);
    let schemas = column(&client, "SHOW TERSE SCHEMAS LIKE 'sh%'", "name");
    assert_eq!(schemas, ["SHOP"]);
    assert_eq!(run(&client, "DESCRIBE TABLE item")["code"], "090001");
    assert_eq!(emulator.requests().warehouse_statements, 0);
    let waiting = submit(&client, "SELECT 1", "?requestId=r1", json!({}));
    assert_eq!(
        (waiting.status, &waiting.json()["code"]),
        (202, &json!("333333"))
    );
    assert_eq!(emulator.requests().warehouse_statements, 1);
    let url = waiting.json()["statementStatusUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(client.get(&url).status, 202);
    assert_eq!(rows(&client.get_json(&url)), ["1"]);
    let slow = submit(&client, "SELECT 2", "?async=True", json!({})).json();
    let url = slow["statementStatusUrl"].as_str().unwrap();
    let cancelled = post(&client, &format!("{url}/cancel"), &json!({}), &[]);
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    let dead = client.get(url);
    assert_eq!((dead.status, &dead.json()["code"]), (422, &json!("000604")));
    let unknown = client.get(&format!("{STATEMENTS}/nope"));
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (422, &json!("000709"))
    );
}

#[test]
fn a_request_is_repeated_only_when_it_says_so() {
    let (emulator, client) = shop();
    let ask = |query: &str| submit(&client, "SELECT 1", query, json!({})).json();
    let first = ask("?requestId=r1")["statementHandle"].clone();
    assert_eq!(ask("?requestId=r1&retry=true")["statementHandle"], first);
    assert_ne!(ask("?requestId=r1")["statementHandle"], first);
    assert_eq!(emulator.requests().warehouse_statements, 2);
    let later = ask("?async=true&requestId=r2");
    assert_eq!(later["code"], "333334");
    let handle = later["statementHandle"].as_str().unwrap();
    let bob = Client::new(&emulator, "b");
    assert_eq!(bob.get(&format!("{STATEMENTS}/{handle}")).status, 422);
    assert_eq!(
        rows(&client.get_json(&format!("{STATEMENTS}/{handle}"))),
        ["1"]
    );
    let prefixed = format!("/acct.snowflakecomputing.com{STATEMENTS}/{handle}");
    assert_eq!(client.get(&prefixed).status, 200);
}

#[test]
fn several_statements_share_a_session_and_have_a_handle_each() {
    let (emulator, client) = shop();
    let several = json!({"parameters": {"MULTI_STATEMENT_COUNT": 0}, "schema": "VAULT"});
    let sql = "USE SCHEMA acme.shop; SELECT ';'; SELECT MAX(id) FROM item";
    let all = submit(&client, sql, "", several).json();
    assert_eq!(rows(&all), ["Multiple statements executed successfully."]);
    let handles = all["statementHandles"].as_array().unwrap();
    assert_eq!(handles.len(), 3);
    let last = handles[2].as_str().unwrap();
    assert_eq!(
        rows(&client.get_json(&format!("{STATEMENTS}/{last}"))),
        ["4"]
    );
    assert_eq!(
        failure(&client, "SELECT 1; SELECT 2"),
        (422, "000008".to_owned())
    );
    emulator.settings(|settings| settings.pending_polls = 1);
    let several = json!({"parameters": {"MULTI_STATEMENT_COUNT": 3}});
    let sql = "SELECT 1; SELECT * FROM nope; SELECT 3";
    let all = submit(&client, sql, "?async=true", several).json();
    let handles = all["statementHandles"].as_array().unwrap();
    let mut ends = handles.iter().map(|handle| {
        let path = format!("{STATEMENTS}/{}", handle.as_str().unwrap());
        loop {
            let answer = client.get(&path);
            if answer.status != 202 {
                break answer.json()["code"].clone();
            }
        }
    });
    let ends = [(); 3].map(|()| ends.next().unwrap());
    assert_eq!(ends, ["090001", "002003", "000604"]);
}

#[test]
fn requests_that_are_malformed_and_faults_answer_in_snowflakes_words() {
    let (emulator, client) = shop();
    let body = json!({"statement": "SELECT 1"});
    assert_eq!(client.post(STATEMENTS, &body).status, 400);
    let typed = client.request_with(
        "POST",
        STATEMENTS,
        &[("user-agent", "x/1")],
        b"{\"statement\": 1}",
    );
    assert_eq!(typed.status, 400);
    assert_eq!(client.get(STATEMENTS).status, 405);
    let stranger = client.without_token().get(&format!("{STATEMENTS}/x"));
    assert_eq!(
        (stranger.status, &stranger.json()["code"]),
        (401, &json!("390303"))
    );
    for (status, code) in [(429, "390505"), (401, "390318"), (408, "000630")] {
        emulator.fault(Fault::on("/statements", Action::status(status)));
        let answer = submit(&client, "SELECT 1", "", json!({}));
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code))
        );
    }
    emulator.fault(Fault::on("/statements", Action::status(503)));
    assert!(
        submit(&client, "SELECT 1", "", json!({}))
            .text()
            .starts_with("<html>")
    );
    assert_eq!(emulator.requests().warehouse_statements, 0);
}

#[test]
fn a_statement_that_takes_too_long_is_cancelled() {
    let (emulator, client) = shop();
    let short = "CALL SYSTEM$WAIT(1, 'MILLISECONDS')";
    check(&client, short, &["waited 1 milliseconds"]);
    let wait = "SELECT SYSTEM$WAIT(1, 'DAYS')";
    let late = submit(&client, wait, "", json!({"timeout": 1}));
    let body = late.json();
    assert_eq!((late.status, &body["code"]), (408, &json!("000630")));
    let url = body["statementStatusUrl"].as_str().unwrap();
    assert_eq!(client.get(url).status, 408);
    emulator.settings(|settings| settings.sync_window_ms = 0);
    let slow = submit(&client, wait, "?pageSize=10&async=False", json!({}));
    assert_eq!((slow.status, &slow.json()["code"]), (202, &json!("333333")));
    let handle = slow.json()["statementHandle"].as_str().unwrap().to_owned();
    let cancel = format!("{STATEMENTS}/{handle}/cancel");
    assert_eq!(post(&client, &cancel, &json!({}), &[]).status, 200);
    assert_eq!(client.get(&format!("{STATEMENTS}/{handle}")).status, 422);
}

#[test]
fn times_before_1970_are_negative_numbers() {
    let (_emulator, client) = shop();
    check(
        &client,
        "SELECT '1969-12-31 23:59:59.5'::TIMESTAMP_NTZ, '1969-12-31 23:59:58.5 +00:00'::TIMESTAMP_TZ, \
         '1969-12-31'::DATE, '9999-12-31'::DATE",
        &["-0.500000000|-1.500000000 1440|-1|2932896"],
    );
}
