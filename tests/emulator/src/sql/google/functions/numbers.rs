//! Divisions, and text with numbers in it.

use super::row::{Returns, RowFunction};
use super::values::{float, integer, text, wrong};
use crate::types::google::GoogleType;
use datafusion::common::{Result, ScalarValue};

const FLOAT64: Returns = Returns::Type(|| GoogleType::Float64);

/// `/`
pub(super) const DIVIDE: RowFunction = RowFunction::new("google_divide", 2, FLOAT64, divide);

pub(super) const FUNCTIONS: &[RowFunction] = &[
    DIVIDE,
    RowFunction::new("safe_divide", 2, FLOAT64, |given| {
        let (left, right) = pair(given)?;
        Ok(ScalarValue::Float64((right != 0.0).then(|| left / right)))
    }),
    RowFunction::new("ieee_divide", 2, FLOAT64, |given| {
        let (left, right) = pair(given)?;
        Ok((left / right).into())
    }),
    RowFunction::new("div", 2, Returns::Type(|| GoogleType::Int64), div),
    RowFunction {
        name: "format",
        arguments: (1, 64),
        returns: Returns::Type(|| GoogleType::String(None)),
        row: format,
        sees_nulls: false,
    },
];

fn pair(given: &[ScalarValue]) -> Result<(f64, f64)> {
    match given {
        [left, right] => Ok((float(left)?, float(right)?)),
        _ => wrong("expected two numbers"),
    }
}

fn divide(given: &[ScalarValue]) -> Result<ScalarValue> {
    let (left, right) = pair(given)?;
    match right == 0.0 {
        true => wrong(format!("division by zero: {left} / {right}")),
        false => Ok((left / right).into()),
    }
}

fn div(given: &[ScalarValue]) -> Result<ScalarValue> {
    let [left, right] = given else {
        return wrong("expected two numbers");
    };
    let (left, right) = (integer(left)?, integer(right)?);
    match left.checked_div(right) {
        Some(quotient) => Ok(quotient.into()),
        None => wrong(format!("division by zero: {left} / {right}")),
    }
}

/// The everyday part of `printf`: `%d`, `%s`, `%t`, `%f` with width, zeros and precision.
fn format(given: &[ScalarValue]) -> Result<ScalarValue> {
    let Some((pattern, values)) = given.split_first() else {
        return wrong("expected a format");
    };
    let mut values = values.iter();
    let mut out = String::new();
    let mut pieces = text(pattern)?.split('%');
    out.push_str(pieces.next().unwrap_or_default());
    while let Some(piece) = pieces.next() {
        if piece.is_empty() {
            out.push('%');
            out.push_str(pieces.next().unwrap_or_default());
            continue;
        }
        let end = piece.find(|letter: char| letter.is_ascii_alphabetic());
        let Some((spec, rest)) = end.and_then(|end| piece.split_at_checked(end + 1)) else {
            return wrong("Invalid format specifier in FORMAT");
        };
        let Some(value) = values.next() else {
            return wrong("Too few arguments to FORMAT");
        };
        out.push_str(&element(spec, value)?);
        out.push_str(rest);
    }
    Ok(out.into())
}

fn element(spec: &str, value: &ScalarValue) -> Result<String> {
    let (shape, kind) = spec.split_at(spec.len() - 1);
    let (width, precision) = shape.split_once('.').unwrap_or((shape, ""));
    let zeros = width.starts_with('0');
    let width: usize = width.parse().unwrap_or(0);
    let plain = match kind {
        "d" | "i" => integer(value)?.to_string(),
        "f" | "F" => {
            let places: usize = precision.parse().unwrap_or(6);
            format!("{:.places$}", float(value)?)
        }
        "s" | "t" => {
            let utf8 = datafusion::arrow::datatypes::DataType::Utf8;
            text(&value.cast_to(&utf8)?)?.to_owned()
        }
        other => return wrong(format!("FORMAT with %{other} is not offered here")),
    };
    Ok(match zeros {
        true => format!("{plain:0>width$}"),
        false => format!("{plain:>width$}"),
    })
}
