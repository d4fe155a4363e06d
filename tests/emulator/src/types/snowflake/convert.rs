//! Between Snowflake's types, the catalog's and Arrow's.

use super::{BINARY_LENGTH, FRACTION, SnowflakeElement, SnowflakeField, SnowflakeType, parse_type};
use crate::catalog::Column;
use crate::types::{self, DataType, IntervalUnit, Srid, StructField};
use datafusion::arrow::datatypes::{DataType as Arrow, TimeUnit};

/// The type of a stored column: what its verbatim text says in Snowflake's grammar, else what its
/// type is called here. Text in the words of the catalog's own grammar is no text of Snowflake's.
pub(crate) fn of_column(column: &Column) -> SnowflakeType {
    let verbatim = column.type_text.as_deref();
    let foreign = |text: &&str| column.data_type.to_string() != *text;
    let own = verbatim
        .filter(foreign)
        .and_then(|text| parse_type(text).ok());
    own.unwrap_or_else(|| from_shared(&column.data_type))
}

fn any(data_type: SnowflakeType) -> SnowflakeElement {
    SnowflakeElement {
        data_type,
        nullable: true,
    }
}

fn text(length: u32) -> SnowflakeType {
    SnowflakeType::Text {
        length,
        collation: None,
    }
}

/// What one of the catalog's types is called in Snowflake.
pub(super) fn from_shared(data_type: &DataType) -> SnowflakeType {
    match data_type {
        DataType::Boolean => SnowflakeType::Boolean,
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
            SnowflakeType::INTEGER
        }
        DataType::Float | DataType::Double => SnowflakeType::Float,
        DataType::Decimal { precision, scale } => SnowflakeType::Number {
            precision: *precision,
            scale: *scale,
        },
        // An untyped NULL is text.
        DataType::String { .. } | DataType::Void => SnowflakeType::TEXT,
        DataType::Char(length) | DataType::Varchar(length) => text(*length),
        DataType::Binary => SnowflakeType::Binary(BINARY_LENGTH),
        DataType::Date => SnowflakeType::Date,
        DataType::Time { precision } => SnowflakeType::Time(precision.unwrap_or(FRACTION)),
        DataType::Timestamp => SnowflakeType::TimestampLtz(FRACTION),
        DataType::TimestampNtz => SnowflakeType::TimestampNtz(FRACTION),
        DataType::Variant => SnowflakeType::Variant,
        DataType::Object => SnowflakeType::Object(None),
        DataType::Interval { from, to } => {
            let units = match to {
                Some(to) => format!("{} TO {}", from.word(), to.word()),
                None => from.word().to_owned(),
            };
            SnowflakeType::Interval(units.to_uppercase().into())
        }
        DataType::Geography(_) => SnowflakeType::Geography,
        DataType::Geometry(_) => SnowflakeType::Geometry,
        DataType::Array(element) => SnowflakeType::Array(Some(Box::new(any(from_shared(element))))),
        DataType::Map(entry) => {
            let key = match from_shared(&entry.0) {
                number @ SnowflakeType::Number { scale: 0, .. } => number,
                _ => SnowflakeType::TEXT,
            };
            SnowflakeType::Map(Box::new((key, any(from_shared(&entry.1)))))
        }
        DataType::Struct(fields) => {
            SnowflakeType::Object(Some(fields.iter().map(shared_field).collect()))
        }
        DataType::Opaque(text) => {
            parse_type(text).unwrap_or_else(|_| SnowflakeType::Other(text.clone()))
        }
    }
}

fn shared_field(shared: &StructField) -> SnowflakeField {
    SnowflakeField {
        name: shared.name.clone(),
        value: SnowflakeElement {
            data_type: from_shared(&shared.data_type),
            nullable: shared.nullable,
        },
    }
}

/// The catalog's type that comes closest, for tables that are made here.
pub(crate) fn to_shared(data_type: &SnowflakeType) -> DataType {
    match data_type {
        SnowflakeType::Number {
            precision: 38,
            scale: 0,
        } => DataType::BigInt,
        SnowflakeType::Number { precision, scale } => DataType::Decimal {
            precision: *precision,
            scale: *scale,
        },
        SnowflakeType::Float => DataType::Double,
        SnowflakeType::Boolean => DataType::Boolean,
        SnowflakeType::Binary(_) => DataType::Binary,
        SnowflakeType::Date => DataType::Date,
        SnowflakeType::Time(_) => DataType::Time { precision: None },
        SnowflakeType::TimestampNtz(_) => DataType::TimestampNtz,
        SnowflakeType::TimestampLtz(_) => DataType::Timestamp,
        SnowflakeType::Object(None) => DataType::Object,
        SnowflakeType::Variant | SnowflakeType::Array(None) => DataType::Variant,
        SnowflakeType::Geography => DataType::Geography(Srid::Number(4326)),
        SnowflakeType::Geometry => DataType::Geometry(Srid::Any),
        SnowflakeType::Object(Some(fields)) => {
            DataType::Struct(fields.iter().map(own_field).collect())
        }
        SnowflakeType::Array(Some(element)) => {
            DataType::Array(Box::new(to_shared(&element.data_type)))
        }
        SnowflakeType::Map(entry) => DataType::Map(Box::new((
            to_shared(&entry.0),
            to_shared(&entry.1.data_type),
        ))),
        SnowflakeType::Interval(_) if data_type.family() == "INTERVAL_YEAR_MONTH" => {
            DataType::Interval {
                from: IntervalUnit::Year,
                to: Some(IntervalUnit::Month),
            }
        }
        SnowflakeType::Interval(_) => DataType::Interval {
            from: IntervalUnit::Day,
            to: Some(IntervalUnit::Second),
        },
        // Kept as text in the form that results have.
        SnowflakeType::Text { .. }
        | SnowflakeType::DecFloat
        | SnowflakeType::TimestampTz(_)
        | SnowflakeType::Vector(..)
        | SnowflakeType::File => DataType::STRING,
        SnowflakeType::Other(text) => DataType::Opaque(text.clone()),
    }
}

fn own_field(field: &SnowflakeField) -> StructField {
    StructField {
        name: field.name.clone(),
        data_type: to_shared(&field.value.data_type),
        nullable: field.value.nullable,
        comment: None,
    }
}

/// The Arrow type that holds values of a type while a query runs. What is semi-structured is the
/// text of its JSON, TIMESTAMP_TZ the text that results have.
pub(crate) fn to_arrow(data_type: &SnowflakeType) -> Arrow {
    match data_type {
        SnowflakeType::TimestampNtz(_) => Arrow::Timestamp(TimeUnit::Microsecond, None),
        other => types::to_arrow(&to_shared(other)),
    }
}

/// The type of a query's result that no column's text describes.
pub(crate) fn from_arrow(arrow: &Arrow) -> SnowflakeType {
    match arrow {
        Arrow::UInt64 => SnowflakeType::INTEGER,
        Arrow::Dictionary(_, value) => from_arrow(value),
        // What a query puts together is not structured.
        Arrow::List(_) | Arrow::LargeList(_) | Arrow::FixedSizeList(..) => {
            SnowflakeType::Array(None)
        }
        Arrow::Struct(_) | Arrow::Map(..) => SnowflakeType::Object(None),
        other => from_shared(&types::from_arrow(other)),
    }
}
