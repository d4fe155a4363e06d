//! Statement execution: states, chunks, limits, refusals.

use crate::client::Client;
use rocky_emulator::Emulator;
use rocky_emulator::emulator::DEFAULT_WAREHOUSE;
use serde_json::{Value, json};

const STATEMENTS: &str = "/api/2.0/sql/statements";

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder().token("t", "tester").start().unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

/// A statement that keeps the engine busy for longer than any test lasts.
const ENDLESS: &str = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b
                       WHERE a.id + b.id = 1";

fn id_of(answer: &Value) -> String {
    answer["statement_id"].as_str().unwrap().to_owned()
}

fn state_of(client: &Client, id: &str) -> String {
    let answer = client.get_json(&format!("{STATEMENTS}/{id}"));
    answer["status"]["state"].as_str().unwrap().to_owned()
}

/// Polls until the statement is neither PENDING nor RUNNING.
fn finish(client: &Client, id: &str) -> Value {
    loop {
        let answer = client.get_json(&format!("{STATEMENTS}/{id}"));
        let state = answer["status"]["state"].as_str().unwrap();
        if !["PENDING", "RUNNING"].contains(&state) {
            return answer;
        }
    }
}

#[test]
fn a_result_has_a_manifest_and_text_cells() {
    let (_emulator, client) = emulator();
    let answer = client.statement(
        "SELECT 1 AS Id, CAST(9.9 AS DECIMAL(12,2)) price, 'x' AS label, NULL AS nothing, true AS yes",
    );
    assert_eq!(answer["status"], json!({"state": "SUCCEEDED"}));
    let manifest = &answer["manifest"];
    assert_eq!(manifest["format"], "JSON_ARRAY");
    assert_eq!(
        manifest["schema"]["columns"][0],
        json!({"name": "Id", "position": 0, "type_name": "INT", "type_text": "INT"})
    );
    assert_eq!(
        manifest["schema"]["columns"][1],
        json!({"name": "price", "position": 1, "type_name": "DECIMAL",
               "type_text": "DECIMAL(12,2)", "type_precision": 12, "type_scale": 2})
    );
    assert_eq!(manifest["total_row_count"], 1);
    assert_eq!(manifest["truncated"], false);
    assert_eq!(
        answer["result"]["data_array"],
        json!([["1", "9.90", "x", null, "true"]])
    );
}

#[test]
fn chunks_are_linked_and_can_be_fetched_in_any_order() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.chunk_rows = 4);
    let answer = client.statement("SELECT id FROM range(10)");
    let id = id_of(&answer);
    assert_eq!(answer["manifest"]["total_chunk_count"], 3);
    assert_eq!(answer["manifest"]["total_row_count"], 10);
    assert_eq!(
        answer["manifest"]["chunks"][2],
        json!({"chunk_index": 2, "row_offset": 8, "row_count": 2})
    );
    let first = &answer["result"];
    assert_eq!(first["next_chunk_index"], 1);
    let second = client.get_json(first["next_chunk_internal_link"].as_str().unwrap());
    assert_eq!(second["data_array"], json!([["4"], ["5"], ["6"], ["7"]]));
    assert_eq!(second["row_offset"], 4);
    let third = client.get_json(&format!("{STATEMENTS}/{id}/result/chunks/2"));
    assert_eq!(
        third,
        json!({"chunk_index": 2, "row_offset": 8, "row_count": 2, "data_array": [["8"], ["9"]]})
    );
    assert_eq!(
        client
            .get(&format!("{STATEMENTS}/{id}/result/chunks/3"))
            .status,
        400
    );
}

#[test]
fn an_empty_result_has_no_chunk() {
    let (_emulator, client) = emulator();
    let answer = client.statement("SELECT 1 AS a WHERE false");
    assert_eq!(answer["status"]["state"], "SUCCEEDED");
    assert_eq!(answer["manifest"]["total_chunk_count"], 0);
    assert_eq!(answer["manifest"]["schema"]["column_count"], 1);
    assert_eq!(answer["result"], json!({}));
    let answer = client.statement("CREATE CATALOG made_by_ddl");
    assert_eq!(answer["status"]["state"], "SUCCEEDED");
    assert_eq!(answer["manifest"]["schema"]["column_count"], 0);
}

#[test]
fn limits_cut_the_result_and_say_so() {
    let (_emulator, client) = emulator();
    let sql = "SELECT id FROM range(10)";
    let answer = client.statement_with(sql, json!({"row_limit": 3}));
    assert_eq!(answer["manifest"]["truncated"], true);
    assert_eq!(answer["manifest"]["total_row_count"], 3);
    let answer = client.statement_with(sql, json!({"row_limit": 10}));
    assert_eq!(answer["manifest"]["truncated"], false);
    let answer = client.statement_with(sql, json!({"byte_limit": 20}));
    assert_eq!(answer["manifest"]["truncated"], true);
    let answer = client.statement("SELECT repeat('x', 1000000) AS x FROM range(30)");
    let message = answer["status"]["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("[INLINE_BYTE_LIMIT_EXCEEDED]"),
        "{message}"
    );
}

#[test]
fn an_error_in_sql_is_a_failed_statement_with_status_200() {
    let (_emulator, client) = emulator();
    let answer = client.statement("SELECT * FROM main.shop.itm");
    assert_eq!(answer["status"]["state"], "FAILED");
    assert_eq!(answer["status"]["sql_state"], "42P01");
    assert_eq!(answer["status"]["error"]["error_code"], "BAD_REQUEST");
    let message = answer["status"]["error"]["message"].as_str().unwrap();
    let expected =
        "[TABLE_OR_VIEW_NOT_FOUND] The table or view `main`.`shop`.`itm` cannot be found";
    assert!(message.starts_with(expected), "{message}");
    assert!(message.ends_with("SQLSTATE: 42P01"), "{message}");
    assert!(answer.get("manifest").is_none());
    for (sql, class) in [
        ("SELEC 1", "PARSE_SYNTAX_ERROR"),
        ("SELECT (1", "PARSE_SYNTAX_ERROR"),
        ("SELECT nothing", "UNRESOLVED_COLUMN"),
        ("SELECT no_such_function(1)", "UNRESOLVED_ROUTINE"),
        ("SELECT CAST('x' AS INT)", "CAST_INVALID_INPUT"),
        ("SELECT 1 / 0", "DIVIDE_BY_ZERO"),
        ("SELECT :missing", "UNBOUND_SQL_PARAMETER"),
    ] {
        let message = client.failure(sql);
        assert!(
            message.starts_with(&format!("[{class}")),
            "{sql}: {message}"
        );
    }
}

#[test]
fn parameters_are_bound_by_name_with_their_types() {
    let (_emulator, client) = emulator();
    let answer = client.statement_with(
        "SELECT :lo + 1 AS n, :d AS d, :t AS t, :none AS x, :at AS at",
        json!({"parameters": [
            {"name": "lo", "value": "10", "type": "BIGINT"},
            {"name": "d", "value": "2013-01-02", "type": "DATE"},
            {"name": "t", "value": "it's"},
            {"name": "none", "type": "INT"},
            {"name": "at", "value": "2013-01-01T10:00:00Z", "type": "TIMESTAMP"},
        ]}),
    );
    assert_eq!(
        answer["result"]["data_array"],
        json!([["11", "2013-01-02", "it's", null, "2013-01-01T10:00:00.000Z"]]),
        "{answer}"
    );
    let types = crate::client::pluck(&answer["manifest"]["schema"]["columns"], "type_text");
    assert_eq!(types, ["BIGINT", "DATE", "STRING", "INT", "TIMESTAMP"]);
    let body = json!({"statement": "SELECT :a", "warehouse_id": DEFAULT_WAREHOUSE,
                      "parameters": [{"name": "a", "value": "1", "type": "ARRAY<INT>"}]});
    assert_eq!(client.post(STATEMENTS, &body).status, 400);
    let answer = client.statement_with(
        "SELECT * FROM IDENTIFIER(:view) WHERE catalog_name = :name",
        json!({"parameters": [{"name": "view", "value": "system.information_schema.catalogs"},
                              {"name": "name", "value": "system"}]}),
    );
    assert_eq!(answer["result"]["data_array"][0][0], "system", "{answer}");
}

#[test]
fn catalog_and_schema_of_the_request_resolve_bare_names() {
    let (emulator, client) = emulator();
    emulator
        .sql("CREATE CATALOG c; CREATE SCHEMA c.s; CREATE TABLE c.s.t AS SELECT 7 AS a")
        .unwrap();
    let place = json!({"catalog": "c", "schema": "s"});
    let sql = "SELECT a, current_catalog(), current_schema(), current_user() FROM t";
    let answer = client.statement_with(sql, place);
    assert_eq!(
        answer["result"]["data_array"],
        json!([["7", "c", "s", "tester"]])
    );
}

#[test]
fn a_cold_warehouse_keeps_statements_pending_for_some_polls() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.pending_polls = 2);
    let answer = client.statement("SELECT 42");
    assert_eq!(answer["status"], json!({"state": "PENDING"}));
    let id = id_of(&answer);
    assert_eq!(state_of(&client, &id), "PENDING");
    assert_eq!(state_of(&client, &id), "PENDING");
    assert_eq!(state_of(&client, &id), "RUNNING");
    let end = finish(&client, &id);
    assert_eq!(end["result"]["data_array"], json!([["42"]]));
    let answer = client.statement_with("SELECT 1", json!({"on_wait_timeout": "CANCEL"}));
    assert_eq!(answer["status"]["state"], "CANCELED");
}

#[test]
fn an_asynchronous_statement_is_polled_to_its_end() {
    let (_emulator, client) = emulator();
    let answer = client.statement_with("SELECT 1 AS a", json!({"wait_timeout": "0s"}));
    assert_eq!(answer["status"]["state"], "PENDING");
    let end = finish(&client, &id_of(&answer));
    assert_eq!(end["status"]["state"], "SUCCEEDED");
}

#[test]
fn cancel_and_close_end_a_running_statement() {
    let (_emulator, client) = emulator();
    let answer = client.statement_with(ENDLESS, json!({"wait_timeout": "0s"}));
    let id = id_of(&answer);
    assert_eq!(state_of(&client, &id), "RUNNING");
    let chunk = format!("{STATEMENTS}/{id}/result/chunks/0");
    assert_eq!(client.get(&chunk).status, 400);
    let answer = client.post(&format!("{STATEMENTS}/{id}/cancel"), &json!({}));
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    assert_eq!(state_of(&client, &id), "CANCELED");
    let done = id_of(&client.statement("SELECT 1"));
    client.request("DELETE", &format!("{STATEMENTS}/{done}"), b"");
    assert_eq!(state_of(&client, &done), "CLOSED");
}

#[test]
fn results_and_statements_expire() {
    let (emulator, client) = emulator();
    let id = id_of(&client.statement("SELECT 1"));
    emulator.settings(|settings| settings.result_lifetime_ms = 0);
    while state_of(&client, &id) != "CLOSED" {}
    let chunk = format!("{STATEMENTS}/{id}/result/chunks/0");
    assert_eq!(client.get(&chunk).status, 404);
    emulator.settings(|settings| settings.statement_lifetime_ms = 0);
    let answer = client.get(&format!("{STATEMENTS}/{id}"));
    assert_eq!(answer.json()["error_code"], "RESOURCE_DOES_NOT_EXIST");
}

#[test]
fn a_request_that_is_wrong_in_itself_is_refused() {
    let (_emulator, client) = emulator();
    let refused = |changes: Value| {
        let mut body = json!({"statement": "SELECT 1", "warehouse_id": DEFAULT_WAREHOUSE});
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        let answer = client.post(&format!("{STATEMENTS}/"), &body);
        (
            answer.status,
            answer.json()["error_code"].as_str().unwrap().to_owned(),
        )
    };
    let invalid = (400, "INVALID_PARAMETER_VALUE".to_owned());
    for changes in [
        json!({"wait_timeout": "4s"}),
        json!({"wait_timeout": "51s"}),
        json!({"wait_timeout": "10"}),
        json!({"on_wait_timeout": "STOP"}),
        json!({"statement": " "}),
        json!({"statement": "x".repeat((16 << 20) + 1)}),
        json!({"format": "ARROW_STREAM"}),
        json!({"row_limit": 0}),
        json!({"query_tags": vec![json!({"key": "k"}); 21]}),
        json!({"warehouse_id": null}),
    ] {
        assert_eq!(
            refused(changes.clone()),
            invalid,
            "{}",
            &changes.to_string()[..20]
        );
    }
    let missing = (404, "RESOURCE_DOES_NOT_EXIST".to_owned());
    assert_eq!(refused(json!({"warehouse_id": "no"})), missing);
    assert_eq!(client.request("POST", STATEMENTS, b"{").status, 400);
    assert_eq!(client.get(&format!("{STATEMENTS}/no-such-id")).status, 404);
}

#[test]
fn warehouses_start_and_stop_and_a_statement_wakes_them() {
    let (_emulator, client) = emulator();
    let path = format!("/api/2.0/sql/warehouses/{DEFAULT_WAREHOUSE}");
    assert_eq!(client.get_json(&path)["state"], "RUNNING");
    client.post(&format!("{path}/stop"), &json!({}));
    assert_eq!(client.get_json(&path)["state"], "STOPPED");
    client.statement("SELECT 1");
    let list = client.get_json("/api/2.0/sql/warehouses");
    assert_eq!(list["warehouses"][0]["state"], "RUNNING");
    assert_eq!(client.get("/api/2.0/sql/warehouses/no").status, 404);
}

#[test]
fn a_statement_is_its_owners() {
    let (emulator, client) = emulator();
    emulator.add_token("other", "someone.else");
    let id = id_of(&client.statement("SELECT 1"));
    let other = Client::new(&emulator, "other");
    assert_eq!(other.get(&format!("{STATEMENTS}/{id}")).status, 403);
}
