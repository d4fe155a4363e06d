//! Requests of adapters that need no approval of the user, because they are known to do what they say: what the vendors
//! document, whoever made the component that sends them.

use rocky_plugin::{Approved, ApprovedStatement, ControlShape, StatementShape};

/// What Databricks documents of its Statement Execution API. With any other member a body is not sent.
const DATABRICKS_STATEMENT: [&str; 11] = [
    "/statement",
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

/// What is approved for everybody.
pub fn built_in() -> Approved {
    let statement =
        |path: &str, pointer: &str, dialect: &str, members: &[&str]| ApprovedStatement {
            shape: StatementShape {
                method: "POST".to_owned(),
                path: path.to_owned(),
                pointer: pointer.to_owned(),
                dialect: dialect.to_owned(),
            },
            members: Some(members.iter().map(|&member| member.to_owned()).collect()),
        };
    let cancel = |path: &str| ControlShape {
        method: "POST".to_owned(),
        path: path.to_owned(),
        purpose: String::new(),
    };
    Approved {
        endpoints: Vec::new(),
        statements: vec![statement(
            "/api/2.0/sql/statements",
            "/statement",
            "databricks",
            &DATABRICKS_STATEMENT,
        )],
        controls: vec![cancel("/api/2.0/sql/statements/*/cancel")],
    }
}
