//! Pipe syntax: `FROM t |> WHERE … |> AGGREGATE …`.

use sqlparser::ast::{
    Assignment, AssignmentTarget, Expr, ExprWithAlias, ExprWithAliasAndOrderBy, FunctionArg,
    FunctionArgExpr, FunctionArguments, Ident, IdentWithAlias, Join, ObjectNamePart, PipeOperator,
    Query, SelectFlavor, SelectItem, SetExpr, SetOperator, Spanned, TableWithJoins,
    Value as Written,
};

use super::Env;
use super::star::everything;
use crate::Dialect;
use crate::analyzer::Analyzer;
use crate::infer::{Grouping, Place, function_name};
use crate::parse::bytes;
use crate::scope::{Column, Relation, Scope, Shape};

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
                let shape = self.piped_outputs(exprs, env, scope);
                *scope = only(shape, env);
            }
            PipeOperator::Extend { exprs } => {
                let shape = self.piped_outputs(exprs, env, scope);
                scope.relations.push(Relation::new("EXTEND", shape));
            }
            PipeOperator::Set { assignments } => self.piped_set(assignments, env, scope),
            PipeOperator::Drop { columns } => {
                let mut shape = everything(at);
                for name in columns {
                    let key = self.names.column_key(name);
                    self.check_piped(name, &shape);
                    shape.columns.retain(|column| column.key != key);
                }
                replace(scope, shape, env);
            }
            PipeOperator::Rename { mappings } => {
                let mut shape = everything(at);
                self.piped_rename(&mut shape, mappings);
                replace(scope, shape, env);
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

    fn piped_outputs(
        &mut self,
        items: &[SelectItem],
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) -> Shape {
        let mut shape = Shape::exact(Vec::new());
        for item in items {
            self.output(item, Place::new(env, scope, Grouping::Not), &mut shape);
            if self.dialect() != Dialect::BigQuery {
                let named = shape.columns.iter().filter(|column| !column.made_up);
                scope.aliases = named.cloned().map(Column::by_key).collect();
            }
        }
        scope.aliases.clear();
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
            self.check_piped(name, &shape);
            let column = self.aliased(value, name);
            for old in shape.columns.iter_mut().filter(|old| old.key == column.key) {
                *old = column.clone();
            }
        }
        replace(scope, shape, env);
    }

    /// Whether there is the column that an operator changes.
    fn check_piped(&mut self, name: &Ident, shape: &Shape) {
        let key = self.names.column_key(name);
        if shape.exact && !shape.columns.iter().any(|column| column.key == key) {
            let relation = Relation::new("the query", shape.clone());
            self.unknown_column(name, vec![&relation]);
        }
    }

    fn piped_rename(&mut self, shape: &mut Shape, mappings: &[IdentWithAlias]) {
        for mapping in mappings {
            self.check_piped(&mapping.ident, shape);
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
        let mut relation = Relation::new(alias.value.as_str(), shape);
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
            if let Some(members) = members(expr) {
                for member in members {
                    let mut column = self.unnamed(member, &shape, at);
                    column.typed.nullable = true;
                    shape.columns.push(column);
                }
                continue;
            }
            if let (Dialect::Databricks, Some(column)) = (self.dialect(), ordinal(expr, at)) {
                shape.columns.push(column);
                continue;
            }
            let column = match alias {
                Some(alias) => {
                    let value = self.expr(expr, at);
                    self.aliased(value, alias)
                }
                None => self.unnamed(expr, &shape, at),
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
        self.joined(&table, right, env, scope);
        self.join(&join.join_operator, 0, right, scope, env);
    }
}

/// The column that a number stands for among those before the operator.
fn ordinal(group: &Expr, at: Place<'_>) -> Option<Column> {
    let Expr::Value(value) = group else {
        return None;
    };
    let Written::Number(digits, _) = &value.value else {
        return None;
    };
    let index = digits.parse::<usize>().ok()?.checked_sub(1)?;
    everything(at).columns.into_iter().nth(index)
}

/// What is grouped by in several ways at once, as ROLLUP says, each once.
fn members(group: &Expr) -> Option<Vec<&Expr>> {
    let mut members: Vec<&Expr> = Vec::new();
    match group {
        Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
            members.extend(sets.iter().flatten());
        }
        Expr::Function(function)
            if matches!(function_name(&function.name).as_str(), "ROLLUP" | "CUBE") =>
        {
            let FunctionArguments::List(list) = &function.args else {
                return None;
            };
            for argument in &list.args {
                match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Tuple(exprs))) => {
                        members.extend(exprs);
                    }
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => members.push(expr),
                    _ => return None,
                }
            }
        }
        _ => return None,
    }
    let mut found = Vec::with_capacity(members.len());
    for member in members {
        if !found.contains(&member) {
            found.push(member);
        }
    }
    Some(found)
}

/// Puts these columns in the place of those before, which are still found behind the names of their relations.
fn replace<'e>(scope: &mut Scope<'e>, shape: Shape, env: &Env<'e>) {
    let mut next = only(shape, env);
    let named = scope.relations.drain(..).filter(|it| it.key.is_some());
    next.relations.extend(named.map(|relation| Relation {
        is_behind: true,
        ..relation
    }));
    *scope = next;
}

/// A scope of nothing but these columns.
fn only<'e>(shape: Shape, env: &Env<'e>) -> Scope<'e> {
    let mut scope = Scope::within(env.outer);
    scope.relations.push(Relation::new("the query", shape));
    scope
}
