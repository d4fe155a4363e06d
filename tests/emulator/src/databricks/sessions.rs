//! SQL sessions: where bare names are looked up, remembered between statements.

use super::Workspace;
use super::caller::Caller;
use super::error::ApiError;
use super::extract::Body;
use super::json::answer;
use crate::random;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{delete, post};
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The open sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<String, SqlSession>>);

/// One session.
#[derive(Debug, Clone)]
pub(super) struct SqlSession {
    principal: Arc<str>,
    pub catalog: Option<String>,
    pub schema: Option<String>,
}

impl Sessions {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, SqlSession>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn open(&self, session: SqlSession) -> String {
        let id = format!("{:016x}{:016x}", random::number(), random::number());
        self.with(|sessions| sessions.insert(id.clone(), session));
        id
    }

    /// The session, if it is this principal's.
    pub fn find(&self, id: &str, principal: &str) -> Result<SqlSession, ApiError> {
        let session = self.with(|sessions| sessions.get(id).cloned());
        session
            .filter(|session| *session.principal == *principal)
            .ok_or_else(|| unknown(id))
    }
}

fn unknown(id: &str) -> ApiError {
    let message = format!("The session {id} does not exist.");
    ApiError::not_found("RESOURCE_DOES_NOT_EXIST", message)
}

#[derive(Debug, Deserialize)]
struct Open {
    warehouse_id: Option<String>,
    catalog: Option<String>,
    schema: Option<String>,
}

pub(super) fn routes() -> Router<Arc<Workspace>> {
    Router::new()
        .route("/api/2.0/sql/sessions", post(open))
        .route("/api/2.0/sql/sessions/{id}", delete(close))
}

async fn open(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Body(request): Body<Open>,
) -> Result<Response, ApiError> {
    let id = request.warehouse_id.as_deref();
    let id = id.ok_or_else(|| ApiError::invalid_parameter("warehouse_id is required."))?;
    workspace.warehouses.switch(id, true)?;
    let session_id = workspace.sessions.open(SqlSession {
        principal: Arc::clone(&viewer.principal),
        catalog: request.catalog,
        schema: request.schema,
    });
    Ok(answer(json!({"session_id": session_id}).to_string()))
}

async fn close(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    workspace.sessions.find(&id, &viewer.principal)?;
    workspace.sessions.with(|sessions| sessions.remove(&id));
    Ok(answer("{}"))
}
