//! Statements in a session.

use super::super::Service;
use super::super::error::ApiError;
use super::super::extract::{Body, Params};
use super::super::statements::{
    Bindings, Format, Order, POLL_WINDOW, Phase, Reader, Record, Script, statement_count,
};
use super::error::Failure;
use super::session::Caller;
use super::{render, success};
use crate::settings::Settings;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a statement may take when the client does not say, in seconds.
const DEFAULT_TIMEOUT: u64 = 172_800;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Submission {
    request_id: Option<String>,
    /// There from the second attempt on.
    retry_count: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Request {
    sql_text: String,
    async_exec: bool,
    describe_only: bool,
    parameters: Option<Map<String, Value>>,
    bindings: Option<Bindings>,
}

impl Request {
    fn parameter(&self, name: &str) -> Option<String> {
        let parameters = self.parameters.as_ref()?;
        let own = |key: &&String| key.eq_ignore_ascii_case(name);
        match parameters.get(parameters.keys().find(own)?)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    fn order(
        &self,
        service: &Arc<Service>,
        caller: &Caller,
        request_id: Option<String>,
        settings: &Settings,
    ) -> Result<Order, ApiError> {
        let script = Script {
            sql: &self.sql_text,
            count: statement_count(self.parameter("MULTI_STATEMENT_COUNT").as_deref())?,
            bindings: self.bindings.as_ref(),
            context: caller.session.context(),
            describe_only: self.describe_only,
        };
        let timeout = self.parameter("STATEMENT_TIMEOUT_IN_SECONDS");
        let timeout = timeout.and_then(|seconds| seconds.parse().ok());
        Ok(Order {
            statements: script.statements(service, &caller.viewer, settings)?,
            principal: Arc::clone(&caller.session.principal),
            request_id,
            timeout_seconds: timeout
                .filter(|seconds| *seconds > 0)
                .unwrap_or(DEFAULT_TIMEOUT),
            format: Format {
                reader: Reader::Driver,
                ..Format::default()
            },
            rows: None,
        })
    }
}

/// `POST /queries/v1/query-request`
pub(super) async fn submit(
    State(service): State<Arc<Service>>,
    caller: Caller,
    Params(submission): Params<Submission>,
    Body(request): Body<Request>,
) -> Result<Json<Value>, Failure> {
    let settings = service.shared.settings();
    let principal = &caller.session.principal;
    let id = submission.request_id.as_deref();
    let known = id
        .filter(|_| submission.retry_count.is_some())
        .and_then(|id| service.statements.repeated(principal, id));
    let record = match known {
        Some(record) => record,
        None => {
            let order = request.order(&service, &caller, submission.request_id, &settings)?;
            order.place(&service, &settings)?
        }
    };
    let window = match request.async_exec {
        true => Duration::ZERO,
        false => Duration::from_millis(settings.sync_window_ms),
    };
    let phase = record.wait(window).await;
    match request.async_exec {
        true => Ok(Json(render::in_progress(&record, true))),
        false => answer(&service, &caller, &record, &phase),
    }
}

fn answer(
    service: &Service,
    caller: &Caller,
    record: &Record,
    phase: &Phase,
) -> Result<Json<Value>, Failure> {
    match phase {
        Phase::Pending | Phase::Running => Ok(Json(render::in_progress(record, false))),
        Phase::Failed(error) => Err(Failure::of((**error).clone(), &record.facts.handle)),
        Phase::Succeeded(result) => {
            if let Some(context) = &result.context {
                caller.session.set_context(context.clone());
            }
            let context = caller.session.context();
            let data = render::results(service, record, result, &context);
            Ok(Json(success(data)))
        }
    }
}

/// The part of the path that names a statement.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    handle: String,
}

fn find(service: &Service, caller: &Caller, handle: &str) -> Result<Arc<Record>, ApiError> {
    let settings = service.shared.settings();
    let principal = &caller.session.principal;
    service.statements.find(handle, principal, &settings)
}

/// `GET /queries/{handle}/result`
pub(super) async fn result(
    State(service): State<Arc<Service>>,
    caller: Caller,
    Path(Which { handle }): Path<Which>,
) -> Result<Json<Value>, Failure> {
    let record = find(&service, &caller, &handle)?;
    record.poll();
    let phase = record.wait(POLL_WINDOW).await;
    answer(&service, &caller, &record, &phase)
}

/// `GET /monitoring/queries/{handle}`
pub(super) async fn monitor(
    State(service): State<Arc<Service>>,
    caller: Caller,
    Path(Which { handle }): Path<Which>,
) -> Json<Value> {
    let record = find(&service, &caller, &handle).ok();
    let queries = record.map(|record| render::monitored(&record, &record.poll()));
    let queries: Vec<Value> = queries.into_iter().collect();
    Json(success(json!({"queries": queries})))
}

/// `POST /queries/{handle}/abort-request`
pub(super) async fn abort(
    State(service): State<Arc<Service>>,
    caller: Caller,
    Path(Which { handle }): Path<Which>,
) -> Result<Json<Value>, Failure> {
    find(&service, &caller, &handle)?.cancel();
    Ok(Json(success(Value::Null)))
}

/// Which statement shall be cancelled: the one of this request.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Abort {
    request_id: String,
}

/// `POST /queries/v1/abort-request`
pub(super) async fn abort_request(
    State(service): State<Arc<Service>>,
    caller: Caller,
    Body(abort): Body<Abort>,
) -> Result<Json<Value>, Failure> {
    let principal = &caller.session.principal;
    let record = service.statements.repeated(principal, &abort.request_id);
    let record = record.ok_or_else(|| ApiError::no_statement(&abort.request_id))?;
    record.cancel();
    Ok(Json(success(Value::Null)))
}
