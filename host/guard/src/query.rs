//! The tree of a query: what it selects, and the queries in it.
//!
//! Structs are taken apart field by field without `..`, so that a field which a later version of the parser brings does not compile until
//! somebody has thought about it.

use sqlparser::ast::{ConnectByKind, Distinct};
use sqlparser::ast::{
    Cte, Fetch, GroupByExpr, GroupByWithModifier, Ident, LateralView, LimitClause,
    NamedWindowDefinition, NamedWindowExpr, Offset, OrderBy, OrderByExpr, OrderByKind, Query,
    Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Top, TopQuantity,
    Values, WildcardAdditionalOptions,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Level;
use crate::dialect::Dialect;
use crate::metered::Metered;
use crate::refused::Refused;
use crate::tokens::Tokens;

/// How deep the parser may descend. Without optimisation a level takes it up to 90 KB, and the threads of an async runtime have 2 MiB.
const MOST_DESCENTS: usize = 20;

/// How many nodes of the tree may be on the way from its root.
const MOST_LEVELS: usize = 200;

/// Parses the one query that `tokens` are, and walks over all of it.
pub(crate) fn check(tokens: Tokens, dialect: Dialect, level: Level) -> Result<(), Refused> {
    let tokens = tokens.into_parts();
    Tokens::check_words(&tokens)?;
    let metered = Metered::new(dialect.parser(), tokens.len());
    let query = parse(tokens, &metered);
    if metered.is_spent() {
        return Err(Refused::TooIntricate {
            what: "much of it can be read in two ways",
        });
    }
    let query = query.map_err(|error| Refused::parser(error, MOST_DESCENTS))?;
    let mut walk = Walk {
        dialect,
        level,
        visible: Vec::new(),
        depth: 0,
    };
    walk.query(&query)
}

fn parse(tokens: Vec<TokenWithSpan>, dialect: &Metered) -> Result<Box<Query>, ParserError> {
    let mut parser = Parser::new(dialect)
        .with_recursion_limit(MOST_DESCENTS)
        .with_tokens_with_locations(tokens);
    let query = parser.parse_query()?;
    let _ends_with_semicolon = parser.consume_token(&Token::SemiColon);
    parser.expect_token(&Token::EOF)?;
    Ok(query)
}

/// Refuses what is there but should not be.
pub(crate) fn absent(is_absent: bool, what: &str) -> Result<(), Refused> {
    match is_absent {
        true => Ok(()),
        false => Err(Refused::construct(what)),
    }
}

/// A walk over the tree of a query.
#[derive(Debug)]
pub(crate) struct Walk<'q> {
    pub(crate) dialect: Dialect,
    pub(crate) level: Level,
    /// The names of the common table expressions that can be seen from where the walk is.
    pub(crate) visible: Vec<&'q Ident>,
    depth: usize,
}

impl<'q> Walk<'q> {
    /// Goes one level down.
    pub(crate) fn descend(
        &mut self,
        walk: impl FnOnce(&mut Self) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        if self.depth == MOST_LEVELS {
            return Err(Refused::TooDeep { limit: MOST_LEVELS });
        }
        self.depth += 1;
        let walked = walk(self);
        self.depth -= 1;
        walked
    }

    pub(crate) fn query(&mut self, query: &'q Query) -> Result<(), Refused> {
        self.descend(|walk| {
            let outside = walk.visible.len();
            let walked = walk.query_inside(query);
            walk.visible.truncate(outside);
            walked
        })
    }

    fn query_inside(&mut self, query: &'q Query) -> Result<(), Refused> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        absent(locks.is_empty(), "a lock (`FOR UPDATE`, `FOR SHARE`)")?;
        absent(for_clause.is_none(), "`FOR XML` or `FOR JSON`")?;
        absent(settings.is_none(), "`SETTINGS`")?;
        absent(format_clause.is_none(), "`FORMAT`")?;
        absent(pipe_operators.is_empty(), "a pipe (`|>`)")?;
        // Each sees those before it. That a recursive one sees itself is left out: what its name means in its own first half differs.
        for cte in with.iter().flat_map(|with| &with.cte_tables) {
            self.cte(cte)?;
        }
        self.set_expr(body)?;
        if let Some(OrderBy { kind, interpolate }) = order_by {
            absent(interpolate.is_none(), "`INTERPOLATE`")?;
            if let OrderByKind::Expressions(expressions) = kind {
                self.order_by(expressions)?;
            }
        }
        if let Some(limit) = limit_clause {
            self.limit(limit)?;
        }
        if let Some(Fetch { quantity, .. }) = fetch {
            self.expressions(quantity)?;
        }
        Ok(())
    }

    fn cte(&mut self, cte: &'q Cte) -> Result<(), Refused> {
        let Cte {
            alias,
            query,
            from,
            materialized: _,
            closing_paren_token: _,
        } = cte;
        absent(from.is_none(), "a `FROM` before a common table expression")?;
        self.alias(Some(alias))?;
        self.query(query)?;
        self.visible.push(&alias.name);
        Ok(())
    }

    fn set_expr(&mut self, set_expr: &'q SetExpr) -> Result<(), Refused> {
        match set_expr {
            SetExpr::Select(select) => self.descend(|walk| walk.select(select)),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation {
                left,
                op: _,
                set_quantifier: _,
                right,
            } => {
                self.descend(|walk| walk.set_expr(left))?;
                self.descend(|walk| walk.set_expr(right))
            }
            SetExpr::Values(Values {
                explicit_row: _,
                value_keyword: _,
                rows,
            }) => rows
                .iter()
                .try_for_each(|row| self.expressions(&row.content)),
            SetExpr::Insert(_) => Err(Refused::not_a_read("INSERT")),
            SetExpr::Update(_) => Err(Refused::not_a_read("UPDATE")),
            SetExpr::Delete(_) => Err(Refused::not_a_read("DELETE")),
            SetExpr::Merge(_) => Err(Refused::not_a_read("MERGE")),
            SetExpr::Table(_) => Err(Refused::construct("`TABLE` in the place of a query")),
        }
    }

    fn select(&mut self, select: &'q Select) -> Result<(), Refused> {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude: _,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode: _,
            flavor,
        } = select;
        absent(optimizer_hints.is_empty(), "a hint")?;
        absent(select_modifiers.is_none(), "a modifier of `SELECT`")?;
        absent(into.is_none(), "`INTO`")?;
        absent(prewhere.is_none(), "`PREWHERE`")?;
        absent(*flavor == SelectFlavor::Standard, "`FROM` before `SELECT`")?;
        if let Some(Distinct::On(expressions)) = distinct {
            self.expressions(expressions)?;
        }
        self.top(top.as_ref())?;
        self.tables(from)?;
        lateral_views
            .iter()
            .try_for_each(|view| self.lateral_view(view))?;
        self.select_items(projection)?;
        self.expressions(selection)?;
        connect_by
            .iter()
            .try_for_each(|kind| self.connect_by(kind))?;
        self.group_by(group_by)?;
        self.expressions(cluster_by)?;
        self.expressions(distribute_by)?;
        self.order_by(sort_by)?;
        self.expressions(having)?;
        named_window
            .iter()
            .try_for_each(|window| self.named_window(window))?;
        self.expressions(qualify)
    }

    fn top(&mut self, top: Option<&'q Top>) -> Result<(), Refused> {
        match top.and_then(|top| top.quantity.as_ref()) {
            Some(TopQuantity::Expr(quantity)) => self.expression(quantity),
            Some(TopQuantity::Constant(_)) | None => Ok(()),
        }
    }

    fn select_items(&mut self, items: &'q [SelectItem]) -> Result<(), Refused> {
        items.iter().try_for_each(|item| match item {
            SelectItem::UnnamedExpr(expr)
            | SelectItem::ExprWithAlias { expr, alias: _ }
            | SelectItem::ExprWithAliases { expr, aliases: _ } => self.expression(expr),
            SelectItem::QualifiedWildcard(kind, options) => {
                if let SelectItemQualifiedWildcardKind::Expr(expr) = kind {
                    self.expression(expr)?;
                }
                self.wildcard(options)
            }
            SelectItem::Wildcard(options) => self.wildcard(options),
        })
    }

    pub(crate) fn wildcard(
        &mut self,
        options: &'q WildcardAdditionalOptions,
    ) -> Result<(), Refused> {
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike: _,
            opt_exclude: _,
            opt_except: _,
            opt_replace,
            opt_rename: _,
            opt_alias: _,
        } = options;
        opt_replace
            .iter()
            .flat_map(|replace| &replace.items)
            .try_for_each(|item| self.expression(&item.expr))
    }

    fn lateral_view(&mut self, view: &'q LateralView) -> Result<(), Refused> {
        let LateralView {
            lateral_view,
            lateral_view_name: _,
            lateral_col_alias: _,
            outer: _,
        } = view;
        self.generator(lateral_view)
    }

    fn connect_by(&mut self, kind: &'q ConnectByKind) -> Result<(), Refused> {
        match kind {
            ConnectByKind::ConnectBy {
                connect_token: _,
                nocycle: _,
                relationships,
            } => self.expressions(relationships),
            ConnectByKind::StartWith {
                start_token: _,
                condition,
            } => self.expression(condition),
        }
    }

    fn group_by(&mut self, group_by: &'q GroupByExpr) -> Result<(), Refused> {
        let modifiers = match group_by {
            GroupByExpr::All(modifiers) => modifiers,
            GroupByExpr::Expressions(expressions, modifiers) => {
                self.expressions(expressions)?;
                modifiers
            }
        };
        modifiers.iter().try_for_each(|modifier| match modifier {
            GroupByWithModifier::Rollup
            | GroupByWithModifier::Cube
            | GroupByWithModifier::Totals => Ok(()),
            GroupByWithModifier::GroupingSets(expr) => self.expression(expr),
        })
    }

    fn named_window(&mut self, window: &'q NamedWindowDefinition) -> Result<(), Refused> {
        match &window.1 {
            NamedWindowExpr::NamedWindow(_) => Ok(()),
            NamedWindowExpr::WindowSpec(window) => self.window(window),
        }
    }

    fn limit(&mut self, limit: &'q LimitClause) -> Result<(), Refused> {
        match limit {
            LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            } => {
                self.expressions(limit)?;
                self.expressions(limit_by)?;
                match offset {
                    Some(Offset { value, rows: _ }) => self.expression(value),
                    None => Ok(()),
                }
            }
            LimitClause::OffsetCommaLimit { offset, limit } => {
                self.expression(offset)?;
                self.expression(limit)
            }
        }
    }

    pub(crate) fn order_by(&mut self, order_by: &'q [OrderByExpr]) -> Result<(), Refused> {
        order_by.iter().try_for_each(|order| {
            let OrderByExpr {
                expr,
                options: _,
                with_fill,
            } = order;
            absent(with_fill.is_none(), "`WITH FILL`")?;
            self.expression(expr)
        })
    }
}
