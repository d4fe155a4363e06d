//! What editors are answered.

use std::ops::Range;

use rocky_schema::TableName;

use crate::Described;

/// What the name under a cursor is.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    /// The name, in bytes of the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: HoverKind,
    /// Its full name: of a table with catalog and schema, of a field with the path to it.
    pub name: String,
    /// Its type in the warehouse's words, where it has one that is known.
    pub data_type: Option<String>,
    /// Whether it may be NULL, where it is a value. `true` also where that cannot be known.
    pub nullable: Option<bool>,
    /// What was written about it.
    pub comment: Option<String>,
    /// The relation that it belongs to, or stands for.
    pub relation: Option<String>,
    /// Its columns, where it is a relation: as far as they are known.
    pub columns: Vec<HoverColumn>,
    /// The table whose description this rests on, and where that is from.
    pub described: Option<(TableName, Described)>,
}

/// A column of a relation that is hovered over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoverColumn {
    /// Its name.
    pub name: String,
    /// Its type in the warehouse's words, where that is known.
    pub data_type: Option<String>,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// What was written about it.
    pub comment: Option<String>,
}

/// What a name under a cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoverKind {
    /// A column, or a field of one.
    Column,
    /// A table or view of the warehouse.
    Table,
    /// Another model.
    Model,
    /// A common table expression.
    Cte,
    /// An alias of a relation.
    Alias,
}

/// A place in a model's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The model's path.
    pub path: String,
    /// Where in its text, in bytes.
    pub span: Range<usize>,
}

/// Something that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words more: a column's type, a table's kind.
    pub detail: Option<String>,
    /// What was written about it.
    pub documentation: Option<String>,
    /// What is replaced, in bytes of the text: the part of a name that is typed already.
    pub span: Range<usize>,
    /// By what: the name, quoted where it has to be.
    pub text: String,
}

/// What a [`Completion`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompletionKind {
    /// A column of a relation in scope, or a field of one.
    Column,
    /// The name of a relation in scope.
    Alias,
    /// A common table expression.
    Cte,
    /// A model.
    Model,
    /// A table or view of the warehouse.
    Table,
    /// A schema.
    Schema,
    /// A catalog.
    Catalog,
    /// A function.
    Function,
    /// A word of SQL.
    Keyword,
}
