//! Why a statement failed, in the error classes of Databricks SQL.

use super::cursor::SyntaxError;
use crate::catalog::{CatalogError, TablePath};
use crate::types::TypeError;
use datafusion::arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use std::fmt::{self, Display, Formatter};

/// A failed statement. Prints as `[CLASS] message SQLSTATE: 42P01`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// The error class, for example `TABLE_OR_VIEW_NOT_FOUND`.
    pub class: &'static str,
    /// The five characters of SQLSTATE.
    pub sql_state: &'static str,
    /// What was attempted on what, and why it cannot be.
    pub message: String,
}

impl Display for SqlError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            class,
            sql_state,
            message,
        } = self;
        write!(f, "[{class}] {message} SQLSTATE: {sql_state}")
    }
}

impl std::error::Error for SqlError {}

impl SqlError {
    pub(crate) fn new(
        class: &'static str,
        sql_state: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            class,
            sql_state,
            message: message.into(),
        }
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self::new("PARSE_SYNTAX_ERROR", "42601", message)
    }

    pub(crate) fn unsupported(what: impl Display) -> Self {
        let message = format!("{what} is not offered by this warehouse.");
        Self::new("UNSUPPORTED_FEATURE", "0A000", message)
    }

    pub(crate) fn table_not_found(path: &TablePath) -> Self {
        let message = format!(
            "The table or view {path} cannot be found. Verify the spelling and correctness of the \
             schema and catalog."
        );
        Self::new("TABLE_OR_VIEW_NOT_FOUND", "42P01", message)
    }

    pub(crate) fn forbidden(principal: &str, object: impl Display) -> Self {
        let message = format!("User '{principal}' does not have permission on {object}.");
        Self::new("INSUFFICIENT_PERMISSIONS", "42501", message)
    }

    pub(crate) fn unresolved_column(name: &str) -> Self {
        let message = format!("A column with name `{name}` cannot be resolved.");
        Self::new("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703", message)
    }

    pub(crate) fn not_null_violated(column: &str) -> Self {
        let message = format!("NOT NULL constraint violated for column: {column}.");
        Self::new("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502", message)
    }

    /// The engine itself broke.
    pub(crate) fn panicked() -> Self {
        Self::new("INTERNAL_ERROR", "XX000", "The SQL engine panicked.")
    }

    pub(crate) fn unbound(parameter: &str) -> Self {
        let message = format!("Found the unbound parameter: {parameter}.");
        Self::new("UNBOUND_SQL_PARAMETER", "42P02", message)
    }
}

impl From<SyntaxError> for SqlError {
    fn from(error: SyntaxError) -> Self {
        Self::syntax(format!("Syntax error: {error}."))
    }
}

impl From<TypeError> for SqlError {
    fn from(error: TypeError) -> Self {
        Self::syntax(format!("Unsupported data type: {error}."))
    }
}

impl From<CatalogError> for SqlError {
    fn from(error: CatalogError) -> Self {
        let (class, sql_state) = match &error {
            CatalogError::NoCatalog(_) => ("CATALOG_NOT_FOUND", "42704"),
            CatalogError::NoSchema(_) => ("SCHEMA_NOT_FOUND", "42704"),
            CatalogError::NoTable(path) => return Self::table_not_found(path),
            CatalogError::CatalogExists(_) => ("CATALOG_ALREADY_EXISTS", "42710"),
            CatalogError::SchemaExists(_) => ("SCHEMA_ALREADY_EXISTS", "42P06"),
            CatalogError::TableExists(_) => ("TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"),
            CatalogError::NotEmpty(_) => ("SCHEMA_NOT_EMPTY", "2BP01"),
            CatalogError::InvalidName { .. } => ("INVALID_SCHEMA_OR_RELATION_NAME", "42602"),
            CatalogError::System(_) => ("INSUFFICIENT_PERMISSIONS", "42501"),
        };
        Self::new(class, sql_state, error.to_string())
    }
}

impl From<ArrowError> for SqlError {
    fn from(error: ArrowError) -> Self {
        let (class, sql_state) = match &error {
            ArrowError::CastError(_) | ArrowError::ParseError(_) => ("CAST_INVALID_INPUT", "22018"),
            ArrowError::DivideByZero => ("DIVIDE_BY_ZERO", "22012"),
            ArrowError::ArithmeticOverflow(_) => ("ARITHMETIC_OVERFLOW", "22003"),
            ArrowError::InvalidArgumentError(_) => ("NUMERIC_VALUE_OUT_OF_RANGE", "22003"),
            _ => ("EXECUTION_ERROR", "58000"),
        };
        Self::new(class, sql_state, error.to_string())
    }
}

impl From<DataFusionError> for SqlError {
    fn from(error: DataFusionError) -> Self {
        let message = || error.strip_backtrace();
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => schema_error(schema, message()),
            DataFusionError::SQL(parser, _) => Self::syntax(parser.to_string()),
            DataFusionError::NotImplemented(what) => Self::unsupported(what),
            DataFusionError::Plan(what) if what.starts_with("Invalid function") => {
                Self::new("UNRESOLVED_ROUTINE", "42883", message())
            }
            DataFusionError::Plan(_) => Self::new("INVALID_STATEMENT", "42000", message()),
            DataFusionError::ArrowError(arrow, _) => Self::from_arrow(arrow, message()),
            _ => Self::new("EXECUTION_ERROR", "58000", message()),
        }
    }
}

impl SqlError {
    /// The class that Arrow's error has, with the message of the error it sits in.
    fn from_arrow(arrow: &ArrowError, message: String) -> Self {
        let copy = match arrow {
            ArrowError::CastError(_) => ArrowError::CastError(message),
            ArrowError::ParseError(_) => ArrowError::ParseError(message),
            ArrowError::DivideByZero => ArrowError::DivideByZero,
            ArrowError::ArithmeticOverflow(_) => ArrowError::ArithmeticOverflow(message),
            ArrowError::InvalidArgumentError(_) => ArrowError::InvalidArgumentError(message),
            _ => ArrowError::ComputeError(message),
        };
        copy.into()
    }
}

fn schema_error(error: &SchemaError, message: String) -> SqlError {
    match error {
        SchemaError::FieldNotFound { field, .. } => SqlError::unresolved_column(field.name()),
        SchemaError::AmbiguousReference { .. } => {
            SqlError::new("AMBIGUOUS_REFERENCE", "42704", message)
        }
        _ => SqlError::new("COLUMN_ALREADY_EXISTS", "42711", message),
    }
}
