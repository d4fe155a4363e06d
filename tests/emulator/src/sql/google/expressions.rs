//! Pieces of syntax trees, in the spelling of this dialect.

use crate::sql::syntax::{alias_of, cast_to};
use crate::types::google::GoogleType;
use datafusion::sql::sqlparser::ast::{Array, CastKind, Expr, Ident, TableAlias};

pub(super) use crate::sql::syntax::{call, function, null, number, text};

/// A name that the engine takes as it is.
pub(super) fn ident(name: &str) -> Ident {
    Ident::with_quote('`', name)
}

pub(super) fn column(name: &str) -> Expr {
    Expr::Identifier(ident(name))
}

pub(super) fn array(elem: Vec<Expr>) -> Expr {
    Expr::Array(Array { elem, named: true })
}

/// `CAST(expression AS type)`
pub(super) fn cast(expression: Expr, data_type: &GoogleType) -> Expr {
    cast_to(expression, &data_type.to_string(), CastKind::Cast)
}

pub(super) fn alias(name: &str) -> TableAlias {
    alias_of(ident(name))
}

/// The word or text that a part of a date is given as, for example `MONTH` or `WEEK(MONDAY)`.
pub(super) fn word(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(ident) => Some(ident.value.to_ascii_uppercase()),
        Expr::Function(_) => Some(expression.to_string().replace('`', "").to_ascii_uppercase()),
        Expr::Value(value) => value.value.clone().into_string(),
        _ => None,
    }
}
