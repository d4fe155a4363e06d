//! What a component may send to the endpoint besides plain reads: SQL that only reads, and what was announced and approved.

use serde_json::{Value, json};

use crate::attacks::{check_refused, heard};
use crate::server::{Reply, Server};

const PATH: &str = "/api/2.0/sql/statements";

fn server() -> Server {
    Server::start(|_| Reply::text("200 OK", "done"))
}

fn url(server: &Server) -> String {
    format!("http://{}", server.address())
}

/// A request with this body, as the warehouse's API takes it.
fn posted(path: &str, body: &str) -> Value {
    json!({"method": "POST", "path": path, "headers": [["content-type", "application/json"]], "body": body})
}

fn statement(sql: &str) -> Value {
    posted(
        PATH,
        &json!({"statement": sql, "warehouse_id": "w"}).to_string(),
    )
}

#[track_caller]
fn check_sent(server: &Server, request: &Value, more: &str) {
    let before = server.received().len();
    let error = heard(&url(server), request, more);
    assert!(
        error["message"].as_str().unwrap().contains("HTTP 200"),
        "{request}: {error}"
    );
    assert_eq!(server.received().len(), before + 1);
}

#[test]
fn only_metadata_is_read_unless_the_user_says_otherwise() {
    let server = server();
    for sql in [
        "SHOW TABLES IN main.sales",
        "DESCRIBE TABLE EXTENDED main.sales.orders",
        "SELECT table_name FROM main.information_schema.tables WHERE table_schema = :schema",
        "WITH t AS (SELECT * FROM system.information_schema.columns) SELECT count(*) FROM t",
    ] {
        check_sent(&server, &statement(sql), "");
    }
    let sent = server.received().len();
    for (sql, expected) in [
        ("SELECT * FROM main.sales.orders", "`main.sales.orders`"),
        ("DROP TABLE main.sales.orders", "DROP"),
        ("INSERT INTO t VALUES (1)", "INSERT"),
        ("SHOW TABLES; DROP TABLE t", "2 statements"),
        ("SELECT 1; DROP TABLE t", "2 statements"),
        ("SHOW TABLES /* ; DROP TABLE t */", "comment"),
        ("SHOW TABLES -- \nDROP TABLE t", "comment"),
        ("SHOW TABLES\u{37e} DROP TABLE t", "refused"),
        ("SELECT\u{a0}1", "refused"),
        ("USE CATALOG main", "USE"),
        (
            "CREATE TABLE x AS SELECT * FROM main.information_schema.tables",
            "CREATE",
        ),
        (
            "SELECT http_request('https://evil.example')",
            "http_request",
        ),
        ("SELECT * FROM read_files('s3://bucket/')", "read_files"),
        ("SELECT 'a\\'; DROP TABLE t; --'", "refused"),
        ("this is no SQL", "refused"),
        ("", "refused"),
    ] {
        check_refused(
            &url(&server),
            &statement(sql),
            &["its statement is refused: ", expected],
        );
    }
    assert_eq!(server.received().len(), sent);
}

#[test]
fn the_user_can_allow_reads_or_everything() {
    let server = server();
    let level = |level: &str| format!("[adapter.lab.network]\nstatements = \"{level}\"\n");
    check_sent(
        &server,
        &statement("SELECT * FROM main.sales.orders"),
        &level("read"),
    );
    let error = heard(
        &url(&server),
        &statement("DROP TABLE main.sales.orders"),
        &level("read"),
    );
    assert_eq!(error["code"], "refused", "{error}");
    let error = heard(
        &url(&server),
        &posted("/api/2.1/jobs/run-now", "{}"),
        &level("read"),
    );
    assert_eq!(error["code"], "refused", "{error}");
    check_sent(
        &server,
        &statement("DROP TABLE main.sales.orders"),
        &level("any"),
    );
    check_sent(
        &server,
        &posted("/api/2.1/jobs/run-now", "{}"),
        &level("any"),
    );
    check_sent(
        &server,
        &json!({"method": "DELETE", "path": "/x"}),
        &level("any"),
    );
}

#[test]
fn a_body_that_could_be_read_in_two_ways_is_not_sent() {
    let server = server();
    let own = url(&server);
    for (body, expected) in [
        (
            r#"{"statement":"SHOW TABLES","statement":"DROP TABLE t"}"#,
            "twice",
        ),
        (
            r#"{"statement":"SHOW TABLES","warehouse_id":"w","warehouse_id":"x"}"#,
            "twice",
        ),
        (
            r#"[{"statement":"SHOW TABLES"}]"#,
            "no text at `/statement`",
        ),
        (
            r#"{"statement":["SHOW TABLES"]}"#,
            "no text at `/statement`",
        ),
        (r#"{"statements":"SHOW TABLES"}"#, "no text at `/statement`"),
        (
            r#"{"statement":"SHOW TABLES","run_as":"admin"}"#,
            "`/run_as`, which is not known to be harmless",
        ),
        ("statement=SHOW TABLES", "not plain JSON"),
        ("", "not plain JSON"),
        ("{\"statement\":\"SHOW TABLES\"} {}", "not plain JSON"),
    ] {
        check_refused(&own, &posted(PATH, body), &[expected]);
    }
    let body = r#"{"statement":"SHOW TABLES"}"#;
    for headers in [
        json!([]),
        json!([["content-type", "text/plain"]]),
        json!([["content-type", "application/json; charset=utf-16"]]),
        json!([
            ["content-type", "application/json"],
            ["content-type", "text/plain"]
        ]),
        json!([
            ["content-type", "application/json"],
            ["content-encoding", "gzip"]
        ]),
    ] {
        let request = json!({"method": "POST", "path": PATH, "headers": headers, "body": body});
        check_refused(&own, &request, &["its body is"]);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_query_of_bigquery_is_in_the_language_that_is_judged_and_goes_nowhere_else() {
    let server = server();
    let own = url(&server);
    let query = |more: Value| {
        let mut body = json!({"query": "SELECT table_name FROM d.INFORMATION_SCHEMA.TABLES"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        posted("/bigquery/v2/projects/p/queries", &body.to_string())
    };
    check_sent(
        &server,
        &query(json!({"useLegacySql": false, "location": "EU"})),
        "",
    );
    for (more, words) in [
        (
            json!({}),
            "`/useLegacySql` in its body is not what it has to be there",
        ),
        (json!({"useLegacySql": true}), "`/useLegacySql` in its body"),
        (
            json!({"useLegacySql": "false"}),
            "`/useLegacySql` in its body",
        ),
        (
            json!({"useLegacySql": false, "createSession": true}),
            "its body holds `/createSession`",
        ),
        (
            json!({"useLegacySql": false, "connectionProperties": [{"key": "service_account"}]}),
            "its body holds `/connectionProperties`",
        ),
    ] {
        check_refused(&own, &query(more), &[words]);
    }
    assert_eq!(server.received().len(), 1);
}

#[test]
fn a_request_that_can_change_something_has_to_be_announced_and_approved() {
    let server = server();
    let own = url(&server);
    for request in [
        posted("/api/2.1/jobs/run-now", "{}"),
        posted("/api/2.0/sql/statements/", r#"{"statement":"SHOW TABLES"}"#),
        posted("/api/2.0/sql/statements/x/y/cancel", ""),
        posted("/api/2.0/sql/statements/a%2fb/cancel", ""),
        posted("/api/2.0/sql/statements/a;x=1/cancel", ""),
        json!({"method": "DELETE", "path": "/api/2.1/unity-catalog/tables/t"}),
        json!({"method": "PUT", "path": PATH}),
        json!({"method": "PATCH", "path": PATH}),
        json!({"method": "post", "path": PATH}),
        json!({"method": "OPTIONS", "path": "/"}),
        json!({"method": "CONNECT", "path": "/"}),
    ] {
        check_refused(
            &own,
            &request,
            &["can change something, and its manifest does not announce this one"],
        );
    }
    check_refused(
        &own,
        &json!({"body": "{}"}),
        &["a GET with a body is no plain read"],
    );
    check_refused(
        &own,
        &json!({"path": "/bigquery/v2/projects/p/datasets/d?deleteContents=true&%24httpMethod=DELETE"}),
        &["`$httpMethod` in its query may make another request of it"],
    );
    // Announced, but the host does not know these, and nobody has approved them.
    for request in [
        posted("/own/x/query", r#"{"statement":"SHOW TABLES"}"#),
        posted("/own/x/stop", ""),
    ] {
        check_refused(
            &own,
            &request,
            &["nobody has approved that", "`rocky plugin lock`"],
        );
    }
    check_refused(
        &own,
        &posted("/api/2.0/sql/statements/s-1/cancel", "{\"x\":1}"),
        &["without content, and has some"],
    );
    assert_eq!(server.connections(), 0);
    check_sent(
        &server,
        &posted("/api/2.0/sql/statements/s-1/cancel", ""),
        "",
    );
    check_refused(
        &own,
        &posted("/api/2.0/sql/statements/s-1/cancel?x=1", "{}"),
        &["its query holds `x`, which is not known to be harmless"],
    );
}
