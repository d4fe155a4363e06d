//! Expressions that the engine spells otherwise.

use super::expressions::{arguments, call, cast, function, null, number, text, when};
use super::{SnowflakeStatement, dates};
use crate::sql::error::SqlError;
use crate::types::snowflake::{SnowflakeType, parse_type};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArguments, JsonPathElem,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What must be rewritten before its parts are.
pub(super) fn rewrite_before(expr: &mut Expr) {
    if let Expr::Function(function) = expr
        && let Some(rewritten) = dates::rewrite_before(function)
    {
        *expr = rewritten;
    }
}

/// What is rewritten when its parts have been.
pub(super) fn rewrite(expr: &mut Expr, statement: &SnowflakeStatement) -> Result<(), SqlError> {
    let rewritten = match expr {
        Expr::Function(called) => rewritten_call(called, statement),
        Expr::Cast {
            expr: value,
            data_type,
            kind,
            ..
        } => converted(value, &data_type.to_string(), kind),
        Expr::JsonAccess { value, path } => Some(json_path(value, &path.path)),
        Expr::Array(array) => Some(call("array_construct", array.elem.clone())),
        Expr::Dictionary(fields) => {
            let members = fields.iter();
            let members =
                members.flat_map(|field| [text(&field.key.value), (*field.value).clone()]);
            Some(call("object_construct", members.collect()))
        }
        Expr::AtTimeZone { .. } => return Err(SqlError::unsupported("AT TIME ZONE")),
        _ => None,
    };
    if let Some(rewritten) = rewritten {
        *expr = rewritten;
    }
    Ok(())
}

/// Conversions that differ from the engine's.
fn converted(value: &Expr, target: &str, kind: &CastKind) -> Option<Expr> {
    let name = match parse_type(target).ok()? {
        SnowflakeType::Text { .. } => "snowflake_text",
        SnowflakeType::TimestampTz(_) => "to_timestamp_tz",
        SnowflakeType::Variant => "to_variant",
        SnowflakeType::Array(_) | SnowflakeType::Object(_) => "parse_json",
        SnowflakeType::Binary(_) => "to_binary",
        SnowflakeType::Boolean if *kind != CastKind::TryCast => "snowflake_boolean",
        SnowflakeType::Number { scale: 0, .. } if *kind != CastKind::TryCast => "snowflake_integer",
        _ => return None,
    };
    Some(call(name, vec![value.clone()]))
}

fn json_path(value: &Expr, path: &[JsonPathElem]) -> Expr {
    let steps = path.iter().map(|step| match step {
        JsonPathElem::Dot { key, .. } => text(key),
        JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => key.clone(),
    });
    let start = value.clone();
    steps.fold(start, |found, step| call("get", vec![found, step]))
}

fn rewritten_call(called: &Function, statement: &SnowflakeStatement) -> Option<Expr> {
    let mut renamed = called.clone();
    let name = called.name.to_string().replace('"', "").to_lowercase();
    renamed.name = function(&name, vec![]).name;
    let given = arguments(called);
    if let Some(told) = of_session(&name, statement).or_else(|| clock(&name, statement)) {
        return Some(told);
    }
    aggregate(&name, &given, &renamed)
        .or_else(|| conversion(&name, &given))
        .or_else(|| dates::rewrite_call(&name, &given))
        .or_else(|| scalar(&name, &given))
        .or(Some(Expr::Function(renamed)))
}

/// The time at which the statement is read.
fn clock(name: &str, statement: &SnowflakeStatement) -> Option<Expr> {
    let ahead = SignedDuration::from_secs(statement.limits.clock_ahead_seconds.into());
    let now = Timestamp::now().saturating_add(ahead).ok()?;
    let convert = match name {
        "current_timestamp" | "getdate" | "systimestamp" => "snowflake_timestamp_ltz",
        "sysdate" | "localtimestamp" => "snowflake_timestamp_ntz",
        "current_date" => "bound_date",
        "current_time" | "localtime" => {
            let time = now.to_zoned(TimeZone::UTC).time();
            return Some(call("bound_time", vec![text(&time.to_string())]));
        }
        _ => return None,
    };
    Some(call(convert, vec![text(&now.to_string())]))
}

/// What the session is called and has.
fn of_session(name: &str, statement: &SnowflakeStatement) -> Option<Expr> {
    let context = &statement.context;
    let told = |name: &Option<String>| name.as_deref().map_or_else(null, text);
    Some(match name {
        "current_user" => text(&statement.viewer.principal),
        "current_database" => told(&context.database),
        "current_schema" => told(&context.schema),
        "current_warehouse" => told(&context.warehouse),
        "current_role" => text(context.role.as_deref().unwrap_or("PUBLIC")),
        "current_account" => text("EMULATOR"),
        "current_region" => text("LOCAL"),
        "current_version" => text("9.0.0"),
        // Every version of every client will do.
        "system$client_version_info" => text("[]"),
        _ => return None,
    })
}

/// Aggregates, which keep their window and what else stands around them.
fn aggregate(name: &str, given: &[Expr], called: &Function) -> Option<Expr> {
    let mut called = called.clone();
    let mut rename = |engine: &str, arguments: Vec<Expr>| {
        let plain = function(engine, arguments);
        called.name = plain.name;
        if let (FunctionArguments::List(list), FunctionArguments::List(new)) =
            (&mut called.args, plain.args)
        {
            list.args = new.args;
        }
        Some(Expr::Function(called.clone()))
    };
    match (name, given) {
        ("count_if", [condition]) => {
            rename("count", vec![when(condition.clone(), number(1), null())])
        }
        ("booland_agg", [_]) => rename("bool_and", given.to_vec()),
        ("boolor_agg", [_]) => rename("bool_or", given.to_vec()),
        ("variance" | "variance_samp", [_]) => rename("var", given.to_vec()),
        ("variance_pop", [_]) => rename("var_pop", given.to_vec()),
        ("any_value", [_]) => rename("first_value", given.to_vec()),
        ("approx_count_distinct", [_]) => {
            called.name = function("count", vec![]).name;
            if let FunctionArguments::List(list) = &mut called.args {
                list.duplicate_treatment = Some(DuplicateTreatment::Distinct);
            }
            Some(Expr::Function(called))
        }
        ("listagg" | "string_agg" | "array_agg", _) => Some(gathered(name, called)),
        _ => None,
    }
}

/// LISTAGG and ARRAY_AGG, whose order the engine wants inside the parentheses.
fn gathered(name: &str, mut called: Function) -> Expr {
    let order = std::mem::take(&mut called.within_group);
    if name != "array_agg" {
        called.name = function("string_agg", vec![]).name;
    }
    if let FunctionArguments::List(list) = &mut called.args {
        if name != "array_agg" && list.args.len() == 1 {
            let nothing = FunctionArgExpr::Expr(text(""));
            list.args.push(FunctionArg::Unnamed(nothing));
        }
        if !order.is_empty() {
            list.clauses.push(FunctionArgumentClause::OrderBy(order));
        }
    }
    Expr::Function(called)
}

/// `TO_…` and `TRY_TO_…`
fn conversion(name: &str, given: &[Expr]) -> Option<Expr> {
    let (kind, name) = match name.strip_prefix("try_") {
        Some(name) => (CastKind::TryCast, name),
        None => (CastKind::Cast, name),
    };
    let value = given.first()?.clone();
    let digits = |at: usize| match given.get(at) {
        Some(Expr::Value(value)) => value.value.to_string().parse::<u8>().ok(),
        _ => None,
    };
    let target = match (name, given.len()) {
        ("to_number" | "to_decimal" | "to_numeric", _) => {
            let (precision, scale) = (digits(1).unwrap_or(38), digits(2).unwrap_or(0));
            if scale == 0 && kind == CastKind::Cast {
                return Some(call("snowflake_integer", vec![value]));
            }
            SnowflakeType::Number { precision, scale }
        }
        ("to_double", 1) => SnowflakeType::Float,
        ("to_date" | "date", 1) => SnowflakeType::Date,
        ("to_time" | "time", 1) => SnowflakeType::Time(9),
        ("to_boolean", 1) if kind == CastKind::TryCast => SnowflakeType::Boolean,
        ("to_timestamp" | "to_timestamp_ntz", 1) if kind == CastKind::TryCast => {
            SnowflakeType::TimestampNtz(9)
        }
        ("to_timestamp" | "to_timestamp_ntz", 1) => {
            return Some(call("snowflake_timestamp_ntz", vec![value]));
        }
        ("to_timestamp_ltz", 1) => return Some(call("snowflake_timestamp_ltz", vec![value])),
        ("to_boolean", 1) => return Some(call("snowflake_boolean", vec![value])),
        ("to_varchar" | "to_char", 1) => return Some(call("snowflake_text", vec![value])),
        ("to_varchar" | "to_char", 2) => return Some(call("snowflake_format", given.to_vec())),
        ("parse_json", 1) if kind == CastKind::TryCast => {
            return Some(call("try_parse_json", vec![value]));
        }
        _ => return None,
    };
    Some(cast(value, &target, kind))
}

fn binary(left: &Expr, op: BinaryOperator, right: &Expr) -> Expr {
    Expr::Nested(Box::new(Expr::BinaryOp {
        left: Box::new(left.clone()),
        op,
        right: Box::new(right.clone()),
    }))
}

fn scalar(name: &str, given: &[Expr]) -> Option<Expr> {
    let owned = || given.to_vec();
    Some(match (name, given) {
        ("iff", [condition, then, otherwise]) => {
            when(condition.clone(), then.clone(), otherwise.clone())
        }
        ("ifnull" | "nvl", [_, _]) => call("coalesce", owned()),
        ("nvl2", [value, then, otherwise]) => when(
            Expr::IsNotNull(Box::new(value.clone())),
            then.clone(),
            otherwise.clone(),
        ),
        ("zeroifnull", [value]) => call("coalesce", vec![value.clone(), number(0)]),
        ("nullifzero", [value]) => call("nullif", vec![value.clone(), number(0)]),
        ("div0", [left, right]) => when(
            binary(right, BinaryOperator::Eq, &number(0)),
            number(0),
            binary(left, BinaryOperator::Divide, right),
        ),
        ("equal_null", [left, right]) => {
            Expr::IsNotDistinctFrom(Box::new(left.clone()), Box::new(right.clone()))
        }
        ("mod", [left, right]) => binary(left, BinaryOperator::Modulo, right),
        ("square", [value]) => binary(value, BinaryOperator::Multiply, value),
        ("len" | "length", [_]) => call("character_length", owned()),
        ("charindex" | "position", [part, value]) => {
            call("strpos", vec![value.clone(), part.clone()])
        }
        ("substring", [_, _] | [_, _, _]) => call("substr", owned()),
        ("startswith", [_, _]) => call("starts_with", owned()),
        ("endswith", [_, _]) => call("ends_with", owned()),
        ("editdistance", [_, _]) => call("levenshtein", owned()),
        ("split", [_, _]) => call("string_to_array", owned()),
        ("regexp_like" | "rlike", [value, pattern]) => {
            // The whole text must match.
            let whole = call("concat", vec![text("^(?:"), pattern.clone(), text(")$")]);
            call("regexp_like", vec![value.clone(), whole])
        }
        ("regexp_replace", [value, pattern]) => call(
            "regexp_replace",
            vec![value.clone(), pattern.clone(), text(""), text("g")],
        ),
        ("regexp_replace", [value, pattern, with]) => call(
            "regexp_replace",
            vec![value.clone(), pattern.clone(), with.clone(), text("g")],
        ),
        ("regexp_substr", [_, _]) => {
            let found = call("regexp_match", owned());
            call("array_element", vec![found, number(1)])
        }
        ("trim", [_, _]) => call("btrim", owned()),
        ("truncate", _) => call("trunc", owned()),
        ("uuid_string", []) => call("uuid", vec![]),
        _ => return None,
    })
}
