//! UNION, INTERSECT and EXCEPT, and VALUES.

use std::ops::Range;

use sqlparser::ast::{SetExpr, SetOperator, SetQuantifier, Spanned, Values};

use super::Env;
use super::ctes::count;
use crate::analyzer::Analyzer;
use crate::infer::{Grouping, Place};
use crate::parse::bytes;
use crate::scope::{Column, Scope, Shape};
use crate::{Code, Diagnostic, Dialect, Type};

impl Analyzer<'_> {
    /// A chain of set operations. It may be long, and every link is one level of the tree, so the walk follows it without descending.
    pub(super) fn set_operation(&mut self, body: &SetExpr, env: &Env<'_>) -> Shape {
        let mut links = Vec::new();
        let mut first = body;
        while let SetExpr::SetOperation {
            left,
            op,
            set_quantifier,
            right,
        } = first
        {
            links.push((*op, *set_quantifier, &**right));
            first = left;
        }
        let mut shape = self.body(first, env);
        for (operator, quantifier, right) in links.into_iter().rev() {
            let other = self.body(right, env);
            let span = bytes(right.span()).unwrap_or_default();
            shape = self.combined(shape, &other, operator, quantifier, span);
        }
        shape
    }

    /// What a set operation makes of two queries, the second of which lies at `span`.
    pub(super) fn combined(
        &mut self,
        left: Shape,
        right: &Shape,
        operator: SetOperator,
        quantifier: SetQuantifier,
        span: Range<usize>,
    ) -> Shape {
        use SetQuantifier as Q;
        if matches!(quantifier, Q::ByName | Q::AllByName | Q::DistinctByName) {
            return self.combined_by_name(left, right);
        }
        if let (Some(one), Some(other)) = (left.arity(), right.arity())
            && one != other
        {
            let message = format!(
                "the sides of {operator} have {} and {}",
                count(one, "column"),
                count(other, "column")
            );
            self.report(Diagnostic::new(Code::SetOperationArity, message, span));
            return left;
        }
        let only_left = matches!(operator, SetOperator::Except | SetOperator::Minus);
        let mut columns = left.columns;
        if !left.exact || !right.exact {
            // Which columns meet is not known.
            for column in &mut columns {
                column.typed = crate::functions::Typed::UNKNOWN;
            }
            return Shape {
                columns,
                exact: left.exact,
            };
        }
        for (column, other) in columns.iter_mut().zip(&right.columns) {
            let nullable = column.typed.nullable;
            self.merge(column, other);
            if only_left {
                column.typed.nullable = nullable;
            }
        }
        Shape::exact(columns)
    }

    fn combined_by_name(&mut self, left: Shape, right: &Shape) -> Shape {
        let mut shape = left;
        for column in &mut shape.columns {
            match right.columns.iter().find(|other| other.key == column.key) {
                Some(other) => self.merge(column, other),
                None => column.typed.nullable = true,
            }
        }
        for other in &right.columns {
            if !shape.columns.iter().any(|column| column.key == other.key) {
                let mut column = other.clone();
                column.typed.nullable = true;
                shape.columns.push(column);
            }
        }
        shape.exact &= right.exact;
        shape
    }

    /// Makes `column` what may come from either.
    fn merge(&self, column: &mut Column, other: &Column) {
        let dialect = self.dialect();
        column.typed.data_type =
            Type::common(dialect, &column.typed.data_type, &other.typed.data_type);
        column.typed.nullable |= other.typed.nullable;
        if column.comment != other.comment {
            column.comment = None;
        }
        if !other
            .sources
            .iter()
            .all(|source| column.sources.contains(source))
        {
            let mut sources = column.sources.to_vec();
            let new = other
                .sources
                .iter()
                .filter(|source| !sources.contains(source));
            let new: Vec<_> = new.cloned().collect();
            sources.extend(new);
            column.sources = sources.into();
        }
    }

    /// Rows that are written out.
    pub(super) fn values(&mut self, values: &Values, env: &Env<'_>) -> Shape {
        let scope = Scope::within(env.outer);
        let at = Place::new(env, &scope, Grouping::Not);
        let mut shape: Option<Shape> = None;
        for row in &values.rows {
            let cells = self.exprs(&row.content, at);
            let columns = cells.into_iter().enumerate().map(|(index, cell)| {
                let name = match self.dialect() {
                    Dialect::Databricks => format!("col{}", index + 1),
                    Dialect::Snowflake => format!("COLUMN{}", index + 1),
                    Dialect::BigQuery => String::new(),
                };
                Column {
                    sources: cell.sources.into(),
                    ..Column::stored(&self.names, name, cell.typed)
                }
            });
            let row = Shape::exact(columns.collect());
            match &mut shape {
                None => shape = Some(row),
                Some(shape) if shape.columns.len() == row.columns.len() => {
                    let pairs = shape.columns.iter_mut().zip(&row.columns);
                    pairs.for_each(|(column, other)| self.merge(column, other));
                }
                // Rows of different lengths are not a table, or something that is not understood.
                Some(shape) => shape.exact = false,
            }
        }
        shape.unwrap_or_default()
    }
}
