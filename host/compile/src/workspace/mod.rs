//! All models of a project, and what is known of them.

mod analyse;
mod entry;
mod graph;
mod guesses;
mod schedule;
mod tables;
#[cfg(test)]
mod tests;
mod update;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::resolve::{RelationPath, Resolved};
use crate::{Analysis, Catalog, Model};
use entry::Entry;
use graph::Index;
use tables::Tables;

pub(crate) use analyse::on_deep_stack;

/// All models of a project, and what is known of them. After a change, only what depends on it is computed again.
///
/// Changes are collected by the `set_…` methods and take effect with the next [`Workspace::update`].
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    entries: BTreeMap<String, Entry>,
    tables: Tables,
    /// The paths, each after those that it reads.
    order: Vec<String>,
    /// What each model reads, in the order of `order`, as places in it.
    reads: Vec<Vec<usize>>,
    /// Whether it is known what stands where in a text, for editors.
    keeps_places: bool,
}

impl Workspace {
    /// A workspace without models.
    pub fn new() -> Self {
        Self {
            keeps_places: true,
            ..Self::default()
        }
    }

    /// The same for whoever asks nothing about places in a text ([`hover`](crate::hover) and the like), which take most of the memory.
    pub fn without_places() -> Self {
        Self::default()
    }

    /// Replaces all models. What is known of those that stay as they were is kept.
    pub fn set_models(&mut self, models: Vec<Model>) {
        let mut old = std::mem::take(&mut self.entries);
        for model in models {
            let entry = match old.remove(&model.path) {
                Some(mut entry) => {
                    entry.set(model);
                    entry
                }
                None => Entry::new(model),
            };
            self.entries.insert(entry.model.path.clone(), entry);
        }
        self.forget_order();
    }

    /// Adds a model, or replaces the one with the same path.
    pub fn set_model(&mut self, model: Model) {
        match self.entries.get_mut(&model.path) {
            Some(entry) => entry.set(model),
            None => {
                self.entries.insert(model.path.clone(), Entry::new(model));
                self.forget_order();
            }
        }
    }

    /// Removes the model with that path, if there is one.
    pub fn remove_model(&mut self, path: &str) {
        if self.entries.remove(path).is_some() {
            self.forget_order();
        }
    }

    /// Until the next update, models stand in the order of their paths.
    fn forget_order(&mut self) {
        self.order = self.entries.keys().cloned().collect();
        self.reads = vec![Vec::new(); self.order.len()];
    }

    /// Says that the catalog may have changed. The next update asks it again for every table that models read, and analyses those
    /// models again whose tables differ.
    pub fn tables_changed(&mut self) {
        self.tables.ask_again();
    }

    /// Brings every analysis up to date, in the order in which models depend on each other, on so many threads.
    ///
    /// Returns the paths of the models whose analysis differs from before.
    pub fn update(&mut self, catalog: &dyn Catalog, threads: NonZeroUsize) -> Vec<String> {
        on_deep_stack(|| self.bring_up_to_date(catalog, threads))
    }

    /// The model with that path.
    pub fn model(&self, path: &str) -> Option<&Model> {
        self.entries.get(path).map(|entry| &entry.model)
    }

    /// What is known of the model with that path, as of the last update.
    pub fn analysis(&self, path: &str) -> Option<&Arc<Analysis>> {
        self.entries.get(path)?.analysis.as_ref()
    }

    /// All models, each after those that it reads, as of the last update.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.order.iter().filter_map(|path| self.model(path))
    }

    /// The models that the model with that path reads, as of the last update.
    pub fn dependencies(&self, path: &str) -> impl Iterator<Item = &Model> {
        let place = self.order.iter().position(|other| other == path);
        let reads = place.and_then(|place| self.reads.get(place));
        let paths = reads.into_iter().flatten();
        paths.filter_map(|place| self.model(self.order.get(*place)?))
    }

    /// The models that read the model with that path, as of the last update.
    pub fn dependents(&self, path: &str) -> impl Iterator<Item = &Model> {
        let place = self.order.iter().position(|other| other == path);
        let readers = self.reads.iter().zip(&self.order);
        readers
            .filter(move |(reads, _)| place.is_some_and(|place| reads.contains(&place)))
            .filter_map(|(_, reader)| self.model(reader))
    }

    /// What a name in `model` means, as of the last update; tables are asked of the catalog.
    pub(crate) fn resolve(
        &self,
        catalog: &dyn Catalog,
        model: &Model,
        path: &RelationPath,
    ) -> Resolved {
        let index = Index::new(self.entries.values().map(|entry| &entry.model));
        let entry = index
            .find(&model.home, path)
            .and_then(|place| self.entries.values().nth(place));
        if let Some(entry) = entry.filter(|entry| entry.model.path != model.path) {
            return match &entry.columns {
                Some(columns) => Resolved::Model(columns.clone()),
                None => Resolved::Unknown,
            };
        }
        match path.table(&model.home) {
            Some(name) => tables::resolved(catalog, &model.home, &name),
            None => Resolved::Unknown,
        }
    }
}
