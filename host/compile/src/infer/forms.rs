//! The less common forms of expressions.

use sqlparser::ast::{
    AccessExpr, CeilFloorKind, DateTimeField, Expr, Interval, JsonPathElem, Query, StructField,
    Subscript,
};

use super::{Place, Value};
use crate::analyzer::Analyzer;
use crate::functions::{Argument, Literal, Typed, call};
use crate::infer::operators::common;
use crate::types::Field;
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// Whatever has a syntax of its own.
    pub(super) fn form(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        match expr {
            Expr::InSubquery { .. }
            | Expr::InUnnest { .. }
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. }
            | Expr::Exists { .. } => self.predicate(expr, at),
            Expr::Array(_)
            | Expr::Struct { .. }
            | Expr::Tuple(_)
            | Expr::Named { .. }
            | Expr::Map(_)
            | Expr::Dictionary(_) => self.constructor(expr, at),
            Expr::Interval(interval) => {
                let value = self.expr(&interval.value, at);
                let data_type = span_type(self.dialect(), interval);
                let typed = Typed::new(data_type, value.typed.nullable);
                Value::computed(typed, [value])
            }
            Expr::TypedString(text) => {
                let typed = Typed::new(self.type_of(&text.data_type), false);
                let literal = text.value.value.clone().into_string().map(Literal::Text);
                Value {
                    literal,
                    ..Value::of(typed)
                }
            }
            Expr::Prefixed { prefix, value } => {
                let value = self.expr(value, at);
                if prefix.value.eq_ignore_ascii_case("CONNECT_BY_ROOT") {
                    return Value {
                        name: None,
                        ..value
                    };
                }
                Value::computed(
                    Typed::new(
                        Type::String {
                            length: None,
                            fixed: false,
                        },
                        false,
                    ),
                    [value],
                )
            }
            Expr::Lambda(lambda) => self.lambda(lambda, "", &[], at),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                for set in sets {
                    self.exprs(set, at);
                }
                Value::unknown()
            }
            _ => self.function_form(expr, at),
        }
    }

    /// Conditions on all rows or elements of something.
    fn predicate(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        match expr {
            Expr::InSubquery { expr, subquery, .. } => {
                let value = self.expr(expr, at);
                let shape = self.query(subquery, &at.env.inside(at.scope));
                let mut value = Value::computed(Typed::new(Type::Boolean, true), [value]);
                shape
                    .columns
                    .iter()
                    .for_each(|column| value.add_sources(column.sources.to_vec()));
                value
            }
            Expr::InUnnest {
                expr, array_expr, ..
            } => {
                let values = self.exprs([&**expr, &**array_expr], at);
                Value::computed(Typed::new(Type::Boolean, true), values)
            }
            Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
                let values = self.exprs([&**left, &**right], at);
                Value::computed(Typed::new(Type::Boolean, true), values)
            }
            Expr::Exists { subquery, .. } => {
                self.query(subquery, &at.env.inside(at.scope));
                Value::of(Typed::new(Type::Boolean, false))
            }
            _ => Value::unknown(),
        }
    }

    /// Functions whose arguments are set apart by words.
    fn function_form(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        let (name, operands, extra) = match expr {
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => {
                let values = self.exprs([&**timestamp, &**time_zone], at);
                return Value::computed(Typed::UNKNOWN, values);
            }
            Expr::MemberOf(member) => return self.condition(&[&member.value, &member.array], at),
            Expr::IsNormalized { expr, .. } => return self.condition(&[expr], at),
            expr => match as_call(expr) {
                Some(call) => call,
                None => return Value::unknown(),
            },
        };
        let values = self.exprs(operands, at);
        let first = (name == "EXTRACT").then(|| extra.clone()).flatten();
        let last = extra.filter(|_| name != "EXTRACT");
        let arguments = first
            .into_iter()
            .chain(values.iter().map(Value::argument))
            .chain(last);
        let typed = call(self.dialect(), name, &arguments.collect::<Vec<_>>());
        Value::computed(typed, values)
    }

    /// Arrays, structs, maps and objects that are written out.
    fn constructor(&mut self, expr: &Expr, at: Place<'_>) -> Value {
        match expr {
            Expr::Array(array) => {
                let values = self.exprs(&array.elem, at);
                // In BigQuery a tuple is what the struct before it is.
                let own = array.elem.iter().zip(&values);
                let own = own.filter(|(element, _)| !matches!(element, Expr::Tuple(_)));
                let element = common(self.dialect(), own.map(|(_, value)| &value.typed));
                let data_type = match self.dialect() {
                    Dialect::Snowflake => Type::Array(Box::new(Type::Variant)),
                    _ => Type::Array(Box::new(element.data_type)),
                };
                Value::computed(Typed::new(data_type, false), values)
            }
            Expr::Struct { values, fields } => self.structured(values, fields, at),
            Expr::Tuple(items) => {
                let values = self.exprs(items, at);
                let typed = match self.dialect() {
                    Dialect::BigQuery | Dialect::Databricks => Typed::new(Type::Unknown, false),
                    Dialect::Snowflake => Typed::UNKNOWN,
                };
                let nullable = values.iter().any(|value| value.typed.nullable);
                Value::computed(Typed::new(typed.data_type, nullable), values)
            }
            Expr::Named { expr, name } => {
                let value = self.expr(expr, at);
                Value {
                    name: Some(name.value.as_str().into()),
                    ..value
                }
            }
            Expr::Map(map) => {
                let keys = self.exprs(map.entries.iter().map(|entry| &*entry.key), at);
                let values = self.exprs(map.entries.iter().map(|entry| &*entry.value), at);
                let key = common(self.dialect(), keys.iter().map(|it| &it.typed)).data_type;
                let value = common(self.dialect(), values.iter().map(|it| &it.typed)).data_type;
                let typed = Typed::new(Type::Map(Box::new(key), Box::new(value)), false);
                Value::computed(typed, keys.into_iter().chain(values))
            }
            Expr::Dictionary(fields) => {
                let values = self.exprs(fields.iter().map(|field| &*field.value), at);
                Value::computed(Typed::new(Type::Object, false), values)
            }
            _ => Value::unknown(),
        }
    }

    /// `STRUCT(1 AS a)` and `STRUCT<a INT64>(1)`.
    fn structured(&mut self, values: &[Expr], types: &[StructField], at: Place<'_>) -> Value {
        let names: Vec<_> = values.iter().map(field_name).collect();
        let values = self.exprs(values, at);
        let fields = match types.is_empty() {
            true => values
                .iter()
                .zip(names)
                .enumerate()
                .map(|(index, (value, name))| Field {
                    name: match (&value.name, self.dialect()) {
                        (_, Dialect::Databricks) => {
                            name.unwrap_or_else(|| format!("col{}", index + 1))
                        }
                        (Some(name), _) => name.to_string(),
                        (None, _) => String::new(),
                    },
                    data_type: value.typed.data_type.clone(),
                    nullable: value.typed.nullable,
                })
                .collect(),
            false => types
                .iter()
                .enumerate()
                .map(|(index, field)| Field {
                    name: field
                        .field_name
                        .as_ref()
                        .map(|it| it.value.clone())
                        .unwrap_or_default(),
                    data_type: self.type_of(&field.field_type),
                    nullable: values.get(index).is_none_or(|value| value.typed.nullable),
                })
                .collect(),
        };
        Value::computed(Typed::new(Type::Struct(fields), false), values)
    }

    /// A subquery as a value: NULL where it has no row.
    pub(super) fn scalar(&mut self, query: &Query, at: Place<'_>) -> Value {
        let shape = self.query(query, &at.env.inside(at.scope));
        let shape = crate::query::packed(query, shape);
        let mut value = Value::unknown();
        if let (true, [column]) = (shape.exact, shape.columns.as_slice()) {
            value.typed.data_type = column.typed.data_type.clone();
            value.comment = column.comment.clone();
        }
        for column in &shape.columns {
            value.add_sources(column.sources.to_vec());
        }
        value
    }
}

/// The function that a form is a call of, with its operands and what else it is given.
fn as_call(expr: &Expr) -> Option<(&'static str, Vec<&Expr>, Option<Argument>)> {
    let call: (&str, Vec<&Expr>, Option<Argument>) = match expr {
        Expr::Extract { field, expr, .. } => {
            ("EXTRACT", vec![expr], Some(word(&field.to_string())))
        }
        Expr::Ceil { expr, field } => ("CEIL", vec![expr], scale(field)),
        Expr::Floor { expr, field } => ("FLOOR", vec![expr], scale(field)),
        Expr::Position { expr, r#in } => ("POSITION", vec![expr, r#in], None),
        Expr::Substring {
            expr,
            substring_from,
            substring_for,
            ..
        } => {
            let rest = [substring_from, substring_for]
                .into_iter()
                .flatten()
                .map(|it| &**it);
            (
                "SUBSTRING",
                std::iter::once(&**expr).chain(rest).collect(),
                None,
            )
        }
        Expr::Trim {
            trim_what,
            expr,
            trim_characters,
            ..
        } => {
            let rest = trim_what
                .iter()
                .map(|it| &**it)
                .chain(trim_characters.iter().flatten());
            ("TRIM", std::iter::once(&**expr).chain(rest).collect(), None)
        }
        Expr::Overlay {
            expr,
            overlay_what,
            overlay_from,
            overlay_for,
        } => {
            let rest = overlay_for.iter().map(|it| &**it);
            let operands = [&**expr, overlay_what, overlay_from]
                .into_iter()
                .chain(rest);
            ("OVERLAY", operands.collect(), None)
        }
        _ => return None,
    };
    Some(call)
}

/// A word as an argument.
fn word(text: &str) -> Argument {
    Argument {
        typed: Typed::new(
            Type::String {
                length: None,
                fixed: false,
            },
            false,
        ),
        literal: Some(Literal::Text(text.to_uppercase())),
    }
}

/// How many digits a number is rounded to.
fn scale(field: &CeilFloorKind) -> Option<Argument> {
    match field {
        CeilFloorKind::Scale(value) => Some(Argument {
            typed: Typed::UNKNOWN,
            literal: value.value.to_string().parse().ok().map(Literal::Integer),
        }),
        CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => None,
        CeilFloorKind::DateTimeField(field) => Some(word(&field.to_string())),
    }
}

/// What Databricks names the field of a struct that holds this value, if it has a name.
fn field_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) | Expr::Named { name: ident, .. } => Some(ident.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|last| last.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            AccessExpr::Dot(Expr::Identifier(ident)) => Some(ident.value.clone()),
            AccessExpr::Subscript(Subscript::Index {
                index: Expr::Value(key),
            }) => key.value.clone().into_string(),
            _ => None,
        },
        Expr::JsonAccess { path, .. } => match path.path.last()? {
            JsonPathElem::Dot { key, .. } => Some(key.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// A unit of time, as one.
fn unit(field: &DateTimeField) -> String {
    let unit = field.to_string().to_uppercase();
    unit.strip_suffix('S').map(str::to_owned).unwrap_or(unit)
}

/// The type of a span that is written out.
fn span_type(dialect: Dialect, interval: &Interval) -> Type {
    let first = interval.leading_field.as_ref().map(unit);
    let last = interval.last_field.as_ref().map(unit);
    if dialect != Dialect::Databricks {
        return Type::Interval(match (first, last) {
            (Some(first), Some(last)) => Some(format!("{first} TO {last}")),
            (first, _) => first,
        });
    }
    let units = match (first.as_deref(), last.as_deref()) {
        (Some("WEEK"), None) => "DAY".to_owned(),
        (Some(one), None) if UNITS.contains(&one) => one.to_owned(),
        (Some(one), Some(other)) if UNITS.contains(&one) && UNITS.contains(&other) => {
            format!("{one} TO {other}")
        }
        _ => return Type::Unknown,
    };
    Type::Interval(Some(units))
}

/// The units that the types of Databricks' spans are made of.
const UNITS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
