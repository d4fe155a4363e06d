//! Jobs on their way: PENDING, RUNNING, DONE.

use crate::bigquery::error::ApiError;
use crate::progress::{self, Progress, now};
use crate::settings::Settings;
use crate::sql::google::{GoogleAnswer, GoogleStatement, Mode};
use crate::sql::{Engine, SqlError};
use serde_json::Value;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where a job is.
pub(super) type Phase = progress::Phase<GoogleAnswer, ApiError>;

/// The state's name on the wire.
pub(super) fn state(phase: &Phase) -> &'static str {
    match phase {
        Phase::Pending => "PENDING",
        Phase::Running => "RUNNING",
        Phase::Succeeded(_) | Phase::Failed(_) => "DONE",
    }
}

/// What a job shall do.
#[derive(Debug)]
pub(super) struct Work {
    pub engine: Engine,
    pub statement: GoogleStatement,
    pub mode: Mode,
}

/// What is known of a job from the start.
#[derive(Debug)]
pub(super) struct Facts {
    pub project: String,
    pub id: String,
    /// Where it runs: clients must name it to find the job again.
    pub location: String,
    pub principal: Arc<str>,
    /// The `configuration` as it was sent, with what the service adds.
    pub configuration: Value,
    /// The caller's own key for this request.
    pub request_id: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: u64,
    /// A query that would be billed more fails instead.
    pub maximum_bytes_billed: Option<u64>,
}

/// One job.
#[derive(Debug)]
pub(super) struct Record {
    pub facts: Facts,
    progress: Progress<Work, GoogleAnswer, ApiError>,
}

/// What a query costs: whole megabytes, and ten at least.
pub(super) fn bytes_billed(answer: &GoogleAnswer) -> u64 {
    const MEGABYTE: u64 = 1 << 20;
    let read = u64::try_from(answer.bytes_processed).unwrap_or(u64::MAX);
    read.div_ceil(MEGABYTE).max(10).saturating_mul(MEGABYTE)
}

impl Record {
    /// Where the job is.
    pub fn phase(&self) -> Phase {
        self.progress.phase()
    }

    /// When it ended, in milliseconds since 1970.
    pub fn ended_at(&self) -> Option<u64> {
        self.progress.ended_at()
    }

    /// Starts the work, unless it was started or cancelled before.
    pub fn start(self: &Arc<Self>) {
        self.progress.start(|work| {
            let task =
                tokio::spawn(async move { work.engine.google(&work.statement, work.mode).await });
            let stop = task.abort_handle();
            let record = Arc::clone(self);
            tokio::spawn(async move {
                let failed = |error: SqlError| Phase::Failed(Arc::new(error.into()));
                record.progress.end(match task.await {
                    Ok(Ok(answer)) => match record.facts.maximum_bytes_billed {
                        Some(most) if bytes_billed(&answer) > most => Phase::Failed(Arc::new(
                            ApiError::too_expensive(most, bytes_billed(&answer)),
                        )),
                        _ => Phase::Succeeded(Arc::new(answer)),
                    },
                    Ok(Err(error)) => failed(error),
                    // Aborted tasks have ended before, so this only counts for a panic.
                    Err(_) => failed(SqlError::panicked()),
                });
            });
            stop
        });
    }

    /// One look from outside. While the job waits each look brings its start nearer.
    pub fn poll(self: &Arc<Self>) -> Phase {
        if self.progress.look() {
            self.start();
        }
        self.progress.phase()
    }

    /// Waits for the end, but not longer than this; a job that waits for polls is not waited for.
    pub async fn wait(&self, limit: Duration) -> Phase {
        self.progress.wait(limit).await
    }

    /// Stops the work if it has not ended yet.
    pub fn cancel(&self) {
        let stopped = ApiError::stopped();
        self.progress.end(Phase::Failed(Arc::new(stopped)));
    }

    /// Whether a caller who names this location, or none, finds the job. Outside the multi-regions
    /// it must be named.
    fn lies_in(&self, location: Option<&str>) -> bool {
        let own = &self.facts.location;
        match location.filter(|location| !location.is_empty()) {
            Some(location) => location.eq_ignore_ascii_case(own),
            None => own == "US" || own == "EU",
        }
    }
}

/// All jobs that are still known, by project and id.
#[derive(Debug, Default)]
pub(in crate::bigquery) struct Jobs {
    records: Mutex<HashMap<(String, String), Arc<Record>>>,
}

impl Jobs {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<(String, String), Arc<Record>>) -> T) -> T {
        work(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new job in; it waits to be started. An id is taken once only.
    pub(super) fn add(
        &self,
        facts: Facts,
        work: Work,
        settings: &Settings,
    ) -> Result<Arc<Record>, ApiError> {
        let key = (facts.project.clone(), facts.id.clone());
        let record = Arc::new(Record {
            facts,
            progress: Progress::new(Some(work), settings.pending_polls),
        });
        let oldest = now().saturating_sub(settings.statement_lifetime_ms);
        self.with(|records| {
            records.retain(|_, record| record.ended_at().is_none_or(|ended| ended >= oldest));
            if records.contains_key(&key) {
                let (project, id) = &key;
                let location = &record.facts.location;
                let message = format!("Already Exists: Job {project}:{location}.{id}");
                return Err(ApiError::duplicate(message));
            }
            records.insert(key, Arc::clone(&record));
            Ok(record)
        })
    }

    /// The job that this request has made before, if it is repeated.
    pub(super) fn repeated(&self, project: &str, request_id: &str) -> Option<Arc<Record>> {
        self.with(|records| {
            let same = |record: &&Arc<Record>| {
                let facts = &record.facts;
                facts.project == project && facts.request_id.as_deref() == Some(request_id)
            };
            records.values().find(same).cloned()
        })
    }

    /// The job, if it is known, lies where the caller looks and is not someone else's.
    pub(super) fn find(
        &self,
        (project, id): (&str, &str),
        location: Option<&str>,
        principal: &str,
        settings: &Settings,
    ) -> Result<Arc<Record>, ApiError> {
        let key = (project.to_owned(), id.to_owned());
        let oldest = now().saturating_sub(settings.statement_lifetime_ms);
        let record = self.with(|records| records.get(&key).cloned());
        let record = record
            .filter(|record| record.lies_in(location))
            .filter(|record| record.ended_at().is_none_or(|ended| ended >= oldest))
            .ok_or_else(|| ApiError::not_found(format!("Not found: Job {project}:{id}")))?;
        match *record.facts.principal == *principal {
            true => Ok(record),
            false => Err(ApiError::access_denied(format!(
                "Access Denied: Job {project}:{id}: The user does not have permission to view it."
            ))),
        }
    }

    /// The caller's jobs in a project, newest first.
    pub(super) fn list(&self, project: &str, principal: &str) -> Vec<Arc<Record>> {
        let mut own: Vec<Arc<Record>> = self.with(|records| {
            let own = |record: &&Arc<Record>| {
                record.facts.project == project && *record.facts.principal == *principal
            };
            records.values().filter(own).cloned().collect()
        });
        own.sort_by(|one, other| {
            let key = |record: &Record| (record.facts.created_at, record.facts.id.clone());
            key(other).cmp(&key(one))
        });
        own
    }
}

/// An id that no other job has: each hasher of the standard library starts from other keys.
pub(super) fn new_id() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("job_{:016x}{:08x}", number(), number() >> 32)
}
