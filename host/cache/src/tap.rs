use std::io;
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rocky_schema::{Entry, SchemaName, Summary};

use crate::buffer::AnswerBuffer;
use crate::report::{Outcome, SchemaReport, TapReport};
use crate::store::directory_of;
use crate::writer::{BATCH_SCHEMAS, Job, Message, Said, Writer};
use crate::{CacheConfig, CacheError, Connection, Cost, Pin, Provenance};

/// Writes what passes by into the cache, without ever standing in the way.
///
/// Cloning is cheap and every clone writes through the same thread, which starts with the first finished schema and
/// opens the file itself. With the cache disabled a tap does nothing and touches nothing. Failures are counted, logged
/// and reported by [`Tap::finish`]; the run they happen in goes on.
#[derive(Clone)]
pub struct Tap(Option<Arc<Inner>>);

struct Inner {
    config: CacheConfig,
    writer: OnceLock<io::Result<SyncSender<Message>>>,
    /// What never reached the writer.
    lost: Mutex<Vec<SchemaReport>>,
}

impl Tap {
    /// A tap for the cache that `config` describes. Opens nothing yet.
    pub fn start(config: &CacheConfig) -> Tap {
        let inner = || Inner {
            config: config.clone(),
            writer: OnceLock::new(),
            lost: Mutex::default(),
        };
        Tap(config.enabled.then(|| Arc::new(inner())))
    }

    /// A tap for the answer about one schema. `name` is the schema as the warehouse stores it.
    pub fn schema(
        &self,
        connection: &Arc<Connection>,
        provenance: &Arc<Provenance>,
        name: SchemaName,
    ) -> SchemaTap {
        SchemaTap(self.0.as_ref().map(|inner| {
            let directory = directory_of(&inner.config.path);
            Box::new(Open {
                buffer: Ok(AnswerBuffer::new(inner.config.buffer_bytes, directory)),
                inner: Arc::clone(inner),
                connection: Arc::clone(connection),
                provenance: Arc::clone(provenance),
                name,
            })
        }))
    }

    /// Waits until everything handed over so far is committed or has failed, closes the file and reports.
    ///
    /// Blocks; call it from a thread that may. Without it, what is not committed when the process ends is lost.
    pub fn finish(self) -> TapReport {
        let Some(inner) = self.0 else {
            return TapReport::default();
        };
        let mut report = inner.written_so_far();
        let lost = inner.lost.lock().unwrap_or_else(PoisonError::into_inner);
        report.schemas.extend(lost.iter().cloned());
        report
    }
}

impl Inner {
    /// Hands a schema to the writer. Waits while the writer is many schemas behind, so memory stays bounded.
    fn hand_over(&self, job: Job) {
        let lost = SchemaReport {
            adapter: job.connection.adapter.clone(),
            schema: job.name.clone(),
            outcome: Outcome::Failed(Arc::new(CacheError::NoWriter {
                path: self.config.path.clone(),
            })),
        };
        let message = Message::Job(Box::new(job));
        let sent = match self.writer.get_or_init(|| self.start_writer()) {
            Ok(writer) => writer.send(message).is_ok(),
            Err(_) => false,
        };
        if !sent {
            tracing::warn!(adapter = lost.adapter, schema = %lost.schema, "the cache's writer thread is not running");
            self.lost
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(lost);
        }
    }

    fn start_writer(&self) -> io::Result<SyncSender<Message>> {
        let (sender, inbox) = sync_channel(BATCH_SCHEMAS);
        let writer = Writer::new(self.config.clone());
        std::thread::Builder::new()
            .name("rocky-cache".to_owned())
            .spawn(move || writer.run(&inbox))?;
        Ok(sender)
    }

    fn written_so_far(&self) -> TapReport {
        let (reply, answer) = channel();
        match self.writer.get() {
            Some(Ok(writer)) if writer.send(Message::Finish(reply)).is_ok() => {
                answer.recv().unwrap_or_default()
            }
            _ => TapReport::default(),
        }
    }
}

/// Takes the pages of one schema's description.
///
/// Dropped without [`done`](SchemaTap::done) or [`unchanged`](SchemaTap::unchanged), it means that the describing
/// failed: nothing is written, and what the cache held before stays.
pub struct SchemaTap(Option<Box<Open>>);

struct Open {
    inner: Arc<Inner>,
    connection: Arc<Connection>,
    provenance: Arc<Provenance>,
    name: SchemaName,
    buffer: io::Result<AnswerBuffer>,
}

impl SchemaTap {
    /// Notes a page of the answer. Of several entries about one table the last counts.
    pub fn page(&mut self, entries: &[Entry]) {
        let Some(open) = &mut self.0 else { return };
        if let Ok(buffer) = &mut open.buffer
            && let Err(error) = buffer.page(entries)
        {
            open.buffer = Err(error);
        }
    }

    /// The answer is complete: hands it over to be committed. Waits only when the writer is many schemas behind.
    pub fn done(self, summary: &Summary, cost: Cost) {
        self.described(summary, cost, None);
    }

    /// The same with a description that was not made here: the schema is pinned, which means that it stays fresh until it is
    /// described or confirmed by a warehouse.
    pub fn pinned(self, summary: &Summary, cost: Cost, pin: Pin) {
        self.described(summary, cost, Some(pin));
    }

    fn described(self, summary: &Summary, cost: Cost, pin: Option<Pin>) {
        let Some(open) = self.0 else { return };
        let Open {
            inner,
            connection,
            provenance,
            name,
            buffer,
        } = *open;
        let said = match buffer {
            Ok(buffer) => Said::Described {
                answer: buffer.finish(),
                summary: summary.clone(),
            },
            Err(source) => Said::Lost(CacheError::Buffer {
                schema: name.clone(),
                directory: directory_of(&inner.config.path).to_owned(),
                source,
            }),
        };
        inner.hand_over(Job {
            connection,
            provenance,
            name,
            cost,
            pin,
            said,
        });
    }

    /// The adapter says that nothing in the schema changed: renews what the cache holds of it.
    pub fn unchanged(self, cost: Cost) {
        let Some(open) = self.0 else { return };
        let Open {
            inner,
            connection,
            provenance,
            name,
            ..
        } = *open;
        inner.hand_over(Job {
            connection,
            provenance,
            name,
            cost,
            pin: None,
            said: Said::Unchanged,
        });
    }
}
