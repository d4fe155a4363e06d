//! Types as GoogleSQL has them: what BigQuery stores, prints and answers.
//!
//! The catalog's own grammar is another one. [`of_column`] reads what a column says of itself,
//! [`from_shared`] and [`to_shared`] translate.

mod convert;
mod parse;
mod print;

pub(crate) use convert::{from_arrow, of_column, to_arrow, to_shared};
pub(crate) use parse::parse_type;
pub(crate) use print::write_name;

/// A type of GoogleSQL. Its `Display` is the text `INFORMATION_SCHEMA` shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum GoogleType {
    Int64,
    Float64,
    Bool,
    /// Precision and scale, if given.
    Numeric(Option<Digits>),
    BigNumeric(Option<Digits>),
    /// Most characters, if limited.
    String(Option<u32>),
    /// Most bytes, if limited.
    Bytes(Option<u32>),
    Date,
    Time,
    Datetime,
    /// Digits of the second's fraction, if given.
    Timestamp(Option<u32>),
    Interval,
    Geography,
    Json,
    Range(Box<GoogleType>),
    Array(Box<GoogleType>),
    Struct(Vec<GoogleField>),
    /// Text that is no type of the grammar, kept as it was handed in.
    Other(Box<str>),
}

/// The digits of a NUMERIC or BIGNUMERIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digits {
    pub precision: u32,
    pub scale: u32,
}

/// A field of a STRUCT.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct GoogleField {
    /// Fields of a query's result may have no name.
    pub name: Option<Box<str>>,
    pub data_type: GoogleType,
    /// `NOT NULL`
    pub required: bool,
    /// `OPTIONS(description = '…')`
    pub description: Option<Box<str>>,
}

impl GoogleType {
    /// The type's name in the REST API, which keeps the names of legacy SQL.
    pub fn rest_name(&self) -> &str {
        match self {
            Self::Int64 => "INTEGER",
            Self::Float64 => "FLOAT",
            Self::Bool => "BOOLEAN",
            Self::Numeric(_) => "NUMERIC",
            Self::BigNumeric(_) => "BIGNUMERIC",
            Self::String(_) => "STRING",
            Self::Bytes(_) => "BYTES",
            Self::Date => "DATE",
            Self::Time => "TIME",
            Self::Datetime => "DATETIME",
            Self::Timestamp(_) => "TIMESTAMP",
            Self::Interval => "INTERVAL",
            Self::Geography => "GEOGRAPHY",
            Self::Json => "JSON",
            Self::Range(_) => "RANGE",
            Self::Array(element) => element.rest_name(),
            Self::Struct(_) => "RECORD",
            Self::Other(text) => text,
        }
    }

    /// The type without lengths and digits, as a query's result has it.
    pub fn bare(&self) -> Self {
        match self {
            Self::Numeric(_) => Self::Numeric(None),
            Self::BigNumeric(_) => Self::BigNumeric(None),
            Self::String(_) => Self::String(None),
            Self::Bytes(_) => Self::Bytes(None),
            Self::Timestamp(_) => Self::Timestamp(None),
            Self::Array(element) => Self::Array(Box::new(element.bare())),
            Self::Struct(fields) => Self::Struct(fields.iter().map(GoogleField::bare).collect()),
            other => other.clone(),
        }
    }
}

impl GoogleField {
    fn bare(&self) -> Self {
        Self {
            name: self.name.clone(),
            data_type: self.data_type.bare(),
            required: false,
            description: None,
        }
    }
}

#[cfg(test)]
mod tests;
