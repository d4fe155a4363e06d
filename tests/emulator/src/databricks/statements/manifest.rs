//! Statements and results as JSON.

use super::outcome::{Chunk, Delivery, Outcome};
use super::record::Phase;
use crate::databricks::Workspace;
use crate::databricks::error::ApiError;
use crate::databricks::files;
use crate::databricks::json::{Int64, Integers, append_member};
use crate::databricks::types;
use crate::settings::Settings;
use crate::sql::{ResultColumn, SqlError};
use crate::types::DataType;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

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
    byte_count: Option<Int64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_chunk_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_chunk_internal_link: Option<String>,
}

#[derive(Serialize)]
struct Links {
    external_links: [LinkInfo; 1],
}

#[derive(Serialize)]
struct LinkInfo {
    #[serde(flatten)]
    chunk: ChunkInfo,
    external_link: String,
    expiration: String,
    http_headers: BTreeMap<&'static str, String>,
}

/// Writes what is told of one statement.
pub(super) struct Printer<'a> {
    workspace: &'a Workspace,
    id: &'a str,
    integers: Integers,
    link_lifetime: Duration,
}

impl<'a> Printer<'a> {
    pub fn new(workspace: &'a Workspace, id: &'a str, settings: &Settings) -> Self {
        Self {
            workspace,
            id,
            integers: Integers {
                as_text: settings.int64_as_text,
            },
            link_lifetime: Duration::from_millis(settings.link_lifetime_ms),
        }
    }

    /// A statement's state, and with success its manifest and first chunk.
    pub fn statement(&self, phase: &Phase) -> Result<Vec<u8>, ApiError> {
        let (error, sql_state) = match phase {
            Phase::Failed(error) => (Some(status_error(error)), Some(error.sql_state)),
            _ => (None, None),
        };
        let outcome = match phase {
            Phase::Succeeded(outcome) => Some(&**outcome),
            _ => None,
        };
        let info = StatementInfo {
            statement_id: self.id,
            status: Status {
                state: phase.state(),
                error,
                sql_state,
            },
            manifest: outcome.map(|outcome| manifest(outcome, self.integers)),
        };
        let mut body = serde_json::to_vec(&info)?;
        if let Some(outcome) = outcome {
            let first = match outcome.chunks.is_empty() {
                true => b"{}".to_vec(),
                false => self.chunk(outcome, 0)?,
            };
            append_member(&mut body, "result", &first);
        }
        Ok(body)
    }

    /// One chunk with its rows or the link to them, and where the next one is.
    pub fn chunk(&self, outcome: &Outcome, index: usize) -> Result<Vec<u8>, ApiError> {
        let last = outcome.chunks.len();
        let chunk = outcome.chunks.get(index).ok_or_else(|| {
            let message = format!("There is no chunk {index}: the result has {last}.");
            ApiError::invalid_parameter(message)
        })?;
        let mut info = chunk_info(index, chunk, outcome.delivery, self.integers);
        if let Some(next) = outcome.chunks.get(index + 1) {
            info.next_chunk_index = Some(index + 1);
            info.next_chunk_internal_link = Some(format!(
                "/api/2.0/sql/statements/{}/result/chunks/{}?row_offset={}",
                self.id,
                index + 1,
                next.row_offset
            ));
        }
        if outcome.delivery == Delivery::Inline {
            let mut body = serde_json::to_vec(&info)?;
            append_member(&mut body, "data_array", &chunk.data);
            return Ok(body);
        }
        let storage = &self.workspace.shared.storage;
        let link = storage.link(&files::path(self.id, index), self.link_lifetime);
        let info = LinkInfo {
            chunk: info,
            external_link: link.url,
            expiration: link.expiration,
            http_headers: link.headers,
        };
        Ok(serde_json::to_vec(&Links {
            external_links: [info],
        })?)
    }
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
        format: outcome.delivery.format().name(),
        schema: Schema {
            column_count: outcome.columns.len(),
            columns: columns
                .map(|(at, column)| column_info(at, column))
                .collect(),
        },
        chunks: chunks
            .map(|(index, chunk)| chunk_info(index, chunk, outcome.delivery, integers))
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

fn chunk_info(
    chunk_index: usize,
    chunk: &Chunk,
    delivery: Delivery,
    integers: Integers,
) -> ChunkInfo {
    let byte_count = integers.count(chunk.data.len());
    ChunkInfo {
        chunk_index,
        byte_count: (delivery != Delivery::Inline).then_some(byte_count),
        row_offset: integers.count(chunk.row_offset),
        row_count: integers.count(chunk.row_count),
        next_chunk_index: None,
        next_chunk_internal_link: None,
    }
}
