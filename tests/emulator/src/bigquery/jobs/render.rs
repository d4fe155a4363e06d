//! Jobs and results as JSON.

use super::record::{Phase, Record, bytes_billed};
use super::results::{Cut, TimestampFormat, rows_json};
use crate::bigquery::fields::schema;
use crate::sql::google::{GoogleAnswer, StatementKind};
use serde_json::{Value, json};

fn reference(record: &Record) -> Value {
    let facts = &record.facts;
    json!({"projectId": facts.project, "jobId": facts.id, "location": facts.location})
}

/// A job, whatever its state.
pub(super) fn job(record: &Record, phase: &Phase) -> Value {
    let facts = &record.facts;
    let mut status = json!({"state": phase.state()});
    if let Phase::Failed(error) = phase {
        status["errorResult"] = error.entry();
        status["errors"] = json!([error.entry()]);
    }
    json!({
        "kind": "bigquery#job",
        "id": format!("{}:{}.{}", facts.project, facts.location, facts.id),
        "user_email": &*facts.principal,
        "jobReference": reference(record),
        "configuration": facts.configuration,
        "status": status,
        "statistics": statistics(record, phase),
    })
}

fn statistics(record: &Record, phase: &Phase) -> Value {
    let mut out = json!({"creationTime": record.facts.created_at.to_string()});
    if matches!(phase, Phase::Pending) {
        return out;
    }
    out["startTime"] = record.facts.created_at.to_string().into();
    if let Some(ended) = record.ended_at() {
        out["endTime"] = ended.to_string().into();
    }
    if let Phase::Succeeded(answer) = phase {
        let bytes = answer.bytes_processed.to_string();
        out["totalBytesProcessed"] = bytes.as_str().into();
        let mut query = json!({
            "statementType": answer.kind.name(),
            "totalBytesProcessed": bytes,
            "totalBytesBilled": bytes_billed(answer).to_string(),
            "totalBytesProcessedAccuracy": "PRECISE",
            "cacheHit": false,
            "schema": schema(&answer.rows.fields),
        });
        if let StatementKind::Insert { rows } = answer.kind {
            query["numDmlAffectedRows"] = rows.to_string().into();
        }
        out["query"] = query;
    }
    out
}

/// What an answer with rows is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Results<'a> {
    pub kind: &'static str,
    pub answer: &'a GoogleAnswer,
    pub cut: Cut,
    pub timestamps: TimestampFormat,
    /// False for a dry run.
    pub with_rows: bool,
}

/// A job whose end is not known yet.
pub(super) fn incomplete(kind: &'static str, record: &Record) -> Value {
    json!({"kind": kind, "jobReference": reference(record), "jobComplete": false})
}

/// A page of a result.
pub(super) fn results(record: &Record, results: Results<'_>) -> Value {
    let answer = results.answer;
    let total = answer.rows.row_count();
    let mut body = json!({
        "kind": results.kind,
        "jobReference": reference(record),
        "jobComplete": true,
        "totalRows": total.to_string(),
        "totalBytesProcessed": answer.bytes_processed.to_string(),
        "cacheHit": false,
        "location": record.facts.location,
    });
    if answer.kind == StatementKind::Select {
        body["schema"] = schema(&answer.rows.fields);
    }
    if let StatementKind::Insert { rows } = answer.kind {
        body["numDmlAffectedRows"] = rows.to_string().into();
    }
    if results.with_rows {
        body["totalBytesBilled"] = bytes_billed(answer).to_string().into();
        let cut = results.cut.within_bytes(&answer.rows);
        let rows = rows_json(&answer.rows, cut, results.timestamps);
        if !rows.is_empty() {
            body["rows"] = rows.into();
        }
        if let Some(next) = cut.next(total) {
            body["pageToken"] = next.into();
        }
    }
    body
}
