//! What functions and operators return, in each dialect.

mod aggregates;
mod arithmetic;
mod columns;
mod moments;
mod operators;
mod result;
mod rules;
mod table;

use sqlparser::ast::{BinaryOperator, UnaryOperator};

use crate::{Dialect, Type};
use table::Entry;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Its type.
    pub data_type: Type,
    /// Whether it may be NULL, or that cannot be known.
    pub nullable: bool,
}

/// What a function is called with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// What is known of its value.
    pub typed: Typed,
    /// The value itself, where it is written out.
    pub literal: Option<Literal>,
}

/// A value that is written out in SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A whole number.
    Integer(i64),
    /// A text, without quotes.
    Text(String),
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// `NULL`.
    Null,
}

/// Where a function may be called and how many values it makes of how many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// One value of one row.
    Scalar,
    /// One value of a group of rows, or over a window.
    Aggregate,
    /// One value of a row and those around it: only with `OVER`.
    Window,
    /// Rows.
    Table,
}

impl Typed {
    /// Nothing is known of it.
    pub const UNKNOWN: Self = Self {
        data_type: Type::Unknown,
        nullable: true,
    };

    /// A value of that type, which may be NULL or not.
    pub fn new(data_type: Type, nullable: bool) -> Self {
        Self {
            data_type,
            nullable,
        }
    }
}

/// A side of an operator.
#[derive(Clone, Copy)]
struct Operand<'a> {
    data_type: &'a Type,
    nullable: bool,
    /// The value where it is written out; the outer None where nobody said whether it is.
    literal: Option<Option<&'a Literal>>,
}

impl<'a> Operand<'a> {
    fn of_typed(typed: &'a Typed) -> Self {
        Self {
            data_type: &typed.data_type,
            nullable: typed.nullable,
            literal: None,
        }
    }

    fn of_argument(argument: &'a Argument) -> Self {
        Self {
            literal: Some(argument.literal.as_ref()),
            ..Self::of_typed(&argument.typed)
        }
    }
}

/// What kind of function `name`, in capitals, is. None when the dialect has none of that name that is known here, which is no error: there are
/// functions that users define.
pub fn function_kind(dialect: Dialect, name: &str) -> Option<FunctionKind> {
    let (entry, _) = find(dialect, name)?;
    Some(entry.kind)
}

/// What a call returns. `name` is in capitals, with its dots where it is of a family (`NET.HOST`, `SAFE.SUBSTR`). What is known of a unit of time,
/// which SQL writes like a name (`DAY`), is a [`Literal::Text`].
pub fn call(dialect: Dialect, name: &str, arguments: &[Argument]) -> Typed {
    let Some((entry, is_safe)) = find(dialect, name) else {
        return Typed::UNKNOWN;
    };
    Typed {
        data_type: result::of(dialect, &entry.returns, arguments),
        nullable: is_safe || entry.nulls.of(arguments),
    }
}

/// The entry of a function, and whether it was called so that it returns NULL instead of failing.
fn find(dialect: Dialect, name: &str) -> Option<(&'static Entry, bool)> {
    let table = table::of(dialect);
    match name.strip_prefix("SAFE.") {
        Some(name) if dialect == Dialect::BigQuery => table.get(name).map(|entry| (entry, true)),
        _ => table.get(name).map(|entry| (entry, false)),
    }
}

/// What an operator makes of two values.
pub fn binary(dialect: Dialect, operator: &BinaryOperator, left: &Typed, right: &Typed) -> Typed {
    let (left, right) = (Operand::of_typed(left), Operand::of_typed(right));
    operators::binary(dialect, operator, left, right)
}

/// What an operator makes of two values of which it is known whether they are literals: Databricks types `price * 2` by the digits of 2, so that
/// [`binary`] cannot tell what it is.
pub fn binary_arguments(
    dialect: Dialect,
    operator: &BinaryOperator,
    left: &Argument,
    right: &Argument,
) -> Typed {
    let (left, right) = (Operand::of_argument(left), Operand::of_argument(right));
    operators::binary(dialect, operator, left, right)
}

/// What an operator makes of one value.
pub fn unary(dialect: Dialect, operator: &UnaryOperator, operand: &Typed) -> Typed {
    operators::unary(dialect, operator, operand)
}

/// The columns of a table function, where they are fixed.
pub fn table_function(
    dialect: Dialect,
    name: &str,
    arguments: &[Argument],
) -> Option<Vec<(String, Typed)>> {
    columns::of(dialect, name, arguments)
}

/// What a name without parentheses is that stands for a function, such as `CURRENT_DATE`.
pub fn niladic(dialect: Dialect, name: &str) -> Option<Typed> {
    let names = match dialect {
        Dialect::Databricks => NILADIC_IN_DATABRICKS,
        Dialect::BigQuery => NILADIC_IN_BIGQUERY,
        Dialect::Snowflake => NILADIC_IN_SNOWFLAKE,
    };
    names.contains(&name).then(|| call(dialect, name, &[]))
}

const NILADIC_IN_DATABRICKS: &[&str] = &[
    "CURRENT_CATALOG",
    "CURRENT_DATABASE",
    "CURRENT_DATE",
    "CURRENT_SCHEMA",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "LOCALTIMESTAMP",
    "SESSION_USER",
    "USER",
];

const NILADIC_IN_BIGQUERY: &[&str] = &[
    "CURRENT_DATE",
    "CURRENT_DATETIME",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
];

const NILADIC_IN_SNOWFLAKE: &[&str] = &[
    "CURRENT_DATABASE",
    "CURRENT_DATE",
    "CURRENT_ROLE",
    "CURRENT_SCHEMA",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "CURRENT_WAREHOUSE",
    "LOCALTIME",
    "LOCALTIMESTAMP",
];

#[cfg(test)]
mod tests;
