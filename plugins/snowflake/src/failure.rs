//! What an error of Snowflake means.

use rocky_adapter_sdk::json::Text;
use rocky_adapter_sdk::{Error, ErrorCode, Reason, json};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    code: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
    #[serde(borrow, rename = "sqlState")]
    sql_state: Option<Text<'a>>,
}

/// Reads an error body. The code says more than the HTTP status, which is the same for every statement that failed.
pub fn explain(status: u16, body: &[u8]) -> Option<Reason> {
    let body: Body = json::decode(body).ok()?;
    let error_code: Option<String> = body.code.map(Into::into);
    let message: String = body.message.map(Into::into).unwrap_or_default();
    if error_code.is_none() && message.is_empty() {
        return None;
    }
    let code = error_code.as_deref().and_then(code_of);
    let code = code.or_else(|| body.sql_state.as_deref().and_then(code_of_state));
    let code =
        code.or_else(|| (status == 422).then(|| ErrorCode::Other("statement-failed".to_owned())));
    let is_too_large = message
        .to_ascii_lowercase()
        .contains("returned too much data");
    Some(Reason {
        error_code,
        message,
        code: match is_too_large {
            true => Some(ErrorCode::TooLarge),
            false => code,
        },
    })
}

/// What the codes say more precisely than the HTTP status that they come with.
fn code_of(error_code: &str) -> Option<ErrorCode> {
    Some(match error_code {
        "002003" | "002043" | "000709" => ErrorCode::NotFound,
        "003001" => ErrorCode::PermissionDenied,
        NO_WAREHOUSE => ErrorCode::InvalidConfig,
        // The role, or the warehouse, does not exist, or is not this user's.
        "390186" | "390189" | "390201" => ErrorCode::InvalidConfig,
        "000604" => ErrorCode::Other("cancelled".to_owned()),
        "000630" => ErrorCode::Timeout,
        "390505" => ErrorCode::RateLimited,
        // The statement is ours, and so is a mistake in it.
        "001003" | "000904" | "000900" | "002049" | "002140" => ErrorCode::Internal,
        _ => return None,
    })
}

/// What the class of an error says (ISO/IEC 9075).
fn code_of_state(state: &str) -> Option<ErrorCode> {
    match state {
        "42501" => Some(ErrorCode::PermissionDenied),
        "42S02" => Some(ErrorCode::NotFound),
        _ => None,
    }
}

const NO_WAREHOUSE: &str = "000606";

/// Whether a statement failed because there is no warehouse to run it.
pub fn is_without_warehouse(error: &Error) -> bool {
    error.attributes.get("error_code") == Some(NO_WAREHOUSE)
}

/// Whether it is the warehouse that keeps a query from running, or a query as such that is refused: what needs no warehouse may do.
pub fn is_of_warehouse(error: &Error) -> bool {
    is_without_warehouse(error)
        || match &error.code {
            ErrorCode::InvalidConfig | ErrorCode::PermissionDenied | ErrorCode::Timeout => true,
            ErrorCode::Other(kind) => kind == "statement-failed",
            _ => false,
        }
}

/// Whether another source may do better: this one is closed to the user, or is not what its documentation says.
pub fn may_turn(error: &Error) -> bool {
    match &error.code {
        ErrorCode::PermissionDenied
        | ErrorCode::NotFound
        | ErrorCode::Unsupported
        | ErrorCode::TooLarge
        | ErrorCode::Timeout
        | ErrorCode::Unavailable
        | ErrorCode::Protocol => true,
        ErrorCode::Other(kind) => kind == "request-refused",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(status: u16, body: &str) -> Option<ErrorCode> {
        explain(status, body.as_bytes()).unwrap().code
    }

    #[test]
    fn the_code_says_what_went_wrong() {
        for (error_code, expected) in [
            ("002003", ErrorCode::NotFound),
            ("000604", ErrorCode::Other("cancelled".into())),
            ("390505", ErrorCode::RateLimited),
            ("001003", ErrorCode::Internal),
            ("100132", ErrorCode::Other("statement-failed".into())),
        ] {
            let body = format!(r#"{{"code":"{error_code}","message":"m","sqlState":"42000"}}"#);
            assert_eq!(code(422, &body), Some(expected), "{error_code}");
        }
        let denied = r#"{"code":"999999","message":"m","sqlState":"42501"}"#;
        assert_eq!(code(422, denied), Some(ErrorCode::PermissionDenied));
        let large = r#"{"code":"090030","message":"Information schema query returned too much data. Please"}"#;
        assert_eq!(code(422, large), Some(ErrorCode::TooLarge));
        assert_eq!(code(401, r#"{"code":"390318","message":"expired"}"#), None);
        for body in ["", "<html>", "[]", "{}", r#"{"code":7}"#] {
            assert_eq!(explain(500, body.as_bytes()), None, "{body}");
        }
    }
}
