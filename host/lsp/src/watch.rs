//! Files that change outside of the editor.

use std::sync::Arc;

use serde_json::json;
use tower_lsp_server::ls_types::Registration;

use crate::session::Session;

/// Asks the client to tell when the project's files change, if it can.
pub fn start(session: &Arc<Session>) {
    if !session.abilities.watch {
        return;
    }
    let globs = session.project.watched().into_iter();
    let watchers: Vec<_> = globs.map(|glob| json!({ "globPattern": glob })).collect();
    let registration = Registration {
        id: "rocky/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(json!({ "watchers": watchers })),
    };
    let client = session.client.clone();
    session.runtime.spawn(async move {
        if let Err(error) = client.register_capability(vec![registration]).await {
            tracing::warn!("the client does not watch the project's files: {error}");
        }
    });
}
