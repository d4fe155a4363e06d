use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use rocky_schema::{SchemaName, Summary};

use crate::buffer::{Answer, ContentsError};
use crate::codec::ContentHash;
use crate::fault::Fault;
use crate::replace::{renew, replace};
use crate::report::{Outcome, SchemaReport, TapReport, Written};
use crate::store::{Store, directory_of};
use crate::tables::Tables;
use crate::{CacheConfig, CacheError, Connection, Cost, Pin, Provenance};

/// One described schema, ready to be written.
pub(crate) struct Job {
    pub connection: Arc<Connection>,
    pub provenance: Arc<Provenance>,
    pub name: SchemaName,
    pub cost: Cost,
    /// Of a description that was not made here.
    pub pin: Option<Pin>,
    pub said: Said,
}

/// What the adapter said about the schema as a whole.
pub(crate) enum Said {
    Described {
        answer: Answer,
        summary: Summary,
    },
    Unchanged,
    /// Its pages could not be buffered.
    Lost(CacheError),
}

pub(crate) enum Message {
    Job(Box<Job>),
    /// Asks for a report once everything before is written and the file is closed.
    Finish(Sender<TapReport>),
}

/// How many finished schemas one transaction takes at most: it bounds what a failed commit repeats.
pub(crate) const BATCH_SCHEMAS: usize = 64;

/// The one thread that writes. It takes whatever is finished when it gets to it and commits that together.
pub(crate) struct Writer {
    config: CacheConfig,
    store: Option<Store>,
    /// The first failure of the file ends writing for this run: asking again would only wait again.
    broken: Option<Arc<CacheError>>,
    written: HashSet<(ContentHash, SchemaName)>,
    report: TapReport,
}

impl Writer {
    pub fn new(config: CacheConfig) -> Self {
        Self {
            config,
            store: None,
            broken: None,
            written: HashSet::new(),
            report: TapReport::default(),
        }
    }

    /// Writes until no tap is left.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        while let Ok(first) = inbox.recv() {
            let mut jobs = VecDeque::new();
            let mut waiting = Vec::new();
            for message in std::iter::once(first).chain(inbox.try_iter().take(BATCH_SCHEMAS)) {
                match message {
                    Message::Job(job) => jobs.push_back(*job),
                    Message::Finish(reply) => waiting.push(reply),
                }
            }
            self.write(jobs);
            if !waiting.is_empty() {
                self.close();
            }
            for reply in waiting {
                // Whoever asked may have stopped waiting.
                let _ = reply.send(self.report.clone());
            }
        }
        self.close();
    }

    fn close(&mut self) {
        if let Some(store) = self.store.take() {
            store.close();
        }
    }

    fn write(&mut self, jobs: VecDeque<Job>) {
        let mut ready = VecDeque::new();
        for mut job in jobs {
            match std::mem::replace(&mut job.said, Said::Unchanged) {
                Said::Lost(error) => self.fail(&job, Arc::new(error)),
                said => {
                    job.said = said;
                    ready.push_back(job);
                }
            }
        }
        while !ready.is_empty() {
            if let Some(error) = self.broken.clone() {
                ready
                    .drain(..)
                    .for_each(|job| self.conclude(&job, Outcome::Failed(Arc::clone(&error))));
                return;
            }
            match self.commit(&mut ready) {
                Ok(outcomes) => {
                    for (job, outcome) in ready.drain(..).zip(outcomes) {
                        self.succeed(&job, outcome);
                    }
                }
                // One schema's buffer is unreadable: the others go again without it.
                Err(Failure::Buffer(index, error)) => {
                    if let Some(job) = ready.remove(index) {
                        self.fail(&job, Arc::new(error));
                    }
                }
                Err(Failure::Store(error)) => {
                    tracing::warn!(%error, "the schema cache is not written in this run");
                    self.close();
                    self.broken = Some(Arc::new(error));
                }
            }
        }
    }

    /// Writes all jobs in one transaction; what became of each, in order.
    fn commit(&mut self, jobs: &mut VecDeque<Job>) -> Result<Vec<Option<Outcome>>, Failure> {
        let store = match &self.store {
            Some(store) => store,
            None => {
                let opened = Store::open(&self.config.path, self.config.cache_bytes);
                self.store.insert(opened.map_err(Failure::Store)?)
            }
        };
        let mut seen = HashSet::new();
        let mut unreadable = None;
        let result = store.write(|transaction| {
            let mut tables = Tables::open(transaction)?;
            let mut outcomes = Vec::with_capacity(jobs.len());
            for (index, job) in jobs.iter_mut().enumerate() {
                let key = (job.connection.identity_hash()?, job.name.clone());
                if self.written.contains(&key) || seen.contains(&key) {
                    // Perhaps under the name of another adapter, which is to find it too.
                    tables.connection_id(&job.connection)?;
                    outcomes.push(Some(Outcome::AlreadyWritten));
                    continue;
                }
                match write_one(&mut tables, job, self.config.history_days) {
                    Ok(written) => {
                        if written.is_some() {
                            seen.insert(key);
                        }
                        outcomes.push(written.map(Outcome::Written));
                    }
                    Err(ContentsError::Fault(fault)) => return Err(fault),
                    Err(ContentsError::Buffer(source)) => {
                        let directory = directory_of(&self.config.path).to_owned();
                        let schema = job.name.clone();
                        unreadable = Some(index);
                        let error = CacheError::Buffer {
                            schema,
                            directory,
                            source,
                        };
                        return Err(Fault::Final(error));
                    }
                }
            }
            Ok(outcomes)
        });
        match (result, unreadable) {
            (Ok(outcomes), _) => {
                self.written.extend(seen);
                Ok(outcomes)
            }
            (Err(error), Some(index)) => Err(Failure::Buffer(index, error)),
            (Err(error), None) => Err(Failure::Store(error)),
        }
    }

    /// Nothing was written for a job without outcome: the adapter called unchanged what the cache does not hold.
    fn succeed(&mut self, job: &Job, outcome: Option<Outcome>) {
        match outcome {
            Some(outcome) => self.conclude(job, outcome),
            None => {
                let error = CacheError::NothingToRenew {
                    adapter: job.connection.adapter.clone(),
                    schema: job.name.clone(),
                };
                self.fail(job, Arc::new(error));
            }
        }
    }

    fn fail(&mut self, job: &Job, error: Arc<CacheError>) {
        tracing::warn!(adapter = job.connection.adapter, schema = %job.name, %error, "a schema is not cached");
        self.conclude(job, Outcome::Failed(error));
    }

    fn conclude(&mut self, job: &Job, outcome: Outcome) {
        self.report.schemas.push(SchemaReport {
            adapter: job.connection.adapter.clone(),
            schema: job.name.clone(),
            outcome,
        });
    }
}

/// Why a batch was not committed.
enum Failure {
    /// The buffer of the job at this place.
    Buffer(usize, CacheError),
    /// The file.
    Store(CacheError),
}

fn write_one(
    tables: &mut Tables<'_>,
    job: &mut Job,
    history_days: u32,
) -> Result<Option<Written>, ContentsError> {
    let mut said = std::mem::replace(&mut job.said, Said::Unchanged);
    let written = match &mut said {
        Said::Described { answer, summary } => {
            replace(tables, job, answer, summary, history_days).map(Some)
        }
        Said::Unchanged | Said::Lost(_) => renew(tables, job).map_err(ContentsError::Fault),
    };
    job.said = said;
    written
}
