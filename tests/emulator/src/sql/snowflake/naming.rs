//! What the columns of a result are called.

use super::expressions::ident;
use super::names::fold;
use datafusion::sql::sqlparser::ast::{Expr, Ident, Select, SelectItem};
use std::collections::HashSet;

/// Stands between a name and the number of its twin; no name in SQL text can hold it.
const TWIN: char = '\0';

/// Gives every item without a name the one it would have: a column its own, any other expression
/// its text in upper case. A name that is taken gets a mark, because the engine wants each once.
pub(super) fn name_items(select: &mut Select) {
    let mut taken = HashSet::new();
    let mut qualified = HashSet::new();
    for item in &mut select.projection {
        let (expression, name, own) = match item {
            SelectItem::ExprWithAlias { expr, alias } => {
                (expr, fold(&alias.value, alias.quote_style.is_some()), false)
            }
            SelectItem::UnnamedExpr(expr) => match expr {
                Expr::Identifier(column) => {
                    let name = fold(&column.value, column.quote_style.is_some());
                    (expr, name, true)
                }
                // Where two tables have a column of one name, their own names tell them apart.
                Expr::CompoundIdentifier(path) => {
                    let stored = |part: &Ident| fold(&part.value, part.quote_style.is_some());
                    let full: Vec<String> = path.iter().map(stored).collect();
                    if qualified.insert(full.join(".")) {
                        continue;
                    }
                    let name = full.last().cloned().unwrap_or_default();
                    taken.insert(name.clone());
                    (expr, name, true)
                }
                other => {
                    let name = other.to_string().to_uppercase();
                    (other, name, false)
                }
            },
            _ => continue,
        };
        let mut unique = name.clone();
        let mut twins = 0;
        while !taken.insert(unique.clone()) {
            twins += 1;
            unique = format!("{name}{TWIN}{twins}");
        }
        if !own || twins > 0 {
            *item = SelectItem::ExprWithAlias {
                expr: expression.clone(),
                alias: ident(&unique),
            };
        }
    }
}

/// A result column's name without the mark that told it from its twin.
pub(super) fn without_twin_mark(name: &str) -> &str {
    name.split(TWIN).next().unwrap_or(name)
}
