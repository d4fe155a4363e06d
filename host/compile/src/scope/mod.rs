//! What names may mean at a place of a query.

mod lookup;
mod names;
mod shape;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::functions::Typed;

pub(crate) use lookup::{Hit, Lookup};
pub(crate) use names::Names;
pub(crate) use shape::{Column, Shape, Sources};

/// A relation in scope.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// The key of its alias, or of the last part of its name. Without one, its columns are only found unqualified.
    pub(crate) key: Option<String>,
    /// The keys of the catalog and schema before its name, where it has no alias.
    pub(crate) path: Vec<String>,
    /// Its name as the query writes it.
    pub(crate) text: Arc<str>,
    /// Its columns.
    pub(crate) shape: Arc<Shape>,
    /// Whether a join may leave all its columns NULL.
    pub(crate) nullable: bool,
    /// Where the query names it.
    pub(crate) span: Range<usize>,
    /// The index of the reference that it reads, if it is one.
    pub(crate) reference: Option<usize>,
    /// Whether its columns are only found behind its name, because later ones have taken their place.
    pub(crate) is_behind: bool,
    /// Whether its rows are the values of its only column.
    pub(crate) is_value: bool,
    /// Whether the warehouse computes its columns once it groups: a star does not stand for them.
    pub(crate) is_computed: bool,
}

impl Relation {
    /// A relation without an alias that stands beside others.
    pub(crate) fn new(text: impl Into<Arc<str>>, shape: impl Into<Arc<Shape>>) -> Self {
        Self {
            key: None,
            path: Vec::new(),
            text: text.into(),
            shape: shape.into(),
            nullable: false,
            span: 0..0,
            reference: None,
            is_behind: false,
            is_value: false,
            is_computed: false,
        }
    }
}

/// What may be named at a place of a query.
#[derive(Debug, Default)]
pub(crate) struct Scope<'p> {
    /// What surrounds it: of a subquery, the query that it stands in.
    pub(crate) parent: Option<&'p Scope<'p>>,
    /// What the FROM reads.
    pub(crate) relations: Vec<Relation>,
    /// Columns that a USING or NATURAL join made one of two.
    pub(crate) merged: Vec<Column>,
    /// The outputs that may be named by their aliases, as far as they are known already, by their keys; of several the last.
    pub(crate) aliases: HashMap<Arc<str>, Column>,
    /// The keys of aliases that may be named before they are known.
    pub(crate) later: HashSet<Arc<str>>,
    /// Whether an alias is meant before a column of the same name.
    pub(crate) aliases_first: bool,
    /// The parameters of a lambda function.
    pub(crate) parameters: Vec<(Arc<str>, Typed)>,
    /// Whether there may be names that nobody knows: then none is wrong.
    pub(crate) open: bool,
}

impl<'p> Scope<'p> {
    /// An empty scope within another.
    pub(crate) fn within(parent: Option<&'p Scope<'p>>) -> Self {
        Self {
            parent,
            ..Self::default()
        }
    }

    /// Whether every name that could be meant here is known.
    pub(crate) fn is_exact(&self) -> bool {
        !self.open
            && self.relations.iter().all(|relation| relation.shape.exact)
            && self.parent.is_none_or(Scope::is_exact)
    }
}
