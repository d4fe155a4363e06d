//! The text of a configuration file, and errors that point into it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use toml::de::DeTable;

use crate::config::section::Mark;
use crate::error::CommandError;

/// A mistake in a configuration file, rendered with the line it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(String);

impl From<Mistake> for CommandError {
    fn from(Mistake(rendered): Mistake) -> Self {
        CommandError::failed(rendered)
    }
}

/// A configuration file.
#[derive(Debug)]
pub struct Document {
    path: PathBuf,
    text: String,
}

impl Document {
    pub fn new(path: &Path, text: String) -> Self {
        Self {
            path: path.to_owned(),
            text,
        }
    }

    /// The file as a table whose parts know where they stand.
    pub fn parse(&self) -> Result<DeTable<'_>, Mistake> {
        DeTable::parse(&self.text)
            .map(toml::Spanned::into_inner)
            .map_err(|error| {
                let span = error.span().unwrap_or_default();
                self.error(&Mark::new(span), error.message().trim(), None)
            })
    }

    /// An error that shows the line it is about.
    pub fn error(&self, mark: &Mark, message: &str, help: Option<&str>) -> Mistake {
        let range = self.clamp(mark.range());
        let path = self.path.display().to_string();
        let mut annotation = AnnotationKind::Primary.span(range);
        if let Some(help) = help {
            annotation = annotation.label(help);
        }
        let snippet = Snippet::source(&self.text)
            .path(&path)
            .annotation(annotation);
        let report = Level::ERROR.primary_title(message).element(snippet);
        let rendered = Renderer::plain().render(&[report]);
        // The level is printed with every error; here it would stand twice.
        Mistake(rendered.trim_start_matches("error: ").to_owned())
    }

    /// A range within the text and between characters, whatever was asked for.
    fn clamp(&self, range: Range<usize>) -> Range<usize> {
        let start = self
            .text
            .floor_char_boundary(range.start.min(self.text.len()));
        let end = self
            .text
            .ceil_char_boundary(range.end.clamp(start, self.text.len()));
        start..end
    }
}
