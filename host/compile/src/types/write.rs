//! Writes types as their warehouse does.

use std::fmt::Write;

use super::{Field, FloatSize, IntegerSize, Type, Zone};
use crate::Dialect;

/// Appends the text of a type. None where there is none, and then what was appended is of no use.
pub(super) fn write(dialect: Dialect, data_type: &Type, out: &mut String) -> Option<()> {
    match data_type {
        Type::Unknown => return None,
        Type::Null if dialect == Dialect::Databricks => out.push_str("VOID"),
        Type::Null => return None,
        Type::Other(text) => out.push_str(text),
        Type::Array(element)
            if dialect == Dialect::Snowflake && matches!(**element, Type::Variant) =>
        {
            out.push_str("ARRAY");
        }
        Type::Array(element) => nested(dialect, "ARRAY", &[element], out)?,
        Type::Map(key, value) => nested(dialect, "MAP", &[key, value], out)?,
        Type::Range(element) => nested(dialect, "RANGE", &[element], out)?,
        Type::Struct(fields) => structure(dialect, fields, out)?,
        Type::Vector { element, dimension } => {
            let element = match **element {
                Type::Integer(_) => "INT",
                _ => "FLOAT",
            };
            put(out, format_args!("VECTOR({element}, {dimension})"));
        }
        Type::Interval(Some(units)) if dialect != Dialect::BigQuery => {
            put(out, format_args!("INTERVAL {units}"));
        }
        Type::Decimal { precision, scale } => decimal(dialect, *precision, *scale, out),
        Type::BigDecimal { precision: None } => out.push_str("BIGNUMERIC"),
        Type::BigDecimal {
            precision: Some((precision, 0)),
        } => put(out, format_args!("BIGNUMERIC({precision})")),
        Type::BigDecimal {
            precision: Some((precision, scale)),
        } => put(out, format_args!("BIGNUMERIC({precision}, {scale})")),
        Type::String { length, fixed } => text(dialect, *length, *fixed, out),
        Type::Bytes { length } if dialect == Dialect::BigQuery => sized("BYTES", *length, out),
        Type::Bytes { length } => sized("BINARY", *length, out),
        Type::Time { digits } => sized("TIME", *digits, out),
        Type::Timestamp { zone, digits } => sized(timestamp(dialect, *zone), *digits, out),
        _ => out.push_str(word(dialect, data_type)),
    }
    Some(())
}

/// The word for a type that is written as one word.
fn word(dialect: Dialect, data_type: &Type) -> &'static str {
    let is_bigquery = dialect == Dialect::BigQuery;
    match data_type {
        Type::Boolean if is_bigquery => "BOOL",
        Type::Boolean => "BOOLEAN",
        Type::Integer(_) if is_bigquery => "INT64",
        Type::Integer(IntegerSize::Tiny) => "TINYINT",
        Type::Integer(IntegerSize::Small) => "SMALLINT",
        Type::Integer(IntegerSize::Int) => "INT",
        Type::Integer(IntegerSize::Big) => "BIGINT",
        Type::Float(_) if is_bigquery => "FLOAT64",
        Type::Float(FloatSize::Double) if dialect == Dialect::Databricks => "DOUBLE",
        Type::Float(_) => "FLOAT",
        Type::Date => "DATE",
        Type::Interval(_) => "INTERVAL",
        Type::Variant => "VARIANT",
        Type::Object => "OBJECT",
        Type::Json => "JSON",
        Type::Geography => "GEOGRAPHY",
        _ => "GEOMETRY",
    }
}

/// The name of a field, and a space or a colon behind it, then its type.
fn field(dialect: Dialect, field: &Field, out: &mut String) -> Option<()> {
    if dialect != Dialect::BigQuery || !field.name.is_empty() {
        name(dialect, &field.name, out);
        out.push_str(match dialect {
            Dialect::Databricks => ": ",
            Dialect::BigQuery | Dialect::Snowflake => " ",
        });
    }
    write(dialect, &field.data_type, out)?;
    if !field.nullable {
        out.push_str(" NOT NULL");
    }
    Some(())
}

/// A name, in quotes where a bare word would not do.
fn name(dialect: Dialect, name: &str, out: &mut String) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let starts_as_word = !name.starts_with(|first: char| first.is_ascii_digit());
    if !name.is_empty() && starts_as_word && name.chars().all(is_part) {
        out.push_str(name);
        return;
    }
    let quote = match dialect {
        Dialect::Databricks | Dialect::BigQuery => '`',
        Dialect::Snowflake => '"',
    };
    out.push(quote);
    for letter in name.chars() {
        match dialect {
            Dialect::BigQuery if matches!(letter, '`' | '\\') => out.push('\\'),
            Dialect::Databricks | Dialect::Snowflake if letter == quote => out.push(quote),
            _ => {}
        }
        out.push(letter);
    }
    out.push(quote);
}

fn structure(dialect: Dialect, fields: &[Field], out: &mut String) -> Option<()> {
    let (open, close) = match dialect {
        Dialect::Databricks | Dialect::BigQuery => ("STRUCT<", '>'),
        Dialect::Snowflake => ("OBJECT(", ')'),
    };
    out.push_str(open);
    for (at, inner) in fields.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        field(dialect, inner, out)?;
    }
    out.push(close);
    Some(())
}

fn nested(dialect: Dialect, word: &str, inner: &[&Type], out: &mut String) -> Option<()> {
    let (open, close) = match dialect {
        Dialect::Databricks | Dialect::BigQuery => ('<', '>'),
        Dialect::Snowflake => ('(', ')'),
    };
    out.push_str(word);
    out.push(open);
    for (at, data_type) in inner.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        write(dialect, data_type, out)?;
    }
    out.push(close);
    Some(())
}

fn decimal(dialect: Dialect, precision: u16, scale: i16, out: &mut String) {
    match (dialect, precision, scale) {
        (Dialect::Databricks, ..) => put(out, format_args!("DECIMAL({precision},{scale})")),
        (Dialect::Snowflake, ..) => put(out, format_args!("NUMBER({precision},{scale})")),
        (Dialect::BigQuery, 38, 9) => out.push_str("NUMERIC"),
        (Dialect::BigQuery, _, 0) => put(out, format_args!("NUMERIC({precision})")),
        (Dialect::BigQuery, ..) => put(out, format_args!("NUMERIC({precision}, {scale})")),
    }
}

fn text(dialect: Dialect, length: Option<u64>, fixed: bool, out: &mut String) {
    match (dialect, length) {
        (Dialect::Databricks, None) => out.push_str("STRING"),
        (Dialect::Databricks, _) if fixed => sized("CHAR", length, out),
        (Dialect::BigQuery, _) => sized("STRING", length, out),
        (Dialect::Databricks | Dialect::Snowflake, _) => sized("VARCHAR", length, out),
    }
}

fn timestamp(dialect: Dialect, zone: Zone) -> &'static str {
    match (dialect, zone) {
        (Dialect::BigQuery, Zone::None) => "DATETIME",
        (Dialect::Databricks | Dialect::Snowflake, Zone::None) => "TIMESTAMP_NTZ",
        (Dialect::Snowflake, Zone::Local) => "TIMESTAMP_LTZ",
        (Dialect::Snowflake, Zone::Stored) => "TIMESTAMP_TZ",
        (Dialect::Databricks | Dialect::BigQuery, _) => "TIMESTAMP",
    }
}

fn sized(word: &str, size: Option<impl Into<u64>>, out: &mut String) {
    out.push_str(word);
    if let Some(size) = size {
        put(out, format_args!("({})", size.into()));
    }
}

/// Writing to a text cannot fail.
fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(arguments);
}
