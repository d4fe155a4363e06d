//! The calls of the statement API.

use super::order::Order;
use super::record::{Phase, Record};
use super::render;
use super::request::{Poll, Request, Submission};
use crate::access::Viewer;
use crate::settings::Settings;
use crate::snowflake::Service;
use crate::snowflake::caller::Caller;
use crate::snowflake::error::ApiError;
use crate::snowflake::extract::{Body, Params};
use crate::sql::snowflake::{SnowflakeAnswer, SnowflakeColumn, SnowflakeRows};
use crate::types::snowflake::SnowflakeType;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LINK, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a poll waits for a statement that runs: what is about to end need not be asked for
/// again.
pub(in crate::snowflake) const POLL_WINDOW: Duration = Duration::from_secs(5);

pub(in crate::snowflake) fn routes(root: &str) -> Router<Arc<Service>> {
    let statements = format!("{root}/statements");
    Router::new()
        .route(&statements, post(submit))
        .route(&format!("{statements}/{{handle}}"), get(poll))
        .route(&format!("{statements}/{{handle}}/cancel"), post(cancel))
}

/// The part of the path that names a statement.
#[derive(Debug, Deserialize)]
struct Which {
    handle: String,
}

/// `POST statements`
async fn submit(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Params(submission): Params<Submission>,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<Response, ApiError> {
    if !headers.contains_key(USER_AGENT) {
        return Err(ApiError::malformed("The User-Agent header is required."));
    }
    let settings = service.shared.settings();
    let is_async = submission.is_async == Some(true);
    let window = match is_async {
        true => Duration::ZERO,
        false => Duration::from_millis(settings.sync_window_ms),
    };
    // Without the word that it is a retry, the same request is carried out again.
    let known = submission.request_id.as_deref();
    let known = known
        .filter(|_| submission.retry == Some(true))
        .and_then(|id| service.statements.repeated(&viewer.principal, id));
    if let Some(record) = known {
        record.poll();
        let phase = record.wait(window).await;
        return Ok(answer(&record, &phase, &settings, is_async));
    }
    let record = add(&service, &viewer, &request, &submission, &settings)?;
    let phase = record.wait(window).await;
    match is_async {
        true => Ok(accepted(&record, true)),
        false => Ok(answer(&record, &phase, &settings, false)),
    }
}

/// A new statement, started unless its warehouse sleeps.
fn add(
    service: &Arc<Service>,
    viewer: &Viewer,
    request: &Request,
    submission: &Submission,
    settings: &Settings,
) -> Result<Arc<Record>, ApiError> {
    request.check_parameters()?;
    let order = Order {
        statements: request.statements(service, viewer, settings)?,
        principal: Arc::clone(&viewer.principal),
        request_id: submission.request_id.clone(),
        timeout_seconds: request.timeout()?,
        format: request.format(submission.nullable),
        rows: request.rows(),
    };
    order.place(service, settings)
}

fn accepted(record: &Record, is_async: bool) -> Response {
    let body = render::status(record, is_async);
    (StatusCode::ACCEPTED, axum::Json(body)).into_response()
}

fn answer(record: &Record, phase: &Phase, settings: &Settings, is_async: bool) -> Response {
    match phase {
        Phase::Pending | Phase::Running => accepted(record, is_async),
        Phase::Failed(error) => error.answer(render::reference(record)),
        Phase::Succeeded(own) => {
            let of_all;
            let result: &SnowflakeAnswer = match record.facts.children.is_empty() {
                true => own,
                false => {
                    of_all = together();
                    &of_all
                }
            };
            let partitions = record.partitions(result, settings);
            let body = render::results(record, result, partitions, settings);
            let headers = [
                (CONTENT_TYPE, "application/json".to_owned()),
                (LINK, render::links(record, 0, partitions.len())),
            ];
            (headers, body).into_response()
        }
    }
}

/// What a request of several statements answers itself.
pub(in crate::snowflake) fn together() -> SnowflakeAnswer {
    let message = "Multiple statements executed successfully.";
    let mut rows = SnowflakeRows::status(message).unwrap_or_default();
    let name = "multiple statement execution";
    rows.columns = vec![SnowflakeColumn::new(name, SnowflakeType::TEXT)];
    SnowflakeAnswer {
        rows,
        ..SnowflakeAnswer::default()
    }
}

/// `GET statements/{handle}`
async fn poll(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(Which { handle }): Path<Which>,
    Params(poll): Params<Poll>,
) -> Result<Response, ApiError> {
    let settings = service.shared.settings();
    let record = service
        .statements
        .find(&handle, &viewer.principal, &settings)?;
    record.poll();
    let phase = record.wait(POLL_WINDOW).await;
    let number = poll.partition.unwrap_or(0);
    match &phase {
        Phase::Succeeded(result) if number > 0 => {
            let partitions = record.partitions(result, &settings);
            let body = partitions.later(number);
            let body = body.ok_or_else(|| no_partition(number, partitions.len()))?;
            let headers = [
                (CONTENT_TYPE, "application/json".to_owned()),
                // Whether the client has asked for it or not.
                (CONTENT_ENCODING, "gzip".to_owned()),
                (LINK, render::links(&record, number, partitions.len())),
            ];
            Ok((headers, body.to_vec()).into_response())
        }
        phase => Ok(answer(&record, phase, &settings, true)),
    }
}

fn no_partition(number: usize, count: usize) -> ApiError {
    ApiError::malformed(format!(
        "Partition {number} does not exist, the result has {count}."
    ))
}

/// `POST statements/{handle}/cancel`
async fn cancel(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(Which { handle }): Path<Which>,
) -> Result<Response, ApiError> {
    let settings = service.shared.settings();
    let record = service
        .statements
        .find(&handle, &viewer.principal, &settings)?;
    record.cancel();
    let mut body: Value = json!({
        "code": "000604",
        "sqlState": "57014",
        "message": "Statement successfully canceled.",
    });
    if let (Value::Object(body), Value::Object(more)) = (&mut body, render::reference(&record)) {
        body.extend(more);
    }
    Ok(axum::Json(body).into_response())
}
