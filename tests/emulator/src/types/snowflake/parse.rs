//! The type grammar, read from text.

use super::{
    BINARY_LENGTH, FRACTION, SnowflakeElement, SnowflakeField, SnowflakeType, TEXT_LENGTH,
    VectorElement,
};
use crate::sql::snowflake::words::{Mark, SyntaxError, Words};

/// How deep types may nest.
const MAX_DEPTH: usize = 100;
/// Longest VARCHAR, in characters.
const TEXT_LIMIT: u32 = 134_217_728;
/// Longest BINARY, in bytes.
const BINARY_LIMIT: u32 = 67_108_864;
/// Most digits of a NUMBER.
const PRECISION_LIMIT: u32 = 38;
/// Most dimensions of a VECTOR.
const VECTOR_LIMIT: u32 = 4_096;

/// Reads a whole text as one type.
///
/// # Errors
/// When the text is not of the grammar or nests too deep.
pub(crate) fn parse_type(text: &str) -> Result<SnowflakeType, SyntaxError> {
    let mut words = Words::new(text)?;
    let data_type = nested(&mut words, 0)?;
    words.finish()?;
    Ok(data_type)
}

fn nested(words: &mut Words, depth: usize) -> Result<SnowflakeType, SyntaxError> {
    if depth > MAX_DEPTH {
        return Err(words.error(format!("a type nested at most {MAX_DEPTH} levels deep")));
    }
    if words.take("OBJECT") {
        return object(words, depth);
    }
    if words.take("ARRAY") {
        if !words.take_mark(Mark::Open) {
            return Ok(SnowflakeType::Array(None));
        }
        let element = element(words, depth)?;
        words.expect_mark(Mark::Close)?;
        return Ok(SnowflakeType::Array(Some(Box::new(element))));
    }
    if words.take("MAP") {
        return map(words, depth);
    }
    if words.take("VECTOR") {
        return vector(words);
    }
    if words.take("INTERVAL") {
        return interval(words);
    }
    scalar(words)
}

fn element(words: &mut Words, depth: usize) -> Result<SnowflakeElement, SyntaxError> {
    let data_type = nested(words, depth + 1)?;
    let nullable = !words.take_all(&["NOT", "NULL"]);
    Ok(SnowflakeElement {
        data_type,
        nullable,
    })
}

fn object(words: &mut Words, depth: usize) -> Result<SnowflakeType, SyntaxError> {
    if !words.take_mark(Mark::Open) {
        return Ok(SnowflakeType::Object(None));
    }
    let mut fields = Vec::new();
    loop {
        let name = words.spelling("a field's name")?;
        let value = element(words, depth)?;
        let name = name.into();
        fields.push(SnowflakeField { name, value });
        if words.take_mark(Mark::Close) {
            return Ok(SnowflakeType::Object(Some(fields)));
        }
        words.expect_mark(Mark::Comma)?;
    }
}

/// Keys are texts or integers.
fn map(words: &mut Words, depth: usize) -> Result<SnowflakeType, SyntaxError> {
    words.expect_mark(Mark::Open)?;
    let before = words.clone();
    let key = scalar(words)?;
    let fits = matches!(
        key,
        SnowflakeType::Text { .. } | SnowflakeType::Number { scale: 0, .. }
    );
    if !fits {
        return Err(before.error("VARCHAR or an integer"));
    }
    words.expect_mark(Mark::Comma)?;
    let value = element(words, depth)?;
    words.expect_mark(Mark::Close)?;
    Ok(SnowflakeType::Map(Box::new((key, value))))
}

fn vector(words: &mut Words) -> Result<SnowflakeType, SyntaxError> {
    words.expect_mark(Mark::Open)?;
    let element = match (words.take("FLOAT"), words.take("INT")) {
        (true, _) => VectorElement::Float,
        (false, true) => VectorElement::Int,
        (false, false) => return Err(words.error("FLOAT or INT")),
    };
    words.expect_mark(Mark::Comma)?;
    let size = within(words, 1, VECTOR_LIMIT)?;
    words.expect_mark(Mark::Close)?;
    Ok(SnowflakeType::Vector(element, size))
}

fn interval(words: &mut Words) -> Result<SnowflakeType, SyntaxError> {
    const YEAR_MONTH: &[&str] = &["YEAR", "MONTH"];
    const DAY_TIME: &[&str] = &["DAY", "HOUR", "MINUTE", "SECOND"];
    let units = [YEAR_MONTH, DAY_TIME];
    let found = units.into_iter().find_map(|family| {
        let from = family.iter().position(|unit| words.take(unit))?;
        Some((family, from))
    });
    let (family, from) = found.ok_or_else(|| words.error("a unit"))?;
    let first = family.get(from).copied().unwrap_or_default();
    if !words.take("TO") {
        return Ok(SnowflakeType::Interval(first.into()));
    }
    let smaller = family.get(from + 1..).unwrap_or_default();
    let last = smaller.iter().find(|unit| words.take(unit));
    let last = last.ok_or_else(|| words.error(format!("a unit smaller than {first}")))?;
    Ok(SnowflakeType::Interval(format!("{first} TO {last}").into()))
}

fn scalar(words: &mut Words) -> Result<SnowflakeType, SyntaxError> {
    let before = words.clone();
    let word = words.word("a type")?;
    Ok(match word.as_str() {
        "NUMBER" | "DECIMAL" | "DEC" | "NUMERIC" => number(words)?,
        "INT" | "INTEGER" | "BIGINT" | "SMALLINT" | "TINYINT" | "BYTEINT" => SnowflakeType::INTEGER,
        "DOUBLE" => {
            words.take("PRECISION");
            SnowflakeType::Float
        }
        "FLOAT" | "FLOAT4" | "FLOAT8" | "REAL" => SnowflakeType::Float,
        "DECFLOAT" => SnowflakeType::DecFloat,
        "VARCHAR" | "STRING" | "TEXT" | "NVARCHAR" => text(words, TEXT_LENGTH)?,
        "CHAR" | "CHARACTER" | "NCHAR" => text(words, 1)?,
        "BINARY" | "VARBINARY" => {
            SnowflakeType::Binary(argument(words, 1, BINARY_LIMIT)?.unwrap_or(BINARY_LENGTH))
        }
        "BOOLEAN" | "BOOL" => SnowflakeType::Boolean,
        "DATE" => SnowflakeType::Date,
        "TIME" => SnowflakeType::Time(fraction(words)?),
        "TIMESTAMP_NTZ" | "TIMESTAMPNTZ" | "DATETIME" | "TIMESTAMP" => {
            SnowflakeType::TimestampNtz(fraction(words)?)
        }
        "TIMESTAMP_LTZ" | "TIMESTAMPLTZ" => SnowflakeType::TimestampLtz(fraction(words)?),
        "TIMESTAMP_TZ" | "TIMESTAMPTZ" => SnowflakeType::TimestampTz(fraction(words)?),
        "VARIANT" => SnowflakeType::Variant,
        "GEOGRAPHY" => SnowflakeType::Geography,
        "GEOMETRY" => SnowflakeType::Geometry,
        "FILE" => SnowflakeType::File,
        _ => return Err(before.error("a type")),
    })
}

fn number(words: &mut Words) -> Result<SnowflakeType, SyntaxError> {
    if !words.take_mark(Mark::Open) {
        return Ok(SnowflakeType::INTEGER);
    }
    let precision = within(words, 1, PRECISION_LIMIT)?;
    let scale = match words.take_mark(Mark::Comma) {
        true => within(words, 0, precision.min(PRECISION_LIMIT - 1))?,
        false => 0,
    };
    words.expect_mark(Mark::Close)?;
    Ok(SnowflakeType::Number {
        precision: narrow(precision),
        scale: narrow(scale),
    })
}

fn text(words: &mut Words, usual: u32) -> Result<SnowflakeType, SyntaxError> {
    let length = argument(words, 1, TEXT_LIMIT)?.unwrap_or(usual);
    let collation = match words.take("COLLATE") {
        true => Some(words.string()?.into()),
        false => None,
    };
    Ok(SnowflakeType::Text { length, collation })
}

fn fraction(words: &mut Words) -> Result<u8, SyntaxError> {
    let given = argument(words, 0, FRACTION.into())?;
    Ok(given.map_or(FRACTION, narrow))
}

/// What was checked against a limit that fits.
fn narrow(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn argument(words: &mut Words, least: u32, most: u32) -> Result<Option<u32>, SyntaxError> {
    if !words.take_mark(Mark::Open) {
        return Ok(None);
    }
    let number = within(words, least, most)?;
    words.expect_mark(Mark::Close)?;
    Ok(Some(number))
}

fn within(words: &mut Words, least: u32, most: u32) -> Result<u32, SyntaxError> {
    let before = words.clone();
    let number = words.number()?;
    match (least..=most).contains(&number) {
        true => Ok(number),
        false => Err(before.error(format!("a number from {least} to {most}"))),
    }
}
