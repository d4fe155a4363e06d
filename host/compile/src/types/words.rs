//! The words that warehouses have for types without types in them.

use super::{FloatSize, IntegerSize, Type, Zone};

/// How long a word may be to be looked at: longer than all that are known.
pub(super) const LONGEST: usize = 16;

/// What intervals are counted in.
pub(super) const UNITS: &[&str] = &[
    "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND",
];

/// The words that `VARYING` may follow.
pub(super) const VARYING: &[&str] = &["CHAR", "CHARACTER", "NCHAR"];

/// How many digits exact numbers have at most, in all three.
const MOST_DIGITS: u16 = 38;

/// What was said of zones behind a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ZoneWords {
    Unsaid,
    With,
    WithLocal,
    Without,
}

/// The word in capitals. None where it is too long to be any that is known.
pub(super) fn upper<'a>(word: &str, buffer: &'a mut [u8; LONGEST]) -> Option<&'a str> {
    let letters = buffer.get_mut(..word.len())?;
    letters.copy_from_slice(word.as_bytes());
    letters.make_ascii_uppercase();
    std::str::from_utf8(letters).ok()
}

pub(super) fn databricks(word: &str, numbers: [Option<i64>; 2]) -> Option<Type> {
    let bare = || numbers == [None, None];
    Some(match (word, numbers) {
        ("BOOLEAN" | "BOOL", _) if bare() => Type::Boolean,
        ("TINYINT" | "BYTE", _) if bare() => Type::Integer(IntegerSize::Tiny),
        ("SMALLINT" | "SHORT", _) if bare() => Type::Integer(IntegerSize::Small),
        ("INT" | "INTEGER", _) if bare() => Type::Integer(IntegerSize::Int),
        ("BIGINT" | "LONG", _) if bare() => Type::Integer(IntegerSize::Big),
        ("FLOAT" | "REAL", _) if bare() => Type::Float(FloatSize::Single),
        ("DOUBLE", _) if bare() => Type::Float(FloatSize::Double),
        ("DECIMAL" | "DEC" | "NUMERIC", [None, None]) => exact(10, 0)?,
        ("DECIMAL" | "DEC" | "NUMERIC", [Some(precision), scale]) => {
            exact(precision, scale.unwrap_or(0))?
        }
        ("STRING", _) if bare() => text(None, false)?,
        ("VARCHAR", [Some(length), None]) => text(Some(length), false)?,
        ("CHAR" | "CHARACTER", [Some(length), None]) => text(Some(length), true)?,
        ("BINARY", _) if bare() => Type::Bytes { length: None },
        ("DATE", _) if bare() => Type::Date,
        ("TIME", [digits, None]) => time(digits)?,
        ("TIMESTAMP" | "TIMESTAMP_LTZ", _) if bare() => timestamp(Zone::Local, None)?,
        ("TIMESTAMP_NTZ", _) if bare() => timestamp(Zone::None, None)?,
        ("VARIANT", _) if bare() => Type::Variant,
        ("OBJECT", _) if bare() => Type::Object,
        ("VOID", _) if bare() => Type::Null,
        _ => return None,
    })
}

pub(super) fn bigquery(word: &str, numbers: [Option<i64>; 2]) -> Option<Type> {
    let bare = || numbers == [None, None];
    Some(match (word, numbers) {
        ("BOOL" | "BOOLEAN", _) if bare() => Type::Boolean,
        ("INT64" | "INT" | "SMALLINT" | "INTEGER" | "BIGINT" | "TINYINT" | "BYTEINT", _)
            if bare() =>
        {
            Type::Integer(IntegerSize::Big)
        }
        ("FLOAT64" | "FLOAT", _) if bare() => Type::Float(FloatSize::Double),
        ("NUMERIC" | "DECIMAL", [None, None]) => exact(38, 9)?,
        ("NUMERIC" | "DECIMAL", [Some(precision), scale]) => exact(precision, scale.unwrap_or(0))?,
        ("BIGNUMERIC" | "BIGDECIMAL", [None, None]) => Type::BigDecimal { precision: None },
        ("BIGNUMERIC" | "BIGDECIMAL", [Some(precision), scale]) => {
            let precision = precision.try_into().ok()?;
            let scale = scale.unwrap_or(0).try_into().ok()?;
            Type::BigDecimal {
                precision: Some((precision, scale)),
            }
        }
        ("STRING", [length, None]) => text(length, false)?,
        ("BYTES", [length, None]) => bytes(length)?,
        ("DATE", _) if bare() => Type::Date,
        ("TIME", _) if bare() => time(None)?,
        ("DATETIME", _) if bare() => timestamp(Zone::None, None)?,
        ("TIMESTAMP", [digits, None]) => timestamp(Zone::Local, digits)?,
        ("JSON", _) if bare() => Type::Json,
        _ => return None,
    })
}

pub(super) fn snowflake(
    word: &str,
    numbers: [Option<i64>; 2],
    is_varying: bool,
    zone: ZoneWords,
) -> Option<Type> {
    if word == "TIMESTAMP" {
        return snowflake_timestamp(numbers, zone);
    }
    if zone != ZoneWords::Unsaid {
        return None;
    }
    let bare = || numbers == [None, None];
    Some(match (word, numbers) {
        ("BOOLEAN" | "BOOL", _) if bare() => Type::Boolean,
        ("INT" | "INTEGER" | "BIGINT" | "SMALLINT" | "TINYINT" | "BYTEINT", _) if bare() => {
            exact(38, 0)?
        }
        ("NUMBER" | "DECIMAL" | "NUMERIC" | "DEC", [None, None]) => exact(38, 0)?,
        ("NUMBER" | "DECIMAL" | "NUMERIC" | "DEC", [Some(precision), scale]) => {
            exact(precision, scale.unwrap_or(0))?
        }
        ("FLOAT" | "FLOAT4" | "FLOAT8" | "DOUBLE" | "REAL", _) if bare() => {
            Type::Float(FloatSize::Double)
        }
        ("CHAR" | "CHARACTER" | "NCHAR", [None, None]) if !is_varying => text(Some(1), false)?,
        (
            "VARCHAR" | "STRING" | "TEXT" | "NVARCHAR" | "NVARCHAR2" | "CHAR" | "CHARACTER"
            | "NCHAR",
            [length, None],
        ) => text(length, false)?,
        ("BINARY" | "VARBINARY", [length, None]) => bytes(length)?,
        ("DATE", _) if bare() => Type::Date,
        ("TIME", [digits, None]) => time(digits)?,
        ("DATETIME" | "TIMESTAMP_NTZ" | "TIMESTAMPNTZ", [digits, None]) => {
            timestamp(Zone::None, digits)?
        }
        ("TIMESTAMP_LTZ" | "TIMESTAMPLTZ", [digits, None]) => timestamp(Zone::Local, digits)?,
        ("TIMESTAMP_TZ" | "TIMESTAMPTZ", [digits, None]) => timestamp(Zone::Stored, digits)?,
        ("VARIANT", _) if bare() => Type::Variant,
        ("OBJECT", _) if bare() => Type::Object,
        _ => return None,
    })
}

/// Bare `TIMESTAMP` is whatever a parameter of the session says, so it stays a word.
fn snowflake_timestamp(numbers: [Option<i64>; 2], zone: ZoneWords) -> Option<Type> {
    let [digits, None] = numbers else {
        return None;
    };
    match zone {
        ZoneWords::Unsaid => None,
        ZoneWords::With => timestamp(Zone::Stored, digits),
        ZoneWords::WithLocal => timestamp(Zone::Local, digits),
        ZoneWords::Without => timestamp(Zone::None, digits),
    }
}

/// What a vector holds. Snowflake's are of four bytes each, whatever these words mean elsewhere.
pub(super) fn vector_element(word: &str) -> Option<Type> {
    match word {
        "FLOAT" => Some(Type::Float(FloatSize::Single)),
        "INT" => Some(Type::Integer(IntegerSize::Int)),
        _ => None,
    }
}

fn exact(precision: i64, scale: i64) -> Option<Type> {
    let precision = precision.try_into().ok()?;
    let scale = scale.try_into().ok()?;
    ((1..=MOST_DIGITS).contains(&precision)).then_some(Type::Decimal { precision, scale })
}

fn text(length: Option<i64>, fixed: bool) -> Option<Type> {
    let length = length.map(u64::try_from).transpose().ok()?;
    Some(Type::String { length, fixed })
}

fn bytes(length: Option<i64>) -> Option<Type> {
    let length = length.map(u64::try_from).transpose().ok()?;
    Some(Type::Bytes { length })
}

fn time(digits: Option<i64>) -> Option<Type> {
    let digits = digits.map(u8::try_from).transpose().ok()?;
    Some(Type::Time { digits })
}

fn timestamp(zone: Zone, digits: Option<i64>) -> Option<Type> {
    let digits = digits.map(u8::try_from).transpose().ok()?;
    Some(Type::Timestamp { zone, digits })
}
