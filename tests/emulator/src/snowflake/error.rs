//! Errors as Snowflake sends them: `code` is text with leading zeros.

use crate::sql::SqlError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error answer, and the error of a statement that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiError {
    status: StatusCode,
    pub code: &'static str,
    pub sql_state: &'static str,
    pub message: String,
}

impl ApiError {
    fn new(
        status: StatusCode,
        code: &'static str,
        sql_state: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            sql_state,
            message: message.into(),
        }
    }

    /// A statement that failed.
    pub fn failed(code: &'static str, sql_state: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, sql_state, message)
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "390142", "08000", message)
    }

    pub fn no_json() -> Self {
        let message = "Unsupported Content-Type: it must be application/json.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "391903", "0A000", message)
    }

    pub fn no_token() -> Self {
        let message = "Authorization header is missing or malformed.";
        Self::new(StatusCode::UNAUTHORIZED, "390303", "08001", message)
    }

    pub fn unknown_token() -> Self {
        let message = "Invalid OAuth access token.";
        Self::new(StatusCode::UNAUTHORIZED, "390303", "08001", message)
    }

    pub fn unknown_access_token() -> Self {
        let message = "Programmatic access token is invalid.";
        Self::new(StatusCode::UNAUTHORIZED, "394400", "08001", message)
    }

    pub fn wrong_password() -> Self {
        let message = "Incorrect username or password was specified.";
        Self::new(StatusCode::UNAUTHORIZED, "390100", "08001", message)
    }

    pub fn no_session() -> Self {
        let message = "Session no longer exists. New login required to access the service.";
        Self::new(StatusCode::UNAUTHORIZED, "390111", "08001", message)
    }

    pub fn session_expired() -> Self {
        let message = "Your session has expired. Please login again.";
        Self::new(StatusCode::UNAUTHORIZED, "390112", "08001", message)
    }

    pub fn no_master() -> Self {
        let message = "Authentication token does not exist. The user must authenticate again.";
        Self::new(StatusCode::UNAUTHORIZED, "390113", "08001", message)
    }

    pub fn master_expired() -> Self {
        let message = "Authentication token has expired. The user must authenticate again.";
        Self::new(StatusCode::UNAUTHORIZED, "390114", "08001", message)
    }

    pub fn untrusted(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, "08001", message)
    }

    /// The statement is unknown, or someone else's.
    pub fn no_statement(handle: &str) -> Self {
        let message = format!("Statement {handle} not found");
        Self::failed("000709", "02000", message)
    }

    pub fn no_warehouse() -> Self {
        let message = "No active warehouse selected in the current session. Select an active \
                       warehouse with the 'use warehouse' command.";
        Self::failed("000606", "57P03", message)
    }

    pub fn canceled() -> Self {
        Self::failed("000604", "57014", "SQL execution canceled")
    }

    pub fn timed_out(seconds: u64) -> Self {
        let message = format!(
            "Statement reached its statement or warehouse timeout of {seconds} second(s) and was \
             canceled."
        );
        Self::new(StatusCode::REQUEST_TIMEOUT, "000630", "57014", message)
    }

    /// An object of the REST API that is missing.
    pub fn no_object(what: &str, name: &str) -> Self {
        let message = format!("{what} '{name}' does not exist or not authorized.");
        Self::new(StatusCode::NOT_FOUND, "002003", "42S02", message)
    }

    /// The answer's body, with what is known of the statement.
    pub fn body(&self, statement: Value) -> Value {
        let mut body = json!({
            "code": self.code,
            "sqlState": self.sql_state,
            "message": self.message,
        });
        if let (Value::Object(body), Value::Object(statement)) = (&mut body, statement) {
            body.extend(statement);
        }
        body
    }

    /// The answer with what is known of the statement.
    pub fn answer(&self, statement: Value) -> Response {
        let json = [(header::CONTENT_TYPE, "application/json")];
        (self.status, json, self.body(statement).to_string()).into_response()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.answer(Value::Null)
    }
}

/// What the engine says, without the words it begins with.
fn plain(message: &str) -> &str {
    let heads = [
        "Execution error: ",
        "Error during planning: ",
        "External error: ",
    ];
    let bare = heads.iter().find_map(|head| message.strip_prefix(head));
    bare.unwrap_or(message)
}

impl From<SqlError> for ApiError {
    fn from(error: SqlError) -> Self {
        let message = plain(&error.message);
        let compilation = |message: &str| format!("SQL compilation error:\n{message}");
        let (code, state, message) = match error.class {
            "PARSE_SYNTAX_ERROR" => ("001003", "42000", compilation(message)),
            "EMPTY_STATEMENT" => ("000900", "42601", compilation(message)),
            "CATALOG_NOT_FOUND" | "SCHEMA_NOT_FOUND" => ("002043", "02000", compilation(message)),
            "TABLE_OR_VIEW_NOT_FOUND" | "INSUFFICIENT_PERMISSIONS" => {
                ("002003", "42S02", compilation(message))
            }
            "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION" => {
                let name = message.split('`').nth(1).unwrap_or(message);
                let name = format!("invalid identifier '{name}'");
                ("000904", "42000", compilation(&name))
            }
            "UNRESOLVED_ROUTINE" => {
                let name = message.split('\'').nth(1).unwrap_or(message);
                let name = format!("Unknown function {}", name.to_uppercase());
                ("002140", "42601", compilation(&name))
            }
            "SCHEMA_ALREADY_EXISTS" | "TABLE_OR_VIEW_ALREADY_EXISTS" | "CATALOG_ALREADY_EXISTS" => {
                ("002002", "42710", compilation(message))
            }
            "STATEMENT_NOT_FOUND" => ("000709", "02000", message.to_owned()),
            "NO_CURRENT_OBJECT" => ("090105", "22000", message.to_owned()),
            "UNSUPPORTED_FEATURE" => ("000002", "0A000", format!("Unsupported feature: {message}")),
            "UNBOUND_SQL_PARAMETER" => ("002049", "42601", compilation("Bind variable not set.")),
            "DIVIDE_BY_ZERO" => ("100051", "22012", "Division by zero".to_owned()),
            "CAST_INVALID_INPUT" | "NUMERIC_VALUE_OUT_OF_RANGE" => {
                ("100038", "22018", message.to_owned())
            }
            "DELTA_NOT_NULL_CONSTRAINT_VIOLATED" => (
                "100072",
                "22000",
                "NULL result in a non-nullable column".to_owned(),
            ),
            "INSERT_COLUMN_ARITY_MISMATCH" => ("002020", "21S01", compilation(message)),
            "INTERNAL_ERROR" => ("000603", "XX000", message.to_owned()),
            "EXECUTION_ERROR" if message.starts_with("Information schema query") => {
                ("090030", "22000", message.to_owned())
            }
            _ => ("100132", "42000", message.to_owned()),
        };
        Self::failed(code, state, message)
    }
}

/// What the service would say with this status; for faults that prescribe no body.
pub(super) fn body_for(status: StatusCode) -> String {
    let error = match status.as_u16() {
        401 => ApiError::new(status, "390318", "08001", "OAuth access token expired."),
        403 => ApiError::new(
            status,
            "390422",
            "08004",
            "Incoming request is not allowed to access Snowflake.",
        ),
        404 | 405 => return String::new(),
        408 => ApiError::timed_out(120),
        415 => ApiError::no_json(),
        422 => ApiError::failed("000603", "XX000", "SQL execution internal error."),
        429 => ApiError::new(status, "390505", "08004", "Too many requests."),
        500 => ApiError::new(status, "390000", "XX000", "Internal error."),
        502..=504 | 522 => {
            return "<html><head><title>Service Unavailable</title></head></html>".to_owned();
        }
        _ => ApiError::new(status, "390142", "08000", "The request is malformed."),
    };
    error.body(Value::Null).to_string()
}
