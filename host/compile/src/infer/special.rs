//! Functions whose result depends on more than the types of their arguments.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::Value;
use crate::analyzer::Analyzer;
use crate::functions::{Literal, Typed};
use crate::types::{Field, FloatSize, IntegerSize};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// Functions whose result depends on the names or the tree of their arguments.
    pub(super) fn special_call(
        &mut self,
        function: &Function,
        name: &str,
        values: &[Value],
        ordered: &[Value],
    ) -> Option<Typed> {
        let dialect = self.dialect();
        match name {
            "STRUCT" if dialect != Dialect::Snowflake && !has_star(function) => {
                Some(self.structure(function, values))
            }
            "NAMED_STRUCT" if dialect == Dialect::Databricks => Some(named_struct(values)),
            "TRANSFORM" if dialect != Dialect::BigQuery => {
                let [array, body] = values else { return None };
                let data_type = match &array.typed.data_type {
                    Type::Variant => Type::Array(Box::new(Type::Variant)),
                    // What Snowflake makes of a list of anything is one.
                    Type::Array(element) if **element == Type::Variant => {
                        array.typed.data_type.clone()
                    }
                    _ => Type::Array(Box::new(body.typed.data_type.clone())),
                };
                Some(Typed::new(data_type, array.typed.nullable))
            }
            "ARRAY" if matches!(function.args, FunctionArguments::Subquery(_)) => {
                Some(values.first()?.typed.clone())
            }
            "PERCENTILE_CONT" | "PERCENTILE_DISC" if !ordered.is_empty() => {
                let fraction = &values.first()?.typed.data_type;
                percentile(dialect, name, fraction, &ordered.first()?.typed.data_type)
            }
            "CONNECT_BY_ROOT" => Some(values.first()?.typed.clone()),
            _ => by_arguments(dialect, name, values),
        }
    }

    /// `struct(a, b AS c)`: the fields are named as outputs are.
    fn structure(&mut self, function: &Function, values: &[Value]) -> Typed {
        let FunctionArguments::List(list) = &function.args else {
            return Typed::UNKNOWN;
        };
        let fields = list
            .args
            .iter()
            .zip(values)
            .enumerate()
            .map(|(index, (argument, value))| {
                let name = match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Named { name, .. })) => {
                        name.value.clone()
                    }
                    _ => match (&value.name, self.dialect()) {
                        (Some(name), _) => name.to_string(),
                        (None, Dialect::Databricks) => format!("col{}", index + 1),
                        (None, _) => String::new(),
                    },
                };
                field(&name, &value.typed)
            });
        Typed::new(Type::Struct(fields.collect()), false)
    }
}

fn field(name: &str, typed: &Typed) -> Field {
    Field {
        name: name.to_owned(),
        data_type: typed.data_type.clone(),
        nullable: typed.nullable,
    }
}

fn has_star(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else {
        return true;
    };
    let is_star = |argument: &FunctionArg| {
        let FunctionArg::Unnamed(argument) = argument else {
            return true;
        };
        !matches!(argument, FunctionArgExpr::Expr(expr) if !matches!(expr, Expr::Wildcard(_) | Expr::QualifiedWildcard(..)))
    };
    list.args.iter().any(is_star)
}

/// `named_struct('a', 1, 'b', 2)`.
fn named_struct(values: &[Value]) -> Typed {
    let mut fields = Vec::new();
    for pair in values.chunks(2) {
        let [name, value] = pair else {
            return Typed::new(Type::Unknown, false);
        };
        let Some(Literal::Text(name)) = &name.literal else {
            return Typed::new(Type::Unknown, false);
        };
        fields.push(field(name, &value.typed));
    }
    Typed::new(Type::Struct(fields), false)
}

/// A percentile of what is ordered.
fn percentile(dialect: Dialect, name: &str, fraction: &Type, ordered: &Type) -> Option<Typed> {
    let number = Type::Float(FloatSize::Double);
    let data_type = match (name, dialect, ordered) {
        (_, _, Type::Unknown) => return None,
        (_, Dialect::Databricks, Type::Integer(_) | Type::Float(_) | Type::Decimal { .. }) => {
            match fraction {
                Type::Array(_) => Type::Array(Box::new(number)),
                _ => number,
            }
        }
        (_, Dialect::Databricks, _) => return None,
        ("PERCENTILE_DISC", ..) | (_, _, Type::Float(_)) => ordered.clone(),
        _ => return None,
    };
    Some(Typed::new(data_type, true))
}

/// Functions that return one type or another, by how many arguments they have or of which types.
fn by_arguments(dialect: Dialect, name: &str, values: &[Value]) -> Option<Typed> {
    let first = &values.first()?.typed.data_type;
    let data_type = match (dialect, name) {
        (Dialect::Databricks, "DATEDIFF" | "DATE_DIFF") => match values.len() {
            2 => Type::Integer(IntegerSize::Int),
            3 => Type::Integer(IntegerSize::Big),
            _ => return None,
        },
        (Dialect::Databricks, "PMOD") => match (first, &values.get(1)?.typed.data_type) {
            (Type::Integer(one), Type::Integer(other)) => Type::Integer(*one.max(other)),
            _ => return None,
        },
        (Dialect::BigQuery, "POW" | "POWER") => match (first, &values.get(1)?.typed.data_type) {
            (Type::Integer(_) | Type::Float(_), Type::Integer(_) | Type::Float(_)) => {
                Type::Float(FloatSize::Double)
            }
            _ => return None,
        },
        (
            Dialect::Snowflake,
            "STDDEV" | "STDDEV_POP" | "STDDEV_SAMP" | "VARIANCE" | "VAR_POP" | "VAR_SAMP"
            | "MEDIAN",
        ) => match first {
            Type::Float(_) => first.clone(),
            _ => return None,
        },
        (Dialect::Snowflake, "GET_PATH") => Type::Variant,
        (Dialect::Snowflake, "GET") => match first {
            Type::Variant | Type::Object => Type::Variant,
            Type::Array(element) if **element == Type::Variant => Type::Variant,
            _ => return None,
        },
        _ => return None,
    };
    Some(Typed::new(data_type, true))
}
