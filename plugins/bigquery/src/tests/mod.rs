//! The adapter as a whole, against a script.

use rocky_adapter_sdk::testing::{Answer, Reply, Script, Sent, drain};
use rocky_adapter_sdk::{
    Adapter, Coverage, DescribeRequest, Entry, ErrorCode, Result, Settings, Table,
};
use serde_json::Value;

use crate::BigQuery;

mod auto;
mod lists;
mod rest;
mod sql;

const TABLES: &str = "GET /bigquery/v2/projects/p/datasets/d/tables?maxResults=10000";
const QUERY: &str = "POST /bigquery/v2/projects/p/queries";

fn get(table: &str) -> String {
    format!("GET /bigquery/v2/projects/p/datasets/d/tables/{table}?view=BASIC")
}

fn open(script: &Script, settings: &str) -> BigQuery {
    BigQuery::open(script.client(), &Settings::parse(settings).unwrap()).unwrap()
}

/// The answer for dataset `p.d`.
fn describe(
    script: &Script,
    settings: &str,
    change: impl FnOnce(&mut DescribeRequest),
) -> Result<Answer> {
    let mut request = DescribeRequest::new("p", "d");
    change(&mut request);
    drain(&mut open(script, settings).describe(request)?)
}

fn tables(answer: &Answer) -> Vec<&Table> {
    let mut found = Vec::new();
    for entry in &answer.entries {
        if let Entry::Table(table) = entry {
            found.push(table);
        }
    }
    found
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.entries.iter().map(Entry::name).collect()
}

/// A page of the list of tables.
fn listed(names: &[&str], more: &str) -> Reply {
    let items: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{"id":"p:d.{name}","tableReference":{{"projectId":"p","datasetId":"d","tableId":"{name}"}}}}"#))
        .collect();
    Reply::json(format!(r#"{{"tables":[{}]{more}}}"#, items.join(",")))
}

/// A table with one column.
fn simple(tag: &str) -> Reply {
    Reply::json(format!(
        r#"{{"etag":"{tag}","type":"TABLE","schema":{{"fields":[{{"name":"a","type":"INTEGER","mode":"REQUIRED"}}]}}}}"#
    ))
}

/// An error in the words of the API.
fn refused(status: u16, reason: &str, message: &str) -> Reply {
    Reply::status(status).with_body(format!(
        r#"{{"error":{{"code":{status},"message":"{message}","errors":[{{"reason":"{reason}","message":"{message}"}}]}}}}"#
    ))
}

fn body(sent: &Sent) -> Value {
    serde_json::from_str(&sent.body).unwrap()
}
