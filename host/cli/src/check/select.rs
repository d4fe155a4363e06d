//! Which models are meant: by name or path, with what they read or what reads them.

use std::collections::BTreeSet;

use rocky_compile::{Analysis, Model, Workspace};

use crate::check::Checked;
use crate::names;

/// Models that somebody has asked for; all, if nothing was said.
#[derive(Debug, Default)]
pub struct Selection(Vec<Selector>);

/// The models of a project that are meant.
#[derive(Debug)]
pub struct Selected<'c> {
    /// All that was checked.
    pub checked: &'c Checked,
    paths: BTreeSet<String>,
}

/// `+daily_*+`: a pattern, with `+` before it for all that they read and behind it for all that reads them.
#[derive(Debug)]
struct Selector {
    text: String,
    pattern: String,
    with_sources: bool,
    with_readers: bool,
}

impl Selection {
    /// Reads what stands on the command line.
    pub fn new(texts: &[String]) -> Self {
        let read = |text: &String| Selector {
            text: text.clone(),
            pattern: pattern(text.trim_matches('+')).to_owned(),
            with_sources: text.starts_with('+'),
            with_readers: text.ends_with('+'),
        };
        Self(texts.iter().map(read).collect())
    }

    /// The models that are meant, and what was said that means none.
    pub fn of<'c>(&self, checked: &'c Checked) -> (Selected<'c>, Vec<&str>) {
        let (paths, empty) = self.paths(&checked.workspace);
        (Selected { checked, paths }, empty)
    }

    fn paths(&self, workspace: &Workspace) -> (BTreeSet<String>, Vec<&str>) {
        if self.0.is_empty() {
            let paths = workspace.models().map(|model| model.path.clone());
            return (paths.collect(), Vec::new());
        }
        let mut paths = BTreeSet::new();
        let mut empty = Vec::new();
        for selector in &self.0 {
            let mut found = BTreeSet::new();
            for model in workspace.models().filter(|model| selector.fits(model)) {
                found.insert(model.path.clone());
                if selector.with_sources {
                    reach(&model.path, &mut found, |path| {
                        paths_of(workspace.dependencies(path))
                    });
                }
                if selector.with_readers {
                    reach(&model.path, &mut found, |path| {
                        paths_of(workspace.dependents(path))
                    });
                }
            }
            if found.is_empty() {
                empty.push(selector.text.as_str());
            }
            paths.extend(found);
        }
        (paths, empty)
    }
}

impl<'c> Selected<'c> {
    /// Each model, after those that it reads, and what is known of it.
    pub fn analyses(&self) -> impl Iterator<Item = (&'c Model, &'c Analysis)> {
        let workspace = &self.checked.workspace;
        let models = workspace.models();
        let models = models.filter(|model| self.paths.contains(&model.path));
        models.filter_map(|model| Some((model, &**workspace.analysis(&model.path)?)))
    }
}

/// A path may be written as a shell completes it.
fn pattern(text: &str) -> &str {
    text.strip_prefix("./").unwrap_or(text)
}

impl Selector {
    fn fits(&self, model: &Model) -> bool {
        let file = model.path.strip_suffix(".sql").unwrap_or(&model.path);
        [&*model.name, &*model.path, file]
            .iter()
            .any(|name| names::matches(&self.pattern, name))
    }
}

fn paths_of<'a>(models: impl Iterator<Item = &'a Model>) -> Vec<String> {
    models.map(|model| model.path.clone()).collect()
}

/// Adds everything that can be reached from a model, step by step.
fn reach(from: &str, found: &mut BTreeSet<String>, next: impl Fn(&str) -> Vec<String>) {
    let mut left = vec![from.to_owned()];
    while let Some(path) = left.pop() {
        for path in next(&path) {
            if found.insert(path.clone()) {
                left.push(path);
            }
        }
    }
}
