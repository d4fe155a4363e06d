//! What is known of one model.

use std::ops::Range;
use std::sync::Arc;

use rocky_schema::TableName;

use crate::analyzer::Symbol;
use crate::{Described, Diagnostic, Relation, Type};

/// What is known of a model after it was analysed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// The columns of its result, in order.
    pub outputs: Vec<Output>,
    /// Whether [`Analysis::outputs`] are all there are. Not so where a star stands for columns that nobody knows, or a name is no column's.
    pub exact: bool,
    /// What is wrong with it, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Every relation that it names, in the order of the text.
    pub references: Vec<Reference>,
    /// Every name in it whose meaning is known, in the order of the text.
    pub(crate) symbols: Vec<Symbol>,
}

/// One column of a model's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name, in stored form.
    pub name: Arc<str>,
    /// Its type.
    pub data_type: Type,
    /// Whether it may be NULL; also where that cannot be known.
    pub nullable: bool,
    /// Where the query defines it: its alias, or else the expression or star that it comes from. In bytes of [`Model::text`](crate::Model::text).
    pub span: Range<usize>,
    /// The columns of tables and models that its value is computed from.
    pub sources: Arc<[Source]>,
    /// What the owner wrote about the column that it passes on.
    pub comment: Option<Arc<str>>,
}

/// A column of a table or model that a value is computed from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// Whose column.
    pub relation: SourceRelation,
    /// Its name, in stored form.
    pub column: Arc<str>,
}

/// What a [`Source`] is a column of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceRelation {
    /// A table of the warehouse.
    Table(Arc<TableName>),
    /// Another model, by its path.
    Model(Arc<str>),
}

/// A relation that is named in a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The name, with all its parts, in bytes of [`Model::text`](crate::Model::text).
    pub span: Range<usize>,
    /// The name as it is written.
    pub name: String,
    /// What it means.
    pub target: Target,
}

/// What a relation's name means.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A common table expression of the same query, with the place of its name.
    Cte(Range<usize>),
    /// Another model, by its path.
    Model(Arc<str>),
    /// A table of the warehouse of which the columns are known.
    Table(Arc<Relation>),
    /// A table that its schema's description does not name.
    NotVisible(TableName, Described),
    /// A table of which the cache knows nothing.
    NotCached(TableName),
    /// A name without catalog or schema that nothing completes, or a form that stands for no single table.
    Unknown,
}
