//! Walks a query and rewrites it: which tables its paths mean, names in the engine's case, and
//! expressions that the engine spells otherwise.

use super::expressions::{alias, ident};
use super::relations::Relations;
use super::{GoogleStatement, calls, naming, parameters, unnest};
use crate::catalog::Metastore;
use crate::sql::error::SqlError;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, Join, JoinConstraint, JoinOperator, NamedWindowExpr, ObjectName,
    ObjectNamePart, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, TableAlias,
    TableFactor, TableWithJoins, Value, ValueTableMode, VisitMut, VisitorMut,
    WildcardAdditionalOptions, WindowType, visit_expressions_mut,
};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

/// A query that the engine understands.
#[derive(Debug)]
pub(super) struct Translated {
    pub query: Query,
    pub relations: Relations,
    /// The result's names, if the statement lists them all.
    pub names: Option<Vec<String>>,
}

/// Translates a query and finds the tables it reads.
pub(super) fn query(
    mut query: Query,
    statement: &GoogleStatement,
    metastore: &std::sync::Arc<Metastore>,
) -> Result<Translated, SqlError> {
    let names = naming::names(&query);
    let mut translator = Translator {
        statement,
        relations: Relations::new(statement, metastore),
        scopes: Vec::new(),
    };
    match query.visit(&mut translator) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => {
            translator.relations.check_location()?;
            Ok(Translated {
                query,
                relations: translator.relations,
                names,
            })
        }
    }
}

struct Translator<'a> {
    statement: &'a GoogleStatement,
    relations: Relations,
    /// The names that the WITH clauses around here define, innermost last.
    scopes: Vec<HashSet<String>>,
}

fn lower(name: &mut Ident) {
    *name = ident(&name.value.to_lowercase());
}

fn lower_path(path: &mut ObjectName) {
    for part in &mut path.0 {
        if let ObjectNamePart::Identifier(name) = part {
            lower(name);
        }
    }
}

fn lower_alias(given: &mut TableAlias) {
    lower(&mut given.name);
    given
        .columns
        .iter_mut()
        .for_each(|column| lower(&mut column.name));
}

/// The words of a path.
pub(super) fn parts(path: &ObjectName) -> Vec<String> {
    let words = path.0.iter();
    words
        .filter_map(|part| part.as_ident().map(|word| word.value.clone()))
        .collect()
}

impl Translator<'_> {
    fn is_local(&self, path: &[String]) -> bool {
        let [name] = path else {
            return false;
        };
        let name = name.to_lowercase();
        self.scopes.iter().any(|scope| scope.contains(&name))
    }

    fn select(&mut self, select: &mut Select) -> Result<(), SqlError> {
        if let Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct) =
            select.value_table_mode
        {
            return Err(SqlError::unsupported("SELECT AS STRUCT"));
        }
        select.value_table_mode = None;
        unnest::rewrite(select)?;
        let mut tables = HashSet::new();
        for from in &mut select.from {
            factor_names(&mut from.relation, &mut tables);
            for join in &mut from.joins {
                factor_names(&mut join.relation, &mut tables);
                lower_using(join);
            }
        }
        if let Some(condition) = &mut select.selection {
            shared_columns(&select.from, condition);
        }
        naming::name_items(select, &tables);
        select.projection.iter_mut().for_each(lower_item);
        for window in &mut select.named_window {
            lower(&mut window.0);
            match &mut window.1 {
                NamedWindowExpr::NamedWindow(name) => lower(name),
                NamedWindowExpr::WindowSpec(spec) => {
                    spec.window_name.iter_mut().for_each(lower);
                }
            }
        }
        Ok(())
    }

    fn table(&mut self, factor: &mut TableFactor) -> Result<(), SqlError> {
        let TableFactor::Table {
            name,
            alias: given,
            sample,
            version,
            ..
        } = factor
        else {
            return supported(factor);
        };
        if sample.is_some() || version.is_some() {
            return Err(SqlError::unsupported("TABLESAMPLE or FOR SYSTEM_TIME"));
        }
        let path = parts(name);
        if self.is_local(&path) {
            lower_path(name);
            return Ok(());
        }
        let resolved = self.relations.resolve(&path)?;
        if given.is_none() {
            let last = path.last().map(|last| last.to_lowercase());
            *given = last.map(|last| alias(&last));
        }
        *name = ObjectName::from(vec![
            ident(&resolved.catalog),
            ident(&resolved.schema),
            ident(&resolved.table),
        ]);
        Ok(())
    }

    fn expression(&mut self, expr: &mut Expr) -> Result<(), SqlError> {
        match expr {
            Expr::Identifier(name) if name.value.starts_with("@@") => {
                return Err(SqlError::unsupported(format!("The variable {name}")));
            }
            Expr::Identifier(name) => lower(name),
            Expr::CompoundIdentifier(path) => path.iter_mut().for_each(lower),
            Expr::CompoundFieldAccess { access_chain, .. } => lower_access(access_chain),
            Expr::Value(value) => {
                if let Value::Placeholder(marker) = &value.value {
                    *expr = parameters::bind(&self.statement.parameters, marker)?;
                }
            }
            _ => calls::rewrite(expr)?,
        }
        if let Expr::Function(function) = expr
            && let Some(WindowType::NamedWindow(name)) = &mut function.over
        {
            lower(name);
        }
        Ok(())
    }
}

fn supported(factor: &TableFactor) -> Result<(), SqlError> {
    match factor {
        TableFactor::Derived { .. }
        | TableFactor::NestedJoin { .. }
        | TableFactor::UNNEST { .. } => Ok(()),
        TableFactor::Pivot { .. } => Err(SqlError::unsupported("PIVOT")),
        TableFactor::Unpivot { .. } => Err(SqlError::unsupported("UNPIVOT")),
        _ => Err(SqlError::unsupported("A table function")),
    }
}

/// Lowers the aliases of a factor and collects what its columns can be qualified with.
fn factor_names(factor: &mut TableFactor, tables: &mut HashSet<String>) {
    if let TableFactor::NestedJoin {
        table_with_joins, ..
    } = factor
    {
        factor_names(&mut table_with_joins.relation, tables);
        for join in &mut table_with_joins.joins {
            factor_names(&mut join.relation, tables);
            lower_using(join);
        }
    }
    let (name, given) = match factor {
        TableFactor::Table { name, alias, .. } => (parts(name).pop(), alias),
        TableFactor::Derived { alias, .. }
        | TableFactor::UNNEST { alias, .. }
        | TableFactor::NestedJoin { alias, .. } => (None, alias),
        _ => return,
    };
    given.iter_mut().for_each(lower_alias);
    let own = given.as_ref().map(|alias| alias.name.value.clone());
    tables.extend(own.or_else(|| name.map(|name| name.to_lowercase())));
}

fn lower_using(join: &mut Join) {
    if let JoinOperator::Join(constraint)
    | JoinOperator::Inner(constraint)
    | JoinOperator::Left(constraint)
    | JoinOperator::LeftOuter(constraint)
    | JoinOperator::Right(constraint)
    | JoinOperator::RightOuter(constraint)
    | JoinOperator::FullOuter(constraint) = &mut join.join_operator
        && let JoinConstraint::Using(columns) = constraint
    {
        columns.iter_mut().for_each(lower_path);
    }
}

/// In WHERE the engine wants to know which table's column is meant, even if USING has made it one:
/// the one that is never NULL for want of a partner.
fn shared_columns(from: &[TableWithJoins], condition: &mut Expr) {
    let own = |factor: &TableFactor| {
        let mut names = HashSet::new();
        factor_names(&mut factor.clone(), &mut names);
        names.into_iter().next()
    };
    let mut owners: HashMap<String, String> = HashMap::new();
    for tables in from {
        for join in &tables.joins {
            let (JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)) = &join.join_operator
            else {
                continue;
            };
            let left = matches!(
                join.join_operator,
                JoinOperator::Left(_) | JoinOperator::LeftOuter(_)
            );
            let owner = own(if left {
                &tables.relation
            } else {
                &join.relation
            });
            if let (JoinConstraint::Using(columns), Some(owner)) = (constraint, owner) {
                let names = columns.iter().filter_map(|column| parts(column).pop());
                names.for_each(|name| drop(owners.insert(name, owner.clone())));
            }
        }
    }
    let qualified = visit_expressions_mut(condition, |expr| {
        if let Expr::Identifier(name) = expr
            && let Some(owner) = owners.get(&name.value.to_lowercase())
        {
            *expr = Expr::CompoundIdentifier(vec![ident(owner), name.clone()]);
        }
        ControlFlow::<()>::Continue(())
    });
    debug_assert!(qualified.is_continue());
}

fn lower_item(item: &mut SelectItem) {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => lower(alias),
        SelectItem::Wildcard(options) => lower_options(options),
        SelectItem::QualifiedWildcard(kind, options) => {
            if let SelectItemQualifiedWildcardKind::ObjectName(path) = kind {
                lower_path(path);
            }
            lower_options(options);
        }
        _ => {}
    }
}

fn lower_options(options: &mut WildcardAdditionalOptions) {
    if let Some(except) = &mut options.opt_except {
        lower(&mut except.first_element);
        except.additional_elements.iter_mut().for_each(lower);
    }
    if let Some(replace) = &mut options.opt_replace {
        let items = replace.items.iter_mut();
        items.for_each(|item| lower(&mut item.column_name));
    }
}

/// `[OFFSET(0)]` counts from 0, the engine from 1.
fn lower_access(chain: &mut [AccessExpr]) {
    for access in chain {
        match access {
            AccessExpr::Dot(Expr::Identifier(name)) => {
                let name = name.value.to_lowercase();
                *access = AccessExpr::Dot(Expr::Value(Value::SingleQuotedString(name).into()));
            }
            AccessExpr::Dot(_) => {}
            AccessExpr::Subscript(subscript) => calls::subscript(subscript),
        }
    }
}

impl VisitorMut for Translator<'_> {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        if !query.pipe_operators.is_empty() {
            return ControlFlow::Break(SqlError::unsupported("Pipe syntax"));
        }
        let ctes = query.with.iter_mut().flat_map(|with| &mut with.cte_tables);
        let scope = ctes.map(|cte| {
            lower_alias(&mut cte.alias);
            cte.alias.name.value.clone()
        });
        self.scopes.push(scope.collect());
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<SqlError> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlError> {
        step(self.select(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<SqlError> {
        step(self.table(factor))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        step(calls::rewrite_before(expr))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        step(self.expression(expr))
    }
}

fn step(result: Result<(), SqlError>) -> ControlFlow<SqlError> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}
