//! The columns of a relation or query.

use std::ops::Range;
use std::sync::Arc;

use crate::functions::Typed;
use crate::scope::Names;
use crate::{Output, Source, SourceRelation};

/// What a value is computed from, without duplicates.
pub(crate) type Sources = Arc<[Source]>;

/// A column of a [`Shape`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// Its name in stored form.
    pub(crate) name: Arc<str>,
    /// The text under which it is found.
    pub(crate) key: Arc<str>,
    /// Whether the warehouse makes up the name, in a way that is not followed here.
    pub(crate) made_up: bool,
    pub(crate) typed: Typed,
    pub(crate) sources: Sources,
    pub(crate) comment: Option<Arc<str>>,
    /// Where the query defines it.
    pub(crate) definition: Option<Range<usize>>,
}

/// The columns of a relation or query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shape {
    pub(crate) columns: Vec<Column>,
    /// Whether those are all.
    pub(crate) exact: bool,
}

impl Shape {
    /// Nothing is known.
    pub(crate) fn unknown() -> Self {
        Self::default()
    }

    /// These and no others.
    pub(crate) fn exact(columns: Vec<Column>) -> Self {
        Self {
            columns,
            exact: true,
        }
    }

    /// How many columns there are, where that is known.
    pub(crate) fn arity(&self) -> Option<usize> {
        self.exact.then_some(self.columns.len())
    }

    /// As an analysis tells it.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let output = |column: &Column| Output {
            name: column.name.clone(),
            data_type: column.typed.data_type.clone(),
            nullable: column.typed.nullable,
            span: column.definition.clone().unwrap_or_default(),
            sources: column.sources.clone(),
            comment: column.comment.clone(),
        };
        self.columns.iter().map(output).collect()
    }

    /// As the model at `path` shows itself to those that read it.
    pub(crate) fn of_model(&self, path: &Arc<str>) -> Self {
        let column = |column: &Column| {
            let source = Source {
                relation: SourceRelation::Model(path.clone()),
                column: column.name.clone(),
            };
            Column {
                sources: Arc::from([source]),
                definition: None,
                ..column.clone()
            }
        };
        Self {
            columns: self.columns.iter().map(column).collect(),
            exact: self.exact,
        }
    }

    /// The same columns, each of which may be NULL.
    pub(crate) fn nullable(mut self) -> Self {
        for column in &mut self.columns {
            column.typed.nullable = true;
        }
        self
    }
}

impl Column {
    /// The column, under the text under which it is found.
    pub(crate) fn by_key(self) -> (Arc<str>, Self) {
        (self.key.clone(), self)
    }

    /// A column whose name is in stored form.
    pub(crate) fn stored(names: &Names, name: impl Into<Arc<str>>, typed: Typed) -> Self {
        let name = name.into();
        Self {
            key: names.stored_column_key(&name),
            name,
            made_up: false,
            typed,
            sources: Arc::from([]),
            comment: None,
            definition: None,
        }
    }

    /// A column of which only its place is known.
    pub(crate) fn unknown() -> Self {
        Self {
            name: "".into(),
            key: "".into(),
            made_up: true,
            typed: Typed::UNKNOWN,
            sources: Arc::from([]),
            comment: None,
            definition: None,
        }
    }
}
