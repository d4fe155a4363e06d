//! Values that are written out.

use sqlparser::ast::Value as Written;

use super::Value;
use crate::analyzer::Analyzer;
use crate::functions::{Literal, Typed};
use crate::types::{FloatSize, IntegerSize};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// A literal.
    pub(super) fn literal(&mut self, written: &Written) -> Value {
        let (data_type, literal) = match written {
            Written::Null => (Type::Null, Some(Literal::Null)),
            Written::Boolean(value) => (Type::Boolean, Some(Literal::Boolean(*value))),
            Written::Number(digits, _) => number(self.dialect(), digits),
            Written::SingleQuotedByteStringLiteral(_)
            | Written::DoubleQuotedByteStringLiteral(_)
            | Written::TripleSingleQuotedByteStringLiteral(_)
            | Written::TripleDoubleQuotedByteStringLiteral(_) => {
                (Type::Bytes { length: None }, None)
            }
            Written::HexStringLiteral(_) => match self.dialect() {
                Dialect::BigQuery => (Type::Integer(IntegerSize::Big), None),
                _ => (Type::Bytes { length: None }, None),
            },
            // A parameter or variable.
            Written::Placeholder(_) => (Type::Unknown, None),
            other => {
                let text = other.clone().into_string();
                let length = match self.dialect() {
                    Dialect::Snowflake => text.as_ref().map(|text| text.chars().count() as u64),
                    _ => None,
                };
                let data_type = Type::String {
                    length,
                    fixed: false,
                };
                (data_type, text.map(Literal::Text))
            }
        };
        let nullable = matches!(data_type, Type::Null | Type::Unknown);
        Value {
            literal,
            ..Value::of(Typed::new(data_type, nullable))
        }
    }
}

/// A number, by the rules of the dialect.
fn number(dialect: Dialect, written: &str) -> (Type, Option<Literal>) {
    let value = match dialect {
        Dialect::Databricks => written.trim_end_matches(['L', 'l', 'S', 's', 'Y', 'y']),
        _ => written,
    };
    let literal = value.parse::<i64>().ok().map(Literal::Integer);
    let lower = written.to_ascii_lowercase();
    let is_hexadecimal = lower.starts_with("0x");
    let digits = lower.strip_prefix('-').unwrap_or(&lower);
    let is_whole = !is_hexadecimal && digits.chars().all(|digit| digit.is_ascii_digit());
    let has_exponent = !is_hexadecimal && lower.contains('e');
    let data_type = match dialect {
        Dialect::BigQuery if is_whole || is_hexadecimal => Type::Integer(IntegerSize::Big),
        Dialect::BigQuery => Type::Float(FloatSize::Double),
        Dialect::Databricks if is_whole => match lower.parse::<i128>() {
            Ok(value) if i32::try_from(value).is_ok() => Type::Integer(IntegerSize::Int),
            Ok(value) if i64::try_from(value).is_ok() => Type::Integer(IntegerSize::Big),
            _ => decimal(digits),
        },
        Dialect::Databricks => suffixed(&lower).unwrap_or_else(|| match has_exponent {
            true => Type::Float(FloatSize::Double),
            false => decimal(&lower),
        }),
        Dialect::Snowflake if has_exponent => Type::Float(FloatSize::Double),
        Dialect::Snowflake => decimal(&lower),
    };
    (data_type, literal)
}

/// Databricks' numbers with a letter at their end.
fn suffixed(written: &str) -> Option<Type> {
    let (digits, data_type) = match written.strip_suffix("bd") {
        Some(digits) => (digits, decimal(digits)),
        None => {
            let data_type = match written.chars().last()? {
                'l' => Type::Integer(IntegerSize::Big),
                's' => Type::Integer(IntegerSize::Small),
                'y' => Type::Integer(IntegerSize::Tiny),
                'f' => Type::Float(FloatSize::Single),
                'd' => Type::Float(FloatSize::Double),
                _ => return None,
            };
            (written.get(..written.len() - 1)?, data_type)
        }
    };
    digits
        .starts_with(|first: char| first.is_ascii_digit() || first == '.')
        .then_some(data_type)
}

/// An exact number with as many digits as are written.
fn decimal(written: &str) -> Type {
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    let whole = whole.trim_start_matches('0').len();
    let scale = fraction.len();
    if !written
        .chars()
        .all(|digit| digit.is_ascii_digit() || digit == '.')
        || whole + scale > 38
    {
        return Type::Unknown;
    }
    Type::Decimal {
        precision: u16::try_from((whole + scale).max(1)).unwrap_or(38),
        scale: i16::try_from(scale).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, written: &str, expected: Type) {
        assert_eq!(number(dialect, written).0, expected, "{written}");
    }

    fn exact(precision: u16, scale: i16) -> Type {
        Type::Decimal { precision, scale }
    }

    #[test]
    fn numbers_have_the_type_that_the_warehouse_gives_them() {
        check(Dialect::BigQuery, "1", Type::Integer(IntegerSize::Big));
        check(Dialect::BigQuery, "1.5", Type::Float(FloatSize::Double));
        check(Dialect::Databricks, "1", Type::Integer(IntegerSize::Int));
        check(
            Dialect::Databricks,
            "3000000000",
            Type::Integer(IntegerSize::Big),
        );
        check(Dialect::Databricks, "1.50", exact(3, 2));
        check(Dialect::Databricks, "1e3", Type::Float(FloatSize::Double));
        check(Dialect::Databricks, "7L", Type::Integer(IntegerSize::Big));
        check(Dialect::Databricks, "1.5BD", exact(2, 1));
        check(Dialect::Snowflake, "1", exact(1, 0));
        check(Dialect::Snowflake, "100", exact(3, 0));
        check(Dialect::Snowflake, "0.25", exact(2, 2));
        check(Dialect::Snowflake, "1e3", Type::Float(FloatSize::Double));
    }
}
