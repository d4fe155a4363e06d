//! Jobs and results as JSON.

use super::record::{Phase, Record, bytes_billed, state};
use super::results::{Cut, PageRows, TimestampFormat};
use crate::bigquery::fields::schema;
use crate::sql::google::{GoogleAnswer, StatementKind};
use serde::Serialize;
use serde_json::{Map, Value, json};

fn reference(record: &Record) -> Value {
    let facts = &record.facts;
    json!({"projectId": facts.project, "jobId": facts.id, "location": facts.location})
}

/// A job, whatever its state.
pub(super) fn job(record: &Record, phase: &Phase) -> Value {
    let facts = &record.facts;
    let mut status = json!({"state": state(phase)});
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
#[derive(Debug, Serialize)]
pub(super) struct ResultsBody<'a> {
    /// Everything but the rows.
    #[serde(flatten)]
    pub members: Map<String, Value>,
    /// Missing where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<PageRows<'a>>,
}

/// A page of a result.
pub(super) fn results<'a>(record: &Record, results: Results<'a>) -> ResultsBody<'a> {
    let answer = results.answer;
    let total = answer.rows.row_count();
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("kind", results.kind.into());
    set("jobReference", reference(record));
    set("jobComplete", true.into());
    set("totalRows", total.to_string().into());
    set(
        "totalBytesProcessed",
        answer.bytes_processed.to_string().into(),
    );
    set("cacheHit", false.into());
    set("location", record.facts.location.as_str().into());
    if answer.kind == StatementKind::Select {
        set("schema", schema(&answer.rows.fields));
    }
    if let StatementKind::Insert { rows } = answer.kind {
        set("numDmlAffectedRows", rows.to_string().into());
    }
    let mut page = None;
    if results.with_rows {
        set("totalBytesBilled", bytes_billed(answer).to_string().into());
        let cut = results.cut.within_bytes(&answer.rows);
        if let Some(next) = cut.next(total) {
            set("pageToken", next.into());
        }
        page = Some(PageRows {
            rows: &answer.rows,
            cut,
            timestamps: results.timestamps,
        });
    }
    ResultsBody {
        members,
        rows: page.filter(|page| !page.is_empty()),
    }
}
