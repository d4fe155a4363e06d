//! The adapter as a whole, against a script.

use rocky_adapter_sdk::testing::{Answer, Reply, Script, Sent, drain};
use rocky_adapter_sdk::{
    Adapter, Coverage, DescribeRequest, Entry, ErrorCode, Result, Settings, Table,
};
use serde_json::{Value, json};

use crate::Snowflake;

mod lists;
mod rest;
mod show;
mod sql;
mod statement;

/// A statement that Snowflake answers at once.
const SHOW: &str =
    "POST /api/v2/statements?requestId=00000000-0000-4000-8000-000000000000&async=false";

/// A statement that needs a warehouse.
const QUERY: &str =
    "POST /api/v2/statements?requestId=00000000-0000-4000-8000-000000000000&async=true";

const TABLES: &str = "GET /api/v2/databases/D/schemas/S/tables?deep=true&showLimit=1000";
const VIEWS: &str = "GET /api/v2/databases/D/schemas/S/views?deep=true&showLimit=1000";

const COLUMNS: [&str; 8] = [
    "table_name",
    "column_name",
    "data_type",
    "null?",
    "default",
    "comment",
    "expression",
    "autoincrement",
];

fn open(script: &Script, settings: &Value) -> Snowflake {
    let settings = Settings::parse(&settings.to_string()).unwrap();
    Snowflake::open(script.client(), &settings).unwrap()
}

/// The answer for schema `D.S`, asked as role `R`.
fn describe(
    script: &Script,
    source: &str,
    change: impl FnOnce(&mut DescribeRequest),
) -> Result<Answer> {
    describe_with(script, &json!({"source": source, "role": "r"}), change)
}

/// The same with these settings.
fn describe_with(
    script: &Script,
    settings: &Value,
    change: impl FnOnce(&mut DescribeRequest),
) -> Result<Answer> {
    let mut request = DescribeRequest::new("D", "S");
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

fn types(table: &Table) -> Vec<&str> {
    table
        .columns
        .iter()
        .map(|it| it.data_type.as_str())
        .collect()
}

/// The result of a statement, in one part.
fn rows<const N: usize>(columns: [&str; N], rows: &[[&str; N]]) -> Reply {
    rows_in_parts(columns, rows, &[rows.len()])
}

/// The first part of a result that has parts of so many rows.
fn rows_in_parts<const N: usize>(columns: [&str; N], rows: &[[&str; N]], parts: &[usize]) -> Reply {
    let row_type: Vec<Value> = columns
        .iter()
        .map(|name| json!({"name": name, "type": "text"}))
        .collect();
    let info: Vec<Value> = parts
        .iter()
        .map(|count| json!({"rowCount": count}))
        .collect();
    let body = json!({"code": "090001", "statementHandle": "h",
        "resultSetMetaData": {"numRows": parts.iter().sum::<usize>(), "partitionInfo": info, "rowType": row_type},
        "data": cells(rows)});
    Reply::json(body.to_string())
}

/// The cells of rows; a dash is NULL.
fn cells<const N: usize>(rows: &[[&str; N]]) -> Vec<Vec<Option<String>>> {
    let cell = |text: &&str| Some((*text).to_owned()).filter(|text| text != "-");
    rows.iter()
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

/// A column of a table as SHOW COLUMNS has it.
fn shown<'a>(table: &'a str, column: &'a str, data_type: &'a str) -> [&'a str; 8] {
    [table, column, data_type, "true", "", "", "", ""]
}

/// The lists of the schema's tables and views, with nothing but names.
fn listed(script: &Script, tables: &[&str], views: &[&str]) {
    let with = |names: &[&str]| {
        let all: Vec<[&str; 3]> = names.iter().map(|name| [*name, "TABLE", ""]).collect();
        rows(["name", "kind", "comment"], &all)
    };
    script.on(SHOW, with(tables));
    script.on(SHOW, with(views));
}

/// An error in the words of the API.
fn refused(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({"code": code, "message": message, "sqlState": "00000"});
    Reply::status(status).with_body(body.to_string())
}

/// What was sent as statements, in order.
fn statements(script: &Script) -> Vec<String> {
    let sent = script.sent();
    let posted = sent
        .iter()
        .filter(|sent| sent.line.starts_with("POST /api/v2/statements?"));
    posted
        .map(|sent| body(sent)["statement"].as_str().unwrap().to_owned())
        .collect()
}

fn body(sent: &Sent) -> Value {
    serde_json::from_str(&sent.body).unwrap()
}

fn fact<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .summary
        .as_ref()
        .and_then(|summary| summary.attributes.get(name))
}
