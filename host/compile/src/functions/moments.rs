//! Moments that are moved, and parts that are taken of them.

use super::{Argument, Literal};
use crate::Dialect;
use crate::types::{IntegerSize, Type, Zone};

/// Snowflake's names for units that are made of whole days.
const WHOLE_DAYS: &[&str] = &[
    "YEAR",
    "Y",
    "YY",
    "YYY",
    "YYYY",
    "YR",
    "YEARS",
    "YRS",
    "QUARTER",
    "Q",
    "QTR",
    "QTRS",
    "QUARTERS",
    "MONTH",
    "MM",
    "MON",
    "MONS",
    "MONTHS",
    "WEEK",
    "W",
    "WK",
    "WEEKOFYEAR",
    "WOY",
    "WY",
    "DAY",
    "D",
    "DD",
    "DAYS",
    "DAYOFMONTH",
];

/// Snowflake's names for units that days consist of.
const PARTS_OF_DAYS: &[&str] = &[
    "HOUR",
    "H",
    "HH",
    "HR",
    "HOURS",
    "HRS",
    "MINUTE",
    "M",
    "MI",
    "MIN",
    "MINUTES",
    "MINS",
    "SECOND",
    "S",
    "SEC",
    "SECONDS",
    "SECS",
    "MILLISECOND",
    "MS",
    "MSEC",
    "MILLISECONDS",
    "MICROSECOND",
    "US",
    "USEC",
    "MICROSECONDS",
    "NANOSECOND",
    "NS",
    "NSEC",
    "NANOSEC",
    "NSECOND",
    "NANOSECONDS",
    "NANOSECS",
    "NSECONDS",
];

/// A unit of time, in capitals, where it is written out.
fn unit_of(argument: &Argument) -> Option<String> {
    match &argument.literal {
        Some(Literal::Text(unit)) => Some(unit.to_ascii_uppercase()),
        _ => None,
    }
}

/// `EXTRACT(part FROM moment)`.
pub(super) fn part(dialect: Dialect, part: &Argument, of: Option<&Argument>) -> Type {
    let Some(part) = unit_of(part) else {
        return Type::Unknown;
    };
    match (dialect, part.as_str()) {
        (Dialect::BigQuery, "DATE") => Type::Date,
        (Dialect::BigQuery, "TIME") => Type::Time { digits: None },
        (Dialect::BigQuery, "DATETIME") => Type::timestamp(Zone::None),
        (Dialect::BigQuery, _) => Type::Integer(IntegerSize::Big),
        (Dialect::Databricks, "SECOND" | "SECONDS" | "SEC" | "S") => Type::Decimal {
            precision: 8,
            scale: 6,
        },
        (Dialect::Databricks, _) => match of.map(|it| &it.typed.data_type) {
            Some(Type::Date | Type::Timestamp { .. }) => Type::Integer(IntegerSize::Int),
            _ => Type::Unknown,
        },
        (Dialect::Snowflake, _) => Type::Decimal {
            precision: 38,
            scale: 0,
        },
    }
}

/// `DATEADD(unit, number, moment)`, and Databricks' `DATE_ADD(day, number)`.
pub(super) fn moved(dialect: Dialect, unit: &Argument, rest: &[Argument]) -> Type {
    let moment = match rest {
        [_, moment] => &moment.typed.data_type,
        [_] if dialect == Dialect::Databricks => return Type::Date,
        _ => return Type::Unknown,
    };
    match (dialect, moment) {
        (_, Type::Timestamp { .. }) => moment.clone(),
        (Dialect::Snowflake, Type::Time { .. }) => moment.clone(),
        (Dialect::Snowflake, Type::Date) => match unit_of(unit).as_deref() {
            Some(unit) if WHOLE_DAYS.contains(&unit) => Type::Date,
            Some(unit) if PARTS_OF_DAYS.contains(&unit) => Type::Timestamp {
                zone: Zone::None,
                digits: Some(9),
            },
            _ => Type::Unknown,
        },
        _ => Type::Unknown,
    }
}

/// `CONVERT_TIMEZONE`, from one zone to another, or to one from the moment's own. `rest` is what stands behind the first argument.
pub(super) fn converted(rest: &[Argument]) -> Type {
    match rest.len() {
        1 => Type::timestamp(Zone::Stored),
        2 => Type::timestamp(Zone::None),
        _ => Type::Unknown,
    }
}
