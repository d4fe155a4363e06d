//! The engine as Snowflake needs it.

use super::functions;
use super::planners::{Division, Types};
use datafusion::execution::FunctionRegistry;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::ScalarUDF;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::prelude::SessionConfig;
use std::sync::Arc;

/// Everything that does not depend on who asks.
pub(in crate::sql) fn base_state() -> SessionState {
    let mut config = SessionConfig::new()
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(false)
        // One partition keeps the order of what is stored.
        .with_target_partitions(1);
    let options = &mut config.options_mut().sql_parser;
    options.parse_float_as_decimal = true;
    options.map_string_types_to_utf8view = false;
    // NULL is more than everything.
    "nulls_max".clone_into(&mut options.default_null_ordering);
    let mut defaults = SessionStateBuilder::new().with_default_features();
    // The first planner that knows an operator decides.
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(Division)];
    planners.extend(defaults.expr_planners().take().unwrap_or_default());
    let mut state = defaults
        .with_config(config)
        .with_expr_planners(planners)
        .with_type_planner(Arc::new(Types))
        .build();
    for function in functions::all() {
        // A function of the engine of the same name makes way; nothing else can refuse one.
        let _ = state.register_udf(Arc::new(ScalarUDF::from(function)));
    }
    state
}
