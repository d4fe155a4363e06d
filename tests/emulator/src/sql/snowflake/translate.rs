//! Walks a query and rewrites it: which tables its paths mean, names in the case they are stored
//! in, and expressions that the engine spells otherwise.

use super::expressions::{alias, ident};
use super::names::fold;
use super::parse::path_in;
use super::relations::Relations;
use super::{SnowflakeStatement, bindings, calls, naming, scan};
use crate::catalog::{Metastore, TablePath};
use crate::sql::error::SqlError;
use datafusion::catalog::TableProvider;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, NamedWindowExpr,
    ObjectName, ObjectNamePart, ObjectNamePartFunction, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, TableAlias, TableAliasColumnDef, TableFactor, Value,
    VisitMut, VisitorMut, WildcardAdditionalOptions, WindowType,
};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A query that the engine understands.
#[derive(Debug)]
pub(super) struct Translated {
    pub query: Query,
    /// Tables that exist for this query only.
    pub attached: HashMap<TablePath, Arc<dyn TableProvider>>,
}

/// Translates a query and finds the tables it reads.
pub(super) fn query(
    mut query: Query,
    statement: &SnowflakeStatement,
    metastore: &Arc<Metastore>,
) -> Result<Translated, SqlError> {
    let mut translator = Translator {
        statement,
        relations: Relations::new(statement, metastore),
        scopes: Vec::new(),
    };
    match query.visit(&mut translator) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(Translated {
            query,
            attached: translator.relations.attached,
        }),
    }
}

struct Translator<'a> {
    statement: &'a SnowflakeStatement,
    relations: Relations<'a>,
    /// The names that the WITH clauses around here define, innermost last.
    scopes: Vec<HashSet<String>>,
}

/// Puts a name into the case it is stored in.
fn store(name: &mut Ident) {
    *name = ident(&fold(&name.value, name.quote_style.is_some()));
}

fn store_path(path: &mut ObjectName) {
    for part in &mut path.0 {
        if let ObjectNamePart::Identifier(name) = part {
            store(name);
        }
    }
}

fn store_alias(given: &mut TableAlias) {
    store(&mut given.name);
    given
        .columns
        .iter_mut()
        .for_each(|column| store(&mut column.name));
}

/// The stored names of a path; IDENTIFIER may stand for all of it.
pub(super) fn path(
    name: &ObjectName,
    statement: &SnowflakeStatement,
) -> Result<Vec<String>, SqlError> {
    if let [ObjectNamePart::Function(function)] = name.0.as_slice() {
        return identifier(function, statement);
    }
    let words = name.0.iter().map(|part| match part {
        ObjectNamePart::Identifier(word) => Ok(fold(&word.value, word.quote_style.is_some())),
        ObjectNamePart::Function(_) => Err(SqlError::unsupported("IDENTIFIER within a path")),
    });
    words.collect()
}

fn identifier(
    function: &ObjectNamePartFunction,
    statement: &SnowflakeStatement,
) -> Result<Vec<String>, SqlError> {
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))] =
        function.args.as_slice()
    else {
        return Err(SqlError::syntax("IDENTIFIER takes one string"));
    };
    match &value.value {
        Value::SingleQuotedString(text) => path_in(text),
        Value::Placeholder(marker) => path_in(&bindings::text_of(&statement.bindings, marker)?),
        _ => Err(SqlError::syntax("IDENTIFIER takes one string")),
    }
}

impl Translator<'_> {
    fn is_local(&self, path: &[String]) -> bool {
        let [name] = path else {
            return false;
        };
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    fn select(&mut self, select: &mut Select) {
        for from in &mut select.from {
            store_factor(&mut from.relation);
            for join in &mut from.joins {
                store_factor(&mut join.relation);
                store_using(join);
            }
        }
        naming::name_items(select);
        select.projection.iter_mut().for_each(store_item);
        for window in &mut select.named_window {
            store(&mut window.0);
            match &mut window.1 {
                NamedWindowExpr::NamedWindow(name) => store(name),
                NamedWindowExpr::WindowSpec(spec) => {
                    spec.window_name.iter_mut().for_each(store);
                }
            }
        }
    }

    fn table(&mut self, factor: &mut TableFactor) -> Result<(), SqlError> {
        if let Some(function) = scan::called(factor) {
            let (path, provider) = scan::table(function, self.statement)?;
            self.relations.attached.insert(path.clone(), provider);
            *factor = earlier(&path, factor);
            return Ok(());
        }
        let TableFactor::Table {
            name,
            alias: given,
            args,
            sample,
            version,
            ..
        } = factor
        else {
            return supported(factor);
        };
        if sample.is_some() || version.is_some() || args.is_some() {
            return Err(SqlError::unsupported(
                "SAMPLE, AT, BEFORE or a table function",
            ));
        }
        let path = path(name, self.statement)?;
        if self.is_local(&path) {
            store_path(name);
            return Ok(());
        }
        let resolved = self.relations.resolve(&path)?;
        if given.is_none() {
            *given = path.last().map(|last| alias(last));
        }
        let TablePath {
            catalog,
            schema,
            table,
        } = &resolved;
        *name = ObjectName::from(vec![ident(catalog), ident(schema), ident(table)]);
        Ok(())
    }

    fn expression(&mut self, expr: &mut Expr) -> Result<(), SqlError> {
        match expr {
            Expr::Identifier(name) => store(name),
            Expr::CompoundIdentifier(path) => {
                path.iter_mut().for_each(store);
                // A table is known by its own name; what stands before that says nothing more.
                path.drain(..path.len().saturating_sub(2));
            }
            Expr::Value(value) => {
                if let Value::Placeholder(marker) = &value.value {
                    *expr = bindings::bind(&self.statement.bindings, marker)?;
                }
            }
            _ => calls::rewrite(expr, self.statement)?,
        }
        if let Expr::Function(function) = expr
            && let Some(WindowType::NamedWindow(name)) = &mut function.over
        {
            store(name);
        }
        Ok(())
    }
}

/// The table in the place of a RESULT_SCAN, under the same alias.
fn earlier(path: &TablePath, factor: &TableFactor) -> TableFactor {
    let [catalog, schema, table] = [&path.catalog, &path.schema, &path.table];
    let name = ObjectName::from(vec![ident(catalog), ident(schema), ident(table)]);
    let given = match factor {
        TableFactor::TableFunction { alias, .. } => alias.clone(),
        _ => None,
    };
    TableFactor::Table {
        name,
        alias: given.or_else(|| Some(alias("RESULT_SCAN"))),
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    }
}

fn supported(factor: &TableFactor) -> Result<(), SqlError> {
    match factor {
        TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => Ok(()),
        TableFactor::Pivot { .. } => Err(SqlError::unsupported("PIVOT")),
        TableFactor::Unpivot { .. } => Err(SqlError::unsupported("UNPIVOT")),
        _ => Err(SqlError::unsupported("A table function")),
    }
}

fn store_factor(factor: &mut TableFactor) {
    match factor {
        TableFactor::NestedJoin {
            table_with_joins,
            alias,
        } => {
            store_factor(&mut table_with_joins.relation);
            for join in &mut table_with_joins.joins {
                store_factor(&mut join.relation);
                store_using(join);
            }
            alias.iter_mut().for_each(store_alias);
        }
        TableFactor::Table { alias, .. } | TableFactor::TableFunction { alias, .. } => {
            alias.iter_mut().for_each(store_alias)
        }
        TableFactor::Derived {
            alias, subquery, ..
        } => {
            alias.iter_mut().for_each(store_alias);
            name_values(subquery, alias);
        }
        _ => {}
    }
}

/// The columns of VALUES are COLUMN1 and so on, unless the alias names them.
fn name_values(query: &Query, given: &mut Option<TableAlias>) {
    let SetExpr::Values(values) = &*query.body else {
        return;
    };
    let width = values.rows.first().map_or(0, |row| row.content.len());
    let given = given.get_or_insert_with(|| alias("VALUES"));
    if given.columns.is_empty() {
        let column = |at: usize| TableAliasColumnDef {
            name: ident(&format!("COLUMN{at}")),
            data_type: None,
        };
        given.columns = (1..=width).map(column).collect();
    }
}

fn store_using(join: &mut Join) {
    if let JoinOperator::Join(constraint)
    | JoinOperator::Inner(constraint)
    | JoinOperator::Left(constraint)
    | JoinOperator::LeftOuter(constraint)
    | JoinOperator::Right(constraint)
    | JoinOperator::RightOuter(constraint)
    | JoinOperator::FullOuter(constraint) = &mut join.join_operator
        && let JoinConstraint::Using(columns) = constraint
    {
        columns.iter_mut().for_each(store_path);
    }
}

fn store_item(item: &mut SelectItem) {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => store(alias),
        SelectItem::Wildcard(options) => store_options(options),
        SelectItem::QualifiedWildcard(kind, options) => {
            if let SelectItemQualifiedWildcardKind::ObjectName(path) = kind {
                store_path(path);
                path.0.drain(..path.0.len().saturating_sub(1));
            }
            store_options(options);
        }
        _ => {}
    }
}

fn store_options(options: &mut WildcardAdditionalOptions) {
    use datafusion::sql::sqlparser::ast::{ExceptSelectItem, ExcludeSelectItem, RenameSelectItem};
    // The engine knows EXCLUDE by both names.
    match &mut options.opt_exclude {
        Some(ExcludeSelectItem::Single(column)) => store_path(column),
        Some(ExcludeSelectItem::Multiple(columns)) => columns.iter_mut().for_each(store_path),
        None => {}
    }
    if let Some(ExceptSelectItem {
        first_element,
        additional_elements,
    }) = &mut options.opt_except
    {
        store(first_element);
        additional_elements.iter_mut().for_each(store);
    }
    match &mut options.opt_rename {
        Some(RenameSelectItem::Single(pair)) => {
            store(&mut pair.ident);
            store(&mut pair.alias);
        }
        Some(RenameSelectItem::Multiple(pairs)) => {
            for pair in pairs {
                store(&mut pair.ident);
                store(&mut pair.alias);
            }
        }
        None => {}
    }
    if let Some(replace) = &mut options.opt_replace {
        let items = replace.items.iter_mut();
        items.for_each(|item| store(&mut item.column_name));
    }
}

impl VisitorMut for Translator<'_> {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        if !query.pipe_operators.is_empty() {
            return ControlFlow::Break(SqlError::unsupported("The pipe operator"));
        }
        let ctes = query.with.iter_mut().flat_map(|with| &mut with.cte_tables);
        let scope = ctes.map(|cte| {
            store_alias(&mut cte.alias);
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
        self.select(select);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<SqlError> {
        step(self.table(factor))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        calls::rewrite_before(expr);
        ControlFlow::Continue(())
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
