//! Snowflake's SQL: read with its dialect, rewritten into what the engine plans.
//!
//! | module | what it does |
//! |---|---|
//! | `words` | tokens for the grammars written by hand: types, SHOW, DESCRIBE, USE |
//! | `names` | what objects are called here, and which one a name means |
//! | `parse` | which kind of statement a text is, and whether it wakes a warehouse |
//! | `translate`, `naming` | walks a query: names, tables, expressions |
//! | `relations` | which table a path means, and whether the caller may read it |
//! | `calls`, `dates` | functions that the engine calls otherwise |
//! | `epoch`, `format` | points in time as numbers and as text |
//! | `functions` | functions that the engine lacks |
//! | `show`, `describe` | statements that tell of the catalog without a warehouse |
//! | `information` | `INFORMATION_SCHEMA` |
//! | `wait` | a statement that takes its time |
//! | `scan` | results of earlier statements as tables |
//! | `ddl` | statements that change the catalog |
//! | `state`, `planners`, `present` | the engine and its tables as Snowflake needs them |

mod bindings;
mod calls;
mod dates;
mod ddl;
mod describe;
pub(crate) mod epoch;
mod expressions;
pub(crate) mod format;
pub(crate) mod functions;
mod information;
pub(crate) mod names;
mod naming;
mod parse;
mod planners;
mod present;
mod relations;
mod result;
mod scan;
pub(crate) mod show;
mod state;
mod translate;
mod wait;
pub(crate) mod words;

pub(crate) use bindings::Binding;
pub(crate) use describe::default_text;
pub(crate) use parse::{needs_warehouse, statement_type};
pub(super) use present::present;
pub(crate) use result::{SnowflakeColumn, SnowflakeRows};
pub(crate) use scan::Results;
pub(super) use state::base_state;
pub(crate) use words::statements;

use super::error::SqlError;
use super::providers::Visible;
use super::{Dialect, Engine, Session};
use crate::access::Viewer;
use datafusion::dataframe::DataFrame;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Query, Statement as Ast};
use parse::Parsed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a statement's bare names are looked up, and what else the session has. Names are those
/// that are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub database: Option<String>,
    pub schema: Option<String>,
    pub warehouse: Option<String>,
    pub role: Option<String>,
}

/// How much the catalog tells at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Most rows of a SHOW.
    pub show_rows: usize,
    /// Most rows that a view of INFORMATION_SCHEMA makes.
    pub information_rows: Option<usize>,
    /// Whether TABLES leaves LAST_DDL out.
    pub hide_last_ddl: bool,
    /// How far CURRENT_TIMESTAMP is ahead of the times at which tables were changed.
    pub clock_ahead_seconds: u32,
}

/// A statement in Snowflake's SQL and its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct SnowflakeStatement {
    pub sql: String,
    pub viewer: Viewer,
    pub context: Context,
    /// Values for `?` and `:1` by their number.
    pub bindings: BTreeMap<String, Binding>,
    /// Whether nothing shall be done or read: only the columns of the result are wanted.
    pub describe_only: bool,
    pub limits: Limits,
    /// What RESULT_SCAN finds.
    pub results: Results,
}

/// What a statement answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct SnowflakeAnswer {
    pub rows: SnowflakeRows,
    /// How many rows an INSERT has put in.
    pub inserted: Option<usize>,
    /// What a USE has changed, for the statements behind it.
    pub context: Option<Context>,
}

impl SnowflakeAnswer {
    fn of(rows: SnowflakeRows) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    fn status(message: impl Into<String>) -> Result<Self, SqlError> {
        Ok(Self::of(SnowflakeRows::status(&message.into())?))
    }
}

/// A name in quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Engine {
    /// Runs one statement of Snowflake's SQL.
    pub async fn snowflake(
        &self,
        statement: &SnowflakeStatement,
    ) -> Result<SnowflakeAnswer, SqlError> {
        let mut answer = self.snowflake_answer(statement).await?;
        if statement.describe_only {
            answer.rows.truncate(0);
        }
        Ok(answer)
    }

    async fn snowflake_answer(
        &self,
        statement: &SnowflakeStatement,
    ) -> Result<SnowflakeAnswer, SqlError> {
        match parse::parse(statement)? {
            Parsed::Show(show) => show::show(self, &show, statement).map(SnowflakeAnswer::of),
            Parsed::Describe(path) => {
                describe::describe(self, &path, statement).map(SnowflakeAnswer::of)
            }
            Parsed::Use(_) | Parsed::Nothing if statement.describe_only => {
                SnowflakeAnswer::status("")
            }
            Parsed::Wait(wait) => {
                if !statement.describe_only {
                    tokio::time::sleep(wait.duration()).await;
                }
                SnowflakeAnswer::status(wait.message())
            }
            Parsed::Use(context) => Ok(SnowflakeAnswer {
                context: Some(context),
                ..SnowflakeAnswer::status("Statement executed successfully.")?
            }),
            Parsed::Nothing => SnowflakeAnswer::status("Statement executed successfully."),
            Parsed::Sql(ast) => match *ast {
                Ast::Query(query) => {
                    let rows = self.snowflake_query(*query, statement).await?;
                    Ok(SnowflakeAnswer::of(rows))
                }
                _ if statement.describe_only => SnowflakeAnswer::status(""),
                other => ddl::execute(self, other, statement).await,
            },
        }
    }

    async fn snowflake_query(
        &self,
        query: Query,
        statement: &SnowflakeStatement,
    ) -> Result<SnowflakeRows, SqlError> {
        let translated = translate::query(query, statement, &self.metastore)?;
        let mut session = Session::new(statement.viewer.clone());
        session.dialect = Dialect::Snowflake;
        session.attached = Arc::new(translated.attached);
        let visible = Visible {
            engine: self.clone(),
            session: Arc::new(session),
            depth: 0,
        };
        let state = super::query::session_state(&visible)?;
        let query = Statement::Statement(Box::new(Ast::Query(Box::new(translated.query))));
        let plan = Box::pin(state.statement_to_plan(query)).await?;
        let frame = DataFrame::new(state, plan);
        let schema = Arc::clone(frame.schema().inner());
        let batches = match statement.describe_only {
            true => Vec::new(),
            false => frame.collect().await?,
        };
        SnowflakeRows::new(&schema, batches)
    }
}
