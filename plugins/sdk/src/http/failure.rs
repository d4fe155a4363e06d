//! What a status other than success means.

use super::request::cut;
use super::response::{Body, Response};
use super::retry::Trouble;
use super::retry_after;
use crate::{Error, ErrorCode};

/// What a warehouse said of a failure, in the words of its own error bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// The warehouse's name for the error: `PERMISSION_DENIED`, `rateLimitExceeded`, `002003`.
    pub error_code: Option<String>,
    /// What it says to a person.
    pub message: String,
    /// The kind of failure, where the body knows better than the status.
    pub code: Option<ErrorCode>,
}

const MESSAGE_CHARS: usize = 600;

/// The error that an answer amounts to, and whether repeating the request may help.
pub(super) fn of(
    response: &Response,
    reason: Option<Reason>,
    unix_seconds: u64,
) -> (Error, Option<Trouble>) {
    let status = response.status;
    let code = reason
        .as_ref()
        .and_then(|reason| reason.code.clone())
        .unwrap_or_else(|| code_of(status));
    let retry_after = response
        .header("retry-after")
        .and_then(|value| retry_after::parse(value, unix_seconds));
    let trouble = match (status, &code) {
        (_, ErrorCode::RateLimited) | (503, ErrorCode::Unavailable) => {
            Some(Trouble::TurnedAway(retry_after))
        }
        (_, ErrorCode::Unavailable) | (504, ErrorCode::Timeout) => Some(Trouble::Broken),
        _ => None,
    };
    let mut message = format!("{} answered HTTP {status}", response.request);
    match &reason {
        Some(Reason {
            error_code: Some(name),
            message: text,
            ..
        }) if !text.is_empty() => {
            message += &format!(" {name}: {}", cut(text.trim(), MESSAGE_CHARS));
        }
        Some(Reason {
            error_code: Some(name),
            ..
        }) => message += &format!(" {name}"),
        Some(Reason { message: text, .. }) => {
            message += &format!(": {}", cut(text.trim(), MESSAGE_CHARS))
        }
        None => message += &describe(response),
    }
    if let Some(step) = next_step(status) {
        message += "; ";
        message += step;
    }
    let mut error = Error::new(code, message)
        .with_retry_after(retry_after)
        .with_attribute("request", response.request.as_str())
        .with_attribute("http_status", status.to_string());
    error
        .attributes
        .set_if_some("error_code", reason.and_then(|reason| reason.error_code));
    error
        .attributes
        .set_if_some("request_id", response.header("x-request-id"));
    (error, trouble)
}

fn code_of(status: u16) -> ErrorCode {
    match status {
        401 => ErrorCode::Unauthenticated,
        403 => ErrorCode::PermissionDenied,
        404 | 410 => ErrorCode::NotFound,
        405 | 501 => ErrorCode::Unsupported,
        408 | 504 => ErrorCode::Timeout,
        413 => ErrorCode::TooLarge,
        429 => ErrorCode::RateLimited,
        400..=499 => ErrorCode::Other("request-refused".to_owned()),
        500..=599 => ErrorCode::Unavailable,
        _ => ErrorCode::Protocol,
    }
}

fn describe(response: &Response) -> String {
    if let (300..=399, Some(place)) = (response.status, response.header("location")) {
        // What follows the path may be a secret.
        let place = place.split(['?', '#']).next().unwrap_or_default();
        return format!(", a redirect to {}", cut(place, 200));
    }
    match Body::of(response) {
        Body::Nothing => String::new(),
        Body::Page(page) => format!(" with {page}"),
        Body::Text(line) => format!(": {line}"),
    }
}

fn next_step(status: u16) -> Option<&'static str> {
    match status {
        300..=399 => {
            Some("check that the endpoint is the warehouse itself and not a login or a proxy")
        }
        401 => {
            Some("check the credential: it may be wrong, expired or meant for another warehouse")
        }
        _ => None,
    }
}
