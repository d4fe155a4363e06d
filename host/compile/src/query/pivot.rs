//! PIVOT and UNPIVOT.

use sqlparser::ast::{
    Expr, ExprWithAlias, Ident, PivotValueSource, Spanned, TableFactor, Value as Written,
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
                (Written::Number(digits, _), Dialect::BigQuery) => {
                    format!("_{}", digits.replace('.', "_point_"))
                }
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
        let typed = Typed::new(of.typed.data_type.clone(), true);
        Some(Column {
            sources: of.sources.clone().into(),
            definition: bytes(value.expr.span()),
            ..Column::stored(&self.names, name, typed)
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
        let targets = idents(value);
        let mut groups: Vec<Vec<Value>> = vec![Vec::new(); targets.len()];
        let mut is_sound = !targets.is_empty();
        for column in columns {
            let sources = idents(&column.expr);
            is_sound &= sources.len() == targets.len();
            let values = match &column.expr {
                Expr::Tuple(parts) => self.exprs(parts, at),
                one => self.exprs([one], at),
            };
            for (group, value) in groups.iter_mut().zip(values) {
                group.push(value);
            }
            let keys: Vec<_> = sources.iter().map(|it| self.names.column_key(it)).collect();
            shape.columns.retain(|column| !keys.contains(&column.key));
        }
        let text = Typed::new(
            Type::String {
                length: None,
                fixed: false,
            },
            false,
        );
        let name_column = self.aliased(Value::of(text), name);
        let mut value_columns = Vec::with_capacity(targets.len());
        for (target, values) in targets.into_iter().zip(groups) {
            let mut typed = common(self.dialect(), values.iter().map(|value| &value.typed));
            // Of several values some may be NULL even where rows without any value are left out.
            typed.nullable |= null_inclusion.is_some();
            value_columns.push(self.aliased(Value::computed(typed, values), target));
        }
        shape.exact &= is_sound;
        match self.dialect() {
            Dialect::BigQuery => shape
                .columns
                .extend(value_columns.into_iter().chain([name_column])),
            _ => shape
                .columns
                .extend(std::iter::once(name_column).chain(value_columns)),
        }
        self.derived(shape, alias.as_ref(), scope);
    }
}

/// The names of one column or of several in brackets; none where something else stands there.
fn idents(expr: &Expr) -> Vec<&Ident> {
    match expr {
        Expr::Identifier(ident) => vec![ident],
        Expr::Nested(inner) => idents(inner),
        Expr::Tuple(parts) => parts.iter().flat_map(idents).collect(),
        _ => Vec::new(),
    }
}
