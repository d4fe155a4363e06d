//! A project that is open in an editor.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use rocky_compile::Workspace;
use tokio::runtime::Handle;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::Uri;

use crate::Project;
use crate::abilities::Abilities;
use crate::analyst::Analyst;
use crate::describe::Describes;
use crate::documents::{Document, Documents};
use crate::inbox::Inbox;
use crate::understood::Understood;
use crate::uri;

/// A project that is open in an editor: what requests are answered from, and what the analysis reads.
pub struct Session {
    pub project: Arc<dyn Project>,
    pub client: Client,
    pub abilities: Abilities,
    pub inbox: Inbox,
    pub describes: Describes,
    /// Where messages to the client are sent from by threads that are none of the runtime's.
    pub runtime: Handle,
    pub understood: Understood,
    documents: Mutex<Documents>,
    analysed: RwLock<Arc<Workspace>>,
}

impl Session {
    /// Opens the project, and begins to analyse it.
    pub fn open(project: Arc<dyn Project>, client: Client, abilities: Abilities) -> Arc<Self> {
        let session = Arc::new(Self {
            project,
            client,
            abilities,
            inbox: Inbox::default(),
            describes: Describes::default(),
            runtime: Handle::current(),
            understood: Understood::default(),
            documents: Mutex::default(),
            analysed: RwLock::default(),
        });
        session.inbox.tell(|news| news.files = true);
        let analyst = Analyst::new(session.clone());
        let thread = thread::Builder::new().name("analysis".to_owned());
        if let Err(error) = thread.spawn(move || analyst.work()) {
            tracing::error!("nothing is analysed: no thread can be started: {error}");
        }
        session
    }

    /// Ends the analysis, and whatever other processes were started: waits for those.
    pub fn close(&self) {
        self.inbox.tell(|news| news.end = true);
        self.describes.end();
    }

    /// The texts that are open.
    pub fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the texts that are open.
    pub fn document(&self, path: &str) -> Option<Document> {
        self.documents().get(path).cloned()
    }

    /// The newest analysis that is finished: all models, and what is known of them.
    pub fn analysed(&self) -> Arc<Workspace> {
        let analysed = self.analysed.read().unwrap_or_else(PoisonError::into_inner);
        analysed.clone()
    }

    /// Replaces the newest analysis, and returns the one before.
    pub fn set_analysed(&self, newest: Arc<Workspace>) -> Arc<Workspace> {
        let mut analysed = self
            .analysed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut analysed, newest)
    }

    /// The model that a client means.
    pub fn path(&self, uri: &Uri) -> Option<String> {
        self.project.path(&uri::to_file(uri)?)
    }

    /// A model or another file of the project, as the client knows it.
    pub fn uri(&self, path: &str) -> Option<Uri> {
        match self.documents().get(path) {
            Some(document) => Some(document.uri.clone()),
            None => Uri::from_file_path(self.project.file(path)),
        }
    }
}
