//! Statements on their way: PENDING, RUNNING, and how they end.

use super::outcome::{Delivery, Limits, Outcome, Unfinished};
use crate::databricks::error::ApiError;
use crate::random;
use crate::settings::Settings;
use crate::sql::{Engine, Session, SqlError};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Where a statement is.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    Pending,
    Running,
    Succeeded(Arc<Outcome>),
    Failed(Arc<SqlError>),
    Canceled,
    Closed,
}

impl Phase {
    /// The state's name on the wire.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Succeeded(_) => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
            Self::Canceled => "CANCELED",
            Self::Closed => "CLOSED",
        }
    }

    fn is_final(&self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

/// What a statement shall do.
#[derive(Debug)]
pub(super) struct Job {
    pub engine: Engine,
    pub session: Session,
    pub sql: String,
    pub limits: Limits,
}

/// One statement.
#[derive(Debug)]
pub(super) struct Record {
    pub id: String,
    /// Who may see it.
    principal: Arc<str>,
    phase: watch::Sender<Phase>,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    /// Polls that still find the warehouse cold.
    pending_polls: u32,
    /// What to do, until it is started.
    job: Option<Job>,
    task: Option<AbortHandle>,
    ended: Option<Instant>,
}

impl Record {
    fn progress<T>(&self, work: impl FnOnce(&mut Progress) -> T) -> T {
        work(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where the statement is.
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Starts the work, unless it was started or cancelled before.
    pub fn start(self: &Arc<Self>) {
        self.progress(|progress| {
            let Some(job) = progress.job.take() else {
                return;
            };
            self.phase.send_replace(Phase::Running);
            let task = tokio::spawn(work(job));
            progress.task = Some(task.abort_handle());
            let record = Arc::clone(self);
            tokio::spawn(async move {
                let phase = match task.await {
                    Ok(Ok(outcome)) => Phase::Succeeded(Arc::new(outcome)),
                    Ok(Err(Unfinished::Failed(error))) => Phase::Failed(Arc::new(error)),
                    Ok(Err(Unfinished::Closed)) => Phase::Closed,
                    // Aborted tasks have ended before, so this only counts for a panic.
                    Err(_) => Phase::Failed(Arc::new(SqlError::panicked())),
                };
                record.end(phase);
            });
        });
    }

    /// One look from outside. While the warehouse is cold each look brings it nearer.
    pub fn poll(self: &Arc<Self>) -> Phase {
        let phase = self.phase();
        if !matches!(phase, Phase::Pending) {
            return phase;
        }
        let warm = self.progress(|progress| {
            let warm = progress.pending_polls == 0;
            progress.pending_polls = progress.pending_polls.saturating_sub(1);
            warm
        });
        if !warm {
            return phase;
        }
        self.start();
        Phase::Running
    }

    /// Waits for the end, but not longer than this.
    pub async fn wait(&self, limit: Duration) -> Phase {
        let mut phases = self.phase.subscribe();
        // On timeout the phase is what it is; the sender lives as long as the record.
        let _ = tokio::time::timeout(limit, phases.wait_for(Phase::is_final)).await;
        self.phase()
    }

    /// Stops the work if it has not ended yet.
    pub fn cancel(&self) {
        self.end(Phase::Canceled);
    }

    /// Gives the result up.
    pub fn close(&self) {
        self.end(Phase::Canceled);
        self.phase.send_replace(Phase::Closed);
    }

    fn end(&self, phase: Phase) {
        self.progress(|progress| {
            progress.job = None;
            progress.ended.get_or_insert_with(Instant::now);
            self.phase.send_if_modified(|current| {
                let ends = !current.is_final();
                if ends {
                    *current = phase;
                }
                ends
            });
            if let Some(task) = progress.task.take() {
                task.abort();
            }
        });
    }

    fn age(&self) -> Duration {
        let ended = self.progress(|progress| progress.ended);
        ended.map_or(Duration::ZERO, |ended| ended.elapsed())
    }
}

async fn work(job: Job) -> Result<Outcome, Unfinished> {
    let rows = job.engine.execute(&job.sql, &job.session).await?;
    Outcome::new(rows, job.limits)
}

/// All statements that are still known.
#[derive(Debug, Default)]
pub(in crate::databricks) struct Statements {
    records: Mutex<HashMap<String, Arc<Record>>>,
}

impl Statements {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Arc<Record>>) -> T) -> T {
        work(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new statement in; it waits to be started.
    pub(super) fn add(&self, job: Job, settings: &Settings) -> Arc<Record> {
        let record = Arc::new(Record {
            id: new_id(),
            principal: Arc::clone(&job.session.viewer.principal),
            phase: watch::Sender::new(Phase::Pending),
            progress: Mutex::new(Progress {
                pending_polls: settings.pending_polls,
                job: Some(job),
                task: None,
                ended: None,
            }),
        });
        let lifetime = Duration::from_millis(settings.statement_lifetime_ms);
        self.with(|records| {
            records.retain(|_, record| record.age() <= lifetime);
            records.insert(record.id.clone(), Arc::clone(&record));
        });
        record
    }

    /// The statement, if it is this principal's and not forgotten.
    pub(super) fn find(
        &self,
        id: &str,
        principal: &str,
        settings: &Settings,
    ) -> Result<Arc<Record>, ApiError> {
        let missing = || {
            let message = format!("The statement {id} was not found.");
            ApiError::not_found("RESOURCE_DOES_NOT_EXIST", message)
        };
        let record = self.with(|records| records.get(id).cloned());
        let record = record.ok_or_else(missing)?;
        if record.age() > Duration::from_millis(settings.statement_lifetime_ms) {
            return Err(missing());
        }
        if *record.principal != *principal {
            let message = format!("The statement {id} belongs to another user.");
            return Err(ApiError::permission_denied(message));
        }
        let expired = record.age() > Duration::from_millis(settings.result_lifetime_ms);
        if expired && matches!(record.phase(), Phase::Succeeded(_)) {
            record.close();
        }
        Ok(record)
    }
}

/// A chunk that links lead to.
#[derive(Debug)]
pub(in crate::databricks) struct File {
    pub media_type: &'static str,
    pub data: Bytes,
}

impl Statements {
    /// The chunk of a statement's result, if it is to be had through links.
    pub fn file(&self, id: &str, chunk: usize) -> Option<File> {
        let record = self.with(|records| records.get(id).cloned())?;
        let Phase::Succeeded(outcome) = record.phase() else {
            return None;
        };
        let Delivery::Links(format) = outcome.delivery else {
            return None;
        };
        Some(File {
            media_type: format.media_type(),
            data: outcome.chunks.get(chunk)?.data.clone(),
        })
    }
}

/// Looks like the service's ids, which are UUIDs.
fn new_id() -> String {
    let (high, low) = (random::number(), random::number());
    format!(
        "01f0{:04x}-{:04x}-1{:03x}-8{:03x}-{:012x}",
        high >> 48,
        high >> 32 & 0xffff,
        high >> 20 & 0xfff,
        high & 0xfff,
        low >> 16
    )
}
