//! The object store that external links lead to: another origin, with rules of its own.
//!
//! As on the real ones a link is signed and expires, whoever has it needs nothing else but the
//! headers it came with, and a request that brings a credential of its own is refused.

use crate::http::Wire;
use crate::random;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// A header without which a link does not open.
const KEY_HEADER: &str = "x-emulator-storage-key";

/// The object store has no pages.
pub(crate) const WIRE: Wire = Wire {
    error_body: body_for,
    page_parameter: "",
    next_page_member: "",
    first_page_token: "",
};

/// Signs links.
#[derive(Debug)]
pub(crate) struct Storage {
    /// Where it is, without a slash at the end.
    url: String,
    keys: RandomState,
    key: String,
}

/// A link to one file.
#[derive(Debug)]
pub(crate) struct Link {
    pub url: String,
    /// As RFC 3339 writes it.
    pub expiration: String,
    pub headers: BTreeMap<&'static str, String>,
}

impl Storage {
    pub fn new(url: String) -> Self {
        Self {
            url,
            keys: RandomState::new(),
            key: format!("{:016x}", random::number()),
        }
    }

    fn signature(&self, path: &str, expires: i64) -> String {
        let signed = self.keys.hash_one((path, expires));
        format!("{signed:016x}")
    }

    /// A link to a path that opens for this long.
    pub fn link(&self, path: &str, lifetime: Duration) -> Link {
        let end = Timestamp::now().checked_add(lifetime);
        let end = end.unwrap_or(Timestamp::MAX);
        let expires = end.as_millisecond();
        let signature = self.signature(path, expires);
        let url = &self.url;
        Link {
            url: format!("{url}{path}?expires={expires}&signature={signature}"),
            expiration: format!("{end:.3}"),
            headers: self.headers(),
        }
    }

    /// What a request for a file must bring along.
    pub fn headers(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([(KEY_HEADER, self.key.clone())])
    }

    /// Fails unless the request has come by a link that is still open.
    pub fn check(&self, path: &str, signed: &Signed, headers: &HeaderMap) -> Result<(), Refused> {
        let denied = |message| Refused(StatusCode::FORBIDDEN, "AccessDenied", message);
        if headers.contains_key(AUTHORIZATION) {
            let message = "Only one auth mechanism allowed";
            return Err(Refused(StatusCode::BAD_REQUEST, "InvalidArgument", message));
        }
        if self.signature(path, signed.expires) != signed.signature {
            return Err(denied("The signature does not match"));
        }
        if Timestamp::now().as_millisecond() >= signed.expires {
            return Err(denied("Request has expired"));
        }
        if headers.get(KEY_HEADER).map(|key| key.as_bytes()) != Some(self.key.as_bytes()) {
            return Err(denied("A header of the link is missing"));
        }
        Ok(())
    }
}

/// The query of a link.
#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    expires: i64,
    signature: String,
}

/// A refusal in the form that object stores have made common.
#[derive(Debug)]
pub(crate) struct Refused(StatusCode, &'static str, &'static str);

impl Refused {
    /// There is no such file.
    pub fn missing() -> Self {
        let message = "The specified key does not exist.";
        Self(StatusCode::NOT_FOUND, "NoSuchKey", message)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        (
            status,
            [(CONTENT_TYPE, "application/xml")],
            error_body(code, message),
        )
            .into_response()
    }
}

fn error_body(code: &str, message: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
}

/// What the store would say with this status; for faults that prescribe no body.
fn body_for(status: StatusCode) -> String {
    match status.as_u16() {
        403 => error_body("AccessDenied", "Access Denied"),
        404 => error_body("NoSuchKey", "The specified key does not exist."),
        429 | 503 => error_body("SlowDown", "Please reduce your request rate."),
        _ => error_body("InternalError", "We encountered an internal error."),
    }
}
