//! Relations that are computed: UNNEST, LATERAL VIEW and table functions.

use std::sync::Arc;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, LateralView, ObjectName, Spanned, TableAlias,
    TableFactor,
};

use super::Env;
use crate::analyzer::Analyzer;
use crate::functions::{FunctionKind, Typed, function_kind, table_function};
use crate::infer::{Grouping, Place, Value, function_name};
use crate::parse::bytes;
use crate::scope::{Column, Scope, Shape};
use crate::types::{Field, IntegerSize};
use crate::{Dialect, Source, Type};

impl Analyzer<'_> {
    /// `UNNEST(array) AS alias WITH OFFSET AS position`.
    pub(super) fn unnest(&mut self, factor: &TableFactor, env: &Env<'_>, scope: &mut Scope<'_>) {
        let TableFactor::UNNEST {
            alias,
            array_exprs,
            with_offset,
            with_offset_alias,
            ..
        } = factor
        else {
            return;
        };
        let at = Place::new(env, scope, Grouping::Not);
        let values = self.exprs(array_exprs, at);
        match values.as_slice() {
            [value] => self.elements(value, alias.as_ref(), scope),
            _ => self.derived(Shape::unknown(), alias.as_ref(), scope),
        }
        if *with_offset {
            let name = with_offset_alias
                .clone()
                .unwrap_or_else(|| Ident::new("offset"));
            let typed = Typed::new(Type::Integer(IntegerSize::Big), false);
            let column = self.aliased(Value::of(typed), &name);
            self.derived(Shape::exact(vec![column]), None, scope);
        }
    }

    /// BigQuery's `FROM t, t.items`.
    pub(super) fn unnest_path(
        &mut self,
        parts: &[Ident],
        alias: Option<&TableAlias>,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        let inner = env.inside(scope);
        let at = Place::new(&inner, scope, Grouping::Not);
        let value = self.expr(&Expr::CompoundIdentifier(parts.to_vec()), at);
        match (alias, parts.last()) {
            (None, Some(last)) => {
                let alias = TableAlias {
                    explicit: false,
                    name: last.clone(),
                    columns: Vec::new(),
                    at: None,
                };
                self.elements(&value, Some(&alias), scope);
            }
            (alias, _) => self.elements(&value, alias, scope),
        }
    }

    /// Brings the elements of an array into scope: their fields as columns, or themselves as one.
    fn elements(&mut self, array: &Value, alias: Option<&TableAlias>, scope: &mut Scope<'_>) {
        let name = alias.map(|alias| &alias.name);
        let element = match &array.typed.data_type {
            Type::Array(element) => (**element).clone(),
            _ => Type::Unknown,
        };
        let is_unknown = element == Type::Unknown;
        let is_value = !is_unknown && !matches!(element, Type::Struct(_));
        let shape = match &element {
            Type::Struct(fields) => self.fields_as_columns(fields, &array.sources),
            Type::Unknown => Shape::unknown(),
            _ => {
                let stored = name.map(|name| self.names.stored(name).into_owned());
                let column = Column {
                    key: name.map_or_else(|| "".into(), |name| self.names.column_key(name)),
                    name: stored.unwrap_or_default().into(),
                    made_up: name.is_none(),
                    typed: Typed::new(element, true),
                    sources: array.sources.clone().into(),
                    comment: array.comment.clone(),
                    definition: name.and_then(|name| bytes(name.span)),
                };
                Shape::exact(vec![column])
            }
        };
        self.derived(shape, alias, scope);
        if let Some(relation) = scope.relations.last_mut() {
            relation.is_value = is_value;
            // An element may be NULL, whatever it is.
            relation.nullable |= is_unknown;
        }
    }

    pub(super) fn fields_as_columns(&self, fields: &[Field], sources: &[Source]) -> Shape {
        let column = |field: &Field| {
            let typed = Typed::new(field.data_type.clone(), true);
            Column {
                made_up: field.name.is_empty(),
                sources: sources.into(),
                ..Column::stored(&self.names, field.name.as_str(), typed)
            }
        };
        Shape::exact(fields.iter().map(column).collect())
    }

    /// `LATERAL VIEW explode(array) alias AS column`.
    pub(super) fn lateral_view(
        &mut self,
        view: &LateralView,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        let Expr::Function(function) = &view.lateral_view else {
            self.derived(Shape::unknown(), None, scope);
            return;
        };
        let name = function_name(&function.name);
        let at = Place::new(env, scope, Grouping::Not);
        let values = self.call_values(function, at);
        let shape = self.rows(&name, &values);
        let alias = view
            .lateral_view_name
            .0
            .last()
            .and_then(|part| part.as_ident());
        let columns =
            view.lateral_col_alias
                .iter()
                .map(|name| sqlparser::ast::TableAliasColumnDef {
                    name: name.clone(),
                    data_type: None,
                });
        let alias = alias.map(|name| TableAlias {
            explicit: true,
            name: name.clone(),
            columns: columns.collect(),
            at: None,
        });
        self.derived(shape, alias.as_ref(), scope);
        if let (true, Some(relation)) = (view.outer, scope.relations.last_mut()) {
            relation.nullable = true;
        }
    }

    /// A table function that is named in a FROM.
    pub(super) fn table_function(
        &mut self,
        name: &ObjectName,
        arguments: &[FunctionArg],
        alias: Option<&TableAlias>,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        let at = Place::new(env, scope, Grouping::Not);
        let function = function_name(name);
        // An argument may be a table's name, which is no column.
        let takes_tables = match self.dialect() {
            Dialect::Databricks => {
                function_kind(self.dialect(), &function) != Some(FunctionKind::Table)
            }
            Dialect::BigQuery => true,
            Dialect::Snowflake => !matches!(
                function.as_str(),
                "FLATTEN" | "SPLIT_TO_TABLE" | "STRTOK_SPLIT_TO_TABLE" | "GENERATOR"
            ),
        };
        let values: Vec<Value> = arguments
            .iter()
            .map(|argument| self.row_argument(argument, takes_tables, at))
            .collect();
        let shape = self.rows(&function, &values);
        let span = bytes(name.span()).unwrap_or_default();
        self.derived(shape, alias, scope);
        if let Some(relation) = scope
            .relations
            .last_mut()
            .filter(|relation| relation.key.is_none())
        {
            relation.text = self.words(&span).into();
        }
    }

    /// `TABLE(function(…))`.
    pub(super) fn table_of(
        &mut self,
        expr: &Expr,
        alias: Option<&TableAlias>,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        if let Expr::Function(function) = expr {
            let name = function_name(&function.name);
            let at = Place::new(env, scope, Grouping::Not);
            let mark = self.mark();
            let values = self.call_values(function, at);
            if matches!(name.as_str(), "GETNEXTVAL" | "VALIDATE") {
                // These are given the names of a sequence and of a table.
                self.found.diagnostics.truncate(mark);
            }
            let shape = self.rows(&name, &values);
            self.derived(shape, alias, scope);
            return;
        }
        // A name, a variable or a text that names a table.
        self.derived(Shape::unknown(), alias, scope);
    }

    fn row_argument(&mut self, argument: &FunctionArg, takes_tables: bool, at: Place<'_>) -> Value {
        let (FunctionArg::Named { arg, .. }
        | FunctionArg::ExprNamed { arg, .. }
        | FunctionArg::Unnamed(arg)) = argument;
        match arg {
            FunctionArgExpr::Expr(expr) if takes_tables => self.table_argument(expr, at),
            FunctionArgExpr::Expr(expr) => self.expr(expr, at),
            _ => Value::unknown(),
        }
    }

    /// An argument that may be a table's name.
    fn table_argument(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        let mark = self.mark();
        let value = self.expr(expr, at);
        if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
            self.found.diagnostics.truncate(mark);
        }
        value
    }

    /// The columns of a table function.
    fn rows(&self, name: &str, arguments: &[Value]) -> Shape {
        let typed: Vec<_> = arguments.iter().map(Value::argument).collect();
        let Some(columns) = table_function(self.dialect(), name, &typed) else {
            return Shape::unknown();
        };
        if columns.is_empty() {
            return match self.dialect() {
                // A generator has rows without columns.
                Dialect::Snowflake => Shape::exact(Vec::new()),
                _ => Shape::unknown(),
            };
        }
        let all = Value::computed(Typed::UNKNOWN, arguments.iter().cloned());
        let sources: Arc<[Source]> = all.sources.into();
        let column = |(name, typed): (String, Typed)| Column {
            sources: sources.clone(),
            ..Column::stored(&self.names, name, typed)
        };
        Shape::exact(columns.into_iter().map(column).collect())
    }
}
