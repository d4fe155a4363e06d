//! The walk over a query that finds out everything at once: columns, types, sources, references and what is wrong.

use std::ops::Range;
use std::sync::Arc;

use sqlparser::ast::Query;

use crate::functions::Typed;
use crate::resolve::{RelationPath, Resolver};
use crate::scope::{Column, Names, Shape};
use crate::{Diagnostic, Dialect, Home, Reference};

/// How deep the walk descends; what is deeper is not looked at. The parser is more strict.
const MOST_DEPTH: usize = 1_000;

/// Walks over one query.
pub(crate) struct Analyzer<'a> {
    pub(crate) home: &'a Home,
    pub(crate) names: Names,
    pub(crate) text: &'a str,
    pub(crate) resolver: &'a dyn Resolver,
    pub(crate) found: Findings,
    depth: usize,
    /// How many first parts of recursive expressions are being analysed by themselves.
    pub(crate) anchors: usize,
}

/// What the walk came upon.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) references: Vec<Reference>,
    pub(crate) paths: Vec<RelationPath>,
    pub(crate) symbols: Vec<Symbol>,
}

/// A name in a query, and what it means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Symbol {
    /// Where it stands, in bytes of the text.
    pub(crate) span: Range<usize>,
    pub(crate) meaning: Meaning,
}

/// What a name in a query means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// A column, or an output that later parts of the query name.
    Column {
        column: Column,
        /// The relation that it is read from, as the query names it.
        relation: Option<Arc<str>>,
        /// That relation, as an index into the references.
        reference: Option<usize>,
    },
    /// A field of a column, with the path to it.
    Field { path: String, typed: Typed },
    /// A relation that is read, as an index into the references.
    Reference(usize),
    /// A common table expression or an alias.
    Named(Named),
}

/// A relation that the query gives a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: Arc<str>,
    pub(crate) is_cte: bool,
    pub(crate) shape: Arc<Shape>,
    pub(crate) definition: Range<usize>,
    /// What the alias stands for, as an index into the references.
    pub(crate) reference: Option<usize>,
}

impl<'a> Analyzer<'a> {
    pub(crate) fn new(home: &'a Home, text: &'a str, resolver: &'a dyn Resolver) -> Self {
        Self {
            home,
            names: Names::of(home),
            text,
            resolver,
            found: Findings::default(),
            depth: 0,
            anchors: 0,
        }
    }

    /// The columns of a whole query.
    pub(crate) fn whole(&mut self, query: &Query) -> Shape {
        self.query(query, &crate::query::Env::default())
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.home.dialect
    }

    /// Does something one level deeper, or nothing where that would be too deep.
    pub(crate) fn deeper<T>(&mut self, otherwise: T, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MOST_DEPTH {
            return otherwise;
        }
        self.depth += 1;
        let outcome = work(self);
        self.depth -= 1;
        outcome
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.diagnostics.push(diagnostic);
    }

    pub(crate) fn note(&mut self, span: Range<usize>, meaning: Meaning) {
        if !span.is_empty() {
            self.found.symbols.push(Symbol { span, meaning });
        }
    }

    /// How many diagnostics there are, to be able to take back later ones.
    pub(crate) fn mark(&self) -> usize {
        self.found.diagnostics.len()
    }

    /// The text of a part of the tree.
    pub(crate) fn words(&self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }
}
