//! One text, as a request sees it.

use std::ops::Range as Span;
use std::sync::Arc;

use rocky_compile::{Analysis, Workspace};
use tower_lsp_server::ls_types::{Location, Position, Range, Uri};

use crate::drift::Drift;
use crate::lines::Lines;
use crate::session::Session;
use crate::understood::{Version, is_understood};

/// One text, as a request sees it: as it is in the editor, and what was found out about it last, which may have been a little different.
pub struct View<'s> {
    pub session: &'s Session,
    pub workspace: Arc<Workspace>,
    pub path: String,
    /// As it is in the editor, or else in the file.
    pub text: Arc<str>,
    /// Since it was analysed.
    drift: Drift,
}

impl<'s> View<'s> {
    /// Of a model that a client means; `None` where it is none, or was never analysed.
    pub fn new(session: &'s Session, uri: &Uri) -> Option<Self> {
        Self::of_path(session, session.analysed(), session.path(uri)?)
    }

    fn of_path(session: &'s Session, workspace: Arc<Workspace>, path: String) -> Option<Self> {
        let analysed = workspace.model(&path)?.text.clone();
        let text = match session.document(&path) {
            Some(document) => document.text,
            None => analysed.clone(),
        };
        Some(Self {
            drift: Drift::between(&analysed, &text),
            session,
            workspace,
            path,
            text,
        })
    }

    /// The text, in lines.
    pub fn lines(&self) -> Lines<'_> {
        Lines::new(&self.text, self.session.abilities.encoding)
    }

    /// The place in the analysed text; `None` in what was written since.
    pub fn analysed(&self, position: Position) -> Option<usize> {
        self.drift.to_old(self.lines().offset(position))
    }

    /// What the text is, or was when it was understood last, and how it differs from that now.
    pub fn understood(&self) -> Option<(Arc<Analysis>, Drift)> {
        let analysis = self.workspace.analysis(&self.path)?;
        let before = match is_understood(analysis) {
            true => None,
            false => self.session.understood.version(&self.path),
        };
        Some(match before {
            Some(Version { text, analysis }) => (analysis, Drift::between(&text, &self.text)),
            None => (analysis.clone(), self.drift),
        })
    }

    /// The place in the editor's text of a stretch of the analysed one; `None` where it was changed since.
    pub fn shown(&self, span: &Span<usize>) -> Option<Span<usize>> {
        self.drift.to_new(span)
    }

    /// As [`View::shown`], as the client counts.
    pub fn range(&self, span: &Span<usize>) -> Option<Range> {
        Some(self.lines().range(self.shown(span)?))
    }

    /// A place that the analysis knows, in this text or another.
    pub fn location(&self, place: &rocky_compile::Location) -> Option<Location> {
        let other = Self::of_path(self.session, self.workspace.clone(), place.path.clone())?;
        Some(Location {
            uri: self.session.uri(&place.path)?,
            range: other.range(&place.span)?,
        })
    }
}
