//! Large results as files in the object store.

use super::super::Service;
use super::super::statements::{Partitions, Phase, Record};
use crate::shared::Shared;
use crate::storage::{Refused, Signed};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(in crate::snowflake) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/chunks/{statement}/{chunk}", get(file))
}

fn path(statement: &str, chunk: usize) -> String {
    format!("/chunks/{statement}/{chunk}")
}

/// Adds where the rows are that do not come with the answer.
pub(super) fn tell(data: &mut Value, shared: &Shared, record: &Record, partitions: &Partitions) {
    if partitions.len() < 2 {
        return;
    }
    let lifetime = Duration::from_millis(shared.settings().link_lifetime_ms);
    let described = partitions.describe();
    let later = described.iter().enumerate().skip(1);
    let later = later.map(|(number, part)| {
        let path = path(&record.facts.handle, number);
        json!({
            "url": shared.storage.link(&path, lifetime).url,
            "rowCount": part["rowCount"],
            "uncompressedSize": part["uncompressedSize"],
            "compressedSize": part["compressedSize"],
        })
    });
    data["chunks"] = later.collect();
    data["chunkHeaders"] = json!(shared.storage.headers());
}

async fn file(
    State(service): State<Arc<Service>>,
    Path((statement, chunk)): Path<(String, usize)>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let storage = &service.shared.storage;
    storage.check(&path(&statement, chunk), &signed, &headers)?;
    let record = service.statements.known(&statement);
    let record = record.ok_or_else(Refused::missing)?;
    let Phase::Succeeded(result) = record.phase() else {
        return Err(Refused::missing());
    };
    let settings = service.shared.settings();
    let partitions = record.partitions(&result, &settings);
    let body = partitions.later(chunk).ok_or_else(Refused::missing)?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_ENCODING, "gzip"),
    ];
    Ok((headers, body.to_vec()).into_response())
}
