//! What later clauses of a SELECT say about what its FROM reads.

use sqlparser::ast::{Expr, GroupByExpr, Ident, Select};

use super::select::makes_null;
use crate::analyzer::Analyzer;
use crate::functions::Typed;
use crate::infer::function_name;
use crate::scope::{Column, Relation, Scope, Shape};
use crate::{Dialect, Type};

impl Analyzer<'_> {
    /// Brings into scope what WHERE and GROUP BY imply, before the list of the SELECT names it.
    pub(super) fn imply(&self, select: &Select, scope: &mut Scope<'_>) {
        if makes_null(&select.group_by) {
            for relation in &mut scope.relations {
                relation.nullable = true;
            }
        }
        match self.dialect() {
            Dialect::Databricks => self.windows_of_time(&select.group_by, scope),
            Dialect::Snowflake => {
                let mut optional = Vec::new();
                if let Some(condition) = &select.selection {
                    optional_sides(condition, &mut optional);
                }
                for name in optional {
                    self.make_optional(name, scope);
                }
            }
            Dialect::BigQuery => {}
        }
    }

    /// Grouped by `window(at, '1 day')`, rows have a column of that name.
    fn windows_of_time(&self, groups: &GroupByExpr, scope: &mut Scope<'_>) {
        let GroupByExpr::Expressions(groups, _) = groups else {
            return;
        };
        let calls = groups.iter().filter_map(|group| match group {
            Expr::Function(function) => Some(function_name(&function.name)),
            _ => None,
        });
        let has_own = |name: &str| scope.relations.iter().any(|it| it.column(name).is_some());
        let calls: Vec<String> = calls
            .filter(|name| !has_own(&name.to_lowercase()))
            .collect();
        for name in calls
            .into_iter()
            .filter(|name| name == "WINDOW" || name == "SESSION_WINDOW")
        {
            let window = "STRUCT<start: TIMESTAMP, end: TIMESTAMP>";
            let typed = Typed::new(Type::parse(Dialect::Databricks, window), false);
            let column = Column::stored(&self.names, name.to_lowercase(), typed);
            let shape = Shape::exact(vec![column]);
            let mut relation = Relation::new("the windows", shape);
            relation.is_computed = true;
            scope.relations.push(relation);
        }
    }

    /// Rows of the relation that `name` is a column of may be missing.
    fn make_optional(&self, name: &Expr, scope: &mut Scope<'_>) {
        let parts: &[Ident] = match name {
            Expr::Identifier(ident) => std::slice::from_ref(ident),
            Expr::CompoundIdentifier(parts) => parts,
            _ => return,
        };
        let Some((column, qualifier)) = parts.split_last() else {
            return;
        };
        let keys: Vec<String> = qualifier
            .iter()
            .map(|part| self.names.alias_key(part))
            .collect();
        let column = self.names.column_key(column);
        let is_meant = |relation: &&mut Relation| match keys.as_slice() {
            [] => relation.column(&column).is_some(),
            keys => relation.is_named(keys),
        };
        if let Some(relation) = scope.relations.iter_mut().find(is_meant) {
            relation.nullable = true;
        }
    }
}

/// The columns behind which `(+)` stands: rows without a partner are kept, with NULL in place of theirs.
fn optional_sides<'e>(condition: &'e Expr, found: &mut Vec<&'e Expr>) {
    let mut left = vec![condition];
    while let Some(expr) = left.pop() {
        match expr {
            Expr::OuterJoin(column) => found.push(column),
            Expr::BinaryOp {
                left: one,
                right: other,
                ..
            } => left.extend([&**one, &**other]),
            Expr::Between {
                expr, low, high, ..
            } => left.extend([&**expr, &**low, &**high]),
            Expr::Nested(inner)
            | Expr::UnaryOp { expr: inner, .. }
            | Expr::Cast { expr: inner, .. }
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner) => left.push(inner),
            _ => {}
        }
    }
}
