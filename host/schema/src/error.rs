use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Attributes;

/// The kind of an [`AdapterError`]: what a caller can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// A setting is missing, malformed or contradicts another.
    InvalidConfig,
    /// The warehouse does not accept the credential.
    Unauthenticated,
    /// The credential is good but may not do this.
    PermissionDenied,
    /// The catalog, schema, table or warehouse does not exist, or is hidden from this principal.
    NotFound,
    /// The warehouse asks for fewer requests.
    RateLimited,
    /// The warehouse cannot be reached or is out of service; later may work.
    Unavailable,
    /// The warehouse did not answer in time.
    Timeout,
    /// The answer is larger than the warehouse or a limit allows.
    TooLarge,
    /// The warehouse cannot do this at all.
    Unsupported,
    /// The warehouse's answer is not what its documentation says.
    Protocol,
    /// A defect in the adapter.
    Internal,
    /// A code that this version has no name for.
    Other(String),
}

impl ErrorCode {
    /// The code as users and programs see it: `permission-denied`.
    pub fn as_str(&self) -> &str {
        match self {
            ErrorCode::InvalidConfig => "invalid-config",
            ErrorCode::Unauthenticated => "unauthenticated",
            ErrorCode::PermissionDenied => "permission-denied",
            ErrorCode::NotFound => "not-found",
            ErrorCode::RateLimited => "rate-limited",
            ErrorCode::Unavailable => "unavailable",
            ErrorCode::Timeout => "timeout",
            ErrorCode::TooLarge => "too-large",
            ErrorCode::Unsupported => "unsupported",
            ErrorCode::Protocol => "protocol",
            ErrorCode::Internal => "internal",
            ErrorCode::Other(code) => code,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an adapter could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterError {
    /// The kind of failure.
    pub code: ErrorCode,
    /// What was attempted, on what, and why it failed, in a sentence for a person.
    pub message: String,
    /// How long to wait before another try, in milliseconds, where the warehouse said so.
    pub retry_after_ms: Option<u64>,
    /// Facts for programs: `http_status`, `request`, `error_code`, …
    pub attributes: Attributes,
}

impl AdapterError {
    /// An error without further facts.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after_ms: None,
            attributes: Attributes::new(),
        }
    }
}

impl fmt::Display for AdapterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AdapterError {}
