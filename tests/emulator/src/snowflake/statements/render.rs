//! Statements and results as JSON.

use super::partitions::Partitions;
use super::record::Record;
use crate::settings::Settings;
use crate::sql::snowflake::{SnowflakeAnswer, SnowflakeColumn};
use crate::types::snowflake::sizes;
use serde_json::{Value, json};

/// What every answer about a statement tells of it.
pub(super) fn reference(record: &Record) -> Value {
    let facts = &record.facts;
    let request = facts.request_id.as_deref().unwrap_or_default();
    let mut url = format!("/api/v2/statements/{}", facts.handle);
    if !request.is_empty() {
        url.push_str(&format!("?requestId={request}"));
    }
    let mut body = json!({
        "statementHandle": facts.handle,
        "statementStatusUrl": url,
        "createdOn": facts.created_at,
    });
    if !facts.children.is_empty() {
        body["statementHandles"] = facts.children.clone().into();
    }
    body
}

/// Still on its way.
pub(super) fn status(record: &Record, is_async: bool) -> Value {
    let mut body = reference(record);
    let (code, message) = match is_async {
        true => (
            "333334",
            "Asynchronous execution in progress. Use provided query id to perform query \
             monitoring and management.",
        ),
        false => ("333333", "Statement is still executing."),
    };
    body["code"] = code.into();
    body["message"] = message.into();
    body
}

/// What a result tells of a column.
pub(in crate::snowflake) fn column(described: &SnowflakeColumn, settings: &Settings) -> Value {
    let [database, schema, table] = described.origin.clone().unwrap_or_default();
    let name = described.data_type.wire_name();
    let name = match settings.upper_case_types {
        true => name.to_owned(),
        false => name.to_lowercase(),
    };
    let mut column = json!({
        "name": described.name,
        "database": database,
        "schema": schema,
        "table": table,
        "type": name,
        "nullable": described.nullable,
        "collation": Value::Null,
        "precision": Value::Null,
        "scale": Value::Null,
        "length": Value::Null,
        "byteLength": Value::Null,
    });
    if let Value::Object(column) = &mut column {
        column.extend(sizes(&described.data_type));
    }
    column
}

/// A result with its first partition.
pub(super) fn results(
    record: &Record,
    answer: &SnowflakeAnswer,
    partitions: &Partitions,
    settings: &Settings,
) -> Vec<u8> {
    let mut body = reference(record);
    body["code"] = "090001".into();
    body["sqlState"] = "00000".into();
    body["message"] = "Statement executed successfully.".into();
    let columns = answer.rows.columns.iter();
    body["resultSetMetaData"] = json!({
        "numRows": answer.rows.row_count(),
        "format": "jsonv2",
        "partitionInfo": partitions.describe(),
        "rowType": columns.map(|described| column(described, settings)).collect::<Vec<_>>(),
    });
    if let Some(inserted) = answer.inserted {
        body["stats"] = json!({
            "numRowsInserted": inserted,
            "numRowsUpdated": 0,
            "numRowsDeleted": 0,
            "numDuplicateRowsUpdated": 0,
        });
    }
    with_list(&body, "data", partitions.first())
}

/// The text of an object with one more member: a list, whose items are text already.
fn with_list(object: &Value, name: &str, items: &[u8]) -> Vec<u8> {
    let mut text = object.to_string().into_bytes();
    text.pop();
    let comma = if text.len() > 1 { "," } else { "" };
    text.extend_from_slice(format!("{comma}\"{name}\":[").as_bytes());
    text.extend_from_slice(items);
    text.extend_from_slice(b"]}");
    text
}

/// The header that leads from one partition to the others.
pub(super) fn links(record: &Record, number: usize, count: usize) -> String {
    let link = |rel: &str, number: usize| {
        let handle = &record.facts.handle;
        format!("</api/v2/statements/{handle}?partition={number}>;rel=\"{rel}\"")
    };
    let last = count.saturating_sub(1);
    let mut links = vec![link("first", 0)];
    if number > 0 {
        links.push(link("prev", number - 1));
    }
    if number < last {
        links.push(link("next", number + 1));
    }
    links.push(link("last", last));
    links.join(",")
}
