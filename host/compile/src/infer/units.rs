//! Words among the arguments of functions that are no columns.

use sqlparser::ast::Ident;

use super::Value;
use crate::functions::{Literal, Typed};
use crate::{Dialect, Type};

/// Words that functions of dates take for units, which are no columns.
const UNITS: [&str; 101] = [
    "CENTURY",
    "D",
    "DATE",
    "DAY",
    "DAYOFMONTH",
    "DAYOFWEEK",
    "DAYOFWEEKISO",
    "DAYOFWEEK_ISO",
    "DAYOFYEAR",
    "DAYS",
    "DD",
    "DECADE",
    "DOW",
    "DOW_ISO",
    "DOY",
    "DW",
    "DW_ISO",
    "DY",
    "EPOCH",
    "EPOCH_MICROSECOND",
    "EPOCH_MICROSECONDS",
    "EPOCH_MILLISECOND",
    "EPOCH_MILLISECONDS",
    "EPOCH_NANOSECOND",
    "EPOCH_NANOSECONDS",
    "EPOCH_SECOND",
    "EPOCH_SECONDS",
    "H",
    "HH",
    "HOUR",
    "HOURS",
    "HR",
    "HRS",
    "ISOWEEK",
    "ISOYEAR",
    "M",
    "MI",
    "MICROSECOND",
    "MICROSECONDS",
    "MILLENNIUM",
    "MILLISECOND",
    "MILLISECONDS",
    "MIN",
    "MINS",
    "MINUTE",
    "MINUTES",
    "MM",
    "MON",
    "MONS",
    "MONTH",
    "MONTHS",
    "MS",
    "MSEC",
    "NANOSEC",
    "NANOSECOND",
    "NANOSECONDS",
    "NANOSECS",
    "NS",
    "NSEC",
    "NSECOND",
    "NSECONDS",
    "Q",
    "QTR",
    "QTRS",
    "QUARTER",
    "QUARTERS",
    "S",
    "SEC",
    "SECOND",
    "SECONDS",
    "SECS",
    "TIMEZONE_HOUR",
    "TIMEZONE_MINUTE",
    "TZH",
    "TZM",
    "US",
    "USEC",
    "W",
    "WEEK",
    "WEEKDAY",
    "WEEKDAY_ISO",
    "WEEKISO",
    "WEEKOFYEAR",
    "WEEKOFYEARISO",
    "WEEKOFYEAR_ISO",
    "WEEKS",
    "WEEK_ISO",
    "WK",
    "WOY",
    "WY",
    "Y",
    "YEAR",
    "YEARDAY",
    "YEAROFWEEK",
    "YEAROFWEEKISO",
    "YEARS",
    "YR",
    "YRS",
    "YY",
    "YYY",
    "YYYY",
];

/// Words that other functions take for modes.
const MODES: [&str; 5] = ["NFC", "NFKC", "NFD", "NFKD", "UTF8"];

/// A function that is called.
#[derive(Clone, Copy)]
pub(super) struct Called<'f> {
    /// Its name in capitals.
    pub(super) name: &'f str,
    /// How many arguments it has.
    pub(super) arguments: usize,
}

/// Whether a function has an argument that is a unit of time.
pub(super) fn takes_unit(function: &str) -> bool {
    let plain = function.strip_prefix("SAFE.").unwrap_or(function);
    [
        "DATE",
        "TIME",
        "TRUNC",
        "EXTRACT",
        "LAST_DAY",
        "NEXT_DAY",
        "PREVIOUS_DAY",
        "MONTHS",
        "INTERVAL",
        "NORMALIZE",
        "FLOOR",
        "CEIL",
        "ROUND",
    ]
    .iter()
    .any(|part| plain.contains(part))
}

/// Whether an argument is a unit of time or a mode: where the dialect's function has one in that place.
pub(super) fn is_unit(called: Called<'_>, index: usize, word: &Ident, dialect: Dialect) -> bool {
    let plain = called.name.strip_prefix("SAFE.").unwrap_or(called.name);
    let has_unit = match dialect {
        Dialect::BigQuery => match plain.rsplit_once('_') {
            Some((_, "DIFF")) => index == 2,
            Some((_, "TRUNC" | "BUCKET")) | Some(("LAST", "DAY")) => index == 1,
            _ => false,
        },
        Dialect::Databricks => index == 0 && called.arguments == 3,
        Dialect::Snowflake => match plain {
            "LAST_DAY" | "TRUNC" | "NEXT_DAY" | "PREVIOUS_DAY" => index == 1,
            _ => index == 0 && called.arguments > 1,
        },
    };
    let text = word.value.to_uppercase();
    let is_mode = plain.contains("NORMALIZE") && MODES.contains(&text.as_str());
    let is_named = takes_unit(plain) && UNITS.contains(&text.as_str());
    word.quote_style.is_none() && (is_mode || (has_unit && is_named))
}

/// A unit of time, as an argument.
pub(super) fn unit(word: &str) -> Value {
    let text = Type::String {
        length: None,
        fixed: false,
    };
    Value {
        literal: Some(Literal::Text(word.to_uppercase())),
        ..Value::of(Typed::new(text, false))
    }
}
