use std::collections::BTreeMap;

use rocky_schema::{Attributes, Entry, SchemaName, Summary};
use tokio::time::timeout;
use wasmtime::component::ResourceAny;

use crate::adapter::Session;
use crate::answer::{AnswerCheck, check_end};
use crate::bindings::exports::rocky::adapter::batch_describe as wit;
use crate::convert;
use crate::error::{AnswerError, Failure};
use crate::usage::Usage;

/// What to describe.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribeRequest {
    /// The schema, as the warehouse stores its name.
    pub schema: SchemaName,
    /// Just these tables.
    pub only: Option<Vec<String>>,
    /// The schema's revision that the caller holds.
    pub known_revision: Option<String>,
    /// Tables and their revisions that the caller holds.
    pub known: BTreeMap<String, String>,
}

impl DescribeRequest {
    /// Asks for all of a schema.
    pub fn new(schema: SchemaName) -> Self {
        Self {
            schema,
            only: None,
            known_revision: None,
            known: BTreeMap::new(),
        }
    }
}

/// Gets an answer while it comes in. What it was given counts only if the call then succeeds.
pub trait PageSink: Send {
    /// Some tables, checked: no name comes twice in one answer.
    fn page(&mut self, entries: Vec<Entry>);

    /// The adapter waits for the warehouse.
    fn waiting(&mut self, progress: &Progress) {
        let _ = progress;
    }
}

/// How far an adapter's wait has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it waits for.
    pub message: String,
    /// Units of work that are done.
    pub done: Option<u64>,
    /// Out of how many.
    pub total: Option<u64>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was returned.
    Done(Summary),
    /// The schema still has the revision that the request said is known.
    Unchanged,
}

/// A schema was described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// How the answer ended.
    pub outcome: Outcome,
    /// What it used.
    pub usage: Usage,
    /// Whether an equal call was under way, whose sink got the pages.
    pub joined: bool,
}

/// Runs one describe in a session and hands its pages to `sink`. Returns also what the adapter wants to be told next time.
pub(crate) async fn run(
    session: &mut Session,
    request: &DescribeRequest,
    learned: &Attributes,
    sink: &mut dyn PageSink,
) -> Result<(Outcome, Attributes), Failure> {
    let cursor = session.describe(&to_wit(request, learned)).await?;
    let outcome = read(session, cursor, request, sink).await;
    if !session.sandbox.is_broken() {
        let dropped = session.drop_resource("table-cursor", cursor).await;
        if outcome.is_ok() {
            dropped?;
        }
    }
    outcome
}

async fn read(
    session: &mut Session,
    cursor: ResourceAny,
    request: &DescribeRequest,
    sink: &mut dyn PageSink,
) -> Result<(Outcome, Attributes), Failure> {
    let mut check = AnswerCheck::new(&session.sandbox.limits, request.known.keys().cloned());
    loop {
        let patience = session.sandbox.patience();
        let cursors = session.guest.table_cursor();
        let step = timeout(
            patience,
            cursors.call_next(&mut session.sandbox.store, cursor),
        )
        .await;
        let step = session.sandbox.settle("table-cursor.next", step)?;
        session.sandbox.check_time()?;
        session.sandbox.check_cancelled()?;
        match step.map_err(|error| session.sandbox.refused(error))? {
            wit::Step::Page(entries) => {
                let entries: Vec<Entry> = entries
                    .into_iter()
                    .map(|entry| redacted(session, entry))
                    .collect();
                check.page(&entries)?;
                sink.page(entries);
            }
            wit::Step::Waiting(progress) => {
                let mut progress = convert::progress(progress);
                progress.message = session.sandbox.redact(progress.message);
                sink.waiting(&progress);
            }
            wit::Step::Unchanged if request.known_revision.is_none() || !check.is_empty() => {
                return Err(Failure::Answer(AnswerError::SchemaNeverKnown));
            }
            wit::Step::Unchanged => return Ok((Outcome::Unchanged, learned_nothing())),
            wit::Step::Done(summary) => {
                let (mut summary, learned) = convert::summary(summary);
                check_end(&summary, &learned)?;
                summary.note = summary.note.map(|note| session.sandbox.redact(note));
                return Ok((Outcome::Done(summary), learned));
            }
        }
    }
}

/// A failed entry carries a text of the warehouse, in which a credential could be echoed.
fn redacted(session: &Session, entry: wit::Entry) -> Entry {
    match convert::entry(entry) {
        Entry::Failed(name, mut error) => {
            error.message = session.sandbox.redact(error.message);
            Entry::Failed(name, error)
        }
        entry => entry,
    }
}

fn learned_nothing() -> Attributes {
    Attributes::new()
}

fn to_wit(request: &DescribeRequest, learned: &Attributes) -> wit::DescribeRequest {
    let pairs = |map: &BTreeMap<String, String>| {
        map.iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    wit::DescribeRequest {
        catalog: request.schema.catalog.clone(),
        schema: request.schema.schema.clone(),
        only: request.only.clone(),
        known_revision: request.known_revision.clone(),
        known: pairs(&request.known),
        learned: pairs(learned),
        options: Vec::new(),
    }
}
