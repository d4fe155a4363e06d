//! What is known of one model.

use std::sync::Arc;

use crate::resolve::{ModelColumns, RelationPath, Resolved};
use crate::{Analysis, Model};

/// A model, and what was found out about it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) model: Model,
    /// The relations that its query names; `None` until the text was read.
    pub(super) paths: Option<Arc<[RelationPath]>>,
    /// What the names meant when it was analysed.
    pub(super) inputs: Vec<Resolved>,
    /// What was wrong with it among other models when it was analysed.
    pub(super) faults: Vec<Fault>,
    pub(super) analysis: Option<Arc<Analysis>>,
    /// Its columns, as those see them that read it.
    pub(super) columns: Option<Arc<ModelColumns>>,
}

/// What is wrong with a model because of other models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It reads itself by way of these, which are named in order.
    Cycle {
        names: Vec<String>,
        next: RelationPath,
    },
    /// The model at this path has the same name.
    SameName(String),
}

impl Entry {
    pub(super) fn new(model: Model) -> Self {
        Self {
            model,
            paths: None,
            inputs: Vec::new(),
            faults: Vec::new(),
            analysis: None,
            columns: None,
        }
    }

    /// Takes the model as it is now. What was found out stays if nothing differs.
    pub(super) fn set(&mut self, model: Model) {
        let old = &self.model;
        let is_same = old.text == model.text
            && old.query == model.query
            && old.home == model.home
            && old.check == model.check;
        if !is_same {
            self.paths = None;
        }
        self.model = model;
    }
}
