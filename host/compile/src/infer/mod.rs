//! What expressions are: their types, whether they may be NULL, and what they are computed from.

mod access;
mod calls;
mod forms;
mod literals;
mod named;
mod operators;
mod special;
mod units;

pub(crate) use calls::function_name;
pub(crate) use operators::common;

use std::ops::Range;
use std::sync::Arc;

use sqlparser::ast::{Expr, Value as Written};

use crate::analyzer::Analyzer;
use crate::functions::{Argument, Literal, Typed};
use crate::query::Env;
use crate::scope::Scope;
use crate::types::may_be_combined;
use crate::{Source, Type};

/// What is known of an expression.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) typed: Typed,
    pub(crate) sources: Vec<Source>,
    /// Its value, where it is written out.
    pub(crate) literal: Option<Literal>,
    /// What the owner of the column wrote that it passes on.
    pub(crate) comment: Option<Arc<str>>,
    /// The name that it has as an output without an alias, where it is a column or a field.
    pub(crate) name: Option<Arc<str>>,
    /// Where the query defines the column that it passes on.
    pub(crate) definition: Option<Range<usize>>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) env: &'p Env<'p>,
    pub(crate) scope: &'p Scope<'p>,
    /// Whether an aggregate function makes one value of many rows here; without GROUP BY there may be none.
    pub(crate) grouping: Grouping,
}

/// What becomes of the rows that an aggregate function is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// Every group has at least one row.
    Groups,
    /// All rows are one group, which may have none.
    All,
    /// Rows are not aggregated yet, as in WHERE.
    Not,
}

impl<'p> Place<'p> {
    pub(crate) fn new(env: &'p Env<'p>, scope: &'p Scope<'p>, grouping: Grouping) -> Self {
        Self {
            env,
            scope,
            grouping,
        }
    }
}

impl Value {
    pub(crate) fn unknown() -> Self {
        Self::of(Typed::UNKNOWN)
    }

    pub(crate) fn of(typed: Typed) -> Self {
        Self {
            typed,
            sources: Vec::new(),
            literal: None,
            comment: None,
            name: None,
            definition: None,
        }
    }

    /// A value of that type, computed from others.
    pub(crate) fn computed(typed: Typed, from: impl IntoIterator<Item = Value>) -> Self {
        let mut value = Self::of(typed);
        for other in from {
            value.add_sources(other.sources);
        }
        value
    }

    pub(crate) fn add_sources(&mut self, sources: Vec<Source>) {
        if self.sources.is_empty() {
            self.sources = sources;
            return;
        }
        for source in sources {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
    }

    /// As an argument of a function.
    pub(crate) fn argument(&self) -> Argument {
        Argument {
            typed: self.typed.clone(),
            literal: self.literal.clone(),
        }
    }
}

impl Analyzer<'_> {
    /// What is known of `expr`.
    pub(crate) fn expr(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        let mut value = self.deeper(Value::unknown(), |this| this.node(expr, at));
        // Whatever made the value, the next expression may make one of several like it.
        if !may_be_combined(std::iter::once(&value.typed.data_type)) {
            value.typed.data_type = Type::Unknown;
        }
        value
    }

    /// What is known of each of them.
    pub(crate) fn exprs<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        at: Place<'_>,
    ) -> Vec<Value> {
        exprs.into_iter().map(|expr| self.expr(expr, at)).collect()
    }

    /// True or false, or NULL where one of `operands` is.
    pub(crate) fn condition(&mut self, operands: &[&Expr], at: Place<'_>) -> Value {
        let values = self.exprs(operands.iter().copied(), at);
        let nullable = values.iter().any(|value| value.typed.nullable);
        Value::computed(Typed::new(Type::Boolean, nullable), values)
    }

    /// True or false, never NULL.
    fn test(&mut self, operands: &[&Expr], at: Place<'_>) -> Value {
        let values = self.exprs(operands.iter().copied(), at);
        Value::computed(Typed::new(Type::Boolean, false), values)
    }

    fn node(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        match expr {
            Expr::Identifier(ident) => self.identifier(ident, at),
            Expr::CompoundIdentifier(parts) => self.compound(parts, at),
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, at),
            Expr::JsonAccess { value, path } => self.path(value, path, at),
            Expr::Value(value) => match &value.value {
                Written::Placeholder(name) => self.placeholder(name, value.span, at),
                value => self.literal(value),
            },
            Expr::Nested(inner) | Expr::OuterJoin(inner) | Expr::Prior(inner) => {
                self.expr(inner, at)
            }
            Expr::Collate { expr, .. } => self.expr(expr, at),
            Expr::BinaryOp { .. } => self.binary(expr, at),
            Expr::UnaryOp { op, expr } => self.unary(op, expr, at),
            Expr::Function(function) => self.call(function, at),
            Expr::Cast { .. } | Expr::Convert { .. } => self.cast(expr, at),
            Expr::Case { .. } => self.case(expr, at),
            Expr::Subquery(query) => self.scalar(query, at),
            Expr::IsFalse(it)
            | Expr::IsNotFalse(it)
            | Expr::IsTrue(it)
            | Expr::IsNotTrue(it)
            | Expr::IsNull(it)
            | Expr::IsNotNull(it)
            | Expr::IsUnknown(it)
            | Expr::IsNotUnknown(it) => self.test(&[it], at),
            Expr::IsDistinctFrom(one, other) | Expr::IsNotDistinctFrom(one, other) => {
                self.test(&[one, other], at)
            }
            Expr::Between {
                expr, low, high, ..
            } => self.condition(&[expr, low, high], at),
            Expr::Like { expr, pattern, .. }
            | Expr::ILike { expr, pattern, .. }
            | Expr::SimilarTo { expr, pattern, .. }
            | Expr::RLike { expr, pattern, .. } => self.condition(&[expr, pattern], at),
            Expr::InList { expr, list, .. } => {
                let operands: Vec<&Expr> = std::iter::once(&**expr).chain(list).collect();
                self.condition(&operands, at)
            }
            _ => self.form(expr, at),
        }
    }
}
