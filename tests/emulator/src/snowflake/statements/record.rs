//! Statements on their way: waiting for a warehouse, running, ended.

use super::cells::Format;
use super::partitions::Partitions;
use crate::progress::{self, Progress, now};
use crate::random;
use crate::settings::Settings;
use crate::snowflake::error::ApiError;
use crate::sql::snowflake::{SnowflakeAnswer, SnowflakeStatement};
use crate::sql::{Engine, SqlError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

/// Where a statement is.
pub(in crate::snowflake) type Phase = progress::Phase<SnowflakeAnswer, ApiError>;

/// What shall be done: one statement, or several in one session, each with a record of its own.
#[derive(Debug)]
pub(super) struct Work {
    pub engine: Engine,
    pub statements: Vec<SnowflakeStatement>,
    pub children: Vec<Arc<Record>>,
}

/// What is known of a statement from the start.
#[derive(Debug, Clone)]
pub(in crate::snowflake) struct Facts {
    pub handle: String,
    pub principal: Arc<str>,
    /// The caller's own key for this request.
    pub request_id: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: u64,
    pub timeout_seconds: u64,
    pub format: Format,
    /// Most rows that are kept of the result.
    pub rows: Option<usize>,
    /// The handles of the statements that this one stands for.
    pub children: Vec<String>,
    /// What kinds its statements are, as drivers number them.
    pub kinds: Vec<u32>,
}

/// One statement.
#[derive(Debug)]
pub(in crate::snowflake) struct Record {
    pub facts: Facts,
    progress: Progress<Work, SnowflakeAnswer, ApiError>,
    /// The statements that its work ends.
    children: Vec<Arc<Self>>,
    /// The statement whose work ends this one.
    parent: OnceLock<Weak<Self>>,
    partitions: OnceLock<Partitions>,
}

/// A handle that no other statement has.
pub(super) fn new_handle() -> String {
    let (one, other) = (random::number(), random::number());
    format!(
        "01{:06x}-{:04x}-{:04x}-0000-{:012x}",
        one & 0xff_ffff,
        one >> 24 & 0xffff,
        one >> 40 & 0xffff,
        other & 0xffff_ffff_ffff
    )
}

/// Runs the statements one after the other; the answer is the last one's.
async fn run(work: Work) -> Result<SnowflakeAnswer, SqlError> {
    let mut context = None;
    let mut last = SnowflakeAnswer::default();
    for (at, mut statement) in work.statements.into_iter().enumerate() {
        if let Some(context) = &context {
            statement.context.clone_from(context);
        }
        let answered = work.engine.snowflake(&statement).await;
        if let Some(child) = work.children.get(at) {
            child.end(match &answered {
                Ok(answer) => Phase::Succeeded(Arc::new(answer.clone())),
                Err(error) => Phase::Failed(Arc::new(error.clone().into())),
            });
        }
        last = answered?;
        context = last.context.clone().or(context);
    }
    last.context = context;
    Ok(last)
}

impl Record {
    fn new(facts: Facts, work: Option<Work>, pending_polls: u32) -> Arc<Self> {
        let children = work.as_ref().map(|work| work.children.clone());
        let record = Arc::new(Self {
            facts,
            children: children.unwrap_or_default(),
            parent: OnceLock::new(),
            progress: Progress::new(work, pending_polls),
            partitions: OnceLock::new(),
        });
        for child in &record.children {
            // A child is new, and so has no parent yet.
            let _ = child.parent.set(Arc::downgrade(&record));
        }
        record
    }

    /// A statement that another one's work will end.
    pub fn child(facts: Facts) -> Arc<Self> {
        Self::new(facts, None, 0)
    }

    /// Where the statement is.
    pub fn phase(&self) -> Phase {
        self.progress.phase()
    }

    fn ended_at(&self) -> Option<u64> {
        self.progress.ended_at()
    }

    /// What is left of the time that the statement may take.
    fn time_left(&self) -> Duration {
        let end = self.facts.timeout_seconds.saturating_mul(1_000);
        let end = self.facts.created_at.saturating_add(end);
        Duration::from_millis(end.saturating_sub(now()))
    }

    /// Starts the work, unless it was started or cancelled before.
    pub fn start(self: &Arc<Self>) {
        self.progress.start(|work| {
            let task = tokio::spawn(run(work));
            let stop = task.abort_handle();
            let record = Arc::clone(self);
            tokio::spawn(async move {
                let limit = record.time_left();
                record.end(match tokio::time::timeout(limit, task).await {
                    Ok(Ok(Ok(answer))) => Phase::Succeeded(Arc::new(record.cut(answer))),
                    Ok(Ok(Err(error))) => Phase::Failed(Arc::new(error.into())),
                    // Aborted tasks have ended before, so this only counts for a panic.
                    Ok(Err(_)) => Phase::Failed(Arc::new(SqlError::panicked().into())),
                    Err(_) => record.timed_out(),
                });
            });
            stop
        });
    }

    fn cut(&self, mut answer: SnowflakeAnswer) -> SnowflakeAnswer {
        if let Some(rows) = self.facts.rows {
            answer.rows.truncate(rows);
        }
        answer
    }

    fn timed_out(&self) -> Phase {
        Phase::Failed(Arc::new(ApiError::timed_out(self.facts.timeout_seconds)))
    }

    /// One look from outside. While the warehouse sleeps each look brings it nearer to waking.
    pub fn poll(self: &Arc<Self>) -> Phase {
        if let Some(parent) = self.parent.get().and_then(Weak::upgrade) {
            parent.poll();
        } else if matches!(self.phase(), Phase::Pending) && self.time_left().is_zero() {
            self.end(self.timed_out());
        } else if self.progress.look() {
            self.start();
        }
        self.phase()
    }

    /// Waits for the end, but not longer than this; a statement that waits for polls is not waited
    /// for.
    pub async fn wait(&self, limit: Duration) -> Phase {
        self.progress.wait(limit).await
    }

    /// Stops the work if it has not ended yet.
    pub fn cancel(&self) {
        self.end(Phase::Failed(Arc::new(ApiError::canceled())));
    }

    fn end(&self, phase: Phase) {
        self.progress.end(phase);
        // Those whose turn did not come.
        self.children.iter().for_each(|child| child.cancel());
    }

    /// The result cut into partitions, made once.
    pub fn partitions(&self, answer: &SnowflakeAnswer, settings: &Settings) -> &Partitions {
        let make = || Partitions::new(&answer.rows, settings.chunk_rows, &self.facts.format);
        self.partitions.get_or_init(make)
    }
}

/// All statements that are still known, by their handle.
#[derive(Debug, Default)]
pub(in crate::snowflake) struct Statements {
    records: Mutex<HashMap<String, Arc<Record>>>,
}

impl Statements {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Arc<Record>>) -> T) -> T {
        work(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new statement in; it waits to be started.
    pub(super) fn add(
        &self,
        facts: Facts,
        work: Work,
        pending_polls: u32,
        settings: &Settings,
    ) -> Arc<Record> {
        let oldest = now().saturating_sub(settings.statement_lifetime_ms);
        let children = work.children.clone();
        let record = Record::new(facts, Some(work), pending_polls);
        self.with(|records| {
            records.retain(|_, record| record.ended_at().is_none_or(|ended| ended >= oldest));
            for record in children.into_iter().chain([Arc::clone(&record)]) {
                records.insert(record.facts.handle.clone(), record);
            }
        });
        record
    }

    /// The statement that this request has made before.
    pub fn repeated(&self, principal: &str, request_id: &str) -> Option<Arc<Record>> {
        self.with(|records| {
            let same = |record: &&Arc<Record>| {
                let facts = &record.facts;
                *facts.principal == *principal && facts.request_id.as_deref() == Some(request_id)
            };
            let same = records.values().filter(same);
            same.max_by_key(|record| record.facts.created_at).cloned()
        })
    }

    /// The statement, whoever's it is.
    pub fn known(&self, handle: &str) -> Option<Arc<Record>> {
        self.with(|records| records.get(handle).cloned())
    }

    /// The statement, if it is known and not someone else's.
    pub fn find(
        &self,
        handle: &str,
        principal: &str,
        settings: &Settings,
    ) -> Result<Arc<Record>, ApiError> {
        let oldest = now().saturating_sub(settings.statement_lifetime_ms);
        self.known(handle)
            .filter(|record| *record.facts.principal == *principal)
            .filter(|record| record.ended_at().is_none_or(|ended| ended >= oldest))
            .ok_or_else(|| ApiError::no_statement(handle))
    }
}
