//! Query parameters and bodies, refused in the API's own words.

use super::error::ApiError;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::io::Read as _;

/// Largest body after it was decompressed, in bytes.
const PLAIN_LIMIT: u64 = 64 << 20;

/// The query parameters.
#[derive(Debug)]
pub(super) struct Params<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(error) => Err(ApiError::malformed(error.body_text())),
        }
    }
}

/// A JSON body that says it is one.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            return Err(ApiError::no_json());
        }
        let encoding = request.headers().get(CONTENT_ENCODING);
        let is_compressed = encoding.is_some_and(|encoding| encoding == "gzip");
        let bytes = Bytes::from_request(request, state).await;
        let mut bytes = bytes.map_err(|error| ApiError::malformed(error.body_text()))?;
        if is_compressed {
            bytes = gunzip(&bytes)?;
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body)),
            Err(error) => Err(ApiError::malformed(format!("Invalid JSON: {error}"))),
        }
    }
}

/// The body that a driver has compressed.
fn gunzip(compressed: &[u8]) -> Result<Bytes, ApiError> {
    let mut plain = Vec::new();
    let mut decoder = GzDecoder::new(compressed).take(PLAIN_LIMIT + 1);
    match decoder.read_to_end(&mut plain) {
        Ok(_) if plain.len() as u64 > PLAIN_LIMIT => {
            let message = format!("The body has more than {PLAIN_LIMIT} bytes.");
            Err(ApiError::malformed(message))
        }
        Ok(_) => Ok(plain.into()),
        Err(error) => Err(ApiError::malformed(format!("Invalid gzip: {error}"))),
    }
}

/// A flag in a query, also as Python spells it.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(Some(true)),
        "false" | "0" => Ok(Some(false)),
        other => Err(serde::de::Error::custom(format!("'{other}' is no boolean"))),
    }
}
