//! Errors as the workspace API sends them.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error answer: `{"error_code": …, "message": …, "details": []}`.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_PARAMETER_VALUE", message)
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }

    pub fn permission_denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "PERMISSION_DENIED", message)
    }

    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", message)
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("cannot render the answer: {error}"))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = body(self.code, &self.message);
        let json = [(header::CONTENT_TYPE, "application/json")];
        (self.status, json, body).into_response()
    }
}

fn body(code: &str, message: &str) -> String {
    json!({"error_code": code, "message": message, "details": []}).to_string()
}

/// What the service would say with this status; for faults that prescribe no body.
pub(super) fn body_for(status: StatusCode) -> String {
    let (code, message) = match status.as_u16() {
        400 => ("BAD_REQUEST", "The request is malformed."),
        401 => (
            "UNAUTHENTICATED",
            "Credential was not sent or was of an unsupported type for this API.",
        ),
        403 => (
            "PERMISSION_DENIED",
            "The caller does not have permission to do this.",
        ),
        404 => ("RESOURCE_DOES_NOT_EXIST", "The resource does not exist."),
        409 => ("ABORTED", "The operation was aborted."),
        429 => (
            "REQUEST_LIMIT_EXCEEDED",
            "The request limit is exceeded. Please retry later.",
        ),
        503 => (
            "TEMPORARILY_UNAVAILABLE",
            "The service is temporarily unavailable.",
        ),
        504 => ("DEADLINE_EXCEEDED", "The deadline was exceeded."),
        _ => ("INTERNAL_ERROR", "An internal error occurred."),
    };
    body(code, message)
}
