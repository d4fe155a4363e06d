//! GoogleSQL: read with BigQuery's dialect, rewritten into what the engine plans.
//!
//! | module | what it does |
//! |---|---|
//! | `tokens` | literals and parameter markers in the spellings the parser and engine share |
//! | `translate` | walks the query: names, tables, expressions |
//! | `relations` | which table a path means, and whether the caller may read it |
//! | `unnest` | arrays in FROM |
//! | `calls`, `dates` | functions that the engine calls otherwise |
//! | `functions` | functions that the engine lacks |
//! | `information` | `INFORMATION_SCHEMA` and `__TABLES__` |
//! | `state`, `planners` | the engine as GoogleSQL needs it |

mod calls;
mod dates;
mod ddl;
mod expressions;
mod functions;
mod information;
mod naming;
mod parameters;
mod planners;
mod relations;
mod result;
mod state;
mod tokens;
mod translate;
mod unnest;
mod widen;

pub(crate) use parameters::{GoogleParameter, ParameterValue};
pub(crate) use relations::{dataset_location, is_dataset};
pub(crate) use result::GoogleRows;
pub(super) use state::base_state;
pub(super) use widen::widen;

use super::error::SqlError;
use super::providers::Visible;
use super::{Dialect, Engine, Session};
use crate::access::Viewer;
use crate::catalog::Table;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Query, Statement as Ast};
use relations::Relations;
use std::sync::Arc;
use translate::Translated;

/// Where a job runs that reads nothing, and a dataset lies that does not say.
pub(crate) const DEFAULT_LOCATION: &str = "US";

/// A statement in GoogleSQL and the surroundings its names are looked up in.
#[derive(Debug, Clone)]
pub(crate) struct GoogleStatement {
    pub sql: String,
    pub viewer: Viewer,
    /// The project that a dataset without one is in.
    pub project: String,
    /// Project and dataset that a bare table is in.
    pub default_dataset: Option<(String, String)>,
    pub parameters: Vec<GoogleParameter>,
    /// Where the job must run, if the caller says so.
    pub location: Option<String>,
}

/// What a statement answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct GoogleAnswer {
    pub rows: GoogleRows,
    /// Bytes of those tables.
    pub bytes_processed: usize,
    pub kind: StatementKind,
}

/// What kind of statement it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum StatementKind {
    #[default]
    Select,
    CreateSchema,
    CreateTable,
    CreateTableAsSelect,
    DropSchema,
    DropTable,
    Insert {
        rows: usize,
    },
}

impl StatementKind {
    /// The name that job statistics give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::CreateSchema => "CREATE_SCHEMA",
            Self::CreateTable => "CREATE_TABLE",
            Self::CreateTableAsSelect => "CREATE_TABLE_AS_SELECT",
            Self::DropSchema => "DROP_SCHEMA",
            Self::DropTable => "DROP_TABLE",
            Self::Insert { .. } => "INSERT",
        }
    }
}

/// Whether a statement is carried out or only checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Run,
    DryRun,
}

/// Bytes of a table's values.
pub(crate) fn stored_bytes(table: &Table) -> usize {
    table.rows().iter().map(relations::bytes).sum()
}

/// A name in backticks.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

impl Engine {
    /// Where a statement would run; where it was asked to if it cannot be read.
    pub fn google_location(&self, statement: &GoogleStatement) -> String {
        let parsed = match tokens::parse(&statement.sql) {
            Ok(Ast::Query(query)) => translate::query(*query, statement, &self.metastore).ok(),
            _ => None,
        };
        let asked = || Relations::new(statement, &self.metastore).location();
        parsed.map_or_else(asked, |translated| translated.relations.location())
    }

    /// Runs one statement of GoogleSQL, or finds out what it would answer.
    pub async fn google(
        &self,
        statement: &GoogleStatement,
        mode: Mode,
    ) -> Result<GoogleAnswer, SqlError> {
        let parsed = tokens::parse(&statement.sql)?;
        match parsed {
            Ast::Query(query) => {
                let (rows, relations) = self.google_query(*query, statement, mode).await?;
                Ok(GoogleAnswer {
                    rows,
                    bytes_processed: relations.bytes(),
                    kind: StatementKind::Select,
                })
            }
            other => ddl::execute(self, other, statement, mode).await,
        }
    }

    async fn google_query(
        &self,
        query: Query,
        statement: &GoogleStatement,
        mode: Mode,
    ) -> Result<(GoogleRows, Relations), SqlError> {
        let translated = translate::query(query, statement, &self.metastore)?;
        let (state, plan) = self.google_plan(&translated, statement).await?;
        let frame = DataFrame::new(state, plan);
        let schema = Arc::clone(frame.schema().inner());
        let batches = match mode {
            Mode::Run => frame.collect().await?,
            Mode::DryRun => Vec::new(),
        };
        let rows = GoogleRows::new(&schema, batches, translated.names.as_ref())?;
        Ok((rows, translated.relations))
    }

    async fn google_plan(
        &self,
        translated: &Translated,
        statement: &GoogleStatement,
    ) -> Result<(SessionState, LogicalPlan), SqlError> {
        let mut session = Session::new(statement.viewer.clone());
        session.dialect = Dialect::Google;
        session.catalog.clone_from(&statement.project);
        session.attached = Arc::new(translated.relations.attached.clone());
        let visible = Visible {
            engine: self.clone(),
            session: Arc::new(session),
            depth: 0,
        };
        let state = super::query::session_state(&visible)?;
        let query = Box::new(translated.query.clone());
        let statement = Statement::Statement(Box::new(Ast::Query(query)));
        let plan = Box::pin(state.statement_to_plan(statement)).await?;
        Ok((state, plan))
    }
}
