//! What would mend what is wrong.

use std::collections::HashMap;

use rocky_compile::{Code, Diagnostic, Target};
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Command, Range, TextEdit, Uri, WorkspaceEdit,
};

use crate::describe::{COMMAND, Schema};
use crate::diagnostics;
use crate::view::View;

/// What would mend what is wrong in `range`.
pub fn within(view: &View<'_>, uri: &Uri, range: Range) -> Option<Vec<CodeActionOrCommand>> {
    let analysis = view.workspace.analysis(&view.path)?;
    let wanted = view.lines().span(range);
    let touches = |diagnostic: &&Diagnostic| {
        let span = view.shown(&diagnostic.span);
        span.is_some_and(|span| span.start <= wanted.end && wanted.start <= span.end)
    };
    let found = analysis.diagnostics.iter().filter(touches);
    let actions = found.filter_map(|it| fix(view, uri, it).or_else(|| describe(view, it)));
    Some(actions.map(CodeActionOrCommand::CodeAction).collect())
}

/// The edit that the compiler proposes.
fn fix(view: &View<'_>, uri: &Uri, diagnostic: &Diagnostic) -> Option<CodeAction> {
    let fix = diagnostic.fix.as_ref()?;
    let edit = TextEdit {
        range: view.range(&fix.span)?,
        new_text: fix.replacement.clone(),
    };
    Some(CodeAction {
        title: format!("Replace with {}", fix.replacement),
        edit: Some(WorkspaceEdit {
            changes: Some(HashMap::from([(uri.clone(), vec![edit])])),
            ..WorkspaceEdit::default()
        }),
        is_preferred: Some(true),
        ..action(view, diagnostic)?
    })
}

/// The command that fills the cache.
fn describe(view: &View<'_>, diagnostic: &Diagnostic) -> Option<CodeAction> {
    if diagnostic.code != Code::TableNotCached {
        return None;
    }
    let model = view.workspace.model(&view.path)?;
    let analysis = view.workspace.analysis(&view.path)?;
    let mut references = analysis.references.iter();
    let name = references.find_map(|reference| match &reference.target {
        Target::NotCached(name) if reference.span == diagnostic.span => Some(name),
        _ => None,
    })?;
    let schema = Schema::new(&model.home.adapter, &name.schema);
    let title = format!("Describe {} with rocky run", name.schema);
    Some(CodeAction {
        title: title.clone(),
        command: Some(Command::new(
            title,
            COMMAND.to_owned(),
            Some(vec![schema.to_argument()]),
        )),
        ..action(view, diagnostic)?
    })
}

fn action(view: &View<'_>, diagnostic: &Diagnostic) -> Option<CodeAction> {
    let now = view.session.project.now_millis();
    let mut shown = diagnostic.clone();
    shown.span = view.shown(&diagnostic.span)?;
    Some(CodeAction {
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostics::of_diagnostic(&shown, &view.lines(), now)]),
        ..CodeAction::default()
    })
}
