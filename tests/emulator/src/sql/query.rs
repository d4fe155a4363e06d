//! Queries: from text to rows.

use super::error::SqlError;
use super::planners::{StructFields, Types};
use super::providers::Visible;
use super::rows::Rows;
use super::{Dialect, functions, rewrite, spelling};
use crate::catalog::{Layout, TablePath};
use datafusion::catalog::TableProvider;
use datafusion::catalog::view::ViewTable;
use datafusion::dataframe::DataFrame;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::SessionConfig;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Query, Statement as Ast};
use datafusion::sql::sqlparser::dialect::DatabricksDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;
use std::sync::Arc;

/// How deep expressions of a query may nest; twice the parser's own default.
const EXPRESSION_DEPTH: usize = 100;

/// Everything that does not depend on who asks.
pub(super) fn base_state() -> SessionState {
    let mut config = SessionConfig::new()
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(false)
        // One partition keeps the order of what is stored, and small data is quicker without
        // exchanges between threads.
        .with_target_partitions(1);
    let options = &mut config.options_mut().sql_parser;
    options.parse_float_as_decimal = true;
    options.map_string_types_to_utf8view = false;
    let mut defaults = SessionStateBuilder::new().with_default_features();
    // The first planner that knows a name decides.
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(StructFields)];
    planners.extend(defaults.expr_planners().take().unwrap_or_default());
    let mut state = defaults
        .with_config(config)
        .with_expr_planners(planners)
        .with_type_planner(Arc::new(Types))
        .build();
    // Only a function of the same name could refuse an alias, and then that one serves.
    let _ = functions::register_aliases(&mut state);
    state
}

/// Runs a query and fetches all its rows.
pub(super) async fn run(visible: &Visible, sql: &str) -> Result<Rows, SqlError> {
    let (state, plan) = plan(visible, sql).await?;
    let frame = DataFrame::new(state, plan);
    let schema = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await?;
    Rows::new(&schema, batches, &spelling::spellings(sql))
}

/// The columns a query would have.
pub(super) async fn describe(visible: &Visible, sql: &str) -> Result<Rows, SqlError> {
    let (state, plan) = plan(visible, sql).await?;
    let frame = DataFrame::new(state, plan);
    Rows::new(
        frame.schema().inner(),
        Vec::new(),
        &spelling::spellings(sql),
    )
}

/// A view's query under the names its columns have.
pub(super) async fn plan_view(
    visible: &Visible,
    definition: &str,
    layout: &Layout,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let (_, plan) = plan(visible, definition).await?;
    let wanted = layout.arrow();
    let inner = plan.schema().columns();
    let renamed = inner
        .into_iter()
        .zip(wanted.fields())
        .map(|(column, field)| {
            let column = Expr::Column(column);
            column.alias_with_metadata(field.name(), Some(field.metadata().clone().into()))
        });
    let plan = LogicalPlanBuilder::from(plan).project(renamed)?.build()?;
    Ok(Arc::new(ViewTable::new(plan, Some(definition.to_owned()))))
}

async fn plan(visible: &Visible, sql: &str) -> Result<(SessionState, LogicalPlan), SqlError> {
    let mut query = parse(sql)?;
    rewrite::rewrite(&mut query, &visible.session.parameters)?;
    let state = session_state(visible)?;
    let statement = Statement::Statement(Box::new(Ast::Query(query)));
    for reference in state.resolve_table_references(&statement)? {
        // A function in FROM looks like a table here.
        let function =
            reference.schema().is_none() && state.table_functions().contains_key(reference.table());
        if function {
            continue;
        }
        let session = &visible.session;
        let resolved = reference.resolve(&session.catalog, &session.schema);
        visible.check(&TablePath::new(
            &resolved.catalog,
            &resolved.schema,
            &resolved.table,
        ))?;
    }
    // Boxed, because planning a view plans the views it stands on.
    let plan = Box::pin(state.statement_to_plan(statement)).await?;
    Ok((state, plan))
}

pub(super) fn session_state(visible: &Visible) -> Result<SessionState, SqlError> {
    let mut state = SessionState::clone(match visible.session.dialect {
        Dialect::Databricks => &visible.engine.base,
        Dialect::Google => &visible.engine.google_base,
        Dialect::Snowflake => &visible.engine.snowflake_base,
    });
    let names = &mut state.config_mut().options_mut().catalog;
    names.default_catalog.clone_from(&visible.session.catalog);
    names.default_schema.clone_from(&visible.session.schema);
    state.register_catalog_list(Arc::new(visible.clone()));
    functions::register_session(&mut state, &visible.session)?;
    Ok(state)
}

fn parse(sql: &str) -> Result<Box<Query>, SqlError> {
    let sql = spelling::normalized(sql)?;
    let failed = |error: ParserError| SqlError::syntax(error.to_string());
    let mut parser = Parser::new(&DatabricksDialect)
        .with_recursion_limit(EXPRESSION_DEPTH)
        .try_with_sql(&sql)
        .map_err(failed)?;
    let query = parser.parse_query().map_err(failed)?;
    parser.expect_token(&Token::EOF).map_err(failed)?;
    Ok(query)
}
