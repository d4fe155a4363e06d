//! The text of a type.

use super::{Digits, GoogleField, GoogleType};
use std::fmt::{self, Display, Formatter, Write as _};

impl Display for GoogleType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int64 => f.write_str("INT64"),
            Self::Float64 => f.write_str("FLOAT64"),
            Self::Bool => f.write_str("BOOL"),
            Self::Numeric(digits) => print_digits(f, "NUMERIC", *digits),
            Self::BigNumeric(digits) => print_digits(f, "BIGNUMERIC", *digits),
            Self::String(length) => print_length(f, "STRING", *length),
            Self::Bytes(length) => print_length(f, "BYTES", *length),
            Self::Timestamp(precision) => print_length(f, "TIMESTAMP", *precision),
            Self::Range(element) => write!(f, "RANGE<{element}>"),
            Self::Array(element) => write!(f, "ARRAY<{element}>"),
            Self::Struct(fields) => print_fields(f, fields),
            other => f.write_str(other.rest_name()),
        }
    }
}

fn print_length(f: &mut Formatter<'_>, head: &str, length: Option<u32>) -> fmt::Result {
    match length {
        Some(length) => write!(f, "{head}({length})"),
        None => f.write_str(head),
    }
}

fn print_digits(f: &mut Formatter<'_>, head: &str, digits: Option<Digits>) -> fmt::Result {
    match digits {
        None => f.write_str(head),
        Some(Digits {
            precision,
            scale: 0,
        }) => write!(f, "{head}({precision})"),
        Some(Digits { precision, scale }) => write!(f, "{head}({precision}, {scale})"),
    }
}

fn print_fields(f: &mut Formatter<'_>, fields: &[GoogleField]) -> fmt::Result {
    f.write_str("STRUCT<")?;
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        if let Some(name) = &field.name {
            write_name(f, name)?;
            f.write_char(' ')?;
        }
        // NOT NULL and descriptions are not part of a type's text.
        write!(f, "{}", field.data_type)?;
    }
    f.write_char('>')
}

/// Backticks only where a bare word would not read back as this name.
pub(crate) fn write_name(out: &mut impl fmt::Write, name: &str) -> fmt::Result {
    let bare = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    match bare {
        true => out.write_str(name),
        false => write!(out, "`{}`", name.replace('`', "``")),
    }
}
