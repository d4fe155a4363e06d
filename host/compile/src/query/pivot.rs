//! PIVOT and UNPIVOT.

use sqlparser::ast::{
    Expr, ExprWithAlias, PivotValueSource, Spanned, TableFactor, Value as Written,
};

use super::Env;
use crate::analyzer::{Analyzer, Meaning};
use crate::functions::Typed;
use crate::infer::{Grouping, Place, Value, common};
use crate::parse::bytes;
use crate::scope::{Column, Scope, Shape};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// Rows turned into columns: what is aggregated and what it is spread over go, a column for each value comes.
    pub(super) fn pivot(&mut self, factor: &TableFactor, env: &Env<'_>, scope: &mut Scope<'_>) {
        let TableFactor::Pivot {
            table,
            aggregate_functions,
            value_column,
            value_source,
            alias,
            ..
        } = factor
        else {
            return;
        };
        let (inner, below) = self.beneath(table, env);
        let at = Place::new(env, &inner, Grouping::All);
        let first_symbol = self.found.symbols.len();
        let aggregates: Vec<Value> = aggregate_functions
            .iter()
            .map(|it| self.expr(&it.expr, at))
            .collect();
        self.exprs(value_column, at);
        let used = self
            .found
            .symbols
            .iter()
            .skip(first_symbol)
            .filter_map(|symbol| match &symbol.meaning {
                Meaning::Column { column, .. } => Some(column.key.clone()),
                _ => None,
            });
        let used: Vec<_> = used.collect();
        let mut shape = Shape {
            columns: below
                .columns
                .into_iter()
                .filter(|column| !used.contains(&column.key))
                .collect(),
            exact: below.exact,
        };
        match value_source {
            PivotValueSource::List(values) => {
                for value in values {
                    self.exprs([&value.expr], at);
                    for (aggregate, value_of) in aggregate_functions.iter().zip(&aggregates) {
                        let column = self.pivoted(value, aggregate, value_of, aggregates.len());
                        shape.exact &= column.is_some();
                        shape.columns.extend(column);
                    }
                }
            }
            PivotValueSource::Any(_) => shape.exact = false,
            PivotValueSource::Subquery(query) => {
                self.query(query, env);
                shape.exact = false;
            }
        }
        self.derived(shape, alias.as_ref(), scope);
    }

    /// The column of one value and aggregate; `None` where its name is not certain.
    fn pivoted(
        &self,
        value: &ExprWithAlias,
        aggregate: &ExprWithAlias,
        of: &Value,
        aggregates: usize,
    ) -> Option<Column> {
        let written = match (&value.alias, &value.expr) {
            (Some(alias), _) => self.names.stored(alias).into_owned(),
            (None, Expr::Value(literal)) => match (&literal.value, self.dialect()) {
                (Written::SingleQuotedString(text), Dialect::Snowflake) => format!("'{text}'"),
                (Written::SingleQuotedString(text) | Written::DoubleQuotedString(text), _) => {
                    text.clone()
                }
                (Written::Number(digits, _), Dialect::BigQuery) => format!("_{digits}"),
                (Written::Number(digits, _), _) => digits.clone(),
                _ => return None,
            },
            _ => return None,
        };
        let name = match (&aggregate.alias, self.dialect()) {
            (None, _) if aggregates == 1 => written,
            (Some(_), Dialect::Databricks) if aggregates == 1 => written,
            (Some(alias), Dialect::BigQuery) => format!("{}_{written}", alias.value),
            (Some(alias), Dialect::Databricks) => format!("{written}_{}", alias.value),
            _ => return None,
        };
        Some(Column {
            key: self.names.stored_column_key(&name),
            name: name.into(),
            made_up: false,
            typed: Typed::new(of.typed.data_type.clone(), true),
            sources: of.sources.clone().into(),
            comment: None,
            definition: bytes(value.expr.span()),
        })
    }

    /// Columns turned into rows: they go, and a column of their names and one of their values come.
    pub(super) fn unpivot(&mut self, factor: &TableFactor, env: &Env<'_>, scope: &mut Scope<'_>) {
        let TableFactor::Unpivot {
            table,
            value,
            name,
            columns,
            null_inclusion,
            alias,
        } = factor
        else {
            return;
        };
        let (inner, below) = self.beneath(table, env);
        let at = Place::new(env, &inner, Grouping::Not);
        let mut shape = below;
        let mut values = Vec::new();
        for column in columns {
            let Expr::Identifier(ident) = &column.expr else {
                // Several columns at once.
                shape.exact = false;
                self.exprs([&column.expr], at);
                continue;
            };
            values.push(self.expr(&column.expr, at));
            let key = self.names.column_key(ident);
            shape.columns.retain(|column| column.key != key);
        }
        let mut typed = common(self.dialect(), values.iter().map(|value| &value.typed));
        typed.nullable = null_inclusion.is_some() || typed.nullable;
        let sources = Value::computed(typed, values);
        let text = Typed::new(
            Type::String {
                length: None,
                fixed: false,
            },
            false,
        );
        let name_column = self.aliased(Value::of(text), name);
        let value_column = match value {
            Expr::Identifier(ident) => Some(self.aliased(sources, ident)),
            _ => None,
        };
        shape.exact &= value_column.is_some();
        match self.dialect() {
            Dialect::BigQuery => shape
                .columns
                .extend(value_column.into_iter().chain([name_column])),
            _ => shape
                .columns
                .extend(std::iter::once(name_column).chain(value_column)),
        }
        self.derived(shape, alias.as_ref(), scope);
    }
}
