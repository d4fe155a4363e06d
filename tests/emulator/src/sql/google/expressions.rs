//! Pieces of syntax trees.

use crate::types::google::GoogleType;
use datafusion::sql::sqlparser::ast::{
    Array, CastKind, DataType as SqlType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, TableAlias, Value,
};

/// A name that the engine takes as it is.
pub(super) fn ident(name: &str) -> Ident {
    Ident::with_quote('`', name)
}

pub(super) fn column(name: &str) -> Expr {
    Expr::Identifier(ident(name))
}

pub(super) fn text(text: &str) -> Expr {
    Expr::Value(Value::SingleQuotedString(text.to_owned()).into())
}

pub(super) fn number(number: i64) -> Expr {
    Expr::Value(Value::Number(number.to_string(), false).into())
}

pub(super) fn null() -> Expr {
    Expr::Value(Value::Null.into())
}

pub(super) fn array(elem: Vec<Expr>) -> Expr {
    Expr::Array(Array { elem, named: true })
}

/// A call of a function of the engine, which spells its names in lower case.
pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::Function(function(name, arguments))
}

pub(super) fn function(name: &str, arguments: Vec<Expr>) -> Function {
    let unnamed = |argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument));
    Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.into_iter().map(unnamed).collect(),
            clauses: vec![],
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    }
}

/// `CAST(expression AS type)`
pub(super) fn cast(expression: Expr, data_type: &GoogleType) -> Expr {
    let name = ObjectName::from(vec![Ident::new(data_type.to_string())]);
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(expression),
        data_type: SqlType::Custom(name, vec![]),
        array: false,
        format: None,
    }
}

pub(super) fn alias(name: &str) -> TableAlias {
    TableAlias {
        explicit: true,
        name: ident(name),
        columns: vec![],
        at: None,
    }
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
