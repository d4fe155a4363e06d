//! The command that describes schemas through another process.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rocky_compile::{Target, Workspace};
use rocky_schema::SchemaName;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp_server::ls_types::{MessageType, ProgressToken};

use crate::session::Session;

/// The name of the command. Its arguments are schemas, each `{"adapter": …, "catalog": …, "schema": …}`; without any, all schemas are
/// described that models read and the cache does not know.
pub const COMMAND: &str = "rocky.describe";

/// A schema, as an adapter sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Schema {
    adapter: String,
    name: SchemaName,
}

impl Schema {
    /// The schema of that name.
    pub fn new(adapter: &str, name: &SchemaName) -> Self {
        Self {
            adapter: adapter.to_owned(),
            name: name.clone(),
        }
    }

    /// As an argument of the command.
    pub fn to_argument(&self) -> Value {
        json!({
            "adapter": self.adapter,
            "catalog": self.name.catalog,
            "schema": self.name.schema,
        })
    }

    /// An argument of the command.
    fn from_argument(argument: &Value) -> Option<Self> {
        let text = |key| argument.get(key)?.as_str();
        let name = SchemaName::new(text("catalog")?, text("schema")?);
        Some(Self::new(text("adapter")?, &name))
    }

    /// Every schema that models read and the cache does not know.
    fn missing(workspace: &Workspace) -> BTreeSet<Self> {
        let of_model = |model: &rocky_compile::Model| {
            let analysis = workspace.analysis(&model.path).cloned();
            let references = analysis.map(|it| it.references.clone()).unwrap_or_default();
            let adapter = model.home.adapter.clone();
            let schemas = references
                .into_iter()
                .filter_map(move |it| match it.target {
                    Target::NotCached(name) => Some(Self::new(&adapter, &name.schema)),
                    _ => None,
                });
            schemas.collect::<Vec<_>>()
        };
        workspace.models().flat_map(of_model).collect()
    }
}

/// Why a command is refused.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidArgument(pub String);

/// What is being described.
#[derive(Debug, Default)]
pub struct Describes {
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    /// Counts them, to tell them apart.
    started: u64,
    ended: bool,
    jobs: Vec<Job>,
}

#[derive(Debug)]
struct Job {
    schemas: BTreeSet<Schema>,
    token: ProgressToken,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Describes {
    fn lock(&self) -> MutexGuard<'_, Running> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.jobs.retain(|job| !job.thread.is_finished());
        running
    }

    /// Stops what the user does not want any more.
    pub fn cancel(&self, token: &ProgressToken) {
        for job in &self.lock().jobs {
            if job.token == *token {
                job.stop.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Stops everything, and waits for it. Nothing is started any more.
    pub fn end(&self) {
        let mut running = self.lock();
        running.ended = true;
        let jobs = std::mem::take(&mut running.jobs);
        drop(running);
        for job in &jobs {
            job.stop.store(true, Ordering::Relaxed);
        }
        for job in jobs {
            if job.thread.join().is_err() {
                tracing::error!("describing a schema panicked");
            }
        }
    }
}

/// Carries out the command, and returns at once.
pub fn start(session: &Arc<Session>, arguments: &[Value]) -> Result<(), InvalidArgument> {
    let workspace = session.analysed();
    let mut schemas = match arguments {
        [] => Schema::missing(&workspace),
        arguments => checked(&workspace, arguments)?,
    };
    let mut running = session.describes.lock();
    for job in &running.jobs {
        schemas.retain(|schema| !job.schemas.contains(schema));
    }
    if schemas.is_empty() || running.ended {
        return Ok(());
    }
    running.started += 1;
    let token = ProgressToken::String(format!("{COMMAND}/{}", running.started));
    let stop = Arc::new(AtomicBool::new(false));
    let (done, outcome) = oneshot::channel();
    let work = {
        let (session, schemas, stop) = (session.clone(), schemas.clone(), stop.clone());
        move || {
            let failures = describe(&session, &schemas, &stop);
            // Nobody listens when the client is gone.
            let _ = done.send(failures);
        }
    };
    let thread = thread::Builder::new()
        .name("describe".to_owned())
        .spawn(work);
    let thread = thread.map_err(|error| InvalidArgument(format!("no thread: {error}")))?;
    let title = match schemas.first() {
        Some(schema) if schemas.len() == 1 => format!("Describing {}", schema.name),
        _ => format!("Describing {} schemas", schemas.len()),
    };
    session
        .runtime
        .spawn(report(session.clone(), token.clone(), title, outcome));
    running.jobs.push(Job {
        schemas,
        token,
        stop,
        thread,
    });
    Ok(())
}

/// The schemas of the arguments, if their adapters are those of models.
fn checked(
    workspace: &Workspace,
    arguments: &[Value],
) -> Result<BTreeSet<Schema>, InvalidArgument> {
    let schema = |argument| {
        let schema = Schema::from_argument(argument).ok_or_else(|| {
            let expected = r#"{"adapter": …, "catalog": …, "schema": …}"#;
            InvalidArgument(format!("a schema is {expected}, not {argument}"))
        })?;
        let mut models = workspace.models();
        if models.any(|model| model.home.adapter == schema.adapter) {
            Ok(schema)
        } else {
            let adapter = &schema.adapter;
            Err(InvalidArgument(format!(
                "no model uses the adapter {adapter:?}"
            )))
        }
    };
    arguments.iter().map(schema).collect()
}

/// Describes one after another. Returns what went wrong.
fn describe(session: &Session, schemas: &BTreeSet<Schema>, stop: &AtomicBool) -> Vec<String> {
    let mut failures = Vec::new();
    for schema in schemas {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let project = &session.project;
        let outcome = project.describe(&schema.adapter, &schema.name, stop);
        session.inbox.tell(|news| news.cache = true);
        match outcome {
            Ok(()) => {}
            // Whoever stops it knows why it failed.
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(error) => failures.push(format!("{}: {error}", schema.name)),
        }
    }
    failures
}

/// Shows the user that something goes on, and how it ended.
async fn report(
    session: Arc<Session>,
    token: ProgressToken,
    title: String,
    outcome: oneshot::Receiver<Vec<String>>,
) {
    let client = &session.client;
    let created = session.abilities.progress
        && client
            .create_work_done_progress(token.clone())
            .await
            .is_ok();
    let progress = if created {
        let progress = client.progress(token, title.clone()).with_cancel_button();
        Some(progress.begin().await)
    } else {
        client.show_message(MessageType::INFO, title).await;
        None
    };
    let failures = outcome.await.unwrap_or_default();
    if let Some(progress) = progress {
        progress.finish().await;
    }
    if !failures.is_empty() {
        let message = failures.join("\n");
        client.show_message(MessageType::ERROR, message).await;
    }
}
