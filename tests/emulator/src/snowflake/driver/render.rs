//! Sessions, statements and results as drivers read them.

use super::super::Service;
use super::super::statements::{Phase, Record, column, together};
use super::{chunks, success};
use crate::sql::snowflake::{Context, SnowflakeAnswer};
use serde_json::{Value, json};

/// What a request of several statements is.
const SEVERAL_STATEMENTS: u32 = 0xA000;

/// What the session says that a client has to know to read results.
pub(super) fn parameters() -> Value {
    let parameter = |(name, value): (&str, Value)| json!({"name": name, "value": value});
    let parameters = [
        ("TIMEZONE", "UTC".into()),
        ("PYTHON_CONNECTOR_QUERY_RESULT_FORMAT", "JSON".into()),
        ("GO_QUERY_RESULT_FORMAT", "JSON".into()),
        ("JDBC_QUERY_RESULT_FORMAT", "JSON".into()),
        ("QUERY_RESULT_FORMAT", "JSON".into()),
        ("AUTOCOMMIT", true.into()),
        ("CLIENT_SESSION_KEEP_ALIVE", false.into()),
        ("CLIENT_TELEMETRY_ENABLED", false.into()),
        ("DATE_OUTPUT_FORMAT", "YYYY-MM-DD".into()),
        ("TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ".into()),
    ];
    parameters.into_iter().map(parameter).collect()
}

/// The role of the session, which everybody has.
pub(super) fn role(context: &Context) -> &str {
    context.role.as_deref().unwrap_or("PUBLIC")
}

/// Still on its way.
pub(super) fn in_progress(record: &Record, is_async: bool) -> Value {
    let handle = &record.facts.handle;
    let mut body = success(json!({
        "queryId": handle,
        "getResultUrl": format!("/queries/{handle}/result"),
        "queryAbortsAfterSecs": record.facts.timeout_seconds,
        "progressDesc": Value::Null,
    }));
    body["code"] = if is_async { "333334" } else { "333333" }.into();
    body["message"] = "Query execution in progress.".into();
    body
}

/// A result with the rows that come at once, and where the others are.
pub(super) fn results(
    service: &Service,
    record: &Record,
    own: &SnowflakeAnswer,
    context: &Context,
) -> Value {
    let settings = service.shared.settings();
    let children = &record.facts.children;
    let of_all;
    let result = match children.is_empty() {
        true => own,
        false => {
            of_all = together();
            &of_all
        }
    };
    let partitions = record.partitions(result, &settings);
    let columns = result.rows.columns.iter();
    let count = result.rows.row_count();
    let list = [b"[", partitions.first(), b"]"].concat();
    let rows: Value = serde_json::from_slice(&list).unwrap_or_default();
    let mut data = json!({
        "parameters": parameters(),
        "rowtype": columns.map(|described| column(described, &settings)).collect::<Vec<_>>(),
        "rowset": rows,
        "total": count,
        "returned": count,
        "queryId": record.facts.handle,
        "databaseProvider": Value::Null,
        "finalDatabaseName": context.database,
        "finalSchemaName": context.schema,
        "finalWarehouseName": context.warehouse,
        "finalRoleName": role(context),
        "numberOfBinds": 0,
        "arrayBindSupported": false,
        "statementTypeId": record.facts.kinds.first(),
        "version": 1,
        "sendResultTime": record.facts.created_at,
        "queryResultFormat": "json",
        "sqlState": "00000",
    });
    if let Some(inserted) = own.inserted {
        data["stats"] = json!({"numRowsInserted": inserted});
    }
    if !children.is_empty() {
        data["statementTypeId"] = SEVERAL_STATEMENTS.into();
        data["resultIds"] = children.join(",").into();
        let kinds = record.facts.kinds.iter().map(u32::to_string);
        data["resultTypes"] = kinds.collect::<Vec<_>>().join(",").into();
    }
    chunks::tell(&mut data, &service.shared, record, partitions);
    data
}

/// What is known of a statement without its result.
pub(super) fn monitored(record: &Record, phase: &Phase) -> Value {
    let (status, error) = match phase {
        Phase::Pending => ("RESUMING_WAREHOUSE", None),
        Phase::Running => ("RUNNING", None),
        Phase::Succeeded(_) => ("SUCCESS", None),
        Phase::Failed(error) => ("FAILED_WITH_ERROR", Some(error)),
    };
    let mut told = json!({
        "id": record.facts.handle,
        "status": status,
        "state": status,
        "startTime": record.facts.created_at,
    });
    if let Some(error) = error {
        told["errorCode"] = error.code.into();
        told["errorMessage"] = error.message.as_str().into();
    }
    told
}
