//! The types of values, as each warehouse knows and writes them.

mod bound;
mod number;
mod read;
mod scan;
mod sql;
mod supertype;
mod words;
mod write;

use crate::Dialect;

pub(crate) use bound::{may_be_columns, may_be_combined};

/// A warehouse's type, as far as checking needs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// It cannot be known; compatible with everything.
    Unknown,
    /// Of the bare `NULL`.
    Null,
    /// `BOOLEAN`, `BOOL`.
    Boolean,
    /// An integer of a fixed size. Snowflake has none: its `INT` is `NUMBER(38,0)`.
    Integer(IntegerSize),
    /// `DECIMAL`, `NUMBER`, `NUMERIC`: an exact number. BigQuery's plain `NUMERIC` is (38, 9).
    Decimal {
        /// How many digits in all.
        precision: u16,
        /// How many of them after the point.
        scale: i16,
    },
    /// BigQuery's `BIGNUMERIC`.
    BigDecimal {
        /// Precision and scale, where they are limited.
        precision: Option<(u16, i16)>,
    },
    /// A binary floating point number.
    Float(FloatSize),
    /// A text.
    String {
        /// How many characters it has at most, where that is known.
        length: Option<u64>,
        /// Whether shorter ones are padded, as in Databricks' `CHAR(n)`.
        fixed: bool,
    },
    /// Bytes.
    Bytes {
        /// How many there are at most, where that is known.
        length: Option<u64>,
    },
    /// A day.
    Date,
    /// A time of day.
    Time {
        /// Of the fraction of a second, where they are told.
        digits: Option<u8>,
    },
    /// A day and a time of day.
    Timestamp {
        /// Which zone of time they are of.
        zone: Zone,
        /// Of the fraction of a second, where they are told.
        digits: Option<u8>,
    },
    /// A span of time, with its units (`YEAR TO MONTH`) where they are told.
    Interval(Option<String>),
    /// Elements of one type.
    Array(Box<Type>),
    /// Values of one type, by keys of one type.
    Map(Box<Type>, Box<Type>),
    /// Fields with names, also Snowflake's `OBJECT(…)`.
    Struct(Vec<Field>),
    /// `VARIANT`: any value, with its type.
    Variant,
    /// Snowflake's `OBJECT` of any fields.
    Object,
    /// BigQuery's `JSON`.
    Json,
    /// Points, lines and areas on a globe.
    Geography,
    /// Points, lines and areas on a plane.
    Geometry,
    /// So many numbers.
    Vector {
        /// Of what type they are.
        element: Box<Type>,
        /// How many they are.
        dimension: u32,
    },
    /// BigQuery's `RANGE<…>`, from one value to another.
    Range(Box<Type>),
    /// A type that is not known here, in the words of the warehouse.
    Other(String),
}

/// A field of a [`Type::Struct`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name as it was written, without quotes; empty where it has none, which BigQuery allows.
    pub name: String,
    /// The type of its values.
    pub data_type: Type,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// How many bytes an integer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntegerSize {
    /// One.
    Tiny,
    /// Two.
    Small,
    /// Four.
    Int,
    /// Eight.
    Big,
}

/// How exact a floating point number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FloatSize {
    /// Four bytes.
    Single,
    /// Eight bytes.
    Double,
}

/// Which zone of time a timestamp is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// None: what a clock on the wall shows (`TIMESTAMP_NTZ`, BigQuery's `DATETIME`).
    None,
    /// An instant, shown in the session's zone (`TIMESTAMP_LTZ`, BigQuery's and Databricks' `TIMESTAMP`).
    Local,
    /// An instant with the offset that it was written with (`TIMESTAMP_TZ`).
    Stored,
}

impl Type {
    /// A text of any length.
    pub(crate) const TEXT: Self = Self::String {
        length: None,
        fixed: false,
    };

    /// BigQuery's `NUMERIC`.
    pub(crate) const NUMERIC: Self = Self::Decimal {
        precision: 38,
        scale: 9,
    };

    /// A timestamp of which nothing is said but its zone.
    pub(crate) const fn timestamp(zone: Zone) -> Self {
        Self::Timestamp { zone, digits: None }
    }

    /// Reads the text of a type in the words of a warehouse. What cannot be read is [`Type::Other`].
    pub fn parse(dialect: Dialect, text: &str) -> Self {
        read::type_of(dialect, text)
    }

    /// The type that a cast names.
    pub fn from_sql(dialect: Dialect, data_type: &sqlparser::ast::DataType) -> Self {
        sql::type_of(dialect, data_type)
    }

    /// The type of a number that is written out, such as `12`, `1.50` or `2e3`, with a suffix where the dialect has some.
    pub fn of_number(dialect: Dialect, text: &str) -> Self {
        number::type_of(dialect, text)
    }

    /// The warehouse's own words: `BIGINT`, `NUMBER(38,0)`, `STRUCT<a: INT>`. None where it is not known.
    pub fn text(&self, dialect: Dialect) -> Option<String> {
        let mut out = String::new();
        write::write(dialect, self, &mut out)?;
        Some(out)
    }

    /// The type of a value that may come from either (UNION, CASE, COALESCE): [`Type::Unknown`] where the dialect's rule is not certain.
    pub fn common(dialect: Dialect, left: &Self, right: &Self) -> Self {
        supertype::of(dialect, left, right)
    }

    /// Precision and scale that Databricks computes with, also for integers.
    pub(crate) fn decimal_of_databricks(&self) -> Option<(u16, i16)> {
        Some(match self {
            Self::Decimal { precision, scale } => (*precision, *scale),
            Self::Integer(IntegerSize::Tiny) => (3, 0),
            Self::Integer(IntegerSize::Small) => (5, 0),
            Self::Integer(IntegerSize::Int) => (10, 0),
            Self::Integer(IntegerSize::Big) => (20, 0),
            _ => return None,
        })
    }
}

#[cfg(test)]
pub(crate) mod proptests;
#[cfg(test)]
mod tests;
