//! Results behind external links, and those that are too large to come inline.

use crate::client::{Answer, Client, client_of};
use rocky_emulator::{Action, Emulator, Fault};
use serde_json::{Value, json};

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder().token("t", "tester").start().unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

/// Follows a link the way it asks for.
fn follow(emulator: &Emulator, link: &Value) -> Answer {
    let (client, path) = client_of(emulator, link["external_link"].as_str().unwrap());
    let headers = link["http_headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    client.get_with(&path, &headers.collect::<Vec<_>>())
}

fn linked(client: &Client, sql: &str, format: &str) -> Value {
    let members = json!({"disposition": "EXTERNAL_LINKS", "format": format});
    let answer = client.statement_with(sql, members);
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    assert_eq!(answer["manifest"]["format"], format);
    answer
}

#[test]
fn a_link_opens_without_the_token_and_with_its_headers() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.chunk_rows = 2);
    let answer = linked(&client, "SELECT id, NULL n FROM range(3)", "JSON_ARRAY");
    let first = &answer["result"]["external_links"][0];
    assert_eq!(first["row_count"], 2);
    assert_eq!(
        first["byte_count"],
        answer["manifest"]["chunks"][0]["byte_count"]
    );
    let file = follow(&emulator, first);
    assert_eq!(file.status, 200);
    assert_eq!(file.json(), json!([["0", null], ["1", null]]));
    let next = client.get_json(first["next_chunk_internal_link"].as_str().unwrap());
    let last = &next["external_links"][0];
    assert!(last.get("next_chunk_index").is_none());
    assert_eq!(follow(&emulator, last).json(), json!([["2", null]]));
}

#[test]
fn a_link_that_is_not_as_it_was_given_does_not_open() {
    let (emulator, client) = emulator();
    let answer = linked(&client, "SELECT 1", "JSON_ARRAY");
    let link = answer["result"]["external_links"][0].clone();
    let (stranger, path) = client_of(&emulator, link["external_link"].as_str().unwrap());
    assert_eq!(stranger.get(&path).status, 403, "without its headers");
    let with_token = Client::at(&emulator.storage_url(), "t");
    assert_eq!(with_token.get(&path).status, 400, "with a credential");
    assert_eq!(
        stranger
            .get(&path.replace("signature=", "signature=0"))
            .status,
        403
    );
    emulator.settings(|settings| settings.link_lifetime_ms = 0);
    let id = answer["statement_id"].as_str().unwrap();
    let again = client.get_json(&format!("/api/2.0/sql/statements/{id}"));
    let expired = follow(&emulator, &again["result"]["external_links"][0]);
    assert_eq!(expired.status, 403);
    assert!(
        expired.text().contains("Request has expired"),
        "{}",
        expired.text()
    );
    assert_eq!(
        follow(&emulator, &link).status,
        200,
        "the older one still opens"
    );
    emulator.fault(Fault::on("/results/", Action::status(503)));
    assert!(follow(&emulator, &link).text().contains("SlowDown"));
}

#[test]
fn a_file_may_be_csv_or_an_arrow_stream() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.chunk_rows = 1);
    let sql = "SELECT * FROM VALUES (1, 'a,b'), (NULL, 'c') AS t(id, `The Name`)";
    let answer = linked(&client, sql, "CSV");
    let first = &answer["result"]["external_links"][0];
    assert_eq!(follow(&emulator, first).text(), "id,The Name\n1,\"a,b\"\n");
    let next = client.get_json(first["next_chunk_internal_link"].as_str().unwrap());
    assert_eq!(
        follow(&emulator, &next["external_links"][0]).text(),
        "null,c\n"
    );
    let answer = linked(&client, sql, "ARROW_STREAM");
    let file = follow(&emulator, &answer["result"]["external_links"][0]);
    assert_eq!(
        file.headers["content-type"],
        "application/vnd.apache.arrow.stream"
    );
    assert_eq!(
        file.body[..4],
        [0xff; 4],
        "an IPC stream begins with a continuation mark"
    );
}

#[test]
fn a_result_over_the_inline_limit_fails_or_is_closed_and_never_cut() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.inline_limit_bytes = 100);
    let sql = "SELECT id FROM range(1000)";
    let failure = client.failure(sql);
    assert!(failure.contains("Inline byte limit exceeded"), "{failure}");
    emulator.settings(|settings| settings.inline_overflow_closes = true);
    assert_eq!(client.statement(sql)["status"]["state"], "CLOSED");
    let answer = linked(&client, sql, "JSON_ARRAY");
    assert_eq!(answer["manifest"]["total_row_count"], 1000);
    assert_eq!(answer["manifest"]["truncated"], false);
}

#[test]
fn inline_takes_one_format_only() {
    let (_emulator, client) = emulator();
    for (disposition, format) in [
        ("INLINE", "CSV"),
        ("INLINE", "XML"),
        ("ELSEWHERE", "JSON_ARRAY"),
    ] {
        let body = json!({"statement": "SELECT 1", "disposition": disposition, "format": format,
                          "warehouse_id": rocky_emulator::emulator::DEFAULT_WAREHOUSE});
        let refused = client.post("/api/2.0/sql/statements", &body);
        assert_eq!(refused.status, 400, "{disposition} {format}");
    }
}
