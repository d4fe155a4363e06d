//! Calls of functions.

use std::sync::Arc;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    LambdaFunction, ObjectName, ObjectNamePart, OneOrManyWithParens, OrderByExpr, WindowFrameBound,
    WindowSpec, WindowType,
};

use super::units::{Called, is_unit, takes_unit, unit};
use super::{Grouping, Place, Value};
use crate::analyzer::Analyzer;
use crate::functions::{Argument, FunctionKind, Typed, call, function_kind};
use crate::parse::bytes;
use crate::scope::Scope;
use crate::types::IntegerSize;
use crate::{Code, Diagnostic, Dialect, Type};

impl Analyzer<'_> {
    /// A call of a function, an aggregate or a window function.
    pub(super) fn call(&mut self, function: &Function, at: Place<'_>) -> Value {
        let name = function_name(&function.name);
        let arguments = self.call_arguments(function, at);
        let ordered = self.exprs(function.within_group.iter().map(|it| &it.expr), at);
        let mut sources = self.modifiers(function, at);
        let kind = function_kind(self.dialect(), &name);
        if kind == Some(FunctionKind::Aggregate) && function.over.is_none() {
            self.check_aggregate(function, &name, at);
        }
        let typed = self
            .special_call(function, &name, &arguments, &ordered)
            .unwrap_or_else(|| self.plain_call(function, &name, kind, &arguments, at));
        sources.extend(ordered);
        sources.extend(arguments);
        let mut value = Value::computed(typed, sources);
        if let (Dialect::Databricks, "EXPLODE" | "EXPLODE_OUTER") = (self.dialect(), name.as_str())
        {
            value.name = Some(Arc::from("col"));
        }
        value
    }

    fn plain_call(
        &self,
        function: &Function,
        name: &str,
        kind: Option<FunctionKind>,
        values: &[Value],
        at: Place<'_>,
    ) -> Typed {
        let mut arguments: Vec<Argument> = values.iter().map(Value::argument).collect();
        let is_aggregate = kind == Some(FunctionKind::Aggregate);
        // What aggregates no row at all is NULL, unless the function says otherwise.
        let maybe_no_row = at.grouping == Grouping::All || function.filter.is_some();
        if is_aggregate && function.over.is_none() && maybe_no_row {
            for argument in &mut arguments {
                argument.typed.nullable = true;
            }
        }
        let mut typed = call(self.dialect(), name, &arguments);
        if is_aggregate
            && function.over.is_none()
            && maybe_no_row
            && arguments.is_empty()
            && !name.starts_with("COUNT")
        {
            typed.nullable = true;
        }
        typed
    }

    /// What a table function is called with.
    pub(crate) fn call_values(&mut self, function: &Function, at: Place<'_>) -> Vec<Value> {
        self.call_arguments(function, at)
    }

    /// What a function is called with.
    pub(super) fn call_arguments(&mut self, function: &Function, at: Place<'_>) -> Vec<Value> {
        let name = function_name(&function.name);
        let mut values = Vec::new();
        for arguments in [&function.parameters, &function.args] {
            match arguments {
                FunctionArguments::None => {}
                FunctionArguments::Subquery(query) => {
                    let shape = self.query(query, &at.env.inside(at.scope));
                    let shape = crate::query::packed(query, shape);
                    values.push(subquery_argument(&name, &shape));
                }
                FunctionArguments::List(list) => {
                    let called = Called {
                        name: &name,
                        arguments: list.args.len(),
                    };
                    for argument in &list.args {
                        let value = self.argument(argument, called, &values, at);
                        values.push(value);
                    }
                    self.clauses(&list.clauses, at);
                }
            }
        }
        values
    }

    fn argument(
        &mut self,
        argument: &FunctionArg,
        called: Called<'_>,
        before: &[Value],
        at: Place<'_>,
    ) -> Value {
        let (FunctionArg::Named { arg, .. }
        | FunctionArg::ExprNamed { arg, .. }
        | FunctionArg::Unnamed(arg)) = argument;
        match arg {
            FunctionArgExpr::Expr(expr) => self.argument_expr(expr, called, before, at),
            FunctionArgExpr::Wildcard
            | FunctionArgExpr::QualifiedWildcard(_)
            | FunctionArgExpr::WildcardWithOptions(_) => {
                // Every row is one, whatever its columns are; other functions are given the columns.
                const OF_ROWS: [&str; 7] = [
                    "COUNT",
                    "HASH",
                    "HASH_AGG",
                    "OBJECT_CONSTRUCT",
                    "OBJECT_CONSTRUCT_KEEP_NULL",
                    "STRUCT",
                    "XXHASH64",
                ];
                let nullable = !OF_ROWS.contains(&called.name);
                let mut value = Value::of(Typed::new(Type::Unknown, nullable));
                if called.name != "COUNT" {
                    for relation in &at.scope.relations {
                        let columns = relation.shape.columns.iter();
                        columns.for_each(|column| value.add_sources(column.sources.to_vec()));
                    }
                }
                value
            }
        }
    }

    fn argument_expr(
        &mut self,
        expr: &Expr,
        called: Called<'_>,
        before: &[Value],
        at: Place<'_>,
    ) -> Value {
        match expr {
            Expr::Lambda(lambda) => self.lambda(lambda, called.name, before, at),
            Expr::Identifier(ident) if is_unit(called, before.len(), ident, self.dialect()) => {
                unit(&ident.value)
            }
            // BigQuery's WEEK(MONDAY).
            Expr::Function(week)
                if function_name(&week.name) == "WEEK"
                    && takes_unit(called.name)
                    && !before.is_empty() =>
            {
                unit("WEEK")
            }
            expr => self.expr(expr, at),
        }
    }

    /// What a lambda function returns, whose parameters are elements of the arguments before.
    pub(super) fn lambda(
        &mut self,
        lambda: &LambdaFunction,
        function: &str,
        before: &[Value],
        at: Place<'_>,
    ) -> Value {
        let parameters = match &lambda.params {
            OneOrManyWithParens::One(one) => std::slice::from_ref(one),
            OneOrManyWithParens::Many(many) => many.as_slice(),
        };
        let mut scope = Scope::within(Some(at.scope));
        for (index, parameter) in parameters.iter().enumerate() {
            let typed = match &parameter.data_type {
                Some(data_type) => Typed::new(self.type_of(data_type), true),
                None => parameter_of(function, index, parameters.len(), before),
            };
            scope
                .parameters
                .push((self.names.column_key(&parameter.name), typed));
        }
        let mut value = self.expr(
            &lambda.body,
            Place {
                scope: &scope,
                ..at
            },
        );
        value.literal = None;
        value
    }

    fn clauses(&mut self, clauses: &[FunctionArgumentClause], at: Place<'_>) {
        for clause in clauses {
            match clause {
                FunctionArgumentClause::OrderBy(order) => self.order(order, at),
                FunctionArgumentClause::Limit(expr) => {
                    self.expr(expr, at);
                }
                FunctionArgumentClause::Having(bound) => {
                    self.expr(&bound.1, at);
                }
                _ => {}
            }
        }
    }

    /// What stands beside the arguments; the values that the result is computed from.
    fn modifiers(&mut self, function: &Function, at: Place<'_>) -> Vec<Value> {
        let mut values = Vec::new();
        if let Some(filter) = &function.filter {
            let inner = Place {
                grouping: Grouping::Not,
                ..at
            };
            values.push(self.expr(filter, inner));
        }
        if let Some(WindowType::WindowSpec(window)) = &function.over {
            self.window(window, at);
        }
        values
    }

    /// What a window is made of.
    pub(crate) fn window(&mut self, window: &WindowSpec, at: Place<'_>) {
        self.exprs(&window.partition_by, at);
        self.order(&window.order_by, at);
        let Some(frame) = &window.window_frame else {
            return;
        };
        for bound in std::iter::once(&frame.start_bound).chain(&frame.end_bound) {
            if let WindowFrameBound::Preceding(Some(expr))
            | WindowFrameBound::Following(Some(expr)) = bound
            {
                self.expr(expr, at);
            }
        }
    }

    /// What rows are ordered by.
    pub(crate) fn order(&mut self, order: &[OrderByExpr], at: Place<'_>) {
        self.exprs(order.iter().map(|it| &it.expr), at);
    }

    /// An aggregate among rows that are not aggregated yet is an error; in a subquery it may be the outer query's.
    fn check_aggregate(&mut self, function: &Function, name: &str, at: Place<'_>) {
        let is_certain = at.grouping == Grouping::Not
            && at.scope.parent.is_none()
            && matches!(name, "COUNT" | "SUM" | "AVG" | "MIN" | "MAX");
        let Some(span) = function.name.0.last().and_then(ObjectNamePart::as_ident) else {
            return;
        };
        if let (true, Some(span)) = (is_certain, bytes(span.span)) {
            let message = format!("{name} aggregates rows, which WHERE does not have yet");
            let mut diagnostic = Diagnostic::new(Code::MisplacedAggregate, message, span);
            diagnostic.help = Some("aggregates are compared in HAVING".to_owned());
            self.report(diagnostic);
        }
    }
}

/// A function's name in capitals, with its dots.
pub(crate) fn function_name(name: &ObjectName) -> String {
    let parts = name.0.iter().map(|part| match part {
        ObjectNamePart::Identifier(ident) => ident.value.to_uppercase(),
        ObjectNamePart::Function(function) => function.name.value.to_uppercase(),
    });
    parts.collect::<Vec<_>>().join(".")
}

/// What a subquery is as an argument: all its rows for ARRAY, one value for others.
fn subquery_argument(function: &str, shape: &crate::scope::Shape) -> Value {
    let mut value = Value::unknown();
    if let (true, [column]) = (shape.exact, shape.columns.as_slice()) {
        let data_type = column.typed.data_type.clone();
        value.typed = match function {
            "ARRAY" => Typed::new(Type::Array(Box::new(data_type)), false),
            _ => Typed::new(data_type, true),
        };
    }
    for column in &shape.columns {
        value.add_sources(column.sources.to_vec());
    }
    value
}

/// What the parameter of a lambda function is, by the function that is given it and the arguments before it.
fn parameter_of(function: &str, index: usize, count: usize, before: &[Value]) -> Typed {
    let element = |argument: usize| match before.get(argument).map(|it| &it.typed.data_type) {
        Some(Type::Array(element)) => Typed::new((**element).clone(), true),
        Some(Type::Variant) => Typed::new(Type::Variant, true),
        _ => Typed::UNKNOWN,
    };
    match (function, index, count) {
        ("TRANSFORM" | "FILTER" | "EXISTS" | "FORALL" | "ANY_MATCH" | "ALL_MATCH", 0, _) => {
            element(0)
        }
        ("TRANSFORM" | "FILTER", 1, 2) => Typed::new(Type::Integer(IntegerSize::Int), false),
        ("ZIP_WITH", index, 2) => element(index),
        ("AGGREGATE" | "REDUCE", 1, 2) => element(0),
        ("ARRAY_SORT", _, 2) => element(0),
        ("MAP_FILTER" | "TRANSFORM_KEYS" | "TRANSFORM_VALUES", index, 2) => {
            match before.first().map(|it| &it.typed.data_type) {
                Some(Type::Map(key, _)) if index == 0 => Typed::new((**key).clone(), false),
                Some(Type::Map(_, value)) => Typed::new((**value).clone(), true),
                _ => Typed::UNKNOWN,
            }
        }
        _ => Typed::UNKNOWN,
    }
}
