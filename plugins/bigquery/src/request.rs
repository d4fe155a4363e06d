//! Every request that is ever sent.

use rocky_adapter_sdk::{Repeat, Request};
use serde::Serialize;

use crate::names::Dataset;

/// How many milliseconds BigQuery holds back its answer to a query that still runs: few, because nobody knows the job's id before, so
/// that nobody could cancel it.
const HOLD_MS: u32 = 2_000;

/// How many milliseconds it holds back its answer to the question whether a job is done.
const POLL_MS: &str = "10000";

/// The name of the query parameter for the next page's token, in every list.
pub const PAGE_TOKEN: &str = "pageToken";

/// More tables on a page than most datasets have: a token points at a table, and is not found once that is dropped.
const TABLES_ON_PAGE: &str = "10000";

fn project(name: &str) -> Request {
    Request::get("/bigquery/v2/projects").segment(name)
}

fn dataset(dataset: &Dataset) -> Request {
    project(&dataset.project)
        .segment("datasets")
        .segment(&dataset.name)
}

/// Every project.
pub fn projects() -> Request {
    Request::get("/bigquery/v2/projects").query("maxResults", "1000")
}

/// Every dataset of a project.
pub fn datasets(name: &str) -> Request {
    project(name)
        .segment("datasets")
        .query("maxResults", "1000")
}

/// Every table of a dataset, without columns.
pub fn tables(of: &Dataset) -> Request {
    dataset(of)
        .segment("tables")
        .query("maxResults", TABLES_ON_PAGE)
}

/// One table, with columns but without statistics; only if it has changed, where an entity tag is known.
pub fn table(of: &Dataset, name: &str, known: Option<&str>) -> Request {
    let request = dataset(of)
        .segment("tables")
        .segment(name)
        .query("view", "BASIC");
    match known {
        Some(tag) => request.header("if-none-match", tag).accept(304),
        None => request,
    }
}

/// A query and what it needs.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The project that it runs in.
    pub project: &'a str,
    /// The SQL.
    pub sql: &'a str,
    /// Where it runs; where its tables are, if not given.
    pub location: Option<&'a str>,
    /// The most that it may be billed, in bytes.
    pub maximum_bytes_billed: Option<u64>,
    /// The values of its named parameters.
    pub parameters: &'a [Parameter<'a>],
    /// The same for every try, so that it runs once; at most 36 characters.
    pub request_id: &'a str,
}

/// The value of a named parameter.
#[derive(Debug, Clone, Copy)]
pub enum Parameter<'a> {
    /// A text.
    Text(&'a str, &'a str),
    /// A list of texts.
    Texts(&'a str, &'a [String]),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryBody<'a> {
    query: &'a str,
    use_legacy_sql: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    timeout_ms: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_bytes_billed: Option<String>,
    parameter_mode: &'a str,
    query_parameters: Vec<ParameterBody<'a>>,
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParameterBody<'a> {
    name: &'a str,
    parameter_type: TypeBody,
    parameter_value: ValueBody<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypeBody {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    array_type: Option<Box<TypeBody>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ValueBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    array_values: Option<Vec<ValueBody<'a>>>,
}

impl<'a> Parameter<'a> {
    fn body(self) -> ParameterBody<'a> {
        let text = || TypeBody {
            r#type: "STRING",
            array_type: None,
        };
        let one = |value| ValueBody {
            value: Some(value),
            array_values: None,
        };
        match self {
            Self::Text(name, value) => ParameterBody {
                name,
                parameter_type: text(),
                parameter_value: one(value),
            },
            Self::Texts(name, values) => ParameterBody {
                name,
                parameter_type: TypeBody {
                    r#type: "ARRAY",
                    array_type: Some(Box::new(text())),
                },
                parameter_value: ValueBody {
                    value: None,
                    array_values: Some(values.iter().map(|value| one(value.as_str())).collect()),
                },
            },
        }
    }
}

/// Starts a query. Sent again as often as need be: its id makes sure that it runs once.
pub fn query(query: &Query<'_>) -> Request {
    Request::post("/bigquery/v2/projects")
        .segment(query.project)
        .segment("queries")
        .json(&QueryBody {
            query: query.sql,
            use_legacy_sql: false,
            location: query.location,
            timeout_ms: HOLD_MS,
            maximum_bytes_billed: query.maximum_bytes_billed.map(|bytes| bytes.to_string()),
            parameter_mode: "NAMED",
            query_parameters: query.parameters.iter().map(|it| it.body()).collect(),
            request_id: query.request_id,
        })
        .repeat(Repeat::Always)
}

/// A job's result, page by page; held back for a while where it still runs.
pub fn results(project_name: &str, job: &str, location: Option<&str>) -> Request {
    project(project_name)
        .segment("queries")
        .segment(job)
        .query("timeoutMs", POLL_MS)
        .query_if_some("location", location)
}

/// Cancels a job. Twice is as good as once, but nobody waits for a second try.
pub fn cancel(project_name: &str, job: &str, location: Option<&str>) -> Request {
    Request::post("/bigquery/v2/projects")
        .segment(project_name)
        .segment("jobs")
        .segment(job)
        .segment("cancel")
        .query_if_some("location", location)
        .repeat(Repeat::Never)
}
