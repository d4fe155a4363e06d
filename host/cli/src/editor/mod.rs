//! What an editor is told of projects: `rocky lsp` on the files, the configuration and the cache that all commands share.

mod child;
mod project;

use std::path::Path;
use std::sync::Arc;

use rocky_lsp::{Host, Project};

use crate::context::Context;
use project::OpenProject;

/// Finds projects for an editor.
pub struct Editor {
    context: Context,
}

impl Editor {
    /// Under the global options of the command line.
    pub fn new(context: &Context) -> Self {
        Self {
            context: context.moved_to(context.directory.clone()),
        }
    }
}

impl Host for Editor {
    fn has_project(&self, folder: &Path) -> bool {
        let context = self.context.moved_to(folder.to_owned());
        context.project_file().is_some()
    }

    fn open(&self, folder: &Path) -> Arc<dyn Project> {
        Arc::new(OpenProject::new(self.context.moved_to(folder.to_owned())))
    }
}
