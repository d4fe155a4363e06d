//! Common table expressions.

use std::sync::Arc;

use sqlparser::ast::{Cte, Ident, SetExpr, TableAliasColumnDef, With};

use super::Env;
use crate::analyzer::{Analyzer, Meaning, Named};
use crate::parse::bytes;
use crate::scope::Shape;
use crate::{Code, Diagnostic, Dialect, Type};

/// How many expressions whose first part is analysed by itself may be nested in each other: each doubles the work for those within.
const MOST_ANCHORS: usize = 2;

/// The common table expressions of one WITH, as far as they are known, within those around it.
pub(crate) struct Layer<'a> {
    outer: Option<&'a Layer<'a>>,
    known: &'a [(String, Named)],
}

impl Layer<'_> {
    /// The expression with this key.
    pub(crate) fn find(&self, key: &str) -> Option<&Named> {
        let mut layer = Some(self);
        while let Some(current) = layer {
            if let Some((_, named)) = current.known.iter().rev().find(|(name, _)| name == key) {
                return Some(named);
            }
            layer = current.outer;
        }
        None
    }
}

impl Layer<'_> {
    /// The names of all expressions, the nearest first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let mut layer = Some(self);
        let layers = std::iter::from_fn(move || {
            let current = layer?;
            layer = current.outer;
            Some(current)
        });
        layers.flat_map(|layer| layer.known.iter().map(|(_, named)| named.name.as_ref()))
    }
}

impl Analyzer<'_> {
    /// Does `work` where the expressions of `with` may be read.
    pub(crate) fn with(
        &mut self,
        with: &With,
        env: &Env<'_>,
        work: &mut dyn FnMut(&mut Self, &Env<'_>) -> Shape,
    ) -> Shape {
        let mut known: Vec<(String, Named)> = Vec::with_capacity(with.cte_tables.len());
        // Recursive expressions may read those behind them.
        let later: Vec<(String, Named)> = with
            .cte_tables
            .iter()
            .filter(|_| with.recursive)
            .map(|cte| {
                let key = self.names.alias_key(&cte.alias.name);
                (key, self.named_cte(cte, Shape::unknown()))
            })
            .collect();
        for (index, cte) in with.cte_tables.iter().enumerate() {
            let name = &cte.alias.name;
            let key = self.names.alias_key(name);
            if known.iter().any(|(other, _)| *other == key) {
                self.duplicate(name);
            }
            let below = Layer {
                outer: env.ctes,
                known: later.get(index + 1..).unwrap_or_default(),
            };
            let before = Layer {
                outer: Some(&below),
                known: &known,
            };
            let anchor = self.anchor(cte, with.recursive, &before, env);
            let own = anchor.map(|shape| (key.clone(), self.named_cte(cte, shape)));
            let layer = Layer {
                outer: Some(&before),
                known: own.as_slice(),
            };
            let inner = Env {
                ctes: Some(&layer),
                outer: env.outer,
            };
            let shape = self.query(&cte.query, &inner);
            let shape = self.renamed(shape, &cte.alias.columns, name);
            let named = self.named_cte(cte, shape);
            if let Some(span) = bytes(name.span) {
                self.note(span, Meaning::Named(named.clone()));
            }
            known.push((key, named));
        }
        let layer = Layer {
            outer: env.ctes,
            known: &known,
        };
        let inner = Env {
            ctes: Some(&layer),
            outer: env.outer,
        };
        work(self, &inner)
    }

    fn named_cte(&self, cte: &Cte, shape: Shape) -> Named {
        Named {
            name: cte.alias.name.value.as_str().into(),
            is_cte: true,
            shape: Arc::new(shape),
            definition: bytes(cte.alias.name.span).unwrap_or_default(),
            reference: None,
        }
    }

    /// What a recursive expression is to itself: the columns of its first part. `None` where it does not read itself.
    fn anchor(
        &mut self,
        cte: &Cte,
        recursive: bool,
        before: &Layer<'_>,
        env: &Env<'_>,
    ) -> Option<Shape> {
        let may_be = recursive || self.dialect() == Dialect::Snowflake;
        let SetExpr::SetOperation { left, .. } = &*cte.query.body else {
            return recursive.then(Shape::unknown);
        };
        if !may_be {
            return None;
        }
        let inner = Env {
            ctes: Some(before),
            outer: env.outer,
        };
        if self.anchors >= MOST_ANCHORS {
            return Some(Shape::unknown());
        }
        self.anchors += 1;
        let found = std::mem::take(&mut self.found);
        let shape = match &cte.query.with {
            Some(with) => self.with(with, &inner, &mut |this, env| this.body(left, env)),
            None => self.body(left, &inner),
        };
        self.anchors -= 1;
        let key = self.names.alias_key(&cte.alias.name);
        let reads_itself = self.found.paths.iter().any(|path| {
            let written = self.names.rules.columns.key(&path.written).into_owned();
            path.parts.len() == 1 && (written == key || path.parts.first() == Some(&key))
        });
        let marks = self.found.diagnostics.len();
        self.found = found;
        // Its first part reads a table of the same name.
        if reads_itself && !recursive {
            return None;
        }
        let mut shape = match marks {
            0 => self.renamed(shape, &cte.alias.columns, &cte.alias.name),
            _ => Shape::unknown(),
        };
        // What later rounds add may be of a wider type.
        for column in &mut shape.columns {
            column.typed.nullable = true;
            let may_widen = match &column.typed.data_type {
                Type::Decimal { .. } => self.dialect() == Dialect::Snowflake,
                data_type => *data_type == Type::Null,
            };
            if may_widen {
                column.typed.data_type = Type::Unknown;
            }
        }
        Some(shape)
    }

    /// A shape with the names of a column list.
    pub(crate) fn renamed(
        &mut self,
        mut shape: Shape,
        names: &[TableAliasColumnDef],
        near: &Ident,
    ) -> Shape {
        if names.is_empty() {
            return shape;
        }
        if let Some(arity) = shape.arity() {
            let is_wrong = match self.dialect() {
                Dialect::Snowflake => names.len() > arity,
                _ => names.len() != arity,
            };
            if is_wrong {
                self.wrong_list(names, arity, near);
            }
        }
        let has_all = shape.exact || names.iter().any(|name| name.data_type.is_some());
        if !shape.exact {
            // The names are all there are, whatever they stand for.
            shape.columns.clear();
        }
        let count = names.len().max(shape.columns.len());
        let mut columns = Vec::with_capacity(count);
        for index in 0..count {
            let old = shape.columns.get(index).cloned();
            let Some(name) = names.get(index) else {
                columns.extend(old);
                continue;
            };
            let mut column = old.unwrap_or_else(crate::scope::Column::unknown);
            column.key = self.names.column_key(&name.name);
            column.name = self.names.stored(&name.name).as_ref().into();
            column.made_up = false;
            column.definition = bytes(name.name.span).or(column.definition);
            if let Some(data_type) = &name.data_type {
                column.typed.data_type = Type::from_sql(self.dialect(), data_type);
            }
            columns.push(column);
        }
        let lists_all = self.dialect() != Dialect::Snowflake;
        Shape {
            columns,
            exact: has_all || lists_all,
        }
    }

    fn wrong_list(&mut self, names: &[TableAliasColumnDef], arity: usize, near: &Ident) {
        let first = names.first().and_then(|name| bytes(name.name.span));
        let last = names.last().and_then(|name| bytes(name.name.span));
        let span = match (first, last) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => bytes(near.span).unwrap_or_default(),
        };
        let message = format!(
            "{} for {}",
            count(names.len(), "name"),
            count(arity, "column")
        );
        self.report(Diagnostic::new(Code::ColumnListArity, message, span));
    }

    fn duplicate(&mut self, name: &Ident) {
        if let Some(span) = bytes(name.span) {
            let message = format!(
                "there are two common table expressions named `{}`",
                name.value
            );
            self.report(Diagnostic::new(Code::DuplicateCte, message, span));
        }
    }
}

/// `1 name`, `2 names`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
