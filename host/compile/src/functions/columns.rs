//! The columns of table functions.

use super::{Argument, Literal, Typed};
use crate::Dialect;
use crate::types::{IntegerSize, Type};

type Columns = Vec<(String, Typed)>;

/// See [`super::table_function`].
pub(super) fn of(dialect: Dialect, name: &str, arguments: &[Argument]) -> Option<Columns> {
    match dialect {
        Dialect::Databricks => databricks(name, arguments),
        Dialect::BigQuery => None,
        Dialect::Snowflake => snowflake(name, arguments),
    }
}

/// A column that is never NULL.
fn filled(name: &str, data_type: Type) -> (String, Typed) {
    (name.to_owned(), Typed::new(data_type, false))
}

/// A column that may be NULL.
fn open(name: &str, data_type: Type) -> (String, Typed) {
    (name.to_owned(), Typed::new(data_type, true))
}

fn databricks(name: &str, arguments: &[Argument]) -> Option<Columns> {
    let inner = name.strip_suffix("_OUTER").unwrap_or(name);
    // The outer forms have a row of NULLs where there is nothing to be told.
    let is_outer = inner.len() < name.len();
    let mut columns = match inner {
        "EXPLODE" => exploded(arguments)?,
        "POSEXPLODE" => {
            let mut columns = vec![filled("pos", Type::Integer(IntegerSize::Int))];
            columns.extend(exploded(arguments)?);
            columns
        }
        "INLINE" => fields(arguments)?,
        "VARIANT_EXPLODE" => vec![
            filled("pos", Type::Integer(IntegerSize::Int)),
            open("key", Type::TEXT),
            open("value", Type::Variant),
        ],
        "STACK" => stacked(arguments)?,
        "JSON_TUPLE" => {
            let paths = 0..arguments.len().saturating_sub(1);
            paths
                .map(|at| open(&format!("c{at}"), Type::TEXT))
                .collect()
        }
        "RANGE" => vec![filled("id", Type::Integer(IntegerSize::Big))],
        _ => return None,
    };
    for (_, typed) in &mut columns {
        typed.nullable |= is_outer;
    }
    Some(columns)
}

fn first_type(arguments: &[Argument]) -> Option<&Type> {
    arguments.first().map(|it| &it.typed.data_type)
}

/// An array becomes one column, a map two.
fn exploded(arguments: &[Argument]) -> Option<Columns> {
    match first_type(arguments)? {
        Type::Array(element) => Some(vec![open("col", (**element).clone())]),
        Type::Map(key, value) => Some(vec![
            filled("key", (**key).clone()),
            open("value", (**value).clone()),
        ]),
        _ => None,
    }
}

/// The fields of an array of structs. An element that is NULL is a row of NULLs.
fn fields(arguments: &[Argument]) -> Option<Columns> {
    let Type::Array(element) = first_type(arguments)? else {
        return None;
    };
    let Type::Struct(fields) = &**element else {
        return None;
    };
    let columns = fields
        .iter()
        .map(|field| open(&field.name, field.data_type.clone()));
    Some(columns.collect())
}

/// As many rows as the first argument says, of all others. Rows that lack a value have NULL there.
fn stacked(arguments: &[Argument]) -> Option<Columns> {
    let (rows, values) = arguments.split_first()?;
    let Some(Literal::Integer(rows)) = rows.literal else {
        return None;
    };
    let rows = usize::try_from(rows).ok().filter(|rows| *rows > 0)?;
    let width = values.len().div_ceil(rows);
    let types = values.iter().take(width).enumerate();
    let columns = types.map(|(at, value)| {
        let data_type = match rows {
            1 => value.typed.data_type.clone(),
            _ => Type::Unknown,
        };
        open(&format!("col{at}"), data_type)
    });
    Some(columns.collect())
}

fn snowflake(name: &str, arguments: &[Argument]) -> Option<Columns> {
    let whole = || Type::Decimal {
        precision: 38,
        scale: 0,
    };
    match name {
        "FLATTEN" => Some(vec![
            filled("SEQ", whole()),
            open("KEY", Type::TEXT),
            open("PATH", Type::TEXT),
            open("INDEX", whole()),
            open("VALUE", flattened(arguments)),
            open("THIS", flattened(arguments)),
        ]),
        "SPLIT_TO_TABLE" | "STRTOK_SPLIT_TO_TABLE" => Some(vec![
            filled("SEQ", whole()),
            filled("INDEX", whole()),
            open("VALUE", Type::TEXT),
        ]),
        "GENERATOR" => Some(Vec::new()),
        _ => None,
    }
}

/// Values are variants unless what they are taken from is of a type with types in it.
fn flattened(arguments: &[Argument]) -> Type {
    let is_structured = arguments.iter().any(|it| match &it.typed.data_type {
        Type::Array(element) => **element != Type::Variant,
        Type::Map(..) | Type::Struct(_) | Type::Unknown => true,
        _ => false,
    });
    match is_structured {
        true => Type::Unknown,
        false => Type::Variant,
    }
}
