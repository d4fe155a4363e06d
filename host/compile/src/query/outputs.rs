//! The list of a SELECT.

use std::sync::Arc;

use sqlparser::ast::{Expr, Ident, Select, SelectItem, Spanned};

use super::Env;
use super::select::alias;
use crate::analyzer::Analyzer;
use crate::functions::{FunctionKind, Typed, function_kind, table_function};
use crate::infer::{Grouping, Place, Value, function_name};
use crate::parse::bytes;
use crate::scope::{Column, Scope, Shape};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// The columns that a SELECT lists.
    pub(super) fn outputs(
        &mut self,
        select: &Select,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
        grouping: Grouping,
    ) -> Shape {
        let mut shape = Shape::exact(Vec::with_capacity(select.projection.len()));
        let names_lateral = self.dialect() != Dialect::BigQuery;
        if self.dialect() == Dialect::Snowflake {
            let later = select.projection.iter().filter_map(alias);
            scope.later = later.map(|alias| self.names.column_key(alias)).collect();
        }
        for item in &select.projection {
            let before = shape.columns.len();
            self.output(item, Place::new(env, scope, grouping), &mut shape);
            if names_lateral {
                let new = shape
                    .columns
                    .iter()
                    .skip(before)
                    .filter(|column| !column.made_up);
                scope.aliases.extend(new.cloned().map(Column::by_key));
            }
        }
        scope.later.clear();
        shape
    }

    /// Adds what one item of the list stands for.
    pub(super) fn output(&mut self, item: &SelectItem, at: Place<'_>, shape: &mut Shape) {
        match item {
            SelectItem::UnnamedExpr(expr) => match self.generated(expr, &[], at) {
                Some(rows) => add(shape, rows),
                None => {
                    let mark = self.mark();
                    let column = self.unnamed(expr, shape, at);
                    let is_name = matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
                    // Whoever reads a column under the name that was meant is not to be told again.
                    shape.exact &= !(is_name && self.mark() > mark);
                    shape.columns.push(column);
                }
            },
            SelectItem::ExprWithAlias { expr, alias } => {
                match self.generated(expr, std::slice::from_ref(alias), at) {
                    Some(rows) => add(shape, rows),
                    None => {
                        let value = self.expr(expr, at);
                        shape.columns.push(self.aliased(value, alias));
                    }
                }
            }
            SelectItem::ExprWithAliases { expr, aliases } => {
                let rows = self.generated(expr, aliases, at).unwrap_or_else(|| {
                    let value = self.expr(expr, at);
                    let unknown = Value::computed(Typed::UNKNOWN, [value]);
                    let columns = aliases
                        .iter()
                        .map(|alias| self.aliased(unknown.clone(), alias));
                    Shape::exact(columns.collect())
                });
                add(shape, rows);
            }
            SelectItem::QualifiedWildcard(..) | SelectItem::Wildcard(_) => {
                self.star(item, at, shape)
            }
        }
    }

    /// A value under a name that the query gives it.
    pub(super) fn aliased(&mut self, value: Value, alias: &Ident) -> Column {
        let column = Column {
            sources: value.sources.into(),
            comment: value.comment,
            definition: bytes(alias.span),
            ..Column::stored(&self.names, &*self.names.stored(alias), value.typed)
        };
        if let Some(span) = bytes(alias.span) {
            let meaning = crate::analyzer::Meaning::Column {
                column: column.clone(),
                relation: None,
                reference: None,
            };
            self.note(span, meaning);
        }
        column
    }

    /// A value without an alias: a column keeps its name, for others the warehouse makes one up.
    pub(super) fn unnamed(&mut self, expr: &Expr, before: &Shape, at: Place<'_>) -> Column {
        let value = self.expr(expr, at);
        let span = bytes(expr.span());
        let made_up = value.name.is_none();
        let name: Arc<str> = match &value.name {
            Some(name) => name.clone(),
            None => match self.dialect() {
                Dialect::BigQuery => {
                    let nameless = before.columns.iter().filter(|it| it.made_up).count();
                    format!("f{nameless}_").into()
                }
                Dialect::Databricks => expr.to_string().into(),
                Dialect::Snowflake => expr.to_string().to_uppercase().into(),
            },
        };
        Column {
            made_up,
            sources: value.sources.into(),
            comment: value.comment,
            definition: value.definition.or(span),
            ..Column::stored(&self.names, name, value.typed)
        }
    }

    /// The columns of a function that makes several of a row, such as `explode`, under the names that the query gives them.
    fn generated(&mut self, expr: &Expr, names: &[Ident], at: Place<'_>) -> Option<Shape> {
        let Expr::Function(function) = expr else {
            return None;
        };
        let name = function_name(&function.name);
        let is_table = function_kind(self.dialect(), &name) == Some(FunctionKind::Table);
        if self.dialect() != Dialect::Databricks || !is_table || function.over.is_some() {
            return None;
        }
        let arguments = self.call_values(function, at);
        let columns = table_function(
            self.dialect(),
            &name,
            &arguments.iter().map(Value::argument).collect::<Vec<_>>(),
        );
        let sources = Value::computed(Typed::UNKNOWN, arguments).sources;
        let span = bytes(function.name.span());
        let columns: Vec<(String, Typed)> = match columns {
            Some(columns) => columns,
            None => names
                .iter()
                .map(|_| (String::new(), Typed::UNKNOWN))
                .collect(),
        };
        if columns.is_empty() {
            // How many there are is not known.
            return Some(Shape {
                columns: vec![Column {
                    definition: span,
                    sources: sources.into(),
                    ..Column::unknown()
                }],
                exact: false,
            });
        }
        let column = |(index, (name, typed)): (usize, (String, Typed))| Column {
            made_up: names.is_empty() && typed.data_type == Type::Unknown,
            sources: sources.clone().into(),
            definition: names
                .get(index)
                .and_then(|name| bytes(name.span))
                .or(span.clone()),
            ..Column::stored(&self.names, name, typed)
        };
        let mut columns: Vec<Column> = columns.into_iter().enumerate().map(column).collect();
        for (column, name) in columns.iter_mut().zip(names) {
            column.name = self.names.stored(name).as_ref().into();
            column.key = self.names.column_key(name);
        }
        Some(Shape::exact(columns))
    }
}

/// Adds columns behind others.
fn add(shape: &mut Shape, more: Shape) {
    shape.columns.extend(more.columns);
    shape.exact &= more.exact;
}
