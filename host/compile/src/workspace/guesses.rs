//! What may have been meant by the name of a table that is not there.

use std::sync::atomic::{AtomicUsize, Ordering};

use rocky_schema::TableName;
use sqlparser::ast::Ident;

use crate::scope::Names;
use crate::suggest::{nearest, written};
use crate::{Catalog, Home};

/// So often an update looks through all names of a schema. Whoever gets more names wrong than that has got something else wrong.
const MOST: usize = 20;

/// Looks through the names that there are.
pub(super) struct Guesses<'c> {
    catalog: &'c dyn Catalog,
    left: AtomicUsize,
}

impl<'c> Guesses<'c> {
    pub(super) fn new(catalog: &'c dyn Catalog) -> Self {
        Self {
            catalog,
            left: AtomicUsize::new(MOST),
        }
    }

    /// The model or the table of the same schema that is likely to have been meant, as a query would write it in the place of `like`.
    pub(super) fn nearest<'m>(
        &self,
        home: &Home,
        models: impl Iterator<Item = &'m str>,
        table: &TableName,
        like: &Ident,
    ) -> Option<String> {
        let take = |left: usize| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .ok()?;
        if let Some(model) = nearest(&like.value, models) {
            return Some(model.to_owned());
        }
        let tables = self.catalog.tables(&home.adapter, &table.schema);
        let names = tables.iter().map(|(name, _)| name.as_str());
        let stored = nearest(&table.table, names)?;
        Some(written(&Names::of(home), stored, like))
    }
}
