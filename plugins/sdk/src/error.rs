//! Why a call failed.

use std::fmt;
use std::time::Duration;

use crate::Attributes;

/// A result whose error can cross to the host.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of a failure: what the caller can act on. Choose the most specific.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// A setting is missing, malformed or contradicts another.
    InvalidConfig,
    /// The warehouse does not accept the credential.
    Unauthenticated,
    /// The credential is good but may not do this.
    PermissionDenied,
    /// The catalog, schema, table or compute resource does not exist, or is hidden from this principal.
    NotFound,
    /// The warehouse asks for fewer requests.
    RateLimited,
    /// The warehouse cannot be reached, hung up or is out of service: the same call may succeed later.
    Unavailable,
    /// The warehouse accepted the work but did not finish it in time.
    Timeout,
    /// The answer is larger than the warehouse, or a limit, allows.
    TooLarge,
    /// The warehouse cannot do this at all.
    Unsupported,
    /// The warehouse's answer is not what its documentation says.
    Protocol,
    /// A defect in the adapter itself.
    Internal,
    /// A kind that the contract has no case for.
    Other(String),
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::InvalidConfig => "invalid-config",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission-denied",
            Self::NotFound => "not-found",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::TooLarge => "too-large",
            Self::Unsupported => "unsupported",
            Self::Protocol => "protocol",
            Self::Internal => "internal",
            Self::Other(kind) => kind,
        })
    }
}

/// Why a call failed.
///
/// The message is one sentence for a person: what was attempted, on what, and why it failed, in the warehouse's words where
/// it gave a reason. It does not name the adapter or the schema, because the host does; and never holds a credential.
///
/// ```
/// use rocky_adapter_sdk::{Error, ErrorCode};
///
/// let error = Error::not_found("table `orders` does not exist").context("cannot read the orders");
/// assert_eq!(error.code, ErrorCode::NotFound);
/// assert_eq!(error.message, "cannot read the orders: table `orders` does not exist");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of failure.
    pub code: ErrorCode,
    /// What was attempted, on what, and why it failed.
    pub message: String,
    /// How long to wait before another try, if the warehouse said so.
    pub retry_after: Option<Duration>,
    /// Facts for programs: `request`, `http_status`, `error_code`, `request_id`.
    pub attributes: Attributes,
}

impl Error {
    /// A failure of the given kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            attributes: Attributes::new(),
        }
    }

    /// A setting is wrong; the message names it.
    pub fn invalid_config(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidConfig, message)
    }

    /// Something does not exist, or is hidden.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    /// The warehouse's answer is not what its documentation says.
    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Protocol, message)
    }

    /// The warehouse cannot do this at all.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unsupported, message)
    }

    /// A defect in the adapter.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }

    /// Puts what was attempted in front of the message.
    #[must_use]
    pub fn context(mut self, attempted: impl fmt::Display) -> Self {
        self.message = format!("{attempted}: {}", self.message);
        self
    }

    /// Replaces the kind, where the adapter knows better than an HTTP status.
    #[must_use]
    pub fn with_code(mut self, code: ErrorCode) -> Self {
        self.code = code;
        self
    }

    /// Adds a fact for programs.
    #[must_use]
    pub fn with_attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.set(name, value);
        self
    }

    /// Says how long the warehouse asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Error {}

/// Says what was attempted, where a result is passed on.
pub trait Context<T> {
    /// Puts what was attempted in front of the error's message.
    fn context<D: fmt::Display>(self, attempted: impl FnOnce() -> D) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn context<D: fmt::Display>(self, attempted: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.context(attempted()))
    }
}
