//! What a name means.

use super::{Column, Relation, Scope, Sources};
use crate::Type;
use crate::functions::Typed;
use crate::types::{Field, may_be_combined};

/// What a name was found to mean.
#[derive(Clone, Debug)]
pub(crate) struct Hit<'s> {
    pub(crate) typed: Typed,
    /// The column, where it is one.
    pub(crate) column: Option<&'s Column>,
    /// The relation that has the column.
    pub(crate) relation: Option<&'s Relation>,
}

impl Hit<'_> {
    fn unknown() -> Self {
        Self {
            typed: Typed::UNKNOWN,
            column: None,
            relation: None,
        }
    }

    pub(crate) fn sources(&self) -> Option<&Sources> {
        self.column.map(|column| &column.sources)
    }
}

/// What looking for a name came to.
#[derive(Clone, Debug)]
pub(crate) enum Lookup<'s> {
    Found(Hit<'s>),
    /// More than one relation has such a column.
    Ambiguous(&'s Relation, &'s Relation),
    /// Nothing is known by that name. `certain` where nothing can be.
    Missing {
        certain: bool,
    },
}

impl<'p> Scope<'p> {
    /// What the column with this key is.
    pub(crate) fn column(&self, key: &str) -> Lookup<'_> {
        let mut certain = true;
        let mut scope = Some(self);
        while let Some(current) = scope {
            match current.own_column(key) {
                Lookup::Missing { certain: here } => certain &= here,
                found => return found,
            }
            scope = current.parent;
        }
        Lookup::Missing { certain }
    }

    /// The relation with this alias, unless a column with this key is nearer.
    pub(crate) fn relation_before_column(&self, alias: &String, key: &str) -> Option<&Relation> {
        let named = |it: &&Relation| it.is_named(std::slice::from_ref(alias));
        let own = self.relations.iter().find(named);
        match (own, self.own_column(key)) {
            (Some(relation), _) => Some(relation),
            (None, Lookup::Missing { .. }) => {
                let parent = self.parent?;
                parent.relation_before_column(alias, key)
            }
            (None, _) => None,
        }
    }

    /// Without what surrounds this scope.
    fn own_column(&self, key: &str) -> Lookup<'_> {
        if let Some((_, typed)) = self.parameters.iter().find(|(name, _)| **name == *key) {
            return Lookup::Found(Hit {
                typed: typed.clone(),
                column: None,
                relation: None,
            });
        }
        if self.aliases_first
            && let Some(hit) = self.alias(key)
        {
            return Lookup::Found(hit);
        }
        if let Some(column) = self.merged.iter().find(|column| *column.key == *key) {
            return Lookup::Found(Hit {
                typed: column.typed.clone(),
                column: Some(column),
                relation: None,
            });
        }
        let mut found: Option<Hit<'_>> = None;
        for relation in self.relations.iter().filter(|it| !it.is_behind) {
            let Some(hit) = relation.column(key) else {
                continue;
            };
            if let Some(first) = found.as_ref().and_then(|hit| hit.relation) {
                // An output of that name is then meant, or nobody knows.
                return match (self.alias(key), self.open) {
                    (Some(alias), _) => Lookup::Found(alias),
                    (None, true) => Lookup::Found(Hit::unknown()),
                    (None, false) => Lookup::Ambiguous(first, relation),
                };
            }
            if relation.has_twice(key) {
                return Lookup::Ambiguous(relation, relation);
            }
            found = Some(hit);
        }
        if let Some(hit) = found {
            return Lookup::Found(hit);
        }
        if let Some(hit) = self.alias(key) {
            return Lookup::Found(hit);
        }
        let exact = self.relations.iter().all(|relation| relation.shape.exact);
        Lookup::Missing {
            certain: exact && !self.open,
        }
    }

    fn alias(&self, key: &str) -> Option<Hit<'_>> {
        let known = self.aliases.get(key).map(|column| Hit {
            typed: column.typed.clone(),
            column: Some(column),
            relation: None,
        });
        known.or_else(|| self.later.contains(key).then(Hit::unknown))
    }

    /// The relation that these keys name, as the beginning of a qualified name, the nearest first.
    pub(crate) fn relation(&self, keys: &[String]) -> Option<&Relation> {
        let own = self
            .relations
            .iter()
            .find(|relation| relation.is_named(keys));
        own.or_else(|| self.parent.and_then(|parent| parent.relation(keys)))
    }

    /// The relation that these keys name and that has a column with this key, where there is one, and else just the one that they name.
    pub(crate) fn relation_with(&self, keys: &[String], column: &str) -> Option<&Relation> {
        let named = |it: &&Relation| it.is_named(keys) && it.column(column).is_some();
        self.relations
            .iter()
            .find(named)
            .or_else(|| self.relation(keys))
    }

    /// All relations that are visible, the nearest first.
    pub(crate) fn all_relations(&self) -> impl Iterator<Item = &Relation> {
        let mut scope = Some(self);
        let scopes = std::iter::from_fn(move || {
            let current = scope?;
            scope = current.parent;
            Some(current)
        });
        scopes.flat_map(|scope| &scope.relations)
    }
}

impl Relation {
    /// Its column with this key.
    pub(crate) fn column(&self, key: &str) -> Option<Hit<'_>> {
        let columns = &self.shape.columns;
        let column = match key
            .strip_prefix('$')
            .and_then(|place| place.parse::<usize>().ok())
        {
            // Snowflake counts columns from one.
            Some(place) if self.shape.exact => columns.get(place.checked_sub(1)?)?,
            _ => columns.iter().find(|column| *column.key == *key)?,
        };
        let mut typed = column.typed.clone();
        typed.nullable |= self.nullable;
        Some(Hit {
            typed,
            column: Some(column),
            relation: Some(self),
        })
    }

    /// Whether two of its columns have this key, so that neither can be meant. One column of a table that is selected twice is one.
    pub(crate) fn has_twice(&self, key: &str) -> bool {
        let same = |column: &&Column| *column.key == *key && !column.made_up;
        let mut columns = self.shape.columns.iter().filter(same);
        let first = columns.next();
        let is_first = |other: &Column| {
            first.is_some_and(|it| it.sources == other.sources && it.sources.len() == 1)
        };
        columns.any(|other| !is_first(other))
    }

    /// Whether these keys name it: its alias, or its name with some of what stands before it.
    pub(crate) fn is_named(&self, keys: &[String]) -> bool {
        let Some((last, before)) = keys.split_last() else {
            return false;
        };
        self.key.as_ref() == Some(last) && self.path.ends_with(before)
    }

    /// The type of one of its rows.
    pub(crate) fn row(&self) -> Type {
        let columns = &self.shape.columns;
        if !self.shape.exact || !may_be_combined(columns.iter().map(|it| &it.typed.data_type)) {
            return Type::Unknown;
        }
        let field = |column: &Column| Field {
            name: column.name.to_string(),
            data_type: column.typed.data_type.clone(),
            nullable: column.typed.nullable,
        };
        Type::Struct(columns.iter().map(field).collect())
    }
}
