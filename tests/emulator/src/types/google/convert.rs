//! Between GoogleSQL's types, the catalog's and Arrow's.

use super::{Digits, GoogleField, GoogleType, parse_type};
use crate::catalog::Column;
use crate::types::{self, DataType, IntervalUnit, Srid, StructField};
use datafusion::arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DataType as Arrow, Field, IntervalUnit as ArrowInterval, TimeUnit,
};

/// The type of a stored column: what its verbatim text says, else what its type is called here.
pub(crate) fn of_column(column: &Column) -> GoogleType {
    let verbatim = column.type_text.as_deref();
    match (
        verbatim.and_then(|text| parse_type(text).ok()),
        &column.data_type,
    ) {
        (Some(data_type), _) => data_type,
        (None, other) => from_shared(other),
    }
}

fn field(name: &str, data_type: GoogleType) -> GoogleField {
    GoogleField {
        name: Some(name.into()),
        data_type,
        required: false,
        description: None,
    }
}

fn numeric(precision: u8, scale: u8) -> GoogleType {
    let digits = Some(Digits {
        precision: precision.into(),
        scale: scale.into(),
    });
    match scale <= 9 && precision - scale <= 29 {
        true => GoogleType::Numeric(digits),
        false => GoogleType::BigNumeric(digits),
    }
}

/// What one of the catalog's types is called in GoogleSQL. A map is an array of its entries, and
/// what may not nest is JSON.
fn from_shared(data_type: &DataType) -> GoogleType {
    match data_type {
        DataType::Boolean => GoogleType::Bool,
        // An untyped NULL is an INT64.
        DataType::TinyInt
        | DataType::SmallInt
        | DataType::Int
        | DataType::BigInt
        | DataType::Void => GoogleType::Int64,
        DataType::Float | DataType::Double => GoogleType::Float64,
        DataType::Decimal { precision, scale } => numeric(*precision, *scale),
        DataType::String { .. } => GoogleType::String(None),
        DataType::Char(length) | DataType::Varchar(length) => GoogleType::String(Some(*length)),
        DataType::Binary => GoogleType::Bytes(None),
        DataType::Date => GoogleType::Date,
        DataType::Timestamp => GoogleType::Timestamp(None),
        DataType::TimestampNtz => GoogleType::Datetime,
        DataType::Time { .. } => GoogleType::Time,
        DataType::Variant | DataType::Object => GoogleType::Json,
        DataType::Interval { .. } => GoogleType::Interval,
        DataType::Geography(_) | DataType::Geometry(_) => GoogleType::Geography,
        DataType::Array(element) => match from_shared(element) {
            GoogleType::Array(_) => GoogleType::Array(Box::new(GoogleType::Json)),
            element => GoogleType::Array(Box::new(element)),
        },
        DataType::Map(entry) => {
            let entry = vec![
                field("key", from_shared(&entry.0)),
                field("value", from_shared(&entry.1)),
            ];
            GoogleType::Array(Box::new(GoogleType::Struct(entry)))
        }
        DataType::Struct(fields) => GoogleType::Struct(fields.iter().map(shared_field).collect()),
        DataType::Opaque(text) => GoogleType::Other(text.clone()),
    }
}

fn shared_field(shared: &StructField) -> GoogleField {
    GoogleField {
        name: Some(shared.name.clone()),
        data_type: from_shared(&shared.data_type),
        required: !shared.nullable,
        description: shared.comment.clone(),
    }
}

/// The catalog's type that comes closest, so that the engine can read columns that were registered
/// with a type of GoogleSQL.
pub(crate) fn to_shared(data_type: &GoogleType) -> DataType {
    match data_type {
        GoogleType::Int64 => DataType::BigInt,
        GoogleType::Float64 => DataType::Double,
        GoogleType::Bool => DataType::Boolean,
        GoogleType::Numeric(digits) => shared_decimal(*digits, 9),
        GoogleType::BigNumeric(digits) => shared_decimal(*digits, 18),
        GoogleType::String(None) => DataType::STRING,
        GoogleType::String(Some(length)) => DataType::Varchar(*length),
        GoogleType::Bytes(_) => DataType::Binary,
        GoogleType::Date => DataType::Date,
        GoogleType::Time => DataType::Time { precision: None },
        GoogleType::Datetime => DataType::TimestampNtz,
        GoogleType::Timestamp(_) => DataType::Timestamp,
        GoogleType::Interval => DataType::Interval {
            from: IntervalUnit::Day,
            to: Some(IntervalUnit::Second),
        },
        GoogleType::Geography => DataType::Geography(Srid::Number(4326)),
        GoogleType::Json => DataType::Variant,
        GoogleType::Range(_) => DataType::STRING,
        GoogleType::Array(element) => DataType::Array(Box::new(to_shared(element))),
        GoogleType::Struct(fields) => {
            DataType::Struct(fields.iter().enumerate().map(google_field).collect())
        }
        GoogleType::Other(text) => DataType::Opaque(text.clone()),
    }
}

fn shared_decimal(digits: Option<Digits>, scale: u8) -> DataType {
    let given = digits.and_then(|digits| {
        let precision = u8::try_from(digits.precision).ok()?;
        let scale = u8::try_from(digits.scale).ok()?;
        (precision <= DECIMAL128_MAX_PRECISION).then_some((precision, scale))
    });
    let (precision, scale) = given.unwrap_or((DECIMAL128_MAX_PRECISION, scale));
    DataType::Decimal { precision, scale }
}

fn google_field((at, field): (usize, &GoogleField)) -> StructField {
    StructField {
        name: field
            .name
            .clone()
            .unwrap_or_else(|| format!("_field_{}", at + 1).into()),
        data_type: to_shared(&field.data_type),
        nullable: !field.required,
        comment: field.description.clone(),
    }
}

/// The Arrow type that holds values of a type while a query runs. JSON, GEOGRAPHY and RANGE are
/// text.
pub(crate) fn to_arrow(data_type: &GoogleType) -> Arrow {
    match data_type {
        GoogleType::Int64 => Arrow::Int64,
        GoogleType::Float64 => Arrow::Float64,
        GoogleType::Bool => Arrow::Boolean,
        GoogleType::Numeric(_) => Arrow::Decimal128(38, 9),
        GoogleType::BigNumeric(_) => Arrow::Decimal256(76, 38),
        GoogleType::String(_)
        | GoogleType::Geography
        | GoogleType::Json
        | GoogleType::Range(_)
        | GoogleType::Other(_) => Arrow::Utf8,
        GoogleType::Bytes(_) => Arrow::Binary,
        GoogleType::Date => Arrow::Date32,
        GoogleType::Time => Arrow::Time64(TimeUnit::Microsecond),
        GoogleType::Datetime => Arrow::Timestamp(TimeUnit::Microsecond, None),
        GoogleType::Timestamp(_) => Arrow::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        GoogleType::Interval => Arrow::Interval(ArrowInterval::MonthDayNano),
        GoogleType::Array(element) => Arrow::new_list(to_arrow(element), true),
        GoogleType::Struct(fields) => {
            let fields = fields.iter().enumerate().map(|(at, field)| {
                let field = google_field((at, field));
                (field.name, to_arrow_of(data_type, at))
            });
            Arrow::Struct(
                fields
                    .map(|(name, arrow)| Field::new(&*name, arrow, true))
                    .collect(),
            )
        }
    }
}

fn to_arrow_of(parent: &GoogleType, at: usize) -> Arrow {
    match parent {
        GoogleType::Struct(fields) => fields
            .get(at)
            .map_or(Arrow::Null, |field| to_arrow(&field.data_type)),
        _ => Arrow::Null,
    }
}

/// The type of a query's result that no column's text describes.
pub(crate) fn from_arrow(arrow: &Arrow) -> GoogleType {
    match arrow {
        Arrow::Decimal256(..) => GoogleType::BigNumeric(None),
        Arrow::UInt64 => GoogleType::Int64,
        Arrow::Decimal128(_, scale) | Arrow::Decimal64(_, scale) | Arrow::Decimal32(_, scale) => {
            match *scale > 9 {
                true => GoogleType::BigNumeric(None),
                false => GoogleType::Numeric(None),
            }
        }
        Arrow::List(element)
        | Arrow::LargeList(element)
        | Arrow::ListView(element)
        | Arrow::LargeListView(element)
        | Arrow::FixedSizeList(element, _) => match from_arrow(element.data_type()) {
            GoogleType::Array(_) => GoogleType::Array(Box::new(GoogleType::Json)),
            element => GoogleType::Array(Box::new(element)),
        },
        Arrow::Struct(fields) => {
            let fields = fields.iter();
            let read =
                |each: &std::sync::Arc<Field>| field(each.name(), from_arrow(each.data_type()));
            GoogleType::Struct(fields.map(read).collect())
        }
        Arrow::Dictionary(_, value) => from_arrow(value),
        other => from_shared(&types::from_arrow(other)).bare(),
    }
}
