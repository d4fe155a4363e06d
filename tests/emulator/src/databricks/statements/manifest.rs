//! Statements and results as JSON.

use super::outcome::{Chunk, Outcome};
use super::record::Phase;
use crate::databricks::error::ApiError;
use crate::databricks::json::{Int64, Integers, append_member};
use crate::databricks::types;
use crate::sql::{ResultColumn, SqlError};
use crate::types::DataType;
use serde::Serialize;

#[derive(Serialize)]
struct StatementInfo<'a> {
    statement_id: &'a str,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<Manifest>,
}

#[derive(Serialize)]
struct Status {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<StatusError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql_state: Option<&'static str>,
}

#[derive(Serialize)]
struct StatusError {
    error_code: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Manifest {
    format: &'static str,
    schema: Schema,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chunks: Vec<ChunkInfo>,
    total_chunk_count: usize,
    total_row_count: Int64,
    total_byte_count: Int64,
    truncated: bool,
}

#[derive(Serialize)]
struct Schema {
    column_count: usize,
    columns: Vec<ColumnInfo>,
}

#[derive(Serialize)]
struct ColumnInfo {
    name: String,
    position: usize,
    type_name: &'static str,
    type_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_precision: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_scale: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_interval_type: Option<String>,
}

#[derive(Serialize)]
struct ChunkInfo {
    chunk_index: usize,
    row_offset: Int64,
    row_count: Int64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_chunk_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_chunk_internal_link: Option<String>,
}

/// A statement's state, and with success its manifest and first chunk.
pub(super) fn statement(id: &str, phase: &Phase, integers: Integers) -> Result<Vec<u8>, ApiError> {
    let (error, sql_state) = match phase {
        Phase::Failed(error) => (Some(status_error(error)), Some(error.sql_state)),
        _ => (None, None),
    };
    let outcome = match phase {
        Phase::Succeeded(outcome) => Some(&**outcome),
        _ => None,
    };
    let info = StatementInfo {
        statement_id: id,
        status: Status {
            state: phase.state(),
            error,
            sql_state,
        },
        manifest: outcome.map(|outcome| manifest(outcome, integers)),
    };
    let mut body = serde_json::to_vec(&info)?;
    if let Some(outcome) = outcome {
        let first = match outcome.chunks.is_empty() {
            true => b"{}".to_vec(),
            false => chunk(id, outcome, 0, integers)?,
        };
        append_member(&mut body, "result", &first);
    }
    Ok(body)
}

fn status_error(error: &SqlError) -> StatusError {
    StatusError {
        error_code: "BAD_REQUEST",
        message: error.to_string(),
    }
}

fn manifest(outcome: &Outcome, integers: Integers) -> Manifest {
    let chunks = outcome.chunks.iter().enumerate();
    let columns = outcome.columns.iter().enumerate();
    Manifest {
        format: "JSON_ARRAY",
        schema: Schema {
            column_count: outcome.columns.len(),
            columns: columns
                .map(|(at, column)| column_info(at, column))
                .collect(),
        },
        chunks: chunks
            .map(|(index, chunk)| chunk_info(index, chunk, integers))
            .collect(),
        total_chunk_count: outcome.chunks.len(),
        total_row_count: integers.count(outcome.total_rows),
        total_byte_count: integers.count(outcome.total_bytes),
        truncated: outcome.truncated,
    }
}

fn column_info(position: usize, column: &ResultColumn) -> ColumnInfo {
    let (precision, scale) = match &column.data_type {
        DataType::Decimal { precision, scale } => (Some(*precision), Some(*scale)),
        _ => (None, None),
    };
    let type_text = types::statement_type_text(&column.data_type);
    let interval = matches!(column.data_type, DataType::Interval { .. });
    ColumnInfo {
        name: column.name.clone(),
        position,
        type_name: types::type_name(&column.data_type),
        type_interval_type: interval.then(|| type_text.replace("INTERVAL ", "")),
        type_text,
        type_precision: precision,
        type_scale: scale,
    }
}

fn chunk_info(chunk_index: usize, chunk: &Chunk, integers: Integers) -> ChunkInfo {
    ChunkInfo {
        chunk_index,
        row_offset: integers.count(chunk.row_offset),
        row_count: integers.count(chunk.row_count),
        next_chunk_index: None,
        next_chunk_internal_link: None,
    }
}

/// One chunk with its rows, and where the next one is.
pub(super) fn chunk(
    id: &str,
    outcome: &Outcome,
    index: usize,
    integers: Integers,
) -> Result<Vec<u8>, ApiError> {
    let last = outcome.chunks.len();
    let chunk = outcome.chunks.get(index).ok_or_else(|| {
        let message = format!("There is no chunk {index}: the result has {last}.");
        ApiError::invalid_parameter(message)
    })?;
    let mut info = chunk_info(index, chunk, integers);
    if let Some(next) = outcome.chunks.get(index + 1) {
        info.next_chunk_index = Some(index + 1);
        info.next_chunk_internal_link = Some(format!(
            "/api/2.0/sql/statements/{id}/result/chunks/{}?row_offset={}",
            index + 1,
            next.row_offset
        ));
    }
    let mut body = serde_json::to_vec(&info)?;
    append_member(&mut body, "data_array", &chunk.data);
    Ok(body)
}
