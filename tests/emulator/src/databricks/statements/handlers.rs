//! The calls of the statement execution API.

use super::manifest::Printer;
use super::outcome::Limits;
use super::record::{Job, Phase, Record};
use super::request::Execute;
use crate::access::Viewer;
use crate::databricks::Workspace;
use crate::databricks::caller::Caller;
use crate::databricks::error::ApiError;
use crate::databricks::extract::Body;
use crate::databricks::json::answer;
use crate::settings::Settings;
use crate::sql::Session;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;

pub(in crate::databricks) fn routes() -> Router<Arc<Workspace>> {
    const ROOT: &str = "/api/2.0/sql/statements";
    Router::new()
        .route(ROOT, post(execute))
        .route(&format!("{ROOT}/"), post(execute))
        .route(&format!("{ROOT}/{{statement_id}}"), get(poll).delete(close))
        .route(&format!("{ROOT}/{{statement_id}}/cancel"), post(cancel))
        .route(
            &format!("{ROOT}/{{statement_id}}/result/chunks/{{chunk_index}}"),
            get(chunk),
        )
}

async fn execute(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Body(request): Body<Execute>,
) -> Result<Response, ApiError> {
    let settings = workspace.shared.settings();
    let job = job(&workspace, viewer, &request, &settings)?;
    let (wait, cancels) = (request.wait()?, request.cancels_on_timeout()?);
    let id = request.warehouse_id.as_deref();
    let id = id.ok_or_else(|| ApiError::invalid_parameter("warehouse_id is required."))?;
    workspace.warehouses.switch(id, true)?;
    let record = workspace.statements.add(job, &settings);
    let cold = settings.pending_polls > 0;
    if !cold {
        record.start();
    }
    // A cold warehouse answers at once: it warms up by polls, not by time.
    let phase = match wait.is_zero() || cold {
        true => Phase::Pending,
        false => record.wait(wait).await,
    };
    let unfinished = matches!(phase, Phase::Pending | Phase::Running);
    let phase = match cancels && unfinished && !wait.is_zero() {
        true => {
            record.cancel();
            record.phase()
        }
        false => phase,
    };
    let body = Printer::new(&workspace, &record.id, &settings).statement(&phase)?;
    Ok(answer(body))
}

fn job(
    workspace: &Workspace,
    viewer: Viewer,
    request: &Execute,
    settings: &Settings,
) -> Result<Job, ApiError> {
    let sql = request.text()?.to_owned();
    request.check()?;
    let mut session = Session::new(viewer);
    session.parameters = request.parameters()?;
    session.hive_as_json = settings.hive_as_json;
    if let Some(id) = &request.session_id {
        let open = workspace.sessions.find(id, &session.viewer.principal)?;
        session.look_in(open.catalog, open.schema);
    }
    session.look_in(request.catalog.clone(), request.schema.clone());
    let positive = |limit: Option<i64>| limit.and_then(|limit| usize::try_from(limit).ok());
    Ok(Job {
        engine: workspace.shared.engine.clone(),
        session,
        sql,
        limits: Limits {
            rows: positive(request.row_limit),
            bytes: positive(request.byte_limit),
            chunk_rows: settings.chunk_rows,
            delivery: request.delivery()?,
            inline: (settings.inline_limit_bytes, settings.inline_overflow_closes),
        },
    })
}

fn find(
    workspace: &Workspace,
    viewer: &Viewer,
    id: &str,
    settings: &Settings,
) -> Result<Arc<Record>, ApiError> {
    workspace.statements.find(id, &viewer.principal, settings)
}

async fn poll(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let settings = workspace.shared.settings();
    let phase = find(&workspace, &viewer, &id, &settings)?.poll();
    let body = Printer::new(&workspace, &id, &settings).statement(&phase)?;
    Ok(answer(body))
}

async fn chunk(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path((id, index)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let settings = workspace.shared.settings();
    let index: usize = index
        .parse()
        .map_err(|_| ApiError::invalid_parameter(format!("'{index}' is no chunk index.")))?;
    match find(&workspace, &viewer, &id, &settings)?.phase() {
        Phase::Succeeded(outcome) => {
            let body = Printer::new(&workspace, &id, &settings).chunk(&outcome, index)?;
            Ok(answer(body))
        }
        Phase::Closed => Err(ApiError::not_found(
            "RESOURCE_DOES_NOT_EXIST",
            format!("The result of the statement {id} is closed."),
        )),
        other => Err(ApiError::bad_request(format!(
            "The statement {id} has no result: it is {}.",
            other.state()
        ))),
    }
}

async fn cancel(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let settings = workspace.shared.settings();
    find(&workspace, &viewer, &id, &settings)?.cancel();
    Ok(answer("{}"))
}

async fn close(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let settings = workspace.shared.settings();
    find(&workspace, &viewer, &id, &settings)?.close();
    Ok(answer("{}"))
}
