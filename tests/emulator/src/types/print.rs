//! The text of a type.

use super::{DataType, IntervalUnit, Srid, StructField};
use std::fmt::{self, Display, Formatter, Write as _};

/// The keyword a type starts with, lower case.
pub(super) fn head(data_type: &DataType) -> &str {
    match data_type {
        DataType::Boolean => "boolean",
        DataType::TinyInt => "tinyint",
        DataType::SmallInt => "smallint",
        DataType::Int => "int",
        DataType::BigInt => "bigint",
        DataType::Float => "float",
        DataType::Double => "double",
        DataType::Decimal { .. } => "decimal",
        DataType::String { .. } => "string",
        DataType::Char(_) => "char",
        DataType::Varchar(_) => "varchar",
        DataType::Binary => "binary",
        DataType::Date => "date",
        DataType::Timestamp => "timestamp",
        DataType::TimestampNtz => "timestamp_ntz",
        DataType::Time { .. } => "time",
        DataType::Void => "void",
        DataType::Variant => "variant",
        DataType::Object => "object",
        DataType::Interval { .. } => "interval",
        DataType::Geography(_) => "geography",
        DataType::Geometry(_) => "geometry",
        DataType::Array(_) => "array",
        DataType::Map(_) => "map",
        DataType::Struct(_) => "struct",
        DataType::Opaque(text) => text,
    }
}

impl Display for DataType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(head(self))?;
        match self {
            Self::Decimal { precision, scale } => write!(f, "({precision},{scale})"),
            Self::String {
                collation: Some(collation),
            } => write!(f, " collate {collation}"),
            Self::Char(length) | Self::Varchar(length) => write!(f, "({length})"),
            Self::Time {
                precision: Some(precision),
            } => write!(f, "({precision})"),
            Self::Interval { from, to } => print_units(f, *from, *to),
            Self::Geography(srid) | Self::Geometry(srid) => write!(f, "({srid})"),
            Self::Array(element) => write!(f, "<{element}>"),
            Self::Map(entry) => write!(f, "<{},{}>", entry.0, entry.1),
            Self::Struct(fields) => print_fields(f, fields),
            _ => Ok(()),
        }
    }
}

impl Display for Srid {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

fn print_units(f: &mut Formatter<'_>, from: IntervalUnit, to: Option<IntervalUnit>) -> fmt::Result {
    write!(f, " {}", from.word())?;
    match to {
        Some(to) => write!(f, " to {}", to.word()),
        None => Ok(()),
    }
}

fn print_fields(f: &mut Formatter<'_>, fields: &[StructField]) -> fmt::Result {
    f.write_char('<')?;
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        print_field(f, field)?;
    }
    f.write_char('>')
}

fn print_field(f: &mut Formatter<'_>, field: &StructField) -> fmt::Result {
    print_name(f, &field.name)?;
    write!(f, ":{}", field.data_type)?;
    if !field.nullable {
        f.write_str(" not null")?;
    }
    match &field.comment {
        Some(comment) => print_comment(f, comment),
        None => Ok(()),
    }
}

/// Backticks only where a bare word would not read back as this name.
fn print_name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let bare = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if bare {
        f.write_str(name)
    } else {
        write!(f, "`{}`", name.replace('`', "``"))
    }
}

fn print_comment(f: &mut Formatter<'_>, comment: &str) -> fmt::Result {
    f.write_str(" comment '")?;
    for letter in comment.chars() {
        if matches!(letter, '\'' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(letter)?;
    }
    f.write_char('\'')
}
