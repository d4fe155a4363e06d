//! JSON as this API writes it.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};

/// A 64-bit integer, which some gateways render as text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Int64 {
    pub value: i64,
    pub as_text: bool,
}

impl Serialize for Int64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_text {
            true => serializer.collect_str(&self.value),
            false => serializer.serialize_i64(self.value),
        }
    }
}

/// Makes [`Int64`]s in the form that the settings ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integers {
    pub as_text: bool,
}

impl Integers {
    pub fn of(self, value: i64) -> Int64 {
        Int64 {
            value,
            as_text: self.as_text,
        }
    }

    /// Counts in memory are far below the range of i64.
    pub fn count(self, value: usize) -> Int64 {
        self.of(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// A finished JSON body.
pub(super) fn answer(body: impl Into<Body>) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, body.into()).into_response()
}

/// Appends `member`, already rendered, to the JSON object that `out` ends with.
pub(super) fn append_member(out: &mut Vec<u8>, member: &str, rendered: &[u8]) {
    let closing = out.pop();
    debug_assert_eq!(closing, Some(b'}'));
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(member.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(rendered);
    out.push(b'}');
}
