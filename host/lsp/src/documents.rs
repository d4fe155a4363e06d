//! The texts that are open in the editor.

use std::collections::HashMap;
use std::sync::Arc;

use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::lines::{Encoding, Lines};

/// A text that is open in the editor.
#[derive(Clone, Debug)]
pub struct Document {
    /// As the client writes it.
    pub uri: Uri,
    /// Counted by the client.
    pub version: i32,
    /// As it is in the editor.
    pub text: Arc<str>,
}

/// The models that are open in the editor, by their paths.
pub type Documents = HashMap<String, Document>;

impl Document {
    /// Applies changes, each to the text that the one before it left.
    pub fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        let mut text = String::new();
        text.push_str(&self.text);
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let span = Lines::new(&text, encoding).span(range);
                    text.replace_range(span, &change.text);
                }
            }
        }
        self.text = text.into();
        self.version = version;
    }
}
