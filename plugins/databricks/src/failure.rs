//! What an error of Databricks means.

use rocky_adapter_sdk::{Error, ErrorCode, Reason, Result, json};
use serde::Deserialize;

/// An error body: of the API itself, an older one, or SCIM's.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error_code: Option<json::Text<'a>>,
    #[serde(borrow)]
    message: Option<json::Text<'a>>,
    #[serde(borrow)]
    error: Option<json::Text<'a>>,
    #[serde(borrow, rename = "scimType")]
    scim_type: Option<json::Text<'a>>,
    #[serde(borrow)]
    detail: Option<json::Text<'a>>,
}

/// Reads an error body. What is not one is quoted as it is.
pub fn explain(_status: u16, body: &[u8]) -> Option<Reason> {
    let body: Body = json::decode(body).ok()?;
    let error_code: Option<String> = body.error_code.or(body.scim_type).map(Into::into);
    let message: Option<String> = body.message.or(body.detail).or(body.error).map(Into::into);
    if error_code.is_none() && message.is_none() {
        return None;
    }
    let code = error_code.as_deref().and_then(code_of);
    Some(Reason {
        error_code,
        message: message.unwrap_or_default(),
        code,
    })
}

/// Refuses an error that came with HTTP 200 where a list was expected, as gateways send it: read as a list, which may leave out its
/// members, it would be an empty one.
pub fn refuse_disguised(body: &[u8]) -> Result<()> {
    let Some(reason) = explain(200, body) else {
        return Ok(());
    };
    let name = reason.error_code.as_deref().unwrap_or("without a code");
    let message = format!(
        "an error came with HTTP 200 in the place of a list: {name}: {}",
        reason.message
    );
    Err(Error::new(
        reason.code.unwrap_or(ErrorCode::Protocol),
        message,
    ))
}

/// What the names of errors say more precisely than the HTTP status that they come with.
fn code_of(error_code: &str) -> Option<ErrorCode> {
    match error_code {
        "RESOURCE_EXHAUSTED" | "REQUEST_LIMIT_EXCEEDED" => Some(ErrorCode::RateLimited),
        "TEMPORARILY_UNAVAILABLE"
        | "WORKSPACE_TEMPORARILY_UNAVAILABLE"
        | "SERVICE_UNDER_MAINTENANCE" => Some(ErrorCode::Unavailable),
        "DEADLINE_EXCEEDED" => Some(ErrorCode::Timeout),
        "UNAUTHENTICATED" => Some(ErrorCode::Unauthenticated),
        "PERMISSION_DENIED" => Some(ErrorCode::PermissionDenied),
        _ if error_code.ends_with("_DOES_NOT_EXIST") => Some(ErrorCode::NotFound),
        _ => None,
    }
}

/// Whether an error says that the schema, or the catalog, does not exist, rather than one table of it.
pub fn is_of_schema(error: &Error) -> bool {
    matches!(
        error.attributes.get("error_code"),
        Some("SCHEMA_DOES_NOT_EXIST" | "CATALOG_DOES_NOT_EXIST")
    )
}

/// The error of a statement that failed. Databricks says so with HTTP 200; what went wrong stands in brackets before the message.
pub fn of_statement(error_code: Option<&str>, message: &str) -> Error {
    let class = class_of(message);
    let code = match class.map(|class| class.split('.').next().unwrap_or(class)) {
        Some(
            "TABLE_OR_VIEW_NOT_FOUND"
            | "SCHEMA_NOT_FOUND"
            | "CATALOG_NOT_FOUND"
            | "NO_SUCH_CATALOG_EXCEPTION"
            | "NO_SUCH_SCHEMA_EXCEPTION",
        ) => ErrorCode::NotFound,
        Some("INSUFFICIENT_PERMISSIONS" | "PERMISSION_DENIED" | "UNAUTHORIZED_ACCESS") => {
            ErrorCode::PermissionDenied
        }
        // The statement is ours, and so is a mistake in it.
        Some("PARSE_SYNTAX_ERROR" | "UNBOUND_SQL_PARAMETER" | "UNRESOLVED_COLUMN") => {
            ErrorCode::Internal
        }
        _ if is_too_large(message) => ErrorCode::TooLarge,
        _ => error_code.map_or(ErrorCode::Protocol, code_of_statement),
    };
    let name = class.or(error_code);
    let mut error = Error::new(code, format!("the statement failed: {}", message.trim()));
    error.attributes.set_if_some("error_code", name);
    error
}

/// Whether a result was too large to come inline. There is no code of its own for that; the message begins so.
fn is_too_large(message: &str) -> bool {
    message
        .to_ascii_lowercase()
        .contains("inline byte limit exceeded")
}

fn code_of_statement(error_code: &str) -> ErrorCode {
    match error_code {
        "NOT_FOUND" => ErrorCode::NotFound,
        "INTERNAL_ERROR" | "IO_ERROR" => ErrorCode::Unavailable,
        "CANCELLED" => ErrorCode::Other("cancelled".to_owned()),
        _ => code_of(error_code).unwrap_or_else(|| ErrorCode::Other("statement-failed".to_owned())),
    }
}

/// `TABLE_OR_VIEW_NOT_FOUND` of `[TABLE_OR_VIEW_NOT_FOUND] The table …`.
fn class_of(message: &str) -> Option<&str> {
    let (class, _) = message.trim_start().strip_prefix('[')?.split_once(']')?;
    let is_class = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.'
    };
    (!class.is_empty() && class.bytes().all(is_class)).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_error_body_is_read() {
        for (body, error_code, message) in [
            (
                r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#,
                Some("PERMISSION_DENIED"),
                "no",
            ),
            (r#"{"error":"old","details":[{"@type":"x"}]}"#, None, "old"),
            (
                r#"{"detail":"who?","status":"403","scimType":"sensitive"}"#,
                Some("sensitive"),
                "who?",
            ),
        ] {
            let reason = explain(403, body.as_bytes()).unwrap();
            assert_eq!(
                (reason.error_code.as_deref(), reason.message.as_str()),
                (error_code, message)
            );
        }
        for body in [
            "",
            "CODE: message",
            "<html>",
            "[]",
            "{}",
            r#"{"error_code":7}"#,
        ] {
            assert_eq!(explain(500, body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn the_class_in_brackets_says_what_went_wrong() {
        for (message, code) in [
            (
                "[TABLE_OR_VIEW_NOT_FOUND] `a`.`b` SQLSTATE: 42P01",
                ErrorCode::NotFound,
            ),
            ("[INSUFFICIENT_PERMISSIONS] no", ErrorCode::PermissionDenied),
            ("[UNRESOLVED_COLUMN.WITH_SUGGESTION] x", ErrorCode::Internal),
            (
                "[SOMETHING_NEW] x",
                ErrorCode::Other("statement-failed".into()),
            ),
            (
                "[1] of nothing",
                ErrorCode::Other("statement-failed".into()),
            ),
            ("no class", ErrorCode::Other("statement-failed".into())),
            (
                "Inline byte limit exceeded. Statements executed with",
                ErrorCode::TooLarge,
            ),
        ] {
            assert_eq!(
                of_statement(Some("BAD_REQUEST"), message).code,
                code,
                "{message}"
            );
        }
        assert_eq!(
            of_statement(Some("RESOURCE_EXHAUSTED"), "x").code,
            ErrorCode::RateLimited
        );
        assert_eq!(of_statement(None, "x").code, ErrorCode::Protocol);
    }
}
