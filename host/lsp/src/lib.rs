//! The language server: rocky's compiler in editors.
//!
//! [`serve_stdio`] speaks the Language Server Protocol over standard input and output, [`serve`] over any pair of streams. What a project
//! is, a [`Host`] tells: this crate knows the protocol and the compiler, but no configuration, no cache and no plugin.
//!
//! Messages are handled one after another and at once. A thread of its own analyses the texts as they change; requests are answered from
//! its newest finished result, and places are moved by what was typed since.

mod abilities;
mod actions;
mod analyst;
mod completion;
mod describe;
mod diagnostics;
mod documents;
mod drift;
mod frames;
mod hints;
mod hover;
mod inbox;
mod lines;
mod project;
mod provenance;
mod server;
mod session;
mod understood;
mod uri;
mod view;
mod watch;

pub use project::{Host, ModelState, Problem, Project, ProjectState};

use std::pin::pin;
use std::sync::{Arc, OnceLock};

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp_server::LspService;

use server::Server;

/// How much of the client's messages is read ahead.
const BUFFER_BYTES: usize = 64 << 10;

/// Serves the editor at the other end of standard input and output, until it says `exit` or closes them.
///
/// Call it on a runtime of tokio, and write nothing else to standard output. The log is `tracing`'s.
pub async fn serve_stdio(host: Arc<dyn Host>) {
    serve(host, tokio::io::stdin(), tokio::io::stdout()).await;
}

/// Serves the editor at the other end of two streams, until it says `exit` or closes them. Processes that were started for it have ended
/// when this returns.
pub async fn serve(host: Arc<dyn Host>, input: impl AsyncRead + Unpin, output: impl AsyncWrite) {
    let session = Arc::new(OnceLock::new());
    let kept = session.clone();
    let (service, socket) = LspService::build(|client| Server::new(client, host, kept))
        .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
        .finish();
    let (near, far) = tokio::io::duplex(BUFFER_BYTES);
    let server = tower_lsp_server::Server::new(far, output, socket)
        .concurrency_level(1)
        .serve(service);
    let (mut relay, mut server) = (pin!(frames::relay(input, near)), pin!(server));
    tokio::select! {
        // What was read before the end is still to be done.
        () = &mut relay => server.await,
        () = &mut server => {}
    }
    if let Some(session) = session.get() {
        session.close();
    }
}
