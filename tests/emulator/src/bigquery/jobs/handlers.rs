//! The calls of the job API.

use super::record::{Facts, Phase, Record, Work, new_id};
use super::render::{self, Results};
use super::request::{Query, QueryRequest, ResultsRequest, Where, wait};
use super::results::Cut;
use crate::access::{Permission, Viewer};
use crate::bigquery::caller::Caller;
use crate::bigquery::error::ApiError;
use crate::bigquery::extract::{Body, Params};
use crate::bigquery::{ROOT, Service, respond};
use crate::progress::now;
use crate::settings::Settings;
use crate::sql::google::{GoogleStatement, Mode};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::sync::Arc;

pub(in crate::bigquery) fn routes() -> Router<Arc<Service>> {
    let project = format!("{ROOT}/{{project}}");
    Router::new()
        .route(&format!("{project}/queries"), post(query))
        .route(&format!("{project}/queries/{{job}}"), get(results))
        .route(&format!("{project}/jobs"), post(insert).get(list))
        .route(&format!("{project}/jobs/{{job}}"), get(one))
        .route(&format!("{project}/jobs/{{job}}/cancel"), post(cancel))
}

/// Jobs may run in any project, but for those that a rule keeps from the caller.
fn check_project(viewer: &Viewer, project: &str) -> Result<(), ApiError> {
    match viewer.permission(&[project]) {
        Permission::Granted => Ok(()),
        Permission::Denied | Permission::Hidden => Err(ApiError::access_denied(format!(
            "Access Denied: Project {project}: User does not have bigquery.jobs.create \
             permission in project {project}."
        ))),
    }
}

/// A new job, put in but not started.
fn add(
    service: &Service,
    statement: GoogleStatement,
    mode: Mode,
    facts: impl FnOnce(String) -> Facts,
) -> Result<Arc<Record>, ApiError> {
    let engine = service.shared.engine.clone();
    let location = engine.google_location(&statement);
    let work = Work {
        engine,
        statement,
        mode,
    };
    service
        .jobs
        .add(facts(location), work, &service.shared.settings())
}

fn mode(dry_run: bool) -> Mode {
    match dry_run {
        true => Mode::DryRun,
        false => Mode::Run,
    }
}

fn configuration(query: Value, dry_run: bool) -> Value {
    let mut configuration = json!({"jobType": "QUERY", "query": query});
    if dry_run {
        configuration["dryRun"] = true.into();
    }
    configuration
}

/// `POST queries`
async fn query(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(project): Path<String>,
    Body(request): Body<QueryRequest>,
) -> Result<Response, ApiError> {
    const KIND: &str = "bigquery#queryResponse";
    check_project(&viewer, &project)?;
    let timestamps = request.format_options.timestamps()?;
    let settings = service.shared.settings();
    let cut = Cut::read(None, None, request.max_results, settings.chunk_rows)?;
    let known = request.request_id.as_deref();
    let known = known.and_then(|id| service.jobs.repeated(&project, id));
    let own = known.filter(|record| record.facts.principal == viewer.principal);
    let record = match own {
        Some(record) => record,
        None => query_job(&service, viewer, &project, &request)?,
    };
    let waiting = settings.pending_polls > 0 && !request.dry_run;
    if !waiting {
        record.start();
    }
    let answer = match record.wait(wait(request.timeout_ms)).await {
        Phase::Pending | Phase::Running => {
            return Ok(respond::json(&render::incomplete(KIND, &record)));
        }
        Phase::Failed(error) => return Err((*error).clone()),
        Phase::Succeeded(answer) => answer,
    };
    let mut body = render::results(
        &record,
        Results {
            kind: KIND,
            answer: &answer,
            cut,
            timestamps,
            with_rows: !request.dry_run,
        },
    );
    let members = &mut body.members;
    members.insert("queryId".to_owned(), record.facts.id.as_str().into());
    let optional = request.job_creation_mode.as_deref() == Some("JOB_CREATION_OPTIONAL");
    let one_page = !members.contains_key("pageToken");
    if (optional && one_page) || request.dry_run {
        members.remove("jobReference");
    }
    Ok(respond::json(&body))
}

fn query_job(
    service: &Service,
    viewer: Viewer,
    project: &str,
    request: &QueryRequest,
) -> Result<Arc<Record>, ApiError> {
    let principal = Arc::clone(&viewer.principal);
    let location = request.location.as_deref();
    let statement = request.query.statement(viewer, project, location)?;
    let text = json!({"query": statement.sql, "useLegacySql": false});
    add(service, statement, mode(request.dry_run), |location| {
        Facts {
            project: project.to_owned(),
            id: new_id(),
            location,
            principal,
            configuration: configuration(text, request.dry_run),
            request_id: request.request_id.clone(),
            created_at: now(),
            maximum_bytes_billed: request.query.maximum_bytes_billed,
        }
    })
}

/// `POST jobs`
async fn insert(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(project): Path<String>,
    Body(body): Body<Value>,
) -> Result<Response, ApiError> {
    check_project(&viewer, &project)?;
    let settings = &body["configuration"];
    if !settings["query"].is_object() {
        return Err(ApiError::invalid("Only query jobs are offered here"));
    }
    let query: Query = serde_json::from_value(settings["query"].clone())
        .map_err(|error| ApiError::invalid(format!("Invalid JSON payload: {error}")))?;
    let given = &body["jobReference"];
    let principal = Arc::clone(&viewer.principal);
    let statement = query.statement(viewer, &project, given["location"].as_str())?;
    let dry_run = settings["dryRun"].as_bool().unwrap_or(false);
    let id = match given["jobId"].as_str().filter(|id| !id.is_empty()) {
        None => new_id(),
        Some(id) => check_id(id)?.to_owned(),
    };
    let mut configuration = settings.clone();
    configuration["jobType"] = "QUERY".into();
    if configuration["query"]["destinationTable"].is_null() {
        // Results are kept in a hidden dataset.
        configuration["query"]["destinationTable"] = json!({
            "projectId": project, "datasetId": "_results", "tableId": format!("anon_{id}"),
        });
    }
    let record = add(&service, statement, mode(dry_run), |location| Facts {
        project: project.clone(),
        id,
        location,
        principal,
        configuration,
        request_id: None,
        created_at: now(),
        maximum_bytes_billed: query.maximum_bytes_billed,
    })?;
    if dry_run {
        record.start();
        let phase = record.wait(wait(None)).await;
        return match phase {
            Phase::Failed(error) => Err((*error).clone()),
            phase => Ok(respond::json(&render::job(&record, &phase))),
        };
    }
    if service.shared.settings().pending_polls == 0 {
        record.start();
    }
    Ok(respond::json(&render::job(&record, &record.phase())))
}

fn check_id(id: &str) -> Result<&str, ApiError> {
    let fits = id
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
    match fits && id.len() <= 1_024 {
        true => Ok(id),
        false => Err(ApiError::invalid(format!(
            "Invalid job ID \"{id}\". It may have letters, digits, underscores and dashes, 1024 \
             of them at most."
        ))),
    }
}

fn find(
    service: &Service,
    viewer: &Viewer,
    (project, id): (&str, &str),
    location: Option<&str>,
) -> Result<(Arc<Record>, Settings), ApiError> {
    let settings = service.shared.settings();
    let record = service
        .jobs
        .find((project, id), location, &viewer.principal, &settings)?;
    Ok((record, settings))
}

/// `GET queries/{job}`
async fn results(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, id)): Path<(String, String)>,
    Params(request): Params<ResultsRequest>,
) -> Result<Response, ApiError> {
    const KIND: &str = "bigquery#getQueryResultsResponse";
    let location = request.location.as_deref();
    let (record, settings) = find(&service, &viewer, (&project, &id), location)?;
    let timestamps = request.format().timestamps()?;
    let cut = Cut::read(
        request.page_token.as_deref(),
        request.start_index,
        request.max_results,
        settings.chunk_rows,
    )?;
    record.poll();
    Ok(match record.wait(wait(request.timeout_ms)).await {
        Phase::Pending | Phase::Running => respond::json(&render::incomplete(KIND, &record)),
        Phase::Failed(error) => return Err((*error).clone()),
        Phase::Succeeded(answer) => {
            let results = Results {
                kind: KIND,
                answer: &answer,
                cut,
                timestamps,
                with_rows: true,
            };
            respond::json(&render::results(&record, results))
        }
    })
}

/// `GET jobs`
async fn list(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(project): Path<String>,
) -> Result<Response, ApiError> {
    check_project(&viewer, &project)?;
    let jobs = service.jobs.list(&project, &viewer.principal);
    let jobs = jobs.iter().map(|record| {
        let mut job = render::job(record, &record.phase());
        job["state"] = job["status"]["state"].clone();
        job
    });
    let jobs: Vec<Value> = jobs.collect();
    let mut body = json!({"kind": "bigquery#jobList"});
    if !jobs.is_empty() {
        body["jobs"] = jobs.into();
    }
    Ok(respond::json(&body))
}

/// `GET jobs/{job}`
async fn one(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, id)): Path<(String, String)>,
    Params(place): Params<Where>,
) -> Result<Response, ApiError> {
    let (record, _) = find(
        &service,
        &viewer,
        (&project, &id),
        place.location.as_deref(),
    )?;
    Ok(respond::json(&render::job(&record, &record.poll())))
}

/// `POST jobs/{job}/cancel`
async fn cancel(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, id)): Path<(String, String)>,
    Params(place): Params<Where>,
) -> Result<Response, ApiError> {
    let (record, _) = find(
        &service,
        &viewer,
        (&project, &id),
        place.location.as_deref(),
    )?;
    record.cancel();
    let job = render::job(&record, &record.phase());
    Ok(respond::json(
        &json!({"kind": "bigquery#jobCancelResponse", "job": job}),
    ))
}
