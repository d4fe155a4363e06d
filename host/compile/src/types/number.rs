//! The types of numbers that are written out.

use super::{FloatSize, IntegerSize, Type};
use crate::Dialect;

/// See [`Type::of_number`].
pub(super) fn type_of(dialect: Dialect, text: &str) -> Type {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let suffix = &text[digits.len()..];
    let has_exponent = digits.contains(['e', 'E']);
    match dialect {
        Dialect::Databricks => databricks(digits, suffix, has_exponent),
        _ if !suffix.is_empty() => Type::Unknown,
        Dialect::BigQuery if has_exponent || digits.contains('.') => Type::Float(FloatSize::Double),
        Dialect::BigQuery if digits.parse::<i64>().is_ok() => Type::Integer(IntegerSize::Big),
        // Some such numbers are exact and some are not.
        Dialect::Snowflake if has_exponent => Type::Unknown,
        Dialect::Snowflake => decimal(digits),
        Dialect::BigQuery => Type::Unknown,
    }
}

fn databricks(digits: &str, suffix: &str, has_exponent: bool) -> Type {
    let is_whole = !has_exponent && !digits.contains('.');
    match suffix {
        "" if has_exponent => Type::Float(FloatSize::Double),
        "" if is_whole && digits.parse::<i32>().is_ok() => Type::Integer(IntegerSize::Int),
        "" if is_whole && digits.parse::<i64>().is_ok() => Type::Integer(IntegerSize::Big),
        "" => decimal(digits),
        _ if suffix.eq_ignore_ascii_case("D") => Type::Float(FloatSize::Double),
        _ if suffix.eq_ignore_ascii_case("F") => Type::Float(FloatSize::Single),
        _ if suffix.eq_ignore_ascii_case("BD") && !has_exponent => decimal(digits),
        _ if suffix.eq_ignore_ascii_case("L") && is_whole => Type::Integer(IntegerSize::Big),
        _ if suffix.eq_ignore_ascii_case("S") && is_whole => Type::Integer(IntegerSize::Small),
        _ if suffix.eq_ignore_ascii_case("Y") && is_whole => Type::Integer(IntegerSize::Tiny),
        _ => Type::Unknown,
    }
}

/// A decimal of just as many digits as are needed: leading zeros are none, those at the end are.
fn decimal(digits: &str) -> Type {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|letter| letter.is_ascii_digit());
    if digits.is_empty() || !is_number(whole) || !is_number(fraction) {
        return Type::Unknown;
    }
    let whole = whole.trim_start_matches('0').len();
    match ((whole + fraction.len()).max(1), fraction.len()) {
        (precision @ 1..=38, scale) => Type::Decimal {
            precision: precision as u16,
            scale: scale as i16,
        },
        _ => Type::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_type_that_its_digits_need() {
        use Dialect::{BigQuery, Databricks, Snowflake};
        for (dialect, number, expected) in [
            (Databricks, "2147483647", "INT"),
            (Databricks, "2147483648", "BIGINT"),
            (Databricks, "9223372036854775808", "DECIMAL(19,0)"),
            (Databricks, "1.50", "DECIMAL(3,2)"),
            (Databricks, "0.05", "DECIMAL(2,2)"),
            (Databricks, "1e3", "DOUBLE"),
            (Databricks, "1.5E-3", "DOUBLE"),
            (Databricks, "1L", "BIGINT"),
            (Databricks, "1y", "TINYINT"),
            (Databricks, "1S", "SMALLINT"),
            (Databricks, "1.5f", "FLOAT"),
            (Databricks, "2D", "DOUBLE"),
            (Databricks, "1.25BD", "DECIMAL(3,2)"),
            (BigQuery, "7", "INT64"),
            (BigQuery, "7.", "FLOAT64"),
            (BigQuery, ".5", "FLOAT64"),
            (Snowflake, "0", "NUMBER(1,0)"),
            (Snowflake, "042", "NUMBER(2,0)"),
            (Snowflake, "12.50", "NUMBER(4,2)"),
        ] {
            let data_type = Type::of_number(dialect, number);
            assert_eq!(
                data_type.text(dialect).as_deref(),
                Some(expected),
                "{number}"
            );
        }
    }

    #[test]
    fn what_no_number_is_certain_of_is_unknown() {
        for (dialect, number) in [
            (Dialect::Databricks, "1.5L"),
            (Dialect::Databricks, "1Q"),
            (Dialect::Databricks, ""),
            (Dialect::BigQuery, "9223372036854775808"),
            (Dialect::BigQuery, "1L"),
            (Dialect::Snowflake, "1e3"),
            (
                Dialect::Snowflake,
                "1111111111222222222233333333334444444444",
            ),
        ] {
            assert_eq!(Type::of_number(dialect, number), Type::Unknown, "{number}");
        }
    }
}
