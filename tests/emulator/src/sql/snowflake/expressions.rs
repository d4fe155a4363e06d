//! Pieces of syntax trees, in the spelling of this dialect.

use crate::sql::syntax::{alias_of, cast_to};
use crate::types::snowflake::SnowflakeType;
use datafusion::sql::sqlparser::ast::{
    CaseWhen, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    TableAlias, helpers::attached_token::AttachedToken,
};

pub(super) use crate::sql::syntax::{call, function, null, number, text};

/// A name that the engine takes as it is.
pub(super) fn ident(name: &str) -> Ident {
    Ident::with_quote('"', name)
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

/// `CAST(expression AS type)`, or TRY_CAST
pub(super) fn cast(expression: Expr, data_type: &SnowflakeType, kind: CastKind) -> Expr {
    cast_to(expression, &data_type.to_string(), kind)
}

/// `CASE WHEN condition THEN then ELSE otherwise END`
pub(super) fn when(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
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

pub(super) fn alias(name: &str) -> TableAlias {
    alias_of(ident(name))
}
