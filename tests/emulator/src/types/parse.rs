//! The type grammar, read from text.

use super::{DataType, IntervalUnit, Srid, StructField};
use crate::sql::cursor::{Cursor, SyntaxError};

/// How deep types may nest. The reader recurses once for each level, and so does everything that
/// walks a type; this keeps them all within an ordinary thread's stack.
pub const MAX_DEPTH: usize = 500;

/// Why a text is no type. The message holds the place in the text and, for a limit, its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TypeError(String);

/// Reads a whole text as one type.
///
/// ```
/// use rocky_emulator::types::parse_type;
///
/// let read = parse_type("STRUCT<`a b`: Array<DECIMAL (12, 2)> NOT NULL>").unwrap();
/// assert_eq!(read.to_string(), "struct<`a b`:array<decimal(12,2)> not null>");
/// ```
///
/// # Errors
/// When the text is not of the grammar, or nests deeper than [`MAX_DEPTH`].
pub fn parse_type(text: &str) -> Result<DataType, TypeError> {
    let error = |error: SyntaxError| TypeError(error.to_string());
    let mut cursor = Cursor::new(text).map_err(error)?;
    let data_type = type_at(&mut cursor).map_err(error)?;
    cursor.finish().map_err(error)?;
    Ok(data_type)
}

/// Reads the type that starts at the cursor and leaves the cursor behind it.
pub(crate) fn type_at(cursor: &mut Cursor<'_>) -> Result<DataType, SyntaxError> {
    nested(cursor, 0)
}

fn nested(cursor: &mut Cursor<'_>, depth: usize) -> Result<DataType, SyntaxError> {
    if depth > MAX_DEPTH {
        return Err(cursor.error(format!("a type nested at most {MAX_DEPTH} levels deep")));
    }
    if cursor.take(&["ARRAY"]) {
        cursor.expect_mark('<')?;
        let element = nested(cursor, depth + 1)?;
        cursor.expect_mark('>')?;
        return Ok(DataType::Array(Box::new(element)));
    }
    if cursor.take(&["MAP"]) {
        return map(cursor, depth);
    }
    if cursor.take(&["STRUCT"]) {
        return fields(cursor, depth);
    }
    primitive(cursor)
}

fn map(cursor: &mut Cursor<'_>, depth: usize) -> Result<DataType, SyntaxError> {
    cursor.expect_mark('<')?;
    if cursor.sees(&["MAP"]) {
        return Err(cursor.error("a map key that is not itself a map"));
    }
    let key = nested(cursor, depth + 1)?;
    cursor.expect_mark(',')?;
    let value = nested(cursor, depth + 1)?;
    cursor.expect_mark('>')?;
    Ok(DataType::Map(Box::new((key, value))))
}

fn fields(cursor: &mut Cursor<'_>, depth: usize) -> Result<DataType, SyntaxError> {
    cursor.expect_mark('<')?;
    let mut fields = Vec::new();
    if cursor.take_mark('>') {
        return Ok(DataType::Struct(fields));
    }
    loop {
        let name = cursor.identifier()?.into();
        cursor.take_mark(':');
        let data_type = nested(cursor, depth + 1)?;
        fields.push(field_options(cursor, name, data_type)?);
        if cursor.take_mark('>') {
            return Ok(DataType::Struct(fields));
        }
        if !cursor.take_mark(',') {
            return Err(cursor.error("',' or '>' after a struct field"));
        }
    }
}

fn field_options(
    cursor: &mut Cursor<'_>,
    name: Box<str>,
    data_type: DataType,
) -> Result<StructField, SyntaxError> {
    let nullable = !cursor.take(&["NOT", "NULL"]);
    let comment = match cursor.take(&["COMMENT"]) {
        true => Some(cursor.string()?.into()),
        false => None,
    };
    Ok(StructField {
        name,
        data_type,
        nullable,
        comment,
    })
}

fn primitive(cursor: &mut Cursor<'_>) -> Result<DataType, SyntaxError> {
    let before = cursor.clone();
    let word = cursor.any_word("a type")?;
    Ok(match word.to_ascii_uppercase().as_str() {
        "BOOLEAN" => DataType::Boolean,
        "TINYINT" | "BYTE" => DataType::TinyInt,
        "SMALLINT" | "SHORT" => DataType::SmallInt,
        "INT" | "INTEGER" => DataType::Int,
        "BIGINT" | "LONG" => DataType::BigInt,
        "FLOAT" | "REAL" => DataType::Float,
        "DOUBLE" => DataType::Double,
        "DECIMAL" | "DEC" | "NUMERIC" => decimal(cursor)?,
        "STRING" => string(cursor)?,
        "CHAR" | "CHARACTER" => DataType::Char(argument(cursor)?),
        "VARCHAR" => DataType::Varchar(argument(cursor)?),
        "BINARY" => DataType::Binary,
        "DATE" => DataType::Date,
        "TIMESTAMP" | "TIMESTAMP_LTZ" => DataType::Timestamp,
        "TIMESTAMP_NTZ" => DataType::TimestampNtz,
        "TIME" => time(cursor)?,
        "VOID" => DataType::Void,
        "VARIANT" => DataType::Variant,
        "OBJECT" => DataType::Object,
        "INTERVAL" => interval(cursor)?,
        "GEOGRAPHY" => DataType::Geography(srid(cursor)?),
        "GEOMETRY" => DataType::Geometry(srid(cursor)?),
        _ => return Err(before.error("a type")),
    })
}

fn argument(cursor: &mut Cursor<'_>) -> Result<u32, SyntaxError> {
    cursor.expect_mark('(')?;
    let number = cursor.number()?;
    cursor.expect_mark(')')?;
    Ok(number)
}

fn decimal(cursor: &mut Cursor<'_>) -> Result<DataType, SyntaxError> {
    let (mut precision, mut scale) = (10, 0);
    let before = cursor.clone();
    if cursor.take_mark('(') {
        precision = cursor.number()?;
        if cursor.take_mark(',') {
            scale = cursor.number()?;
        }
        cursor.expect_mark(')')?;
    }
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision => {
            Ok(DataType::Decimal { precision, scale })
        }
        _ => Err(before.error(format!(
            "a precision of 1 to 38 and a scale up to it, not ({precision},{scale})"
        ))),
    }
}

fn string(cursor: &mut Cursor<'_>) -> Result<DataType, SyntaxError> {
    let collation = match cursor.take(&["COLLATE"]) {
        true => Some(cursor.identifier()?.into()),
        false => None,
    };
    Ok(DataType::String { collation })
}

fn time(cursor: &mut Cursor<'_>) -> Result<DataType, SyntaxError> {
    if !cursor.sees_mark('(') {
        return Ok(DataType::Time { precision: None });
    }
    let before = cursor.clone();
    let digits = argument(cursor)?;
    match u8::try_from(digits) {
        Ok(digits @ 0..=6) => Ok(DataType::Time {
            precision: Some(digits),
        }),
        _ => Err(before.error(format!("a precision of 0 to 6, not {digits}"))),
    }
}

fn srid(cursor: &mut Cursor<'_>) -> Result<Srid, SyntaxError> {
    cursor.expect_mark('(')?;
    let srid = match cursor.take(&["ANY"]) {
        true => Srid::Any,
        false => Srid::Number(cursor.number()?),
    };
    cursor.expect_mark(')')?;
    Ok(srid)
}

fn interval(cursor: &mut Cursor<'_>) -> Result<DataType, SyntaxError> {
    let from = unit(cursor)?;
    if !cursor.take(&["TO"]) {
        return Ok(DataType::Interval { from, to: None });
    }
    let before = cursor.clone();
    let to = unit(cursor)?;
    if to <= from || to.is_year_month() != from.is_year_month() {
        return Err(before.error(format!(
            "a smaller unit of the same kind as {}",
            from.word()
        )));
    }
    Ok(DataType::Interval { from, to: Some(to) })
}

fn unit(cursor: &mut Cursor<'_>) -> Result<IntervalUnit, SyntaxError> {
    IntervalUnit::ALL
        .into_iter()
        .find(|unit| cursor.take(&[unit.word()]))
        .ok_or_else(|| cursor.error("YEAR, MONTH, DAY, HOUR, MINUTE or SECOND"))
}

#[cfg(test)]
mod tests;
