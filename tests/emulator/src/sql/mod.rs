//! The SQL engine: DataFusion over the catalog, and Databricks' DDL that changes it.

pub(crate) mod cursor;
mod error;
mod execute;
mod functions;
pub(crate) mod google;
mod grammar;
mod information;
pub(crate) mod lexer;
mod parameters;
mod planners;
mod providers;
mod query;
mod rewrite;
mod row_function;
mod rows;
pub(crate) mod snowflake;
mod spelling;
mod statement;
mod syntax;

pub use error::SqlError;
pub use parameters::Parameter;
pub use rows::{ResultColumn, Rows};

use crate::access::Viewer;
use crate::catalog::{Metastore, TablePath};
use datafusion::catalog::TableProvider;
use datafusion::execution::SessionState;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

/// The catalog that bare names are in when a statement names none.
const DEFAULT_CATALOG: &str = "main";

/// Files that a script can read as tables of text, by their name in lower case.
pub(crate) type Files = BTreeMap<String, Arc<dyn TableProvider>>;

/// Tables that exist for one statement only.
type Attached = HashMap<TablePath, Arc<dyn TableProvider>>;

/// Which SQL a query is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Dialect {
    /// Scripts, and whatever arrives over the Databricks protocol.
    #[default]
    Databricks,
    /// BigQuery's.
    Google,
    /// Snowflake's.
    Snowflake,
}

/// Who runs a statement, and where its bare names are looked up.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub viewer: Viewer,
    pub catalog: String,
    pub schema: String,
    pub parameters: Vec<Parameter>,
    /// Whether `DESCRIBE … AS JSON` works on tables of `hive_metastore`.
    pub hive_as_json: bool,
    /// What `csv.`NAME.csv`` means, in scripts of a loaded directory.
    pub files: Arc<Files>,
    dialect: Dialect,
    attached: Arc<Attached>,
}

impl Session {
    /// A session in the default catalog and schema.
    pub fn new(viewer: Viewer) -> Self {
        Self {
            viewer,
            catalog: DEFAULT_CATALOG.to_owned(),
            schema: crate::catalog::DEFAULT_SCHEMA.to_owned(),
            parameters: Vec::new(),
            hive_as_json: false,
            files: Arc::default(),
            dialect: Dialect::default(),
            attached: Arc::default(),
        }
    }

    /// Looks bare names up elsewhere from now on, as far as a place is given.
    pub fn look_in(&mut self, catalog: Option<String>, schema: Option<String>) {
        let given = |name: Option<String>| name.filter(|name| !name.is_empty());
        if let Some(catalog) = given(catalog) {
            self.catalog = catalog;
        }
        if let Some(schema) = given(schema) {
            self.schema = schema;
        }
    }

    /// The full name that one to three parts mean here.
    fn table_path(&self, parts: &[String]) -> Result<TablePath, SqlError> {
        match parts {
            [table] => Ok(TablePath::new(&self.catalog, &self.schema, table)),
            [schema, table] => Ok(TablePath::new(&self.catalog, schema, table)),
            [catalog, schema, table] => Ok(TablePath::new(catalog, schema, table)),
            _ => Err(SqlError::syntax("a table's name has one to three parts")),
        }
    }
}

/// Runs statements against a catalog. Clones share everything.
#[derive(Clone)]
pub(crate) struct Engine {
    metastore: Arc<Metastore>,
    /// Functions, planners and options, the same for every statement.
    base: Arc<SessionState>,
    /// The same for GoogleSQL.
    google_base: Arc<SessionState>,
    /// The same for Snowflake's SQL.
    snowflake_base: Arc<SessionState>,
}

impl Debug for Engine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// The statement of a script that failed, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("statement {number}: {error}\n{statement}")]
pub struct ScriptError {
    /// Which statement, from 1.
    pub number: usize,
    /// Its text.
    pub statement: String,
    /// Why it failed.
    pub error: SqlError,
}

impl ScriptError {
    /// The engine itself broke on this script.
    pub(crate) fn panicked(script: &str) -> Self {
        Self {
            number: 1,
            statement: script.to_owned(),
            error: SqlError::panicked(),
        }
    }
}

impl Engine {
    pub fn new(metastore: Arc<Metastore>) -> Self {
        Self {
            metastore,
            base: Arc::new(query::base_state()),
            google_base: Arc::new(google::base_state()),
            snowflake_base: Arc::new(snowflake::base_state()),
        }
    }

    /// Runs one statement. DDL and inserts answer without columns.
    pub async fn execute(&self, sql: &str, session: &Session) -> Result<Rows, SqlError> {
        let sql = spelling::resolve_identifier_clauses(sql, &session.parameters)?;
        let statement = grammar::statement(&sql)?;
        execute::execute(self, statement, session).await
    }

    /// Runs statements in order up to the first that fails; answers how many there were.
    pub async fn run_script(&self, script: &str, session: &Session) -> Result<usize, ScriptError> {
        let statements = lexer::statements(script).map_err(|error| ScriptError {
            number: 1,
            statement: script[error.at..].to_owned(),
            error: SqlError::syntax(format!("the {} opened here never ends", error.what)),
        })?;
        for (at, statement) in statements.iter().enumerate() {
            let failed = |error| ScriptError {
                number: at + 1,
                statement: (*statement).to_owned(),
                error,
            };
            self.execute(statement, session).await.map_err(failed)?;
        }
        Ok(statements.len())
    }
}
