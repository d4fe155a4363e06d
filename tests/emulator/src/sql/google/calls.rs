//! Expressions that the engine spells otherwise.

use super::expressions::{call, cast, function, ident, null, number, text};
use super::{dates, unnest};
use crate::sql::error::SqlError;
use crate::types::google::{GoogleType, parse_type};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DuplicateTreatment, Expr, Function, FunctionArg,
    FunctionArgExpr, FunctionArgumentClause, FunctionArguments, OrderByExpr, OrderByOptions,
    StructField, Subscript, UnaryOperator, helpers::attached_token::AttachedToken,
};

/// What must be rewritten before its parts are.
pub(super) fn rewrite_before(expr: &mut Expr) -> Result<(), SqlError> {
    match expr {
        Expr::Struct { values, fields } => {
            let arguments = named_fields(values, fields)?;
            *expr = call("named_struct", arguments);
        }
        Expr::Array(array) => same_names(&mut array.elem),
        Expr::Function(function) => {
            if let Some(shifted) = dates::shift(function)? {
                *expr = shifted;
            }
        }
        _ => {}
    }
    Ok(())
}

/// In an array of structs the first one names the fields of all.
fn same_names(elements: &mut [Expr]) {
    let Some((Expr::Struct { values, fields }, rest)) = elements.split_first_mut() else {
        return;
    };
    let Some(names) = unnest::field_names(values, fields) else {
        return;
    };
    for element in rest {
        let values = match element {
            Expr::Struct { values, .. } => values,
            Expr::Tuple(values) => values,
            _ => continue,
        };
        let named = values.iter().zip(&names).map(|(value, name)| Expr::Named {
            expr: Box::new(unnest::unnamed(value)),
            name: ident(name),
        });
        *element = Expr::Struct {
            values: named.collect(),
            fields: vec![],
        };
    }
}

/// `STRUCT(a, b AS x)` and `STRUCT<a INT64>(1)` as names and values by turns.
fn named_fields(values: &[Expr], fields: &[StructField]) -> Result<Vec<Expr>, SqlError> {
    let mut arguments = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let declared = fields.get(at);
        let unnamed = || format!("_field_{}", at + 1);
        let (name, value) = match (value, declared) {
            (_, Some(field)) => {
                let name = field.field_name.as_ref();
                let name = name.map_or_else(unnamed, |name| name.value.clone());
                let data_type = parse_type(&field.field_type.to_string())
                    .map_err(|error| SqlError::syntax(error.to_string()))?;
                (name, cast(value.clone(), &data_type))
            }
            (Expr::Named { expr, name }, None) => (name.value.clone(), (**expr).clone()),
            (Expr::Identifier(name), None) => (name.value.clone(), value.clone()),
            (Expr::CompoundIdentifier(path), None) => {
                let name = path.last().map(|name| name.value.clone());
                (name.unwrap_or_else(unnamed), value.clone())
            }
            (other, None) => (unnamed(), other.clone()),
        };
        arguments.extend([text(&name), value]);
    }
    Ok(arguments)
}

/// What is rewritten when its parts have been.
pub(super) fn rewrite(expr: &mut Expr) -> Result<(), SqlError> {
    let rewritten = match expr {
        Expr::Function(function) => return rewrite_call(renamed(function)?, expr),
        Expr::Cast {
            expr: value,
            data_type,
            format,
            kind,
            ..
        } => {
            if format.is_some() {
                return Err(SqlError::unsupported("CAST with FORMAT"));
            }
            let safe = *kind != CastKind::Cast;
            match converted(value, &data_type.to_string(), safe)? {
                Some(conversion) => conversion,
                None => return Ok(()),
            }
        }
        Expr::InUnnest {
            expr: value,
            array_expr,
            negated,
        } => {
            let found = call("array_has", vec![(**array_expr).clone(), (**value).clone()]);
            match negated {
                true => Expr::UnaryOp {
                    op: UnaryOperator::Not,
                    expr: Box::new(found),
                },
                false => found,
            }
        }
        Expr::Extract { .. } | Expr::Interval(_) => dates::rewrite(expr)?,
        Expr::AtTimeZone { .. } => return Err(SqlError::unsupported("AT TIME ZONE")),
        Expr::JsonAccess { .. } => return Err(SqlError::unsupported("Access to JSON by path")),
        _ => return Ok(()),
    };
    *expr = rewritten;
    Ok(())
}

/// Conversions that differ from the engine's.
fn converted(value: &Expr, target: &str, safe: bool) -> Result<Option<Expr>, SqlError> {
    let Ok(target) = parse_type(target) else {
        return Ok(None);
    };
    let name = match target {
        GoogleType::Int64 if !safe => "google_int64",
        GoogleType::String(None) => "google_string",
        GoogleType::Interval => {
            let arguments = vec![value.clone(), text("YEAR TO SECOND")];
            return Ok(Some(call("google_interval", arguments)));
        }
        _ => return Ok(None),
    };
    Ok(Some(call(name, vec![value.clone()])))
}

/// `[OFFSET(n)]`, `[ORDINAL(n)]` and `[n]` as the engine counts: from 1.
pub(super) fn subscript(subscript: &mut Subscript) {
    let Subscript::Index { index } = subscript else {
        return;
    };
    let (place, first) = match &*index {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let argument = arguments(function).into_iter().next();
            match (name.as_str(), argument) {
                ("offset" | "safe_offset", Some(place)) => (place, 0),
                ("ordinal" | "safe_ordinal", Some(place)) => (place, 1),
                _ => (index.clone(), 0),
            }
        }
        // Text names a field of a struct.
        Expr::Value(value) if value.value.clone().into_string().is_some() => return,
        other => (other.clone(), 0),
    };
    *index = match first {
        1 => place,
        _ => Expr::BinaryOp {
            left: Box::new(place),
            op: BinaryOperator::Plus,
            right: Box::new(number(1)),
        },
    };
}

/// The plain arguments of a call.
pub(super) fn arguments(function: &Function) -> Vec<Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return vec![];
    };
    let plain = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    list.args.iter().filter_map(plain).collect()
}

fn renamed(function: &Function) -> Result<Function, SqlError> {
    let name = function.name.to_string().replace('`', "").to_lowercase();
    if let Some(inner) = name.strip_prefix("safe.") {
        return Err(SqlError::unsupported(format!("SAFE.{inner}")));
    }
    let mut renamed = function.clone();
    renamed.name = self::function(&name, vec![]).name;
    Ok(renamed)
}

fn rewrite_call(mut called: Function, expr: &mut Expr) -> Result<(), SqlError> {
    if let FunctionArguments::Subquery(subquery) = &called.args
        && called.name.to_string() == "array"
    {
        *expr = unnest::gathered((**subquery).clone());
        return Ok(());
    }
    hoist_null_treatment(&mut called);
    let name = called.name.to_string();
    let given = arguments(&called);
    if let Some(aggregate) = aggregate(&name, &given, called.clone()) {
        *expr = aggregate;
        return Ok(());
    }
    if let Some(scalar) = dates::rewrite_call(&name, &given)?.or_else(|| scalar(&name, &given)) {
        *expr = scalar;
        return Ok(());
    }
    *expr = Expr::Function(called);
    Ok(())
}

/// `IGNORE NULLS` inside the parentheses means what it means behind them.
fn hoist_null_treatment(called: &mut Function) {
    let FunctionArguments::List(list) = &mut called.args else {
        return;
    };
    let treatment = list.clauses.iter().find_map(|clause| match clause {
        FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => Some(*treatment),
        _ => None,
    });
    if treatment.is_some() {
        called.null_treatment = treatment;
        list.clauses
            .retain(|clause| !matches!(clause, FunctionArgumentClause::IgnoreOrRespectNulls(_)));
    }
}

fn when(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen {
            condition,
            result: then,
        }],
        else_result: Some(Box::new(otherwise)),
    }
}

/// Aggregates, which keep their window and what else stands around them.
fn aggregate(name: &str, given: &[Expr], mut called: Function) -> Option<Expr> {
    let renamed = |called: Function, name: &str, arguments: Vec<Expr>| {
        let mut renamed = called;
        let plain = function(name, arguments);
        renamed.name = plain.name;
        renamed.args = plain.args;
        Some(Expr::Function(renamed))
    };
    match (name, given) {
        ("countif", [condition]) => {
            let counted = when(condition.clone(), number(1), null());
            renamed(called, "count", vec![counted])
        }
        ("logical_and", [_]) => renamed(called, "bool_and", given.to_vec()),
        ("logical_or", [_]) => renamed(called, "bool_or", given.to_vec()),
        ("variance" | "var_samp", [_]) => renamed(called, "var", given.to_vec()),
        ("any_value", [_]) => renamed(called, "first_value", given.to_vec()),
        ("approx_count_distinct", [_]) => {
            called.name = function("count", vec![]).name;
            if let FunctionArguments::List(list) = &mut called.args {
                list.duplicate_treatment = Some(DuplicateTreatment::Distinct);
            }
            Some(Expr::Function(called))
        }
        ("string_agg", [_]) => {
            if let FunctionArguments::List(list) = &mut called.args {
                let comma = FunctionArgExpr::Expr(text(","));
                list.args.push(FunctionArg::Unnamed(comma));
            }
            Some(limited(called))
        }
        ("array_agg" | "string_agg", _) => Some(limited(called)),
        ("max_by" | "min_by", [value, by]) => {
            called.name = function("first_value", vec![]).name;
            called.args = function("first_value", vec![value.clone()]).args;
            if let FunctionArguments::List(list) = &mut called.args {
                let order = ordered(by.clone(), name == "min_by");
                list.clauses = vec![FunctionArgumentClause::OrderBy(vec![order])];
            }
            Some(Expr::Function(called))
        }
        _ => None,
    }
}

fn ordered(expr: Expr, ascending: bool) -> OrderByExpr {
    OrderByExpr {
        expr,
        options: OrderByOptions {
            asc: Some(ascending),
            nulls_first: Some(false),
        },
        with_fill: None,
    }
}

/// `ARRAY_AGG(… LIMIT n)` keeps the first n.
fn limited(mut called: Function) -> Expr {
    let mut limit = None;
    if let FunctionArguments::List(list) = &mut called.args {
        list.clauses.retain(|clause| match clause {
            FunctionArgumentClause::Limit(given) => {
                limit = Some(given.clone());
                false
            }
            _ => true,
        });
    }
    match limit {
        Some(limit) => call(
            "array_slice",
            vec![Expr::Function(called), number(1), limit],
        ),
        None => Expr::Function(called),
    }
}

fn scalar(name: &str, given: &[Expr]) -> Option<Expr> {
    let owned = || given.to_vec();
    Some(match (name, given) {
        ("if", [condition, then, otherwise]) => {
            when(condition.clone(), then.clone(), otherwise.clone())
        }
        ("ifnull", [_, _]) => call("coalesce", owned()),
        ("mod", [left, right]) => Expr::Nested(Box::new(Expr::BinaryOp {
            left: Box::new(left.clone()),
            op: BinaryOperator::Modulo,
            right: Box::new(right.clone()),
        })),
        ("log", [_]) => call("ln", owned()),
        ("log", [value, base]) => call("log", vec![base.clone(), value.clone()]),
        ("byte_length", [_]) => call("octet_length", owned()),
        ("instr", [_, _]) => call("strpos", owned()),
        // The engine counts without a sign.
        ("array_length", [_]) => cast(call(name, owned()), &GoogleType::Int64),
        ("string", [value]) => call("google_string", vec![value.clone()]),
        ("split", [value]) => call("string_to_array", vec![value.clone(), text(",")]),
        ("split", [_, _]) => call("string_to_array", owned()),
        ("regexp_contains", [_, _]) => call("regexp_like", owned()),
        ("regexp_extract" | "regexp_substr", [_, _]) => {
            let found = call("regexp_match", owned());
            call("array_element", vec![found, number(1)])
        }
        ("regexp_replace", [value, pattern, replacement]) => call(
            "regexp_replace",
            vec![
                value.clone(),
                pattern.clone(),
                replacement.clone(),
                text("g"),
            ],
        ),
        ("contains_substr", [value, part]) => {
            let lower = |expr: &Expr| call("lower", vec![expr.clone()]);
            call("contains", vec![lower(value), lower(part)])
        }
        ("generate_array", [_, _] | [_, _, _]) => call("generate_series", owned()),
        ("generate_uuid", []) => call("uuid", vec![]),
        ("rand", []) => call("random", vec![]),
        ("trim", [_, _]) => call("btrim", owned()),
        ("error", [message]) => call("google_error", vec![message.clone()]),
        ("range", [_, _]) => call("google_range", owned()),
        _ => return None,
    })
}
