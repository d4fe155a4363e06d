//! Types as Snowflake has them: what it stores, prints and answers.
//!
//! The catalog's own grammar is another one. [`of_column`] reads what a column says of itself,
//! [`from_shared`] and [`to_shared`] translate.

mod convert;
mod describe;
mod parse;
mod print;

pub(crate) use convert::{from_arrow, of_column, to_arrow, to_shared};
pub(crate) use describe::{column_text, json, sizes};
pub(crate) use parse::parse_type;

/// Characters of a VARCHAR that does not say.
pub(crate) const TEXT_LENGTH: u32 = 16_777_216;
/// Bytes of a BINARY that does not say.
pub(crate) const BINARY_LENGTH: u32 = 8_388_608;
/// Digits of a second's fraction where none are given.
pub(crate) const FRACTION: u8 = 9;

/// A type of Snowflake. Its `Display` is the text DESCRIBE shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum SnowflakeType {
    Number {
        precision: u8,
        scale: u8,
    },
    Float,
    DecFloat,
    Text {
        length: u32,
        collation: Option<Box<str>>,
    },
    Binary(u32),
    Boolean,
    Date,
    Time(u8),
    TimestampNtz(u8),
    TimestampLtz(u8),
    TimestampTz(u8),
    Variant,
    /// Without fields when it is not structured.
    Object(Option<Vec<SnowflakeField>>),
    /// Without an element when it is not structured.
    Array(Option<Box<SnowflakeElement>>),
    Map(Box<(SnowflakeType, SnowflakeElement)>),
    Vector(VectorElement, u32),
    Geography,
    Geometry,
    File,
    /// The units as they are written, for example `YEAR TO MONTH`.
    Interval(Box<str>),
    /// Text that is no type of the grammar, kept as it was handed in.
    Other(Box<str>),
}

/// A field of a structured OBJECT.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SnowflakeField {
    pub name: Box<str>,
    pub value: SnowflakeElement,
}

/// What a structured type holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SnowflakeElement {
    pub data_type: SnowflakeType,
    pub nullable: bool,
}

/// What a VECTOR is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum VectorElement {
    Float,
    Int,
}

impl SnowflakeType {
    /// Every integer.
    pub const INTEGER: Self = Self::Number {
        precision: 38,
        scale: 0,
    };
    /// VARCHAR of the usual length.
    pub const TEXT: Self = Self::Text {
        length: TEXT_LENGTH,
        collation: None,
    };

    /// The bare family, as `INFORMATION_SCHEMA.COLUMNS.DATA_TYPE` shows it.
    pub fn family(&self) -> &str {
        match self {
            Self::Number { .. } => "NUMBER",
            Self::Float => "FLOAT",
            Self::DecFloat => "DECFLOAT",
            Self::Text { .. } => "TEXT",
            Self::Binary(_) => "BINARY",
            Self::Boolean => "BOOLEAN",
            Self::Date => "DATE",
            Self::Time(_) => "TIME",
            Self::TimestampNtz(_) => "TIMESTAMP_NTZ",
            Self::TimestampLtz(_) => "TIMESTAMP_LTZ",
            Self::TimestampTz(_) => "TIMESTAMP_TZ",
            Self::Variant => "VARIANT",
            Self::Object(_) => "OBJECT",
            Self::Array(_) => "ARRAY",
            Self::Map(_) => "MAP",
            Self::Vector(..) => "VECTOR",
            Self::Geography => "GEOGRAPHY",
            Self::Geometry => "GEOMETRY",
            Self::File => "FILE",
            Self::Interval(units) => match units.starts_with("YEAR") || **units == *"MONTH" {
                true => "INTERVAL_YEAR_MONTH",
                false => "INTERVAL_DAY_TIME",
            },
            Self::Other(text) => text.split(['(', ' ']).next().unwrap_or(text),
        }
    }

    /// The name on the wire, in upper case.
    pub fn wire_name(&self) -> &str {
        match self {
            Self::Number { .. } => "FIXED",
            Self::Float => "REAL",
            other => other.family(),
        }
    }
}

#[cfg(test)]
mod tests;
