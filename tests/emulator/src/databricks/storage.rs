//! The object store that external links lead to: another origin, with rules of its own.
//!
//! As on the real ones a link is signed and expires, whoever has it needs nothing else but the
//! headers it came with, and a request that brings a credential of its own is refused.

use super::Workspace;
use super::statements::File;
use crate::random;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// A header without which a link does not open.
const KEY_HEADER: &str = "x-emulator-storage-key";

/// Signs links.
#[derive(Debug)]
pub(super) struct Storage {
    /// Where it is, without a slash at the end.
    url: String,
    keys: RandomState,
    key: String,
}

/// A link to one chunk.
#[derive(Debug)]
pub(super) struct Link {
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

    fn signature(&self, statement: &str, chunk: usize, expires: i64) -> String {
        let signed = self.keys.hash_one((statement, chunk, expires));
        format!("{signed:016x}")
    }

    /// A link that opens for this long.
    pub fn link(&self, statement: &str, chunk: usize, lifetime: Duration) -> Link {
        let end = Timestamp::now().checked_add(lifetime);
        let end = end.unwrap_or(Timestamp::MAX);
        let expires = end.as_millisecond();
        let signature = self.signature(statement, chunk, expires);
        let url = &self.url;
        Link {
            url: format!(
                "{url}/results/{statement}/{chunk}?expires={expires}&signature={signature}"
            ),
            expiration: format!("{end:.3}"),
            headers: BTreeMap::from([(KEY_HEADER, self.key.clone())]),
        }
    }
}

/// A refusal in the form that object stores have made common.
struct Refused(StatusCode, &'static str, &'static str);

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
pub(super) fn body_for(status: StatusCode) -> String {
    match status.as_u16() {
        403 => error_body("AccessDenied", "Access Denied"),
        404 => error_body("NoSuchKey", "The specified key does not exist."),
        429 | 503 => error_body("SlowDown", "Please reduce your request rate."),
        _ => error_body("InternalError", "We encountered an internal error."),
    }
}

pub(super) fn routes() -> Router<Arc<Workspace>> {
    Router::new().route("/results/{statement}/{chunk}", get(file))
}

#[derive(Debug, Deserialize)]
struct Signed {
    expires: i64,
    signature: String,
}

async fn file(
    State(workspace): State<Arc<Workspace>>,
    Path((statement, chunk)): Path<(String, usize)>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let storage = &workspace.storage;
    let denied = |message| Refused(StatusCode::FORBIDDEN, "AccessDenied", message);
    if headers.contains_key(AUTHORIZATION) {
        let message = "Only one auth mechanism allowed";
        return Err(Refused(StatusCode::BAD_REQUEST, "InvalidArgument", message));
    }
    if storage.signature(&statement, chunk, signed.expires) != signed.signature {
        return Err(denied("The signature does not match"));
    }
    if Timestamp::now().as_millisecond() >= signed.expires {
        return Err(denied("Request has expired"));
    }
    if headers.get(KEY_HEADER).map(|key| key.as_bytes()) != Some(storage.key.as_bytes()) {
        return Err(denied("A header of the link is missing"));
    }
    let file: Option<File> = workspace.statements.file(&statement, chunk);
    let missing = Refused(
        StatusCode::NOT_FOUND,
        "NoSuchKey",
        "The specified key does not exist.",
    );
    let file = file.ok_or(missing)?;
    Ok(([(CONTENT_TYPE, file.media_type)], file.data).into_response())
}
