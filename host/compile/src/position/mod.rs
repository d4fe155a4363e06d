//! What an editor asks about a place in a model. Pure: offsets are bytes of [`Model::text`](crate::Model::text).

mod answers;
mod completion;
mod cursor;
mod definition;
mod hover;
mod visible;

pub use answers::{Completion, CompletionKind, Hover, HoverColumn, HoverKind, Location};
pub use completion::completions;
pub use definition::definition;
pub use hover::hover;

use crate::analyzer::Symbol;
use crate::{Analysis, Model, Workspace};

/// The innermost name at `offset`. Just after a name is still at it.
fn symbol_at(analysis: &Analysis, offset: usize) -> Option<&Symbol> {
    let touches = |symbol: &&Symbol| symbol.span.start <= offset && offset <= symbol.span.end;
    let touching = analysis.symbols.iter().filter(touches);
    // Where two names touch, the one that begins here is meant.
    touching.min_by_key(|symbol| (symbol.span.end == offset, symbol.span.len()))
}

/// The model with that path, and what is known of it.
fn known<'w>(workspace: &'w Workspace, path: &str) -> Option<(&'w Model, &'w Analysis)> {
    Some((workspace.model(path)?, workspace.analysis(path)?))
}
