//! Arrays in FROM. The engine unnests in the SELECT list only, so each array becomes a subquery;
//! one that reads a table's column becomes part of that table.

use super::expressions::{alias, call, column, ident, number};
use super::translate::parts;
use crate::sql::error::SqlError;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName,
    Parens, Query, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    StructField, TableAlias, TableAliasColumnDef, TableFactor, TableWithJoins, Values,
    WildcardAdditionalOptions, helpers::attached_token::AttachedToken, visit_expressions,
};
use std::ops::ControlFlow;

/// Moves the arrays of a FROM clause.
pub(super) fn rewrite(select: &mut Select) -> Result<(), SqlError> {
    let mut done: Vec<TableWithJoins> = Vec::new();
    for mut from in std::mem::take(&mut select.from) {
        let joins = std::mem::take(&mut from.joins);
        let aliases = names(&done);
        match array(&from.relation, &aliases) {
            Some(array) => place_first(array, &mut done)?,
            None => done.push(from),
        }
        for join in joins {
            // A path that is joined on a condition is a table, whatever else it could mean.
            let aliases = match is_plain(&join) {
                true => names(&done),
                false => Vec::new(),
            };
            match array(&join.relation, &aliases) {
                Some(array) => place_joined(array, join, &mut done)?,
                None => match done.last_mut() {
                    Some(last) => last.joins.push(join),
                    None => return Err(SqlError::unsupported("JOIN behind this UNNEST")),
                },
            }
        }
    }
    select.from = done;
    Ok(())
}

fn is_plain(join: &Join) -> bool {
    matches!(
        join.join_operator,
        JoinOperator::CrossJoin(_)
            | JoinOperator::Join(JoinConstraint::None)
            | JoinOperator::Inner(JoinConstraint::None)
    )
}

/// An array to unnest.
struct Array {
    value: Expr,
    name: String,
    offset: Option<String>,
}

fn names(done: &[TableWithJoins]) -> Vec<String> {
    let joined = |from: &TableWithJoins| {
        let joins: Vec<_> = from.joins.iter().map(|join| name(&join.relation)).collect();
        std::iter::once(name(&from.relation)).chain(joins)
    };
    done.iter().flat_map(joined).flatten().collect()
}

/// What columns of this factor are qualified with.
fn name(factor: &TableFactor) -> Option<String> {
    let (given, last) = match factor {
        TableFactor::Table { name, alias, .. } => (alias, parts(name).pop()),
        TableFactor::Derived { alias, .. } => (alias, None),
        _ => return None,
    };
    let given = given.as_ref().map(|alias| alias.name.value.to_lowercase());
    given.or_else(|| last.map(|last| last.to_lowercase()))
}

/// The array that a factor is: `UNNEST(…)`, or a path that begins with the name of another factor.
fn array(factor: &TableFactor, aliases: &[String]) -> Option<Array> {
    match factor {
        TableFactor::UNNEST {
            alias,
            array_exprs,
            with_offset,
            with_offset_alias,
            ..
        } => {
            let [value] = array_exprs.as_slice() else {
                return None;
            };
            let given = alias.as_ref().map(|alias| alias.name.value.to_lowercase());
            let offset = with_offset_alias.as_ref();
            let offset = offset.map_or("offset".to_owned(), |name| name.value.to_lowercase());
            Some(Array {
                value: value.clone(),
                name: given.unwrap_or_else(|| "_unnested".to_owned()),
                offset: with_offset.then_some(offset),
            })
        }
        TableFactor::Table { name, alias, .. } => {
            let path = parts(name);
            let first = path.first().filter(|_| path.len() > 1)?;
            if !aliases.contains(&first.to_lowercase()) {
                return None;
            }
            let given = alias.as_ref().map(|alias| alias.name.value.to_lowercase());
            let last = path.last()?.to_lowercase();
            let path = path.iter().map(Ident::new).collect();
            Some(Array {
                value: Expr::CompoundIdentifier(path),
                name: given.unwrap_or(last),
                offset: None,
            })
        }
        _ => None,
    }
}

/// The first name of the first path in an expression: the table it reads, or a bare column.
fn root(expr: &Expr) -> Option<String> {
    let found = visit_expressions(expr, |expr| match expr {
        Expr::Identifier(name) => ControlFlow::Break(name.value.to_lowercase()),
        Expr::CompoundIdentifier(path) => match path.first() {
            Some(name) => ControlFlow::Break(name.value.to_lowercase()),
            None => ControlFlow::Continue(()),
        },
        _ => ControlFlow::Continue(()),
    });
    match found {
        ControlFlow::Break(name) => Some(name),
        ControlFlow::Continue(()) => None,
    }
}

fn place_first(array: Array, done: &mut Vec<TableWithJoins>) -> Result<(), SqlError> {
    if root(&array.value).is_some() && !done.is_empty() {
        return absorb(&array, done);
    }
    done.push(TableWithJoins {
        relation: standing_alone(array)?,
        joins: vec![],
    });
    Ok(())
}

fn place_joined(array: Array, mut join: Join, done: &mut [TableWithJoins]) -> Result<(), SqlError> {
    if root(&array.value).is_some() {
        return match is_plain(&join) {
            true => absorb(&array, done),
            false => Err(SqlError::unsupported(
                "Joining an array of a table other than by CROSS JOIN",
            )),
        };
    }
    join.relation = standing_alone(array)?;
    match done.last_mut() {
        Some(last) => last.joins.push(join),
        None => return Err(SqlError::unsupported("JOIN behind this UNNEST")),
    }
    Ok(())
}

/// Makes the array part of the table it belongs to: by name, else of the only table there is.
fn absorb(array: &Array, done: &mut [TableWithJoins]) -> Result<(), SqlError> {
    let root = root(&array.value).unwrap_or_default();
    let mut factors: Vec<&mut TableFactor> = done
        .iter_mut()
        .flat_map(|from| {
            let joins = from.joins.iter_mut().map(|join| &mut join.relation);
            std::iter::once(&mut from.relation).chain(joins)
        })
        .collect();
    let by_name = factors
        .iter()
        .position(|factor| name(factor).is_some_and(|name| name == root));
    let at = match (by_name, factors.len()) {
        (Some(at), _) => at,
        (None, 1) => 0,
        (None, _) => {
            let message = format!("Unrecognized name: {root}");
            return Err(SqlError::new("INVALID_STATEMENT", "42000", message));
        }
    };
    let Some(factor) = factors.get_mut(at) else {
        return Ok(());
    };
    let own = name(factor).unwrap_or_else(|| "_table".to_owned());
    let kind =
        SelectItemQualifiedWildcardKind::ObjectName(ObjectName::from(vec![Ident::new(&own)]));
    let all = SelectItem::QualifiedWildcard(kind, WildcardAdditionalOptions::default());
    let mut inner = (**factor).clone();
    if let TableFactor::Table { alias: given, .. } | TableFactor::Derived { alias: given, .. } =
        &mut inner
        && given.is_none()
    {
        *given = Some(alias(&own));
    }
    let mut items = vec![all];
    items.extend(unnested(array));
    **factor = derived(
        select_from(
            items,
            vec![TableWithJoins {
                relation: inner,
                joins: vec![],
            }],
        ),
        alias(&own),
    );
    Ok(())
}

/// The element and, if asked for, its place.
fn unnested(array: &Array) -> Vec<SelectItem> {
    let item = |expr: Expr, name: &str| SelectItem::ExprWithAlias {
        expr,
        alias: ident(name),
    };
    let value = array.value.clone();
    let mut items = vec![item(call("unnest", vec![value.clone()]), &array.name)];
    if let Some(offset) = &array.offset {
        let last = Expr::BinaryOp {
            left: Box::new(call("array_length", vec![value])),
            op: BinaryOperator::Minus,
            right: Box::new(number(1)),
        };
        let places = call("generate_array", vec![number(0), last]);
        items.push(item(call("unnest", vec![places]), offset));
    }
    items
}

/// An array that reads no table: structs written out are rows of values, anything else one column.
fn standing_alone(array: Array) -> Result<TableFactor, SqlError> {
    if array.offset.is_none()
        && let Some((fields, rows)) = structs(&array.value)
    {
        let mut given = alias(&array.name);
        let column = |name: &String| TableAliasColumnDef {
            name: ident(&name.to_lowercase()),
            data_type: None,
        };
        given.columns = fields.iter().map(column).collect();
        let rows = rows.into_iter().map(Parens::with_empty_span).collect();
        let values = SetExpr::Values(Values {
            explicit_row: false,
            value_keyword: false,
            rows,
        });
        return Ok(derived(values, given));
    }
    let items = unnested(&array);
    Ok(derived(select_from(items, vec![]), alias(&array.name)))
}

/// The fields and rows of `[STRUCT(1 AS a, 'x' AS b), (2, 'y')]`.
fn structs(array: &Expr) -> Option<(Vec<String>, Vec<Vec<Expr>>)> {
    let Expr::Array(array) = array else {
        return None;
    };
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for element in &array.elem {
        let row: Vec<Expr> = match element {
            Expr::Struct { values, fields } => {
                if names.is_empty() {
                    names = field_names(values, fields)?;
                }
                values.iter().map(unnamed).collect()
            }
            Expr::Tuple(values) => values.clone(),
            _ => return None,
        };
        rows.push(row);
    }
    (!names.is_empty()).then_some((names, rows))
}

/// The value without the name that it is given.
pub(super) fn unnamed(value: &Expr) -> Expr {
    match value {
        Expr::Named { expr, .. } => (**expr).clone(),
        other => other.clone(),
    }
}

/// The names of a struct's fields, if each has one.
pub(super) fn field_names(values: &[Expr], fields: &[StructField]) -> Option<Vec<String>> {
    if !fields.is_empty() {
        let names = fields.iter();
        return names
            .map(|field| field.field_name.as_ref().map(|name| name.value.clone()))
            .collect();
    }
    let name = |value: &Expr| match value {
        Expr::Named { name, .. } => Some(name.value.clone()),
        Expr::Identifier(name) => Some(name.value.clone()),
        _ => None,
    };
    values.iter().map(name).collect()
}

fn derived(body: SetExpr, alias: TableAlias) -> TableFactor {
    TableFactor::Derived {
        lateral: false,
        subquery: Box::new(query(body)),
        alias: Some(alias),
        sample: None,
    }
}

/// A query that is nothing but this body.
pub(super) fn query(body: SetExpr) -> Query {
    Query {
        with: None,
        body: Box::new(body),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: vec![],
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: vec![],
    }
}

/// `SELECT items FROM from`
pub(super) fn select_from(projection: Vec<SelectItem>, from: Vec<TableWithJoins>) -> SetExpr {
    SetExpr::Select(Box::new(Select {
        select_token: AttachedToken::empty(),
        optimizer_hints: vec![],
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection,
        exclude: None,
        into: None,
        from,
        lateral_views: vec![],
        prewhere: None,
        selection: None,
        connect_by: vec![],
        group_by: GroupByExpr::Expressions(vec![], vec![]),
        cluster_by: vec![],
        distribute_by: vec![],
        sort_by: vec![],
        having: None,
        named_window: vec![],
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: SelectFlavor::Standard,
    }))
}

/// `(SELECT array_agg(item) FROM query AS q(item))`, for ARRAY(subquery).
pub(super) fn gathered(subquery: Query) -> Expr {
    let mut given = alias("_array");
    given.columns = vec![TableAliasColumnDef {
        name: ident("_item"),
        data_type: None,
    }];
    let from = TableWithJoins {
        relation: TableFactor::Derived {
            lateral: false,
            subquery: Box::new(subquery),
            alias: Some(given),
            sample: None,
        },
        joins: vec![],
    };
    let item = SelectItem::UnnamedExpr(call("array_agg", vec![column("_item")]));
    Expr::Subquery(Box::new(query(select_from(vec![item], vec![from]))))
}
