//! SQL warehouses: they exist, start and stop; a statement on a stopped one starts it.

use super::Workspace;
use super::caller::Caller;
use super::error::ApiError;
use super::json::answer;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Ids of the warehouses and whether each is running.
#[derive(Debug)]
pub(super) struct Warehouses(Mutex<BTreeMap<String, bool>>);

impl Warehouses {
    pub fn new(ids: &[String]) -> Self {
        Self(Mutex::new(
            ids.iter().map(|id| (id.clone(), true)).collect(),
        ))
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, bool>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Starts or stops one.
    pub fn switch(&self, id: &str, running: bool) -> Result<(), ApiError> {
        self.with(|warehouses| match warehouses.get_mut(id) {
            Some(state) => {
                *state = running;
                Ok(())
            }
            None => Err(unknown(id)),
        })
    }

    fn describe(&self, id: &str) -> Result<Value, ApiError> {
        let running = self.with(|warehouses| warehouses.get(id).copied());
        running
            .map(|running| info(id, running))
            .ok_or_else(|| unknown(id))
    }

    fn list(&self) -> Vec<Value> {
        self.with(|warehouses| warehouses.iter().map(|(id, on)| info(id, *on)).collect())
    }
}

fn unknown(id: &str) -> ApiError {
    let message = format!("SQL warehouse {id} does not exist.");
    ApiError::not_found("RESOURCE_DOES_NOT_EXIST", message)
}

fn info(id: &str, running: bool) -> Value {
    json!({
        "id": id,
        "name": id,
        "cluster_size": "2X-Small",
        "warehouse_type": "PRO",
        "enable_serverless_compute": true,
        "auto_stop_mins": 120,
        "num_clusters": u8::from(running),
        "state": if running { "RUNNING" } else { "STOPPED" },
        "health": {"status": "HEALTHY"},
        "odbc_params": {"path": format!("/sql/1.0/warehouses/{id}"), "protocol": "https", "port": 443},
    })
}

pub(super) fn routes() -> Router<Arc<Workspace>> {
    Router::new()
        .route("/api/2.0/sql/warehouses", get(list))
        .route("/api/2.0/sql/warehouses/{id}", get(describe))
        .route("/api/2.0/sql/warehouses/{id}/start", post(start))
        .route("/api/2.0/sql/warehouses/{id}/stop", post(stop))
}

async fn list(State(workspace): State<Arc<Workspace>>, _: Caller) -> Response {
    answer(json!({"warehouses": workspace.warehouses.list()}).to_string())
}

async fn describe(
    State(workspace): State<Arc<Workspace>>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(answer(workspace.warehouses.describe(&id)?.to_string()))
}

async fn start(
    State(workspace): State<Arc<Workspace>>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    workspace.warehouses.switch(&id, true)?;
    Ok(answer("{}"))
}

async fn stop(
    State(workspace): State<Arc<Workspace>>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    workspace.warehouses.switch(&id, false)?;
    Ok(answer("{}"))
}
