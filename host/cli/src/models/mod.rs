//! The SQL models of a project: files below the models directory, what they say about themselves, and where they live.

mod about;
mod files;
mod homes;
mod tables;

pub use files::{Files, path_below};
pub use homes::Homes;
pub use tables::CachedTables;

use std::ops::Range;
use std::sync::Arc;

use rocky_compile::Model;

/// The models of a project.
#[derive(Debug, Default)]
pub struct Models {
    /// Those that could be read.
    pub models: Vec<Model>,
    /// What is wrong with the others, or with what they say about themselves.
    pub problems: Vec<Problem>,
}

/// Something that is wrong with a model's file, apart from its SQL.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The file, relative to the project.
    pub path: String,
    /// Its text, as far as it could be read.
    pub text: Arc<str>,
    /// Where in it; empty at the start where it is about the file as a whole.
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    fn new(path: &str, text: &Arc<str>, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            text: text.clone(),
            span,
            message: message.into(),
            help: None,
        }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}
