//! What an error of BigQuery means.

use rocky_adapter_sdk::json::Text;
use rocky_adapter_sdk::{Error, ErrorCode, Reason, json};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error: ErrorBody<'a>,
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    message: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    errors: Vec<ErrorItem<'a>>,
}

#[derive(Deserialize)]
struct ErrorItem<'a> {
    #[serde(borrow)]
    reason: Option<Text<'a>>,
}

/// Reads an error body. The reason says more than the HTTP status: 403 is a refusal, and a limit of requests as well.
pub fn explain(_status: u16, body: &[u8]) -> Option<Reason> {
    let body: Body = json::decode(body).ok()?;
    let mut errors = body.error.errors.into_iter();
    let reason = errors.next().and_then(|item| item.reason);
    let name: Option<String> = reason.or(body.error.status).map(Into::into);
    let message: String = body.error.message.map(Into::into).unwrap_or_default();
    if name.is_none() && message.is_empty() {
        return None;
    }
    let code = name.as_deref().and_then(code_of);
    Some(Reason {
        error_code: name,
        message,
        code,
    })
}

fn code_of(reason: &str) -> Option<ErrorCode> {
    Some(match reason {
        "rateLimitExceeded" => ErrorCode::RateLimited,
        // It lasts for hours, so that another try would be none.
        "quotaExceeded" => ErrorCode::Other("quota-exceeded".to_owned()),
        "accessDenied" => ErrorCode::PermissionDenied,
        "billingNotEnabled" | "blocked" => ErrorCode::Other(reason.to_owned()),
        "responseTooLarge" | "bytesBilledLimitExceeded" | "billingTierLimitExceeded" => {
            ErrorCode::TooLarge
        }
        "backendError" | "internalError" | "badGateway" => ErrorCode::Unavailable,
        "notFound" => ErrorCode::NotFound,
        // The query is ours, and so is a mistake in it.
        "invalidQuery" | "invalid" | "badRequest" => ErrorCode::Internal,
        "timeout" | "stopped" => ErrorCode::Timeout,
        "notImplemented" => ErrorCode::Unsupported,
        _ => return None,
    })
}

/// Whether it is the dataset, or the project, that does not exist, rather than one table of it.
pub fn is_of_dataset(error: &Error) -> bool {
    let names = ["Not found: Dataset", "Not found: Project"];
    names.iter().any(|name| error.message.contains(name))
}

/// Whether a query failed in a way that another job may not.
pub fn is_of_job(error: &Error) -> bool {
    let reason = error.attributes.get("error_code");
    matches!(
        reason,
        Some("jobBackendError" | "jobInternalError" | "jobRateLimitExceeded")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(reason: &str) -> Reason {
        let body = format!(
            r#"{{"error":{{"code":403,"message":"No.","errors":[{{"message":"No.","domain":"global","reason":"{reason}"}}],
                "status":"SOMETHING"}}}}"#
        );
        explain(403, body.as_bytes()).unwrap()
    }

    #[test]
    fn the_reason_decides() {
        for (reason, code) in [
            ("rateLimitExceeded", Some(ErrorCode::RateLimited)),
            ("accessDenied", Some(ErrorCode::PermissionDenied)),
            ("notFound", Some(ErrorCode::NotFound)),
            ("backendError", Some(ErrorCode::Unavailable)),
            ("invalidQuery", Some(ErrorCode::Internal)),
            ("bytesBilledLimitExceeded", Some(ErrorCode::TooLarge)),
            ("somethingNew", None),
        ] {
            let read = explained(reason);
            assert_eq!(read.code, code, "{reason}");
            assert_eq!(read.error_code.as_deref(), Some(reason));
            assert_eq!(read.message, "No.");
        }
    }

    #[test]
    fn a_body_of_another_form_is_quoted_as_it_is() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"error":"invalid_grant"}"#,
            r#"{"error":{}}"#,
        ] {
            assert_eq!(explain(500, body.as_bytes()), None, "{body}");
        }
        let bare = explain(404, br#"{"error":{"message":"gone","status":"NOT_FOUND"}}"#).unwrap();
        assert_eq!(bare.error_code.as_deref(), Some("NOT_FOUND"));
        assert_eq!(bare.code, None, "the HTTP status says it");
    }
}
