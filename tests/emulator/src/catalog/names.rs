//! Names that ignore case, and maps keyed by them.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// A stored name. Sorted and found by its lower-case form; two names that differ only in case can
/// stand side by side, because tables registered through the control endpoint may be such twins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    folded: Arc<str>,
    exact: Arc<str>,
}

impl Name {
    /// The name exactly as given.
    pub fn exact(name: &str) -> Self {
        let exact: Arc<str> = name.into();
        let folded = match name.chars().any(char::is_uppercase) {
            true => name.to_lowercase().into(),
            false => Arc::clone(&exact),
        };
        Self { folded, exact }
    }

    /// The name as SQL stores it: lower case.
    pub fn folded(name: &str) -> Self {
        Self::exact(&name.to_lowercase())
    }

    /// The name as stored.
    pub fn as_str(&self) -> &str {
        &self.exact
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.exact)
    }
}

/// A map from [`Name`] that finds by any case, in the order of the lower-case names.
#[derive(Debug, Clone)]
pub struct Named<T>(BTreeMap<Name, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Named<T> {
    /// The stored name that `name` means: the same spelling if there is one, else the first that
    /// differs only in case.
    fn key(&self, name: &str) -> Option<&Name> {
        let twins = || self.twins(name).map(|(key, _)| key);
        twins()
            .find(|key| &*key.exact == name)
            .or_else(|| twins().next())
    }

    /// The entries whose names differ from this one at most in case.
    pub fn twins(&self, name: &str) -> impl Iterator<Item = (&Name, &T)> {
        let folded: Arc<str> = name.to_lowercase().into();
        let start = Name {
            folded: Arc::clone(&folded),
            exact: "".into(),
        };
        self.0
            .range(start..)
            .take_while(move |(key, _)| key.folded == folded)
    }

    /// The value under this name, in any case.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.get(self.key(name)?)
    }

    /// The stored name and the value under this name, in any case.
    pub fn get_key_value(&self, name: &str) -> Option<(&Name, &T)> {
        self.0.get_key_value(self.key(name)?)
    }

    /// Like [`Named::get`], to change the value.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let key = self.key(name)?.clone();
        self.0.get_mut(&key)
    }

    /// True if a name that differs at most in case is present.
    pub fn contains(&self, name: &str) -> bool {
        self.key(name).is_some()
    }

    /// Puts a value under exactly this name and returns what was there.
    pub fn insert(&mut self, name: Name, value: T) -> Option<T> {
        self.0.insert(name, value)
    }

    /// Takes the value under this name, in any case.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let key = self.key(name)?.clone();
        self.0.remove(&key)
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.0.iter()
    }

    /// The entries behind `after`, which need not be present itself.
    pub fn after(&self, after: Option<&Name>) -> impl Iterator<Item = (&Name, &T)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.0.range((start, Bound::Unbounded))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_told_apart_by_their_spelling_and_found_by_any_other() {
        let mut names = Named::default();
        names.insert(Name::exact("Orders"), 1);
        names.insert(Name::exact("orders"), 2);
        names.insert(Name::exact("orders_old"), 3);
        assert_eq!(names.get("Orders"), Some(&1));
        assert_eq!(names.get("orders"), Some(&2));
        assert_eq!(names.get("ORDERS"), Some(&1));
        assert_eq!(names.get("order"), None);
        assert_eq!(names.remove("orders"), Some(2));
        assert_eq!(names.get("orders"), Some(&1));
    }
}
