//! FROM.

use sqlparser::ast::{TableAlias, TableFactor, TableWithJoins};

use super::Env;
use crate::analyzer::Analyzer;
use crate::infer::{Grouping, Place};
use crate::parse::bytes;
use crate::scope::{Relation, Scope, Shape};
use crate::{Code, Diagnostic, Dialect};

impl Analyzer<'_> {
    /// Brings a relation and those joined with it into scope. The relations from `start` on are those that it may be joined with.
    pub(super) fn joined(
        &mut self,
        table: &TableWithJoins,
        start: usize,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        self.deeper((), |this| this.factor(&table.relation, env, scope));
        for join in &table.joins {
            let right = scope.relations.len();
            self.deeper((), |this| this.factor(&join.relation, env, scope));
            self.join(&join.join_operator, start, right, scope, env);
        }
    }

    fn factor(&mut self, factor: &TableFactor, env: &Env<'_>, scope: &mut Scope<'_>) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => self.table(name, alias.as_ref(), env, scope),
            TableFactor::Table {
                name,
                alias,
                args: Some(args),
                ..
            } => {
                self.table_function(name, &args.args, alias.as_ref(), env, scope);
            }
            TableFactor::Function {
                name, args, alias, ..
            } => {
                self.table_function(name, args, alias.as_ref(), env, scope);
            }
            TableFactor::TableFunction { expr, alias } => {
                self.table_of(expr, alias.as_ref(), env, scope)
            }
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                ..
            } => {
                let shape = match lateral {
                    true => self.query(subquery, &env.inside(scope)),
                    false => self.query(subquery, env),
                };
                self.derived(shape, alias.as_ref(), scope);
            }
            TableFactor::UNNEST { .. } => self.unnest(factor, env, scope),
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => self.nested(table_with_joins, alias.as_ref(), env, scope),
            TableFactor::Pivot { .. } => self.pivot(factor, env, scope),
            TableFactor::Unpivot { .. } => self.unpivot(factor, env, scope),
            TableFactor::MatchRecognize { table, alias, .. } => {
                let mut inner = Scope::within(env.outer);
                self.factor(table, env, &mut inner);
                self.derived(Shape::unknown(), alias.as_ref(), scope);
            }
            TableFactor::JsonTable { alias, .. }
            | TableFactor::OpenJsonTable { alias, .. }
            | TableFactor::XmlTable { alias, .. }
            | TableFactor::SemanticView { alias, .. } => {
                self.derived(Shape::unknown(), alias.as_ref(), scope)
            }
        }
    }

    /// Joins in brackets.
    fn nested(
        &mut self,
        joins: &TableWithJoins,
        alias: Option<&TableAlias>,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        if alias.is_none() {
            let start = scope.relations.len();
            self.joined(joins, start, env, scope);
            return;
        }
        let mut inner = Scope::within(env.outer);
        self.joined(joins, 0, env, &mut inner);
        let shape = super::star::everything(Place::new(env, &inner, Grouping::Not));
        self.derived(shape, alias, scope);
    }

    /// The relation beneath a PIVOT or UNPIVOT, in a scope of its own.
    pub(super) fn beneath(
        &mut self,
        table: &TableFactor,
        env: &Env<'_>,
    ) -> (Scope<'static>, Shape) {
        let mut inner = Scope::within(None);
        self.deeper((), |this| this.factor(table, env, &mut inner));
        let at = Place::new(env, &inner, Grouping::Not);
        let shape = super::star::everything(at);
        (inner, shape)
    }

    /// Brings columns into scope under an alias, if they have one.
    pub(super) fn derived(
        &mut self,
        shape: Shape,
        alias: Option<&TableAlias>,
        scope: &mut Scope<'_>,
    ) {
        let mut relation = Relation::new("the subquery", shape);
        if let Some(alias) = alias {
            self.alias(&mut relation, alias);
        }
        scope.relations.push(relation);
    }

    /// Gives a relation its alias.
    pub(super) fn alias(&mut self, relation: &mut Relation, alias: &TableAlias) {
        relation.key = Some(self.names.alias_key(&alias.name));
        relation.path.clear();
        relation.text = alias.name.value.as_str().into();
        relation.span = bytes(alias.name.span).unwrap_or_default();
        if !alias.columns.is_empty() {
            let shape = self.renamed((*relation.shape).clone(), &alias.columns, &alias.name);
            relation.shape = shape.into();
        }
        self.note_relation(relation.span.clone(), relation);
    }

    /// No two relations of a FROM may have the same name; tables in different schemas may. Databricks minds only when the name is used.
    pub(super) fn check_aliases(&mut self, scope: &Scope<'_>) {
        if self.dialect() == Dialect::Databricks {
            return;
        }
        for (index, relation) in scope.relations.iter().enumerate() {
            let Some(key) = &relation.key else {
                continue;
            };
            let is_same =
                |other: &&Relation| other.key.as_ref() == Some(key) && other.path == relation.path;
            let before = scope.relations.iter().take(index).find(is_same);
            if before.is_some() && !relation.span.is_empty() {
                let message = format!("two relations are named `{}`", relation.text);
                let mut diagnostic =
                    Diagnostic::new(Code::DuplicateAlias, message, relation.span.clone());
                diagnostic.help = Some("give one of them another alias".to_owned());
                self.report(diagnostic);
            }
        }
    }
}
