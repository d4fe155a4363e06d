//! Failures as drivers are told of them.

use super::super::error::ApiError;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A failure; the statement is told of if there is one.
#[derive(Debug)]
pub(super) struct Failure {
    error: ApiError,
    handle: Option<String>,
}

impl Failure {
    pub fn of(error: ApiError, handle: &str) -> Self {
        Self {
            error,
            handle: Some(handle.to_owned()),
        }
    }

    fn body(&self) -> Value {
        let error = &self.error;
        json!({
            "data": {
                "internalError": false,
                "errorCode": error.code,
                "age": 0,
                "sqlState": error.sql_state,
                "queryId": self.handle,
                "line": -1,
                "pos": -1,
                "type": "COMPILATION",
            },
            "code": error.code,
            "message": error.message,
            "success": false,
            "headers": Value::Null,
        })
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self {
            error,
            handle: None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        axum::Json(self.body()).into_response()
    }
}
