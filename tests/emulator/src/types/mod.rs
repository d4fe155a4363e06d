//! Column types, as the catalog keeps them.
//!
//! The scripts that fill the warehouse are written in Databricks SQL, so its type grammar is the
//! catalog's own. A protocol that uses other words translates from here.

mod arrow;
mod describe;
pub(crate) mod google;
mod parse;
mod print;
pub(crate) mod snowflake;

pub use arrow::{from_arrow, to_arrow};
pub(crate) use describe::{describe_json, short_text};
pub(crate) use parse::type_at;
pub use parse::{MAX_DEPTH, TypeError, parse_type};

/// The type of a column, a struct field or a query's result.
///
/// Its `Display` is the text Unity Catalog prints: lower case, no spaces that carry no meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DataType {
    /// `BOOLEAN`
    Boolean,
    /// `TINYINT`, 8 bits
    TinyInt,
    /// `SMALLINT`, 16 bits
    SmallInt,
    /// `INT`, 32 bits
    Int,
    /// `BIGINT`, 64 bits
    BigInt,
    /// `FLOAT`, 32 bits
    Float,
    /// `DOUBLE`, 64 bits
    Double,
    /// `DECIMAL(precision, scale)`
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point, at most `precision`.
        scale: u8,
    },
    /// `STRING`
    String {
        /// The name after `COLLATE`, as written.
        collation: Option<Box<str>>,
    },
    /// `CHAR(n)`
    Char(u32),
    /// `VARCHAR(n)`
    Varchar(u32),
    /// `BINARY`
    Binary,
    /// `DATE`
    Date,
    /// `TIMESTAMP`: an instant, shown in the session's zone
    Timestamp,
    /// `TIMESTAMP_NTZ`: a wall clock's reading
    TimestampNtz,
    /// `TIME`
    Time {
        /// Digits of the second's fraction, if given.
        precision: Option<u8>,
    },
    /// `VOID`: only NULL
    Void,
    /// `VARIANT`
    Variant,
    /// `OBJECT`
    Object,
    /// `INTERVAL from [TO to]`
    Interval {
        /// The largest unit.
        from: IntervalUnit,
        /// The smallest unit, when it is another one.
        to: Option<IntervalUnit>,
    },
    /// `GEOGRAPHY(srid)`
    Geography(Srid),
    /// `GEOMETRY(srid)`
    Geometry(Srid),
    /// `ARRAY<element>`
    Array(Box<DataType>),
    /// `MAP<key, value>`
    Map(Box<(DataType, DataType)>),
    /// `STRUCT<…>`
    Struct(Vec<StructField>),
    /// Text that is no type of the grammar, kept as it was handed in: a table registered through
    /// the control endpoint may say anything.
    Opaque(Box<str>),
}

/// One field of a [`DataType::Struct`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StructField {
    /// The name, unquoted.
    pub name: Box<str>,
    /// The type.
    pub data_type: DataType,
    /// False when the field is `NOT NULL`.
    pub nullable: bool,
    /// The text after `COMMENT`.
    pub comment: Option<Box<str>>,
}

/// The units an `INTERVAL` type spans, largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IntervalUnit {
    /// `YEAR`
    Year,
    /// `MONTH`
    Month,
    /// `DAY`
    Day,
    /// `HOUR`
    Hour,
    /// `MINUTE`
    Minute,
    /// `SECOND`
    Second,
}

impl IntervalUnit {
    /// Every unit, largest first.
    pub const ALL: [Self; 6] = [
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
    ];

    /// The unit's keyword in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }

    /// True for the units of year-month intervals; the others make day-time intervals.
    pub fn is_year_month(self) -> bool {
        matches!(self, Self::Year | Self::Month)
    }
}

/// The spatial reference system of a geography or geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Srid {
    /// `ANY`: each value carries its own.
    Any,
    /// A number, 4326 for longitude and latitude.
    Number(u32),
}

impl DataType {
    /// `STRING` without a collation.
    pub const STRING: Self = Self::String { collation: None };

    /// The bare head in upper case, as `information_schema.columns.data_type` shows it.
    pub fn head(&self) -> String {
        match self {
            Self::Opaque(text) => {
                let end = text.find(['<', '(', ' ']).unwrap_or(text.len());
                text[..end].to_uppercase()
            }
            Self::Interval { .. } => "INTERVAL".to_owned(),
            _ => {
                let text = print::head(self);
                text.to_uppercase()
            }
        }
    }
}
