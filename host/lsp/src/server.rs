//! The messages of the protocol.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    CodeActionParams, CodeActionResponse, CompletionParams, CompletionResponse,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandParams, FileChangeType,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, LSPAny,
    WorkDoneProgressCancelParams,
};
use tower_lsp_server::{Client, LanguageServer};

use crate::Host;
use crate::abilities::Abilities;
use crate::documents::Document;
use crate::session::Session;
use crate::uri;
use crate::view::View;
use crate::{actions, completion, describe, hints, hover, watch};

/// What answers one client.
///
/// No method waits for the analysis, nor for the client: messages are handled one after another, so that the text is always that of
/// the request.
pub struct Server {
    client: Client,
    host: Arc<dyn Host>,
    peer: OnceLock<Peer>,
    session: Arc<OnceLock<Arc<Session>>>,
}

/// What the client told about itself.
struct Peer {
    abilities: Abilities,
    folders: Vec<PathBuf>,
}

impl Server {
    /// A server that keeps what it opens in `session`.
    pub fn new(client: Client, host: Arc<dyn Host>, session: Arc<OnceLock<Arc<Session>>>) -> Self {
        Self {
            client,
            host,
            peer: OnceLock::new(),
            session,
        }
    }

    /// Opens the project of a folder, unless one is open. A folder without a project settles nothing: the next one may have one.
    fn open(&self, folder: &Path) -> Option<&Arc<Session>> {
        if self.session().is_none() && !self.host.has_project(folder) {
            return None;
        }
        let peer = self.peer.get()?;
        let session = self.session.get_or_init(|| {
            let project = self.host.open(folder);
            let session = Session::open(project, self.client.clone(), peer.abilities);
            watch::start(&session);
            session
        });
        Some(session)
    }

    fn session(&self) -> Option<&Arc<Session>> {
        self.session.get()
    }

    /// The user does not want to wait any more.
    pub async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if let Some(session) = self.session() {
            session.describes.cancel(&params.token);
        }
    }
}

/// The folders that a client has open.
#[expect(deprecated, reason = "clients of old versions send nothing else")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.as_deref().unwrap_or_default();
    let root = params.root_uri.as_ref().filter(|_| folders.is_empty());
    let uris = folders.iter().map(|folder| &folder.uri).chain(root);
    uris.filter_map(uri::to_file).collect()
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Abilities::of(&params);
        let folders = folders(&params);
        let answer = abilities.answer();
        let peer = Peer { abilities, folders };
        self.peer.set(peer).map_err(|_| Error::invalid_request())?;
        Ok(answer)
    }

    async fn initialized(&self, _: InitializedParams) {
        // A project that lies below these folders is opened with its first file.
        let folders = self.peer.get().map(|peer| peer.folders.as_slice());
        let _ = folders
            .unwrap_or_default()
            .iter()
            .find_map(|folder| self.open(folder));
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let opened = params.text_document;
        let Some(file) = uri::to_file(&opened.uri) else {
            return;
        };
        let Some(session) = file.parent().and_then(|folder| self.open(folder)) else {
            return;
        };
        let Some(path) = session.project.path(&file) else {
            return;
        };
        let document = Document {
            uri: opened.uri,
            version: opened.version,
            text: opened.text.into(),
        };
        session.documents().insert(path.clone(), document);
        session.inbox.tell(|news| {
            news.texts.insert(path);
        });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let Some(session) = self.session() else {
            return;
        };
        let changed = params.text_document;
        let Some(path) = session.path(&changed.uri) else {
            return;
        };
        let encoding = session.abilities.encoding;
        match session.documents().get_mut(&path) {
            Some(document) => {
                document.change(changed.version, params.content_changes, encoding);
            }
            None => {
                tracing::warn!("{path} was changed, but is not open");
                return;
            }
        }
        session.inbox.tell(|news| {
            news.texts.insert(path);
        });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        // Whoever watches files tells that this one has changed. A model's text is known already.
        if let Some(session) = self.session().filter(|it| !it.abilities.watch)
            && session.path(&params.text_document.uri).is_none()
        {
            session.inbox.tell(|news| news.files = true);
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        if let Some(session) = self.session()
            && let Some(path) = session.path(&params.text_document.uri)
            && session.documents().remove(&path).is_some()
        {
            // From now on the file counts, whatever the text was.
            session.inbox.tell(|news| news.files = true);
        }
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let Some(session) = self.session() else {
            return;
        };
        let matters = params.changes.iter().any(|event| {
            let path = session.path(&event.uri);
            let is_open = path.is_some_and(|path| session.documents().contains_key(&path));
            // The text in the editor counts, whether or not it was saved.
            !(is_open && event.typ == FileChangeType::CHANGED)
        });
        if matters {
            session.inbox.tell(|news| news.files = true);
        }
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        let view = self
            .session()
            .and_then(|session| View::new(session, &at.text_document.uri));
        Ok(view.and_then(|view| hover::at(&view, at.position)))
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        let Some(session) = self.session() else {
            return Ok(None);
        };
        let Some(path) = session.path(&at.text_document.uri) else {
            return Ok(None);
        };
        let items = completion::at(session, &path, at.position);
        Ok(Some(CompletionResponse::Array(items)))
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let view = self
            .session()
            .and_then(|session| View::new(session, &at.text_document.uri));
        let location = view.and_then(|view| {
            let offset = view.analysed(at.position)?;
            let place = rocky_compile::definition(&view.workspace, &view.path, offset)?;
            view.location(&place)
        });
        Ok(location.map(GotoDefinitionResponse::Scalar))
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let view = self
            .session()
            .and_then(|session| View::new(session, &params.text_document.uri));
        Ok(view.and_then(|view| hints::within(&view, params.range)))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = &params.text_document.uri;
        let view = self.session().and_then(|session| View::new(session, uri));
        Ok(view.and_then(|view| actions::within(&view, uri, params.range)))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        if params.command != describe::COMMAND {
            let message = format!("there is no command {:?}", params.command);
            return Err(Error::invalid_params(message));
        }
        if let Some(session) = self.session() {
            describe::start(session, &params.arguments)
                .map_err(|error| Error::invalid_params(error.0))?;
        }
        Ok(None)
    }
}
