//! What callers want carried out, whichever protocol they speak.

use super::cells::Format;
use super::handlers::together;
use super::record::{Facts, Phase, Record, Work, new_handle};
use crate::access::Viewer;
use crate::progress::now;
use crate::settings::Settings;
use crate::snowflake::Service;
use crate::snowflake::error::ApiError;
use crate::sql::SqlError;
use crate::sql::snowflake::{
    Binding, Context, Limits, Results, SnowflakeStatement, needs_warehouse, statement_type,
    statements,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values for markers by their number.
pub(in crate::snowflake) type Bindings = BTreeMap<String, Bound>;

/// A value for a marker, as it is sent.
#[derive(Debug, Deserialize)]
pub(in crate::snowflake) struct Bound {
    #[serde(rename = "type")]
    data_type: String,
    value: Value,
}

/// The SQL of one request and its surroundings.
#[derive(Debug)]
pub(in crate::snowflake) struct Script<'a> {
    pub sql: &'a str,
    /// How many statements it shall hold; 0 for any number.
    pub count: usize,
    pub bindings: Option<&'a Bindings>,
    pub context: Context,
    /// Whether only the columns of the result are wanted.
    pub describe_only: bool,
}

/// The number in `MULTI_STATEMENT_COUNT`.
pub(in crate::snowflake) fn statement_count(text: Option<&str>) -> Result<usize, ApiError> {
    let count = text.map_or(Ok(1), str::parse);
    count.map_err(|_| ApiError::malformed("MULTI_STATEMENT_COUNT must be a number."))
}

impl Script<'_> {
    fn bindings(&self) -> Result<BTreeMap<String, Binding>, ApiError> {
        let bindings = self.bindings.into_iter().flatten();
        let bindings = bindings.map(|(number, bound)| {
            let value = match &bound.value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => {
                    return Err(ApiError::malformed(format!(
                        "The value of binding {number} must be a string or null, not {other}."
                    )));
                }
            };
            let data_type = bound.data_type.to_uppercase();
            Ok((number.clone(), Binding { data_type, value }))
        });
        bindings.collect()
    }

    /// The statements, as many as the client says there are.
    pub fn statements(
        &self,
        service: &Arc<Service>,
        viewer: &Viewer,
        settings: &Settings,
    ) -> Result<Vec<SnowflakeStatement>, ApiError> {
        let texts = statements(self.sql).map_err(|error| ApiError::from(SqlError::from(error)))?;
        let wanted = self.count;
        if wanted != 0 && texts.len() != wanted && !(texts.is_empty() && wanted == 1) {
            let message = format!(
                "Actual statement count {} did not match the desired statement count {wanted}.",
                texts.len()
            );
            return Err(ApiError::failed("000008", "0A000", message));
        }
        let bindings = self.bindings()?;
        if texts.len() > 1 && !bindings.is_empty() {
            let message = "Bind variables are not supported in requests of several statements.";
            return Err(ApiError::failed("000002", "0A000", message));
        }
        let results = results(service, viewer);
        let statement = |sql: String| SnowflakeStatement {
            sql,
            viewer: viewer.clone(),
            context: self.context.clone(),
            bindings: bindings.clone(),
            describe_only: self.describe_only,
            results: results.clone(),
            limits: Limits {
                show_rows: settings.show_rows,
                information_rows: settings.information_schema_rows,
                hide_last_ddl: settings.hide_last_ddl,
                clock_ahead_seconds: settings.clock_ahead_seconds,
            },
        };
        match texts.is_empty() {
            true => Ok(vec![statement(String::new())]),
            false => Ok(texts.into_iter().map(statement).collect()),
        }
    }
}

/// Statements to be carried out one after the other.
#[derive(Debug)]
pub(in crate::snowflake) struct Order {
    pub statements: Vec<SnowflakeStatement>,
    pub principal: Arc<str>,
    /// The caller's own key for this request.
    pub request_id: Option<String>,
    pub timeout_seconds: u64,
    pub format: Format,
    /// Most rows that are kept of the result.
    pub rows: Option<usize>,
}

impl Order {
    /// Puts the statements in, and starts them unless their warehouse sleeps.
    pub fn place(self, service: &Service, settings: &Settings) -> Result<Arc<Record>, ApiError> {
        let computed = |statement: &&SnowflakeStatement| {
            !statement.describe_only && needs_warehouse(&statement.sql)
        };
        let computed = self.statements.iter().filter(computed).count();
        if computed > 0 {
            let first = self.statements.first();
            if first.is_none_or(|statement| statement.context.warehouse.is_none()) {
                return Err(ApiError::no_warehouse());
            }
            service.shared.requests.count_warehouse_statements(computed);
        }
        let kinds = self.statements.iter();
        let kinds = kinds.map(|statement| statement_type(&statement.sql));
        let facts = Facts {
            handle: new_handle(),
            principal: self.principal,
            request_id: self.request_id,
            created_at: now(),
            timeout_seconds: self.timeout_seconds,
            format: self.format,
            rows: self.rows,
            children: Vec::new(),
            kinds: kinds.collect(),
        };
        let children: Vec<Arc<Record>> = match self.statements.len() {
            1 => Vec::new(),
            _ => facts
                .kinds
                .iter()
                .map(|kind| child(&facts, *kind))
                .collect(),
        };
        let handles = children.iter().map(|child| child.facts.handle.clone());
        let facts = Facts {
            children: handles.collect(),
            ..facts
        };
        let work = Work {
            engine: service.shared.engine.clone(),
            statements: self.statements,
            children,
        };
        let pending_polls = if computed > 0 {
            settings.pending_polls
        } else {
            0
        };
        let record = service.statements.add(facts, work, pending_polls, settings);
        if pending_polls == 0 {
            record.start();
        }
        Ok(record)
    }
}

/// The results of this caller's statements.
fn results(service: &Arc<Service>, viewer: &Viewer) -> Results {
    let service = Arc::clone(service);
    let principal = Arc::clone(&viewer.principal);
    Results::new(move |handle| {
        let settings = service.shared.settings();
        let record = service
            .statements
            .find(handle, &principal, &settings)
            .ok()?;
        match record.phase() {
            Phase::Succeeded(_) if !record.facts.children.is_empty() => Some(together().rows),
            Phase::Succeeded(answer) => Some(answer.rows.clone()),
            _ => None,
        }
    })
}

fn child(parent: &Facts, kind: u32) -> Arc<Record> {
    Record::child(Facts {
        handle: new_handle(),
        request_id: None,
        kinds: vec![kind],
        ..parent.clone()
    })
}
