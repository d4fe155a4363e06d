//! Queries: what they read, and which columns they have.

mod ctes;
mod factor;
mod from;
mod implied;
mod joins;
#[cfg(test)]
mod limits;
mod outputs;
mod pipes;
mod pivot;
mod rows;
mod select;
mod set_operations;
mod star;
#[cfg(test)]
mod tests;

use sqlparser::ast::{Expr, LimitClause, OrderBy, OrderByKind, Query, SetExpr};

use crate::analyzer::Analyzer;
use crate::infer::{Grouping, Place};
use crate::scope::{Relation, Scope, Shape};

pub(crate) use ctes::Layer;
pub(crate) use select::packed;

/// What surrounds a query.
#[derive(Clone, Copy, Default)]
pub(crate) struct Env<'a> {
    /// The common table expressions that it may read.
    pub(crate) ctes: Option<&'a Layer<'a>>,
    /// What it may be correlated with.
    pub(crate) outer: Option<&'a Scope<'a>>,
}

impl<'a> Env<'a> {
    /// What surrounds a query in an expression.
    pub(crate) fn inside<'b>(&'b self, scope: &'b Scope<'b>) -> Env<'b>
    where
        'a: 'b,
    {
        Env {
            ctes: self.ctes,
            outer: Some(scope),
        }
    }
}

impl Analyzer<'_> {
    /// The columns of a query.
    pub(crate) fn query(&mut self, query: &Query, env: &Env<'_>) -> Shape {
        self.deeper(Shape::unknown(), |this| match &query.with {
            Some(with) => this.with(with, env, &mut |this, env| this.without_ctes(query, env)),
            None => this.without_ctes(query, env),
        })
    }

    fn without_ctes(&mut self, query: &Query, env: &Env<'_>) -> Shape {
        if !query.pipe_operators.is_empty() {
            return self.piped(query, env);
        }
        let shape = match (&*query.body, &query.order_by) {
            (SetExpr::Select(select), order) => self.select(select, order.as_ref(), env),
            (body, order) => {
                let shape = self.body(body, env);
                if let Some(order) = order {
                    self.order_outputs(order, &shape, env);
                }
                shape
            }
        };
        self.limit(query, env);
        shape
    }

    /// The columns of what an ORDER BY may stand after.
    pub(crate) fn body(&mut self, body: &SetExpr, env: &Env<'_>) -> Shape {
        self.deeper(Shape::unknown(), |this| match body {
            SetExpr::Select(select) => this.select(select, None, env),
            SetExpr::Query(query) => this.query(query, env),
            SetExpr::SetOperation { .. } => this.set_operation(body, env),
            SetExpr::Values(values) => this.values(values, env),
            _ => Shape::unknown(),
        })
    }

    /// ORDER BY after a set operation names columns of its result. What else it may name is not known well enough.
    fn order_outputs(&mut self, order: &OrderBy, shape: &Shape, env: &Env<'_>) {
        let mut scope = Scope::within(env.outer);
        scope.open = true;
        scope
            .relations
            .push(Relation::new("the query", shape.clone()));
        let at = Place::new(env, &scope, Grouping::Groups);
        self.order_by(order, at);
    }

    pub(crate) fn order_by(&mut self, order: &OrderBy, at: Place<'_>) {
        if let OrderByKind::Expressions(exprs) = &order.kind {
            self.order(exprs, at);
        }
    }

    /// LIMIT and FETCH name no columns, but may hold subqueries.
    fn limit(&mut self, query: &Query, env: &Env<'_>) {
        let mut exprs: Vec<&Expr> = Vec::new();
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                exprs.extend(limit);
                exprs.extend(offset.iter().map(|offset| &offset.value));
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => exprs.extend([offset, limit]),
            None => {}
        }
        if exprs.is_empty() {
            return;
        }
        let mut scope = Scope::within(None);
        scope.open = true;
        let at = Place::new(env, &scope, Grouping::Groups);
        self.exprs(exprs, at);
    }
}
