//! What the columns of a result are called.

use super::expressions::ident;
use datafusion::sql::sqlparser::ast::{AccessExpr, Expr, Query, Select, SelectItem, SetExpr};
use std::collections::HashSet;

/// The names of the outermost query's columns as the statement spells them; none if a star stands
/// for some of them.
pub(super) fn names(query: &Query) -> Option<Vec<String>> {
    let mut unnamed = 0;
    let items = &outermost(&query.body)?.projection;
    items.iter().map(|item| name(item, &mut unnamed)).collect()
}

fn outermost(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => outermost(&query.body),
        SetExpr::SetOperation { left, .. } => outermost(left),
        _ => None,
    }
}

fn name(item: &SelectItem, unnamed: &mut usize) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(expr) => Some(implied(expr).unwrap_or_else(|| {
            *unnamed += 1;
            made_up(*unnamed - 1)
        })),
        _ => None,
    }
}

/// The name that a path gives its column: its last part.
fn implied(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(column) => Some(column.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            AccessExpr::Dot(field) => implied(field),
            AccessExpr::Subscript(_) => None,
        },
        _ => None,
    }
}

fn made_up(number: usize) -> String {
    format!("f{number}_")
}

/// Gives every item without a name the one it would have. A column of a table keeps the table's
/// name before it, which tells it from others; `tables` are the names that can stand there.
pub(super) fn name_items(select: &mut Select, tables: &HashSet<String>) {
    let mut unnamed = 0;
    for item in &mut select.projection {
        let SelectItem::UnnamedExpr(expr) = &item else {
            continue;
        };
        let of_table = match expr {
            Expr::Identifier(_) => true,
            Expr::CompoundIdentifier(parts) => {
                let first = parts.first().map(|part| part.value.to_lowercase());
                parts.len() == 2 && first.is_some_and(|first| tables.contains(&first))
            }
            _ => false,
        };
        if of_table {
            continue;
        }
        let alias = implied(expr).unwrap_or_else(|| {
            unnamed += 1;
            made_up(unnamed - 1)
        });
        *item = SelectItem::ExprWithAlias {
            expr: expr.clone(),
            alias: ident(&alias.to_lowercase()),
        };
    }
}
