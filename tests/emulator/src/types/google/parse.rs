//! The type grammar, read from text.

use super::{Digits, GoogleField, GoogleType};
use crate::sql::cursor::{Cursor, SyntaxError};

/// How deep types may nest; BigQuery itself stores 15 levels of records.
const MAX_DEPTH: usize = 100;

/// Reads a whole text as one type.
///
/// # Errors
/// When the text is not of the grammar or nests too deep.
pub(crate) fn parse_type(text: &str) -> Result<GoogleType, SyntaxError> {
    let mut cursor = Cursor::new(text)?;
    let data_type = nested(&mut cursor, 0)?;
    cursor.finish()?;
    Ok(data_type)
}

fn nested(cursor: &mut Cursor<'_>, depth: usize) -> Result<GoogleType, SyntaxError> {
    if depth > MAX_DEPTH {
        return Err(cursor.error(format!("a type nested at most {MAX_DEPTH} levels deep")));
    }
    if cursor.take(&["ARRAY"]) {
        return array(cursor, depth);
    }
    if cursor.take(&["STRUCT"]) {
        return fields(cursor, depth);
    }
    if cursor.take(&["RANGE"]) {
        return range(cursor);
    }
    scalar(cursor)
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<GoogleType, SyntaxError> {
    cursor.expect_mark('<')?;
    if cursor.sees(&["ARRAY"]) {
        return Err(cursor.error("an element that is not itself an array"));
    }
    let element = nested(cursor, depth + 1)?;
    cursor.expect_mark('>')?;
    Ok(GoogleType::Array(Box::new(element)))
}

fn fields(cursor: &mut Cursor<'_>, depth: usize) -> Result<GoogleType, SyntaxError> {
    cursor.expect_mark('<')?;
    let mut fields = Vec::new();
    if cursor.take_mark('>') {
        return Ok(GoogleType::Struct(fields));
    }
    loop {
        fields.push(field(cursor, depth)?);
        if cursor.take_mark('>') {
            return Ok(GoogleType::Struct(fields));
        }
        if !cursor.take_mark(',') {
            return Err(cursor.error("',' or '>' after a struct field"));
        }
    }
}

/// A field with a name, or only a type. A name may be spelt like a type, so what counts is whether
/// a type follows.
fn field(cursor: &mut Cursor<'_>, depth: usize) -> Result<GoogleField, SyntaxError> {
    let mut named = cursor.clone();
    let with_name = named.identifier().ok().and_then(|name| {
        let data_type = nested(&mut named, depth + 1).ok()?;
        Some((name, data_type))
    });
    let (name, data_type) = match with_name {
        Some((name, data_type)) => {
            *cursor = named;
            (Some(name.into()), data_type)
        }
        None => (None, nested(cursor, depth + 1)?),
    };
    let required = cursor.take(&["NOT", "NULL"]);
    let description = match cursor.take(&["OPTIONS"]) {
        true => description(cursor)?,
        false => None,
    };
    Ok(GoogleField {
        name,
        data_type,
        required,
        description,
    })
}

/// `(description = '…')`; no other option of a field matters here.
fn description(cursor: &mut Cursor<'_>) -> Result<Option<Box<str>>, SyntaxError> {
    cursor.expect_mark('(')?;
    if cursor.take_mark(')') {
        return Ok(None);
    }
    cursor.expect(&["DESCRIPTION"])?;
    cursor.expect_mark('=')?;
    let text = cursor.string()?;
    cursor.expect_mark(')')?;
    Ok(Some(text.into()))
}

fn range(cursor: &mut Cursor<'_>) -> Result<GoogleType, SyntaxError> {
    cursor.expect_mark('<')?;
    let before = cursor.clone();
    let element = scalar(cursor)?;
    if !matches!(
        element,
        GoogleType::Date | GoogleType::Datetime | GoogleType::Timestamp(None)
    ) {
        return Err(before.error("DATE, DATETIME or TIMESTAMP"));
    }
    cursor.expect_mark('>')?;
    Ok(GoogleType::Range(Box::new(element)))
}

fn scalar(cursor: &mut Cursor<'_>) -> Result<GoogleType, SyntaxError> {
    let before = cursor.clone();
    let word = cursor.any_word("a type")?;
    Ok(match word.to_ascii_uppercase().as_str() {
        "INT64" | "INT" | "SMALLINT" | "INTEGER" | "BIGINT" | "TINYINT" | "BYTEINT" => {
            GoogleType::Int64
        }
        "FLOAT64" => GoogleType::Float64,
        "BOOL" | "BOOLEAN" => GoogleType::Bool,
        "NUMERIC" | "DECIMAL" => GoogleType::Numeric(digits(cursor, 29, 9)?),
        "BIGNUMERIC" | "BIGDECIMAL" => GoogleType::BigNumeric(digits(cursor, 38, 38)?),
        "STRING" => GoogleType::String(argument(cursor)?),
        "BYTES" => GoogleType::Bytes(argument(cursor)?),
        "DATE" => GoogleType::Date,
        "TIME" => GoogleType::Time,
        "DATETIME" => GoogleType::Datetime,
        "TIMESTAMP" => GoogleType::Timestamp(argument(cursor)?),
        "INTERVAL" => GoogleType::Interval,
        "GEOGRAPHY" => GoogleType::Geography,
        "JSON" => GoogleType::Json,
        _ => return Err(before.error("a type")),
    })
}

fn argument(cursor: &mut Cursor<'_>) -> Result<Option<u32>, SyntaxError> {
    if !cursor.take_mark('(') {
        return Ok(None);
    }
    let number = cursor.number()?;
    cursor.expect_mark(')')?;
    Ok(Some(number))
}

/// `(precision[, scale])` with at most so many digits before and behind the point.
fn digits(
    cursor: &mut Cursor<'_>,
    whole_limit: u32,
    scale_limit: u32,
) -> Result<Option<Digits>, SyntaxError> {
    let before = cursor.clone();
    if !cursor.take_mark('(') {
        return Ok(None);
    }
    let precision = cursor.number()?;
    let scale = match cursor.take_mark(',') {
        true => cursor.number()?,
        false => 0,
    };
    cursor.expect_mark(')')?;
    let fits =
        precision >= scale.max(1) && scale <= scale_limit && precision - scale <= whole_limit;
    match fits {
        true => Ok(Some(Digits { precision, scale })),
        false => Err(before.error(format!(
            "at most {whole_limit} digits before the point and {scale_limit} behind it, not \
             ({precision}, {scale})"
        ))),
    }
}
