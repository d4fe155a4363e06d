//! Requests of adapters that need no approval of the user, because they are known to do what they say: what the vendors
//! document, whoever made the component that sends them.

use rocky_plugin::{Approved, ControlShape, StatementShape};

/// Where the vendors' own services are: at one place for everybody, or at one for each account, which the user names.
const TEMPLATES: [&str; 2] = [
    "https://bigquery.googleapis.com",
    "https://{account}.snowflakecomputing.com",
];

/// What Databricks documents of its Statement Execution API. With any other member a body is not sent.
const DATABRICKS_STATEMENT: [&str; 10] = [
    "/warehouse_id",
    "/catalog",
    "/schema",
    "/parameters",
    "/row_limit",
    "/byte_limit",
    "/disposition",
    "/format",
    "/wait_timeout",
    "/on_wait_timeout",
];

/// What BigQuery documents of `jobs.query`, but for sessions, connections and a destination.
const BIGQUERY_QUERY: [&str; 13] = [
    "/defaultDataset",
    "/dryRun",
    "/formatOptions",
    "/jobCreationMode",
    "/jobTimeoutMs",
    "/labels",
    "/location",
    "/maxResults",
    "/maximumBytesBilled",
    "/parameterMode",
    "/queryParameters",
    "/requestId",
    "/timeoutMs",
];

/// What Snowflake documents of its SQL API, but for the parameters of a session that change more than how many rows are kept.
const SNOWFLAKE_STATEMENT: [&str; 7] = [
    "/bindings",
    "/database",
    "/parameters/rows_per_resultset",
    "/role",
    "/schema",
    "/timeout",
    "/warehouse",
];

/// What is approved for everybody.
pub fn built_in() -> Approved {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let control = |path: &str, query: &[&str]| ControlShape {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: owned(query),
        purpose: String::new(),
    };
    let statement = |path: &str, pointer: &str, dialect: &str, members: &[&str]| StatementShape {
        method: "POST".to_owned(),
        path: path.to_owned(),
        pointer: pointer.to_owned(),
        dialect: dialect.to_owned(),
        members: owned(members),
        ..StatementShape::default()
    };
    let databricks = statement(
        "/api/2.0/sql/statements",
        "/statement",
        "databricks",
        &DATABRICKS_STATEMENT,
    );
    let bigquery = StatementShape {
        // Without this a query is in another language than the guard reads.
        fixed: [("/useLegacySql".to_owned(), "false".to_owned())].into(),
        ..statement(
            "/bigquery/v2/projects/*/queries",
            "/query",
            "bigquery",
            &BIGQUERY_QUERY,
        )
    };
    let snowflake = StatementShape {
        // What the guard reads is one statement, and the server shall find no more in it.
        fixed: [(
            "/parameters/MULTI_STATEMENT_COUNT".to_owned(),
            "\"1\"".to_owned(),
        )]
        .into(),
        query: owned(&["requestId", "async", "nullable", "retry"]),
        ..statement(
            "/api/v2/statements",
            "/statement",
            "snowflake",
            &SNOWFLAKE_STATEMENT,
        )
    };
    Approved {
        endpoints: Vec::new(),
        templates: owned(&TEMPLATES),
        statements: vec![databricks, bigquery, snowflake],
        controls: vec![
            control("/api/2.0/sql/statements/*/cancel", &[]),
            control("/bigquery/v2/projects/*/jobs/*/cancel", &["location"]),
            control("/api/v2/statements/*/cancel", &["requestId"]),
        ],
    }
}
