//! Pipe syntax: `FROM t |> WHERE … |> AGGREGATE …`.

use sqlparser::ast::{
    Assignment, AssignmentTarget, ExprWithAlias, ExprWithAliasAndOrderBy, Ident, IdentWithAlias,
    Join, ObjectNamePart, PipeOperator, Query, SelectFlavor, SelectItem, SetExpr, SetOperator,
    Spanned, TableWithJoins,
};

use super::Env;
use super::rows::beside;
use super::star::everything;
use crate::analyzer::Analyzer;
use crate::infer::{Grouping, Place};
use crate::parse::bytes;
use crate::scope::{Scope, Shape};

impl Analyzer<'_> {
    /// A query with pipe operators: each is given what the one before it leaves in scope.
    pub(super) fn piped(&mut self, query: &Query, env: &Env<'_>) -> Shape {
        let mut scope = match &*query.body {
            // What FROM reads keeps its aliases.
            SetExpr::Select(select) if select.flavor == SelectFlavor::FromFirstNoSelect => {
                self.read_from(select, env)
            }
            body => {
                let shape = self.body(body, env);
                only(shape, env)
            }
        };
        for operator in &query.pipe_operators {
            self.pipe(operator, env, &mut scope);
        }
        everything(Place::new(env, &scope, Grouping::Groups))
    }

    fn pipe<'e>(&mut self, operator: &PipeOperator, env: &Env<'e>, scope: &mut Scope<'e>) {
        let at = Place::new(env, scope, Grouping::Not);
        match operator {
            PipeOperator::Where { expr } => {
                self.expr(expr, at);
            }
            PipeOperator::OrderBy { exprs } => self.order(exprs, at),
            PipeOperator::Limit { .. } | PipeOperator::TableSample { .. } => {}
            PipeOperator::Select { exprs } => {
                let shape = self.piped_outputs(exprs, Shape::exact(Vec::new()), at);
                *scope = only(shape, env);
            }
            PipeOperator::Extend { exprs } => {
                let shape = self.piped_outputs(exprs, Shape::exact(Vec::new()), at);
                scope.relations.push(beside(shape, "EXTEND"));
            }
            PipeOperator::Set { assignments } => self.piped_set(assignments, env, scope),
            PipeOperator::Drop { columns } => {
                let mut shape = everything(at);
                let keys: Vec<_> = columns
                    .iter()
                    .map(|name| self.names.column_key(name))
                    .collect();
                shape.columns.retain(|column| !keys.contains(&column.key));
                *scope = only(shape, env);
            }
            PipeOperator::Rename { mappings } => {
                let mut shape = everything(at);
                self.piped_rename(&mut shape, mappings);
                *scope = only(shape, env);
            }
            PipeOperator::As { alias } => self.piped_alias(alias, env, scope),
            PipeOperator::Aggregate {
                full_table_exprs,
                group_by_expr,
            } => {
                let shape = self.piped_aggregate(full_table_exprs, group_by_expr, at);
                *scope = only(shape, env);
            }
            PipeOperator::Union { .. }
            | PipeOperator::Intersect { .. }
            | PipeOperator::Except { .. } => {
                self.piped_set_operation(operator, env, scope);
            }
            PipeOperator::Join(join) => self.piped_join(join, env, scope),
            PipeOperator::Call { .. }
            | PipeOperator::Pivot { .. }
            | PipeOperator::Unpivot { .. } => {
                *scope = only(Shape::unknown(), env);
            }
        }
    }

    fn piped_outputs(&mut self, items: &[SelectItem], mut shape: Shape, at: Place<'_>) -> Shape {
        for item in items {
            self.output(item, at, &mut shape);
        }
        shape
    }

    /// New values for columns that are there.
    fn piped_set<'e>(&mut self, assignments: &[Assignment], env: &Env<'e>, scope: &mut Scope<'e>) {
        let at = Place::new(env, scope, Grouping::Not);
        let mut shape = everything(at);
        for assignment in assignments {
            let value = self.expr(&assignment.value, at);
            let AssignmentTarget::ColumnName(name) = &assignment.target else {
                continue;
            };
            let Some(name) = name.0.last().and_then(ObjectNamePart::as_ident) else {
                continue;
            };
            let column = self.aliased(value, name);
            for old in shape.columns.iter_mut().filter(|old| old.key == column.key) {
                *old = column.clone();
            }
        }
        *scope = only(shape, env);
    }

    fn piped_rename(&self, shape: &mut Shape, mappings: &[IdentWithAlias]) {
        for mapping in mappings {
            let key = self.names.column_key(&mapping.ident);
            for column in shape.columns.iter_mut().filter(|column| column.key == key) {
                column.name = self.names.stored(&mapping.alias).as_ref().into();
                column.key = self.names.column_key(&mapping.alias);
                column.definition = bytes(mapping.alias.span);
            }
        }
    }

    fn piped_alias<'e>(&mut self, alias: &Ident, env: &Env<'e>, scope: &mut Scope<'e>) {
        let shape = everything(Place::new(env, scope, Grouping::Not));
        let mut relation = beside(shape, &alias.value);
        relation.key = Some(self.names.alias_key(alias));
        relation.span = bytes(alias.span).unwrap_or_default();
        let mut next = Scope::within(env.outer);
        next.relations.push(relation);
        *scope = next;
    }

    /// Groups first, then what is aggregated over them.
    fn piped_aggregate(
        &mut self,
        aggregates: &[ExprWithAliasAndOrderBy],
        groups: &[ExprWithAliasAndOrderBy],
        at: Place<'_>,
    ) -> Shape {
        let grouping = match groups {
            [] => Grouping::All,
            _ => Grouping::Groups,
        };
        let at = Place { grouping, ..at };
        let mut shape = Shape::exact(Vec::new());
        for ExprWithAliasAndOrderBy {
            expr: ExprWithAlias { expr, alias },
            ..
        } in groups.iter().chain(aggregates)
        {
            let column = match alias {
                Some(alias) => {
                    let value = self.expr(expr, at);
                    self.aliased(value, alias)
                }
                None => self.unnamed(expr, shape.columns.len(), at),
            };
            shape.columns.push(column);
        }
        shape
    }

    fn piped_set_operation<'e>(
        &mut self,
        operator: &PipeOperator,
        env: &Env<'e>,
        scope: &mut Scope<'e>,
    ) {
        let (operator, quantifier, queries) = match operator {
            PipeOperator::Union {
                set_quantifier,
                queries,
            } => (SetOperator::Union, set_quantifier, queries),
            PipeOperator::Intersect {
                set_quantifier,
                queries,
            } => (SetOperator::Intersect, set_quantifier, queries),
            PipeOperator::Except {
                set_quantifier,
                queries,
            } => (SetOperator::Except, set_quantifier, queries),
            _ => return,
        };
        let mut shape = everything(Place::new(env, scope, Grouping::Not));
        for query in queries {
            let other = self.query(query, env);
            let span = bytes(query.span()).unwrap_or_default();
            shape = self.combined(shape, &other, operator, *quantifier, span);
        }
        *scope = only(shape, env);
    }

    fn piped_join<'e>(&mut self, join: &Join, env: &Env<'e>, scope: &mut Scope<'e>) {
        let right = scope.relations.len();
        let table = TableWithJoins {
            relation: join.relation.clone(),
            joins: Vec::new(),
        };
        self.joined(&table, env, scope);
        self.join(&join.join_operator, 0, right, scope, env);
    }
}

/// A scope of nothing but these columns.
fn only<'e>(shape: Shape, env: &Env<'e>) -> Scope<'e> {
    let mut scope = Scope::within(env.outer);
    scope.relations.push(beside(shape, "the query"));
    scope
}
