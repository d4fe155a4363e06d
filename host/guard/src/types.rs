//! Types, as in a cast.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ObjectNamePart, StructField};

use crate::refused::Refused;

/// How deep types may be nested.
const MOST_LEVELS: usize = 40;

/// Whether a type is made of nothing but names and numbers.
pub(crate) fn check(data_type: &DataType) -> Result<(), Refused> {
    check_level(data_type, 0)
}

fn check_level(data_type: &DataType, level: usize) -> Result<(), Refused> {
    if level > MOST_LEVELS {
        return Err(Refused::TooDeep { limit: MOST_LEVELS });
    }
    match data_type {
        DataType::Array(ArrayElemTypeDef::None) => Ok(()),
        DataType::Array(
            ArrayElemTypeDef::AngleBracket(element)
            | ArrayElemTypeDef::SquareBracket(element, _)
            | ArrayElemTypeDef::Parenthesis(element),
        ) => check_level(element, level + 1),
        DataType::Map(key, value) => {
            check_level(key, level + 1)?;
            check_level(value, level + 1)
        }
        DataType::Struct(fields, _) => check_fields(fields, level + 1),
        // A name, perhaps with lengths: `VARIANT`, `TIMESTAMP_TZ(9)`.
        DataType::Custom(name, _)
            if matches!(name.0.as_slice(), [ObjectNamePart::Identifier(_)]) =>
        {
            Ok(())
        }
        _ if is_scalar(data_type) => Ok(()),
        _ => Err(Refused::construct(&format!("the type `{data_type}`"))),
    }
}

/// Whether the fields of a struct have nothing but names and types.
pub(crate) fn check_fields(fields: &[StructField], level: usize) -> Result<(), Refused> {
    fields.iter().try_for_each(|field| {
        let StructField {
            field_name: _,
            field_type,
            options,
        } = field;
        match options {
            Some(_) => Err(Refused::construct("options of a field")),
            None => check_level(field_type, level),
        }
    })
}

fn is_scalar(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Character(_)
            | DataType::Char(_)
            | DataType::CharacterVarying(_)
            | DataType::CharVarying(_)
            | DataType::Varchar(_)
            | DataType::Nvarchar(_)
            | DataType::Text
            | DataType::String(_)
            | DataType::Binary(_)
            | DataType::Varbinary(_)
            | DataType::Bytes(_)
            | DataType::Numeric(_)
            | DataType::Decimal(_)
            | DataType::Dec(_)
            | DataType::BigNumeric(_)
            | DataType::BigDecimal(_)
            | DataType::Float(_)
            | DataType::Float32
            | DataType::Float64
            | DataType::Real
            | DataType::Double(_)
            | DataType::DoublePrecision
            | DataType::TinyInt(_)
            | DataType::SmallInt(_)
            | DataType::Int(_)
            | DataType::Int64
            | DataType::Integer(_)
            | DataType::BigInt(_)
            | DataType::Bool
            | DataType::Boolean
            | DataType::Date
            | DataType::Time(..)
            | DataType::Datetime(_)
            | DataType::Timestamp(..)
            | DataType::TimestampNtz(_)
            | DataType::Interval { .. }
            | DataType::JSON
    )
}
