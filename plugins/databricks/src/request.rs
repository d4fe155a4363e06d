//! Every request that is ever sent.

use rocky_adapter_sdk::{Repeat, Request};
use serde::Serialize;

/// How many seconds Databricks holds back its answer to a statement that still runs: as few as it allows. A longer hold would save a
/// poll, but until the answer comes nobody knows the statement's id, so nobody could say what it waits for, or cancel it.
const HOLD: &str = "5s";

/// The name of the query parameter for the next page's token, in every list.
pub const PAGE_TOKEN: &str = "page_token";

/// Every catalog.
pub fn catalogs() -> Request {
    in_pages(Request::get("/api/2.1/unity-catalog/catalogs"))
}

/// Every schema of a catalog.
pub fn schemas(catalog: &str) -> Request {
    in_pages(Request::get("/api/2.1/unity-catalog/schemas").query("catalog_name", catalog))
}

/// Every table of a schema, with columns.
pub fn tables(catalog: &str, schema: &str) -> Request {
    in_pages(
        Request::get("/api/2.1/unity-catalog/tables")
            .query("catalog_name", catalog)
            .query("schema_name", schema),
    )
}

/// The same without columns: a fraction of the bytes, and in fewer pages.
pub fn tables_without_columns(catalog: &str, schema: &str) -> Request {
    tables(catalog, schema)
        .query("omit_columns", "true")
        .query("omit_properties", "true")
}

/// In pages of the server's own size. Without the parameter a list would be one page, which may be cut short.
fn in_pages(list: Request) -> Request {
    list.query("max_results", "0")
}

/// One table, with columns. None if the names hold a dot: then nobody could tell where in the full name one ends.
pub fn table(catalog: &str, schema: &str, table: &str) -> Option<Request> {
    let names = [catalog, schema, table];
    if names
        .iter()
        .any(|name| name.is_empty() || name.contains('.'))
    {
        return None;
    }
    Some(Request::get("/api/2.1/unity-catalog/tables").segment(&names.join(".")))
}

/// Who asks. Not worth waiting for.
pub fn me() -> Request {
    Request::get("/api/2.0/preview/scim/v2/Me").repeat(Repeat::Never)
}

/// How the result of a statement shall come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// In the answers themselves. Databricks refuses more than 25 MiB.
    Inline,
    /// As files behind links, which are of any size, but elsewhere.
    ExternalLinks,
}

/// A statement and what it needs.
#[derive(Debug, Serialize)]
pub struct Execute<'a> {
    /// The SQL.
    pub statement: &'a str,
    /// The SQL warehouse to run it on.
    pub warehouse_id: &'a str,
    /// The values of the statement's named parameters.
    pub parameters: Vec<Parameter<'a>>,
}

/// The value of a named parameter; a text.
#[derive(Debug, Serialize)]
pub struct Parameter<'a> {
    /// The name, without the colon.
    pub name: String,
    /// The value.
    pub value: &'a str,
}

/// Starts a statement. Sent again only if it was turned away: what was lost may be running.
pub fn execute(execute: &Execute<'_>, disposition: Disposition) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(flatten)]
        execute: &'a Execute<'a>,
        disposition: &'a str,
        format: &'a str,
        wait_timeout: &'a str,
        on_wait_timeout: &'a str,
    }
    Request::post("/api/2.0/sql/statements").json(&Body {
        execute,
        disposition: match disposition {
            Disposition::Inline => "INLINE",
            Disposition::ExternalLinks => "EXTERNAL_LINKS",
        },
        format: "JSON_ARRAY",
        wait_timeout: HOLD,
        on_wait_timeout: "CONTINUE",
    })
}

/// How a statement is doing, and once it has succeeded its first chunk.
pub fn statement(id: &str) -> Request {
    Request::get("/api/2.0/sql/statements").segment(id)
}

/// A chunk of a statement's result.
pub fn chunk(id: &str, index: u64) -> Request {
    statement(id)
        .segment("result")
        .segment("chunks")
        .segment(&index.to_string())
}

/// Cancels a statement. Twice is as good as once, as long as anybody waits.
pub fn cancel(id: &str) -> Request {
    Request::post("/api/2.0/sql/statements")
        .segment(id)
        .segment("cancel")
        .json(&Empty {})
        .repeat(Repeat::Always)
}

#[derive(Serialize)]
struct Empty {}
