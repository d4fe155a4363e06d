//! When two names are the same.

use std::borrow::Cow;
use std::sync::Arc;

use rocky_schema::IdentifierRules;
use sqlparser::ast::Ident;

use crate::{Dialect, Home};

/// A home's rules for names, applied to names as the parser reads them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub(crate) dialect: Dialect,
    pub(crate) rules: IdentifierRules,
}

impl Names {
    pub(crate) fn of(home: &Home) -> Self {
        Self {
            dialect: home.dialect,
            rules: home.rules,
        }
    }

    /// The name that the warehouse looks for.
    pub(crate) fn stored<'i>(&self, name: &'i Ident) -> Cow<'i, str> {
        self.rules.stored(&name.value, name.quote_style.is_some())
    }

    /// The text under which a column of that name is found.
    pub(crate) fn column_key(&self, name: &Ident) -> Arc<str> {
        let stored = self.stored(name);
        Arc::from(self.rules.columns.key(&stored).as_ref())
    }

    /// The text under which a column is found whose name is in stored form.
    pub(crate) fn stored_column_key(&self, name: &Arc<str>) -> Arc<str> {
        match self.rules.columns.key(name) {
            Cow::Borrowed(_) => name.clone(),
            Cow::Owned(key) => key.into(),
        }
    }

    /// The text under which an alias or common table expression is found. Its letter case matters only where that of columns does: BigQuery
    /// tells `Orders` from `orders` as tables, but not as aliases.
    pub(crate) fn alias_key(&self, name: &Ident) -> String {
        let stored = self.stored(name);
        self.rules.columns.key(&stored).into_owned()
    }

    /// Whether a field of a struct has that name. Warehouses ignore letter case, or so do we where they may not.
    pub(crate) fn is_field(&self, field: &str, name: &str) -> bool {
        field.eq_ignore_ascii_case(name) || field.to_lowercase() == name.to_lowercase()
    }
}
