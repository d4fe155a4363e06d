//! What texts were when they were understood last, for while they are not: amid a word that is being typed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rocky_compile::{Analysis, Code};

/// The last analysis of each open text that was understood.
#[derive(Default)]
pub struct Understood {
    by_path: Mutex<HashMap<String, Version>>,
}

/// A text, and what it came to.
#[derive(Clone)]
pub struct Version {
    pub text: Arc<str>,
    pub analysis: Arc<Analysis>,
}

/// Whether a text could be read as a query.
pub fn is_understood(analysis: &Analysis) -> bool {
    let is_refusal = |code: Code| {
        matches!(
            code,
            Code::Syntax
                | Code::NotUnderstood
                | Code::Empty
                | Code::SeveralStatements
                | Code::NotAQuery
        )
    };
    !analysis.diagnostics.iter().any(|it| is_refusal(it.code))
}

impl Understood {
    /// Keeps an analysis, if the text was understood.
    pub fn keep(&self, path: &str, text: &Arc<str>, analysis: &Arc<Analysis>) {
        if is_understood(analysis) {
            let version = Version {
                text: text.clone(),
                analysis: analysis.clone(),
            };
            self.change(|by_path| drop(by_path.insert(path.to_owned(), version)));
        }
    }

    /// Forgets all texts but these.
    pub fn retain(&self, is_open: impl Fn(&str) -> bool) {
        self.change(|by_path| by_path.retain(|path, _| is_open(path)));
    }

    /// What the text came to when it was understood last.
    pub fn version(&self, path: &str) -> Option<Version> {
        self.change(|by_path| by_path.get(path).cloned())
    }

    fn change<T>(&self, change: impl FnOnce(&mut HashMap<String, Version>) -> T) -> T {
        let mut by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut by_path)
    }
}
