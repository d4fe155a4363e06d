//! SELECT.

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::ast::{
    ConnectByKind, Distinct, Expr, GroupByExpr, GroupByWithModifier, NamedWindowExpr, OrderBy,
    Select, SelectFlavor, SelectItem, ValueTableMode,
};

use super::Env;
use crate::analyzer::Analyzer;
use crate::infer::{Grouping, Place};
use crate::scope::{Column, Scope, Shape};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// The columns of a SELECT, with the ORDER BY after it.
    pub(super) fn select(
        &mut self,
        select: &Select,
        order: Option<&OrderBy>,
        env: &Env<'_>,
    ) -> Shape {
        let mut scope = self.read_from(select, env);
        let shape = match select.flavor {
            SelectFlavor::FromFirstNoSelect => {
                super::star::everything(Place::new(env, &scope, Grouping::Not))
            }
            _ => self.selected(select, env, &mut scope),
        };
        if let Some(order) = order {
            scope.aliases_first = true;
            scope.aliases = shape.columns.iter().cloned().map(Column::by_key).collect();
            let at = Place::new(env, &scope, grouping(select));
            self.order_by(order, at);
        }
        self.value_table(select, shape)
    }

    /// What the FROM and the LATERAL VIEWs bring into scope.
    pub(crate) fn read_from<'e>(&mut self, select: &Select, env: &Env<'e>) -> Scope<'e> {
        let mut scope = Scope::within(env.outer);
        for table in &select.from {
            // In BigQuery a comma binds as JOIN does: what stands before it is on the left of what follows.
            let start = match self.dialect() {
                Dialect::BigQuery => 0,
                Dialect::Databricks | Dialect::Snowflake => scope.relations.len(),
            };
            self.joined(table, start, env, &mut scope);
        }
        self.check_aliases(&scope);
        for view in &select.lateral_views {
            self.lateral_view(view, env, &mut scope);
        }
        scope
    }

    /// Everything of a SELECT that stands after the FROM.
    pub(super) fn selected(
        &mut self,
        select: &Select,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) -> Shape {
        let rows = Grouping::Not;
        for condition in &select.connect_by {
            let exprs: Vec<&Expr> = match condition {
                ConnectByKind::ConnectBy { relationships, .. } => relationships.iter().collect(),
                ConnectByKind::StartWith { condition, .. } => vec![&**condition],
            };
            self.exprs(exprs, Place::new(env, scope, rows));
        }
        self.imply(select, scope);
        let grouping = grouping(select);
        if let Some(Distinct::On(exprs)) = &select.distinct {
            self.exprs(exprs, Place::new(env, scope, grouping));
        }
        let shape = self.outputs(select, env, scope, grouping);
        // Snowflake lets conditions name outputs.
        let in_where = self.dialect() == Dialect::Snowflake;
        scope.aliases = match in_where {
            true => aliases(&shape),
            false => HashMap::new(),
        };
        if let Some(condition) = &select.selection {
            self.expr(condition, Place::new(env, scope, rows));
        }
        if !in_where {
            scope.aliases = aliases(&shape);
        }
        self.groups(&select.group_by, Place::new(env, scope, grouping));
        let conditions = select.having.iter().chain(&select.qualify);
        self.exprs(conditions, Place::new(env, scope, grouping));
        for window in &select.named_window {
            if let NamedWindowExpr::WindowSpec(window) = &window.1 {
                self.window(window, Place::new(env, scope, grouping));
            }
        }
        let order = select.cluster_by.iter().chain(&select.distribute_by);
        self.exprs(order, Place::new(env, scope, grouping));
        self.order(&select.sort_by, Place::new(env, scope, grouping));
        shape
    }

    fn groups(&mut self, groups: &GroupByExpr, at: Place<'_>) {
        let (exprs, modifiers) = match groups {
            GroupByExpr::All(modifiers) => (&[][..], modifiers),
            GroupByExpr::Expressions(exprs, modifiers) => (exprs.as_slice(), modifiers),
        };
        self.exprs(exprs, at);
        for modifier in modifiers {
            if let GroupByWithModifier::GroupingSets(sets) = modifier {
                self.expr(sets, at);
            }
        }
    }

    /// BigQuery's SELECT AS VALUE: the columns are the value's fields.
    fn value_table(&mut self, select: &Select, shape: Shape) -> Shape {
        let as_value = matches!(
            select.value_table_mode,
            Some(ValueTableMode::AsValue | ValueTableMode::DistinctAsValue)
        );
        if !as_value {
            return shape;
        }
        match shape.columns.as_slice() {
            [column] => match &column.typed.data_type {
                Type::Struct(fields) => self.fields_as_columns(fields, &column.sources),
                Type::Unknown => Shape::unknown(),
                _ => shape,
            },
            _ => Shape::unknown(),
        }
    }
}

/// What becomes of the rows that a SELECT reads.
pub(super) fn grouping(select: &Select) -> Grouping {
    match &select.group_by {
        GroupByExpr::Expressions(exprs, modifiers) if exprs.is_empty() && modifiers.is_empty() => {
            Grouping::All
        }
        groups if makes_null(groups) => Grouping::All,
        // Grouped by all outputs of which none is a group, all rows are one.
        GroupByExpr::All(_) => Grouping::All,
        GroupByExpr::Expressions(..) => Grouping::Groups,
    }
}

/// Whether there are groups in which what is grouped by is NULL: those of totals.
pub(super) fn makes_null(groups: &GroupByExpr) -> bool {
    match groups {
        GroupByExpr::All(modifiers) => !modifiers.is_empty(),
        GroupByExpr::Expressions(exprs, modifiers) => {
            let is_set = |expr: &Expr| match expr {
                Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) => true,
                Expr::Function(function) => {
                    let name = crate::infer::function_name(&function.name);
                    matches!(name.as_str(), "ROLLUP" | "CUBE" | "GROUPING SETS")
                }
                _ => false,
            };
            !modifiers.is_empty() || exprs.iter().any(is_set)
        }
    }
}

/// The outputs that may be named by aliases.
fn aliases(shape: &Shape) -> HashMap<Arc<str>, Column> {
    let named = shape.columns.iter().filter(|column| !column.made_up);
    named.cloned().map(Column::by_key).collect()
}

/// The alias of an output, where it has one.
pub(super) fn alias(item: &SelectItem) -> Option<&sqlparser::ast::Ident> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias),
        _ => None,
    }
}

/// The columns of a subquery that is a value: those of SELECT AS STRUCT are fields of one.
pub(crate) fn packed(query: &sqlparser::ast::Query, shape: Shape) -> Shape {
    let mode = query
        .body
        .as_select()
        .and_then(|select| select.value_table_mode);
    let is_struct = matches!(
        mode,
        Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct)
    );
    if !is_struct || !shape.exact {
        return shape;
    }
    let field = |column: &Column| crate::types::Field {
        name: if column.made_up {
            String::new()
        } else {
            column.name.to_string()
        },
        data_type: column.typed.data_type.clone(),
        nullable: column.typed.nullable,
    };
    let mut row = Column::unknown();
    let mut types = shape.columns.iter().map(|it| &it.typed.data_type);
    if crate::types::may_be_combined(&mut types) {
        row.typed.data_type = Type::Struct(shape.columns.iter().map(field).collect());
    }
    row.typed.nullable = false;
    let mut sources: Vec<_> = shape
        .columns
        .iter()
        .flat_map(|column| column.sources.to_vec())
        .collect();
    sources.sort();
    sources.dedup();
    row.sources = sources.into();
    Shape::exact(vec![row])
}
