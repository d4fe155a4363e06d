//! What could stand at the cursor.

use rocky_compile::{Completion, CompletionKind, Workspace};
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, Position, TextEdit,
};

use crate::lines::Lines;
use crate::session::Session;

/// What could stand at `position` of the text in the editor, best first, whether or not that text was analysed yet.
pub fn at(session: &Session, path: &str, position: Position) -> Vec<CompletionItem> {
    let workspace = session.analysed();
    let analysed = workspace.model(path);
    let document = session.document(path);
    let text = match (&document, analysed) {
        (Some(document), _) => document.text.clone(),
        (None, Some(model)) => model.text.clone(),
        (None, None) => return Vec::new(),
    };
    let lines = Lines::new(&text, session.abilities.encoding);
    let offset = lines.offset(position);
    let catalog = session.project.catalog();
    let found = if analysed.is_some_and(|model| model.text == text) {
        rocky_compile::completions(&workspace, &*catalog, path, offset)
    } else {
        let Some(model) = session.project.model(path, text.clone()).model else {
            return Vec::new();
        };
        let mut workspace = Workspace::clone(&workspace);
        workspace.set_model(model);
        rocky_compile::completions(&workspace, &*catalog, path, offset)
    };
    let items = found.into_iter().enumerate();
    items.map(|(rank, it)| item(it, rank, &lines)).collect()
}

fn item(completion: Completion, rank: usize, lines: &Lines<'_>) -> CompletionItem {
    let edit = TextEdit {
        range: lines.range(completion.span.clone()),
        new_text: completion.text.clone(),
    };
    CompletionItem {
        kind: Some(kind(completion.kind)),
        detail: completion.detail,
        documentation: completion.documentation.map(Documentation::String),
        // Clients sort by text.
        sort_text: Some(format!("{rank:06}")),
        // What is typed may be quoted, the label is not.
        filter_text: (completion.text != completion.label).then_some(completion.text),
        text_edit: Some(CompletionTextEdit::Edit(edit)),
        label: completion.label,
        ..CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Column => CompletionItemKind::FIELD,
        CompletionKind::Alias | CompletionKind::Cte => CompletionItemKind::VARIABLE,
        CompletionKind::Model => CompletionItemKind::CLASS,
        CompletionKind::Table => CompletionItemKind::STRUCT,
        CompletionKind::Schema | CompletionKind::Catalog => CompletionItemKind::MODULE,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
    }
}
