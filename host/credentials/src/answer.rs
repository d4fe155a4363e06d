//! Reads what a token endpoint answers (RFC 6749, sections 5.1 and 5.2).

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::clock::ClockSkew;
use crate::error::{CredentialError, Rejection};
use crate::excerpt;
use crate::exchange::{Question, retry_after};
use crate::mint::{ASSUMED_LIFE, Context, Headers, Minted};
use crate::scheme;
use crate::secret::Secret;

/// Takes the token out of an answer, as `Authorization: Bearer`.
pub(crate) fn read(
    question: &Question,
    answer: &Response<Bytes>,
    context: &Context,
) -> Result<Minted, CredentialError> {
    let (endpoint, grant) = (question.endpoint.clone(), question.grant);
    if !answer.status().is_success() {
        return Err(failure(question, answer, context));
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(answer.body()) else {
        let content_type = answer.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|it| it.to_str().ok());
        return Err(CredentialError::NotJson {
            endpoint,
            grant,
            content_type: content_type
                .and_then(|it| excerpt::beginning(it, &context.vault))
                .unwrap_or_else(|| "something".to_owned()),
        });
    };
    let token = text(&fields, "access_token").map(Secret::new);
    let Some(token) = token.filter(|it| !it.expose().is_empty()) else {
        return Err(CredentialError::NoAccessToken { endpoint, grant });
    };
    context.vault.remember_sent(&token);
    if let Some(token_type) = text(&fields, "token_type")
        && !token_type.eq_ignore_ascii_case("bearer")
    {
        return Err(CredentialError::TokenType {
            endpoint,
            token_type: excerpt::beginning(token_type, &context.vault).unwrap_or_default(),
        });
    }
    let header = scheme::bearer(&token).ok_or(CredentialError::UnusableToken { endpoint })?;
    let headers: Headers = vec![(http::header::AUTHORIZATION, header)];
    Ok(Minted {
        headers,
        life: life(&fields),
    })
}

/// How long a token lives. Servers give a number, or the digits of one in a string; without either it counts as 5 minutes.
fn life(fields: &Map<String, Value>) -> Duration {
    let seconds = match fields.get("expires_in") {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(digits)) => digits.trim().parse().ok(),
        _ => None,
    };
    seconds.map_or(ASSUMED_LIFE, |seconds: f64| {
        // Whole seconds; the cast makes 0 of what is less, and the most of what is more.
        Duration::from_secs(seconds as u64)
    })
}

fn failure(question: &Question, answer: &Response<Bytes>, context: &Context) -> CredentialError {
    let (endpoint, grant) = (question.endpoint.clone(), question.grant);
    let now = context.clock.now();
    let skew = ClockSkew::between(now, answer.headers());
    let (code, description) = complaint(answer);
    let rejection = code.as_deref().and_then(Rejection::with_code);
    if let Some(rejection) = rejection {
        return CredentialError::Rejected {
            endpoint,
            grant,
            rejection,
            description: description.and_then(|it| excerpt::beginning(&it, &context.vault)),
            skew,
        };
    }
    let said: Vec<String> = code.into_iter().chain(description).collect();
    CredentialError::Status {
        endpoint,
        grant,
        status: answer.status().as_u16(),
        description: excerpt::beginning(&said.join(": "), &context.vault),
        retry_after: retry_after(answer.headers(), now),
        skew,
    }
}

/// The code and the description of an error: OAuth's, that of Google's APIs (`error.message`), that of Databricks' (`error_code`, `message`), or a plain text.
/// A page of HTML says nothing.
fn complaint(answer: &Response<Bytes>) -> (Option<String>, Option<String>) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(answer.body()) else {
        let body = String::from_utf8_lossy(answer.body());
        let is_page = body.trim_start().starts_with('<');
        return (None, (!is_page).then(|| body.into_owned()));
    };
    if let Some(Value::Object(error)) = fields.get("error") {
        return (owned(error, "status"), owned(error, "message"));
    }
    let code = owned(&fields, "error").or_else(|| owned(&fields, "error_code"));
    let description = owned(&fields, "error_description").or_else(|| owned(&fields, "message"));
    (code, description)
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn owned(fields: &Map<String, Value>, name: &str) -> Option<String> {
    text(fields, name).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_life(json: &str, expected_seconds: u64) {
        let fields = serde_json::from_str(json).unwrap();
        assert_eq!(life(&fields).as_secs(), expected_seconds, "{json}");
    }

    #[test]
    fn lives_are_numbers_or_digits_or_five_minutes() {
        check_life(r#"{"expires_in": 3600}"#, 3600);
        check_life(r#"{"expires_in": 3599.9}"#, 3599);
        check_life(r#"{"expires_in": "3600"}"#, 3600);
        check_life(r#"{"expires_in": -1}"#, 0);
        check_life(r#"{"expires_in": 1e300}"#, u64::MAX);
        check_life(r#"{"expires_in": "soon"}"#, 300);
        check_life(r#"{"expires_in": null}"#, 300);
        check_life("{}", 300);
    }
}
