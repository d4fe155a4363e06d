//! Errors as BigQuery sends them: the first entry's `reason` is what clients decide by.

use crate::sql::SqlError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error answer, and the error of a job that failed.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    status: StatusCode,
    reason: &'static str,
    message: String,
    location: Option<&'static str>,
}

impl ApiError {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            reason,
            message: message.into(),
            location: None,
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message)
    }

    pub fn invalid_query(message: impl Into<String>) -> Self {
        Self {
            location: Some("query"),
            ..Self::new(StatusCode::BAD_REQUEST, "invalidQuery", message)
        }
    }

    pub fn unauthenticated() -> Self {
        let message = "Request had invalid authentication credentials. Expected OAuth 2 access \
                       token, login cookie or other valid authentication credential.";
        Self {
            location: Some("Authorization"),
            ..Self::new(StatusCode::UNAUTHORIZED, "authError", message)
        }
    }

    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "accessDenied", message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "notFound", message)
    }

    pub fn duplicate(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "duplicate", message)
    }

    /// The query would be billed more than its limit.
    pub fn too_expensive(most: u64, billed: u64) -> Self {
        let message =
            format!("Query exceeded limit for bytes billed: {most}. {billed} or higher required.");
        Self::new(StatusCode::BAD_REQUEST, "bytesBilledLimitExceeded", message)
    }

    /// The job was cancelled.
    pub fn stopped() -> Self {
        let message = "Job execution was cancelled: User requested cancellation";
        Self::new(StatusCode::BAD_REQUEST, "stopped", message)
    }

    /// The error as an entry of a list.
    pub fn entry(&self) -> Value {
        let mut entry = json!({
            "reason": self.reason,
            "message": self.message,
            "domain": "global",
        });
        if let Some(location) = self.location {
            entry["location"] = location.into();
            entry["locationType"] = match self.reason {
                "authError" => "header",
                _ => "parameter",
            }
            .into();
        }
        entry
    }

    fn body(&self) -> Value {
        json!({"error": {
            "code": self.status.as_u16(),
            "message": self.message,
            "errors": [self.entry()],
            "status": canonical(self.status),
        }})
    }
}

/// The name that Google's APIs give a status.
fn canonical(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        412 => "FAILED_PRECONDITION",
        429 => "RESOURCE_EXHAUSTED",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        _ => "INTERNAL",
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let json = [(header::CONTENT_TYPE, "application/json; charset=UTF-8")];
        (self.status, json, self.body().to_string()).into_response()
    }
}

impl From<SqlError> for ApiError {
    fn from(error: SqlError) -> Self {
        let engine = ["Execution error: ", "Error during planning: "];
        let plain = engine
            .iter()
            .find_map(|head| error.message.strip_prefix(head));
        let message = plain.unwrap_or(&error.message).to_owned();
        match error.class {
            "TABLE_OR_VIEW_NOT_FOUND" | "SCHEMA_NOT_FOUND" | "CATALOG_NOT_FOUND" => {
                Self::not_found(match message.starts_with("Not found") {
                    true => message,
                    false => format!("Not found: {message}"),
                })
            }
            "INSUFFICIENT_PERMISSIONS" => Self::access_denied(message),
            "SCHEMA_ALREADY_EXISTS" | "TABLE_OR_VIEW_ALREADY_EXISTS" | "CATALOG_ALREADY_EXISTS" => {
                Self::duplicate(format!("Already Exists: {message}"))
            }
            "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION" => {
                let name = message.split('`').nth(1).unwrap_or(&message);
                Self::invalid_query(format!("Unrecognized name: {name}"))
            }
            "UNRESOLVED_ROUTINE" => {
                let name = message.split('\'').nth(1).unwrap_or(&message);
                Self::invalid_query(format!("Function not found: {name}"))
            }
            "INTERNAL_ERROR" => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internalError", message)
            }
            _ => Self::invalid_query(message),
        }
    }
}

/// What the service would say with this status; for faults that prescribe no body.
pub(super) fn body_for(status: StatusCode) -> String {
    let (reason, message) = match status.as_u16() {
        400 => ("badRequest", "The request is malformed."),
        401 => return ApiError::unauthenticated().body().to_string(),
        403 => (
            "accessDenied",
            "Access Denied: the caller does not have permission.",
        ),
        404 => ("notFound", "Not found: the resource does not exist."),
        409 => ("duplicate", "Already Exists: the resource."),
        429 => (
            "rateLimitExceeded",
            "Exceeded rate limits: too many api requests per user per method for this user_method.",
        ),
        502..=504 => (
            "backendError",
            "The service is currently unavailable. Try again later.",
        ),
        _ => ("internalError", "An internal error occurred."),
    };
    ApiError::new(status, reason, message).body().to_string()
}
