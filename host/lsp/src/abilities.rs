//! What client and server can do.

use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CompletionOptions, ExecuteCommandOptions, HoverProviderCapability, InitializeParams,
    InitializeResult, MarkupKind, OneOf, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};

use crate::describe::COMMAND;
use crate::lines::Encoding;

/// What a client can do, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abilities {
    /// What positions count.
    pub encoding: Encoding,
    /// It shows formatted text.
    pub markdown: bool,
    /// It watches files that it is asked to watch.
    pub watch: bool,
    /// It shows that something takes a while.
    pub progress: bool,
    /// It asks for inlay hints again when it is told to.
    pub refresh_hints: bool,
}

impl Abilities {
    /// What a client says that it can do.
    pub fn of(params: &InitializeParams) -> Self {
        let ClientCapabilities {
            workspace,
            text_document,
            window,
            general,
            ..
        } = &params.capabilities;
        let workspace = workspace.as_ref();
        let general = general.as_ref();
        let offered = general.and_then(|it| it.position_encodings.as_deref());
        let hover = text_document.as_ref().and_then(|it| it.hover.as_ref());
        let formats = hover.and_then(|it| it.content_format.as_deref());
        let watch = workspace.and_then(|it| it.did_change_watched_files.as_ref());
        let hints = workspace.and_then(|it| it.inlay_hint.as_ref());
        Self {
            encoding: Encoding::choose(offered.unwrap_or_default()),
            markdown: formats.is_some_and(|it| it.contains(&MarkupKind::Markdown)),
            watch: watch.and_then(|it| it.dynamic_registration) == Some(true),
            progress: window.as_ref().and_then(|it| it.work_done_progress) == Some(true),
            refresh_hints: hints.and_then(|it| it.refresh_support) == Some(true),
        }
    }

    /// What the server can do for this client.
    pub fn answer(&self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(
                SaveOptions::default(),
            )),
            ..TextDocumentSyncOptions::default()
        };
        let completion = CompletionOptions {
            trigger_characters: Some(vec![".".to_owned()]),
            ..CompletionOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        };
        let commands = ExecuteCommandOptions {
            commands: vec![COMMAND.to_owned()],
            ..ExecuteCommandOptions::default()
        };
        InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(self.encoding.kind()),
                text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
                hover_provider: Some(HoverProviderCapability::Simple(true)),
                completion_provider: Some(completion),
                definition_provider: Some(OneOf::Left(true)),
                inlay_hint_provider: Some(OneOf::Left(true)),
                code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
                execute_command_provider: Some(commands),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo {
                name: "rocky".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        }
    }
}
