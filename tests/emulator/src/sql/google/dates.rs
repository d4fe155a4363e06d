//! Functions of dates and times. Their parts (`MONTH`, `WEEK(MONDAY)`) are words, which become
//! text for the functions that do the work.

use super::calls::arguments;
use super::expressions::{call, cast, text, word};
use crate::sql::error::SqlError;
use crate::types::google::GoogleType;
use datafusion::sql::sqlparser::ast::{Expr, Function, Interval, UnaryOperator, Value};

/// The type that a family of functions works on, and the rest of the function's name.
fn family(name: &str) -> Option<(GoogleType, &str)> {
    let (head, rest) = name.split_once('_')?;
    let data_type = match head {
        "date" => GoogleType::Date,
        "datetime" => GoogleType::Datetime,
        "timestamp" => GoogleType::Timestamp(None),
        "time" => GoogleType::Time,
        _ => return None,
    };
    Some((data_type, rest))
}

/// A text literal where a date is wanted is a date.
fn coerced(expr: &Expr, data_type: &GoogleType) -> Expr {
    match expr {
        Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)) => {
            cast(expr.clone(), data_type)
        }
        other => other.clone(),
    }
}

/// `DATE_ADD(date, INTERVAL n part)` and its kin.
pub(super) fn shift(function: &Function) -> Result<Option<Expr>, SqlError> {
    let name = function.name.to_string().to_lowercase();
    let sign = match family(&name) {
        Some((_, "add")) => 1,
        Some((_, "sub")) => -1,
        _ => return Ok(None),
    };
    let given = arguments(function);
    let ([value, Expr::Interval(interval)], Some((data_type, _))) =
        (given.as_slice(), family(&name))
    else {
        let message = format!("{} takes a value and an INTERVAL", name.to_uppercase());
        return Err(SqlError::new("INVALID_STATEMENT", "42000", message));
    };
    let (count, part) = amount(interval)?;
    let count = match sign {
        1 => count,
        _ => negative(count),
    };
    let arguments = vec![coerced(value, &data_type), count, text(&part)];
    Ok(Some(call("google_shift", arguments)))
}

fn negative(expr: Expr) -> Expr {
    Expr::Nested(Box::new(Expr::UnaryOp {
        op: UnaryOperator::Minus,
        expr: Box::new(Expr::Nested(Box::new(expr))),
    }))
}

fn amount(interval: &Interval) -> Result<(Expr, String), SqlError> {
    match (&interval.leading_field, &interval.last_field) {
        (Some(part), None) => Ok(((*interval.value).clone(), part.to_string().to_uppercase())),
        _ => Err(SqlError::unsupported("An interval of several parts here")),
    }
}

/// Functions that take a part, and those that are called otherwise.
pub(super) fn rewrite_call(name: &str, given: &[Expr]) -> Result<Option<Expr>, SqlError> {
    let part = |expr: &Expr| {
        let word = word(expr).ok_or_else(|| {
            let message = format!("{} needs a part such as MONTH", name.to_uppercase());
            SqlError::new("INVALID_STATEMENT", "42000", message)
        });
        word.map(|word| text(&word))
    };
    if let Some((data_type, rest)) = family(name) {
        match (rest, given) {
            ("diff", [left, right, unit]) => {
                let arguments = vec![
                    coerced(left, &data_type),
                    coerced(right, &data_type),
                    part(unit)?,
                ];
                return Ok(Some(call("google_diff", arguments)));
            }
            ("trunc", [value, unit]) => {
                let arguments = vec![coerced(value, &data_type), part(unit)?];
                return Ok(Some(call("google_trunc", arguments)));
            }
            _ => {}
        }
    }
    Ok(match (name, given) {
        ("last_day", [value]) => Some(call(name, vec![value.clone(), text("MONTH")])),
        ("last_day", [value, unit]) => Some(call(name, vec![value.clone(), part(unit)?])),
        ("format_date" | "format_datetime" | "format_timestamp" | "format_time", [_, _]) => {
            Some(call("google_format_time", given.to_vec()))
        }
        ("current_date", []) => Some(current(&GoogleType::Date)),
        ("current_datetime", []) => Some(current(&GoogleType::Datetime)),
        ("current_timestamp", []) => Some(current(&GoogleType::Timestamp(None))),
        ("current_time", []) => Some(current(&GoogleType::Time)),
        _ => None,
    })
}

/// The time of the statement. Written out, because the engine's own functions of the time cannot
/// stand everywhere.
fn current(data_type: &GoogleType) -> Expr {
    let now = jiff::Timestamp::now();
    let instant = cast(text(&now.to_string()), &GoogleType::Timestamp(None));
    match data_type {
        GoogleType::Timestamp(_) => instant,
        other => cast(instant, other),
    }
}

/// EXTRACT and intervals.
pub(super) fn rewrite(expr: &Expr) -> Result<Expr, SqlError> {
    match expr {
        Expr::Extract { field, expr, .. } => {
            let part = field.to_string().to_uppercase();
            if ["DATE", "TIME", "DATETIME"].contains(&part.as_str()) {
                return Ok(call(&part.to_lowercase(), vec![(**expr).clone()]));
            }
            let part = text(&part);
            Ok(call("google_extract", vec![part, (**expr).clone()]))
        }
        Expr::Interval(interval) => {
            let unit = |part: &Option<_>| part.as_ref().map(ToString::to_string);
            let units = match (unit(&interval.leading_field), unit(&interval.last_field)) {
                (Some(from), Some(to)) => format!("{from} TO {to}"),
                (Some(from), None) => from,
                _ => return Err(SqlError::syntax("INTERVAL needs a part such as DAY")),
            };
            let value = call("google_string", vec![(*interval.value).clone()]);
            let arguments = vec![value, text(&units.to_uppercase())];
            Ok(call("google_interval", arguments))
        }
        other => Ok(other.clone()),
    }
}
