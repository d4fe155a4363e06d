//! Answers with an ETag, and without a body for whoever has it already.

use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A finished JSON body.
pub(super) fn json(body: &impl Serialize) -> Response {
    let kind = [(CONTENT_TYPE, "application/json; charset=UTF-8")];
    match serde_json::to_vec(body) {
        Ok(json) => (kind, json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The same with the member `etag`, which is the same as long as the rest is; 304 if the caller
/// has just that.
pub(super) fn tagged(request: &HeaderMap, mut body: Value) -> Response {
    let mut hasher = DefaultHasher::new();
    body.to_string().hash(&mut hasher);
    let etag = STANDARD.encode(hasher.finish().to_be_bytes());
    let known = request
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let known = known.is_some_and(|known| {
        known
            .split(',')
            .any(|tag| tag.trim().trim_start_matches("W/").trim_matches('"') == etag)
    });
    if known {
        return (StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response();
    }
    body["etag"] = etag.as_str().into();
    let mut response = json(&body);
    if let Ok(value) = etag.parse() {
        response.headers_mut().insert(ETAG, value);
    }
    response
}
