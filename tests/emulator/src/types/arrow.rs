//! Types as Arrow has them, and back.

use super::{DataType, IntervalUnit, StructField};
use datafusion::arrow::datatypes::{
    DataType as Arrow, Field, Fields, IntervalUnit as ArrowInterval, TimeUnit,
};
use std::sync::Arc;

/// The zone that instants are kept and shown in.
const ZONE: &str = "UTC";

/// The Arrow type that holds values of a type. Several types share one: lengths, collations and
/// the text forms of VARIANT and the geospatial types are all strings.
pub fn to_arrow(data_type: &DataType) -> Arrow {
    match data_type {
        DataType::Boolean => Arrow::Boolean,
        DataType::TinyInt => Arrow::Int8,
        DataType::SmallInt => Arrow::Int16,
        DataType::Int => Arrow::Int32,
        DataType::BigInt => Arrow::Int64,
        DataType::Float => Arrow::Float32,
        DataType::Double => Arrow::Float64,
        // A scale is at most 38, far inside i8.
        DataType::Decimal { precision, scale } => Arrow::Decimal128(*precision, *scale as i8),
        DataType::String { .. }
        | DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Variant
        | DataType::Object
        | DataType::Geography(_)
        | DataType::Geometry(_)
        | DataType::Opaque(_) => Arrow::Utf8,
        DataType::Binary => Arrow::Binary,
        DataType::Date => Arrow::Date32,
        DataType::Timestamp => Arrow::Timestamp(TimeUnit::Microsecond, Some(ZONE.into())),
        DataType::TimestampNtz => Arrow::Timestamp(TimeUnit::Microsecond, None),
        DataType::Time { .. } => Arrow::Time64(TimeUnit::Microsecond),
        DataType::Void => Arrow::Null,
        DataType::Interval { from, .. } if from.is_year_month() => {
            Arrow::Interval(ArrowInterval::YearMonth)
        }
        DataType::Interval { .. } => Arrow::Duration(TimeUnit::Microsecond),
        DataType::Array(element) => Arrow::new_list(to_arrow(element), true),
        DataType::Map(entry) => map_of(to_arrow(&entry.0), to_arrow(&entry.1)),
        DataType::Struct(fields) => Arrow::Struct(fields.iter().map(struct_field).collect()),
    }
}

fn struct_field(field: &StructField) -> Field {
    Field::new(&*field.name, to_arrow(&field.data_type), field.nullable)
}

/// `key`, `value` and `entries` are the names DataFusion's own map functions use.
fn map_of(key: Arrow, value: Arrow) -> Arrow {
    let entry = Fields::from(vec![
        Field::new("key", key, false),
        Field::new("value", value, true),
    ]);
    Arrow::Map(
        Arc::new(Field::new("entries", Arrow::Struct(entry), false)),
        false,
    )
}

/// The type that a result of the SQL engine has, whichever of Arrow's layouts it came in.
pub fn from_arrow(arrow: &Arrow) -> DataType {
    match arrow {
        Arrow::Null => DataType::Void,
        Arrow::Boolean => DataType::Boolean,
        Arrow::Int8 => DataType::TinyInt,
        Arrow::Int16 | Arrow::UInt8 => DataType::SmallInt,
        Arrow::Int32 | Arrow::UInt16 => DataType::Int,
        Arrow::Int64 | Arrow::UInt32 => DataType::BigInt,
        Arrow::UInt64 => DataType::Decimal {
            precision: 20,
            scale: 0,
        },
        Arrow::Float16 | Arrow::Float32 => DataType::Float,
        Arrow::Float64 => DataType::Double,
        Arrow::Decimal32(precision, scale)
        | Arrow::Decimal64(precision, scale)
        | Arrow::Decimal128(precision, scale)
        | Arrow::Decimal256(precision, scale) => decimal(*precision, *scale),
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => DataType::STRING,
        Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_) => {
            DataType::Binary
        }
        Arrow::Date32 | Arrow::Date64 => DataType::Date,
        Arrow::Time32(_) | Arrow::Time64(_) => DataType::Time { precision: None },
        Arrow::Timestamp(_, Some(_)) => DataType::Timestamp,
        Arrow::Timestamp(_, None) => DataType::TimestampNtz,
        Arrow::Interval(ArrowInterval::YearMonth) => DataType::Interval {
            from: IntervalUnit::Year,
            to: Some(IntervalUnit::Month),
        },
        Arrow::Interval(_) | Arrow::Duration(_) => DataType::Interval {
            from: IntervalUnit::Day,
            to: Some(IntervalUnit::Second),
        },
        Arrow::List(element)
        | Arrow::LargeList(element)
        | Arrow::ListView(element)
        | Arrow::LargeListView(element)
        | Arrow::FixedSizeList(element, _) => {
            DataType::Array(Box::new(from_arrow(element.data_type())))
        }
        Arrow::Struct(fields) => DataType::Struct(fields.iter().map(|f| from_field(f)).collect()),
        Arrow::Map(entries, _) => from_entries(entries),
        Arrow::Dictionary(_, value) => from_arrow(value),
        Arrow::RunEndEncoded(_, values) => from_arrow(values.data_type()),
        Arrow::Union(..) => DataType::STRING,
    }
}

fn decimal(precision: u8, scale: i8) -> DataType {
    let precision = precision.clamp(1, 38);
    DataType::Decimal {
        precision,
        scale: scale.clamp(0, precision as i8) as u8,
    }
}

fn from_field(field: &Field) -> StructField {
    StructField {
        name: field.name().as_str().into(),
        data_type: from_arrow(field.data_type()),
        nullable: field.is_nullable(),
        comment: None,
    }
}

fn from_entries(entries: &Field) -> DataType {
    let Arrow::Struct(fields) = entries.data_type() else {
        return DataType::STRING;
    };
    match fields.as_ref() {
        [key, value] => DataType::Map(Box::new((
            from_arrow(key.data_type()),
            from_arrow(value.data_type()),
        ))),
        _ => DataType::STRING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_type;

    #[test]
    fn a_type_that_arrow_can_tell_apart_comes_back_as_itself() -> Result<(), crate::types::TypeError>
    {
        for text in [
            "boolean",
            "smallint",
            "decimal(12,2)",
            "timestamp",
            "timestamp_ntz",
            "interval year to month",
            "map<string,array<struct<a:int,b:date not null>>>",
        ] {
            let data_type = parse_type(text)?;
            assert_eq!(from_arrow(&to_arrow(&data_type)), data_type, "{text}");
        }
        Ok(())
    }
}
