//! Every request that is ever sent.

use std::collections::BTreeMap;

use rocky_adapter_sdk::{Client, Repeat, Request};
use serde::Serialize;

use crate::names::{self, Schema};

const STATEMENTS: &str = "/api/v2/statements";

/// How many tables a page of the REST API's lists has at most: with all their columns, a few megabytes.
pub const TABLES_ON_PAGE: usize = 1_000;

/// How many rows a page of SHOW has at most, which is Snowflake's limit.
pub const ROWS_OF_SHOW: usize = 10_000;

/// Who asks, and what computes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The role, as stored; none for the user's default.
    pub role: Option<String>,
    /// The warehouse, as stored; none for the user's default.
    pub warehouse: Option<String>,
}

/// A statement and what it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The SQL.
    pub sql: String,
    /// The texts for its `?`, in order.
    pub bindings: Vec<String>,
    /// Whether it needs a warehouse. Such a statement may take long, so Snowflake answers before it is done, and it can be cancelled.
    pub computes: bool,
}

impl Statement {
    /// One that Snowflake answers by itself, without a warehouse.
    pub fn metadata(sql: String) -> Self {
        Self {
            sql,
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    statement: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warehouse: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    bindings: BTreeMap<String, Binding<'a>>,
    parameters: Parameters,
}

#[derive(Serialize)]
struct Binding<'a> {
    r#type: &'static str,
    value: &'a str,
}

/// What is always sent.
#[derive(Serialize)]
struct Parameters {
    #[serde(rename = "MULTI_STATEMENT_COUNT")]
    statements: &'static str,
    /// An account may limit results, which are then cut off without a word.
    rows_per_resultset: &'static str,
}

/// Submits a statement. Sent again as often as need be: its id makes sure that it runs once, if Snowflake is told that it was sent before.
pub fn submit(client: &Client, session: &Session, statement: &Statement) -> Request {
    let numbers = (1..).map(|number: usize| number.to_string());
    let texts = statement.bindings.iter().map(|value| Binding {
        r#type: "TEXT",
        value,
    });
    let body = Body {
        statement: &statement.sql,
        role: session.role.as_deref(),
        warehouse: session.warehouse.as_deref().filter(|_| statement.computes),
        bindings: numbers.zip(texts).collect(),
        parameters: Parameters {
            statements: "1",
            rows_per_resultset: "0",
        },
    };
    let wait = match statement.computes {
        true => "true",
        false => "false",
    };
    Request::post(STATEMENTS)
        .query("requestId", &uuid(client.random(), client.random()))
        .query("async", wait)
        .query_when_repeated("retry", "true")
        .json(&body)
        .repeat(Repeat::Always)
}

/// A random UUID (RFC 9562, version 4).
fn uuid(high: u64, low: u64) -> String {
    let high = high & !0xf000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// How a statement does, and the first part of its result.
pub fn status(handle: &str) -> Request {
    Request::get(STATEMENTS).segment(handle)
}

/// A further part of a statement's result.
pub fn partition(handle: &str, number: usize) -> Request {
    status(handle).query("partition", &number.to_string())
}

/// Cancels a statement. Twice is as good as once, but nobody waits for a second try.
pub fn cancel(handle: &str) -> Request {
    Request::post(STATEMENTS)
        .segment(handle)
        .segment("cancel")
        .repeat(Repeat::Never)
}

/// A list of the REST API: of tables, or of views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Everything that holds rows of its own.
    Tables,
    /// Everything that a query stands behind.
    Views,
}

/// A page of a schema's tables or views with all their columns, behind the one of this name.
pub fn list(session: &Session, schema: &Schema, list: List, behind: Option<&str>) -> Request {
    let kind = match list {
        List::Tables => "tables",
        List::Views => "views",
    };
    let request = Request::get("/api/v2/databases")
        .segment(&names::in_path(&schema.database))
        .segment("schemas")
        .segment(&names::in_path(&schema.name))
        .segment(kind)
        .query("deep", "true")
        .query("showLimit", &TABLES_ON_PAGE.to_string())
        .query_if_some("fromName", behind);
    match &session.role {
        Some(role) => request.header("x-snowflake-role", &names::in_path(role)),
        None => request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_request_is_a_random_uuid() {
        assert_eq!(uuid(0, 0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(
            uuid(u64::MAX, u64::MAX),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }

    #[test]
    fn names_keep_their_letter_case_in_paths() {
        let schema = Schema::new("ACME", "Shop a/b").unwrap();
        assert_eq!(
            list(&Session::default(), &schema, List::Tables, Some("É")).target(),
            "/api/v2/databases/ACME/schemas/%22Shop%20a%2Fb%22/tables?deep=true&showLimit=1000&fromName=%C3%89"
        );
    }
}
