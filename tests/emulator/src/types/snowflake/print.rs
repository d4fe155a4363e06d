//! The text of a type.

use super::{SnowflakeElement, SnowflakeField, SnowflakeType, VectorElement};
use std::fmt::{self, Display, Formatter, Write as _};

impl Display for SnowflakeType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { precision, scale } => write!(f, "NUMBER({precision},{scale})"),
            Self::Text { length, collation } => {
                write!(f, "VARCHAR({length})")?;
                match collation {
                    Some(collation) => write!(f, " COLLATE '{}'", collation.replace('\'', "''")),
                    None => Ok(()),
                }
            }
            Self::Binary(length) => write!(f, "BINARY({length})"),
            Self::Time(fraction)
            | Self::TimestampNtz(fraction)
            | Self::TimestampLtz(fraction)
            | Self::TimestampTz(fraction) => write!(f, "{}({fraction})", self.family()),
            Self::Object(Some(fields)) => print_fields(f, fields),
            Self::Array(Some(element)) => write!(f, "ARRAY({element})"),
            Self::Map(entry) => write!(f, "MAP({}, {})", entry.0, entry.1),
            Self::Vector(element, size) => {
                let element = match element {
                    VectorElement::Float => "FLOAT",
                    VectorElement::Int => "INT",
                };
                write!(f, "VECTOR({element}, {size})")
            }
            Self::Interval(units) => write!(f, "INTERVAL {units}"),
            Self::Other(text) => f.write_str(text),
            other => f.write_str(other.family()),
        }
    }
}

impl Display for SnowflakeElement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.data_type)?;
        match self.nullable {
            true => Ok(()),
            false => f.write_str(" NOT NULL"),
        }
    }
}

fn print_fields(f: &mut Formatter<'_>, fields: &[SnowflakeField]) -> fmt::Result {
    f.write_str("OBJECT(")?;
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        match is_bare(&field.name) {
            true => f.write_str(&field.name)?,
            false => write!(f, "\"{}\"", field.name.replace('"', "\"\""))?,
        }
        write!(f, " {}", field.value)?;
    }
    f.write_char(')')
}

/// Keys of objects keep their case, so any plain word can do without quotes.
fn is_bare(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$'))
}
