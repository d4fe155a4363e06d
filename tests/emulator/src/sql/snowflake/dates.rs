//! Functions whose first argument is a part of a date, which reads like a column.

use super::expressions::{arguments, call, text};
use datafusion::sql::sqlparser::ast::{Expr, Function, Value};

/// Functions that take a part of a date first.
const PART_FIRST: &[&str] = &[
    "DATEADD",
    "TIMEADD",
    "TIMESTAMPADD",
    "DATEDIFF",
    "TIMEDIFF",
    "TIMESTAMPDIFF",
    "DATE_TRUNC",
    "DATE_PART",
];

/// The part as text in lower case, with the engine's word for it.
fn part(expression: &Expr) -> Option<Expr> {
    let word = match expression {
        Expr::Identifier(word) => word.value.clone(),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(word) => word.clone(),
            _ => return None,
        },
        _ => return None,
    };
    let word = word.to_lowercase();
    let plain = match word.as_str() {
        "y" | "yy" | "yyy" | "yyyy" | "yr" | "years" | "yrs" => "year",
        "q" | "qtr" | "qtrs" | "quarters" => "quarter",
        "mm" | "mon" | "mons" | "months" => "month",
        "w" | "wk" | "weekofyear" | "woy" | "wy" | "weeks" => "week",
        "d" | "dd" | "days" | "dayofmonth" => "day",
        "h" | "hh" | "hr" | "hrs" | "hours" => "hour",
        "m" | "mi" | "min" | "mins" | "minutes" => "minute",
        "s" | "sec" | "secs" | "seconds" => "second",
        "ms" | "msec" | "milliseconds" => "millisecond",
        "us" | "usec" | "microseconds" => "microsecond",
        "ns" | "nsec" | "nanoseconds" => "nanosecond",
        "dw" | "weekday" | "dayofweek" => "dow",
        "dy" | "yearday" | "dayofyear" => "doy",
        "epoch_second" | "epoch_seconds" => "epoch",
        other => other,
    };
    Some(text(plain))
}

/// The call with its part as text, before the part can be taken for a column.
pub(super) fn rewrite_before(function: &Function) -> Option<Expr> {
    let name = function.name.to_string().to_uppercase();
    if !PART_FIRST.contains(&name.as_str()) {
        return None;
    }
    let mut given = arguments(function);
    // DATE_TRUNC takes its arguments in either order.
    if name == "DATE_TRUNC" && given.first().and_then(part).is_none() {
        given.reverse();
    }
    let first = given.first_mut()?;
    *first = part(first)?;
    let engine = match name.as_str() {
        "DATE_TRUNC" | "DATE_PART" => name.to_lowercase(),
        _ if name.ends_with("ADD") => match first.to_string().trim_matches('\'') {
            // A date with days added is still one.
            "year" | "quarter" | "month" | "week" | "day" => "snowflake_add_days".to_owned(),
            _ => "snowflake_add".to_owned(),
        },
        _ => "snowflake_diff".to_owned(),
    };
    Some(call(&engine, given))
}

/// `YEAR(x)` and its like.
pub(super) fn rewrite_call(name: &str, given: &[Expr]) -> Option<Expr> {
    let [value] = given else {
        return None;
    };
    let part = match name {
        "year" | "quarter" | "month" | "week" | "day" | "hour" | "minute" | "second" => name,
        "dayofmonth" => "day",
        "dayofweek" => "dow",
        "dayofyear" => "doy",
        "weekofyear" => "week",
        _ => return None,
    };
    Some(call("date_part", vec![text(part), value.clone()]))
}
