//! Answers spoilt after the handler made them.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Uri, header, response::Parts};
use axum::response::Response;
use futures::stream::{self, StreamExt};
use serde_json::Value;

async fn take(response: Response) -> (Parts, Bytes) {
    let (mut parts, body) = response.into_parts();
    // Handlers answer from memory, so their bodies have no limit to exceed and no error to raise.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts, bytes)
}

/// Promises the whole body, sends half of it and breaks off.
pub(super) async fn cut_body(response: Response) -> Response {
    let (mut parts, bytes) = take(response).await;
    let length = HeaderValue::from(bytes.len());
    parts.headers.insert(header::CONTENT_LENGTH, length);
    let half = bytes.slice(..bytes.len() / 2);
    let broken = async {
        // Gives the connection a turn to send the half before it learns of the end.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("a fault cuts this body"))
    };
    let body = stream::iter([Ok(half)]).chain(stream::once(broken));
    Response::from_parts(parts, Body::from_stream(body))
}

/// Sends half of the body as if that were all.
pub(super) async fn halve(response: Response) -> Response {
    let (parts, bytes) = take(response).await;
    Response::from_parts(parts, Body::from(bytes.slice(..bytes.len() / 2)))
}

/// Repeats the first entry of the first list in the body.
pub(super) async fn duplicate_item(response: Response) -> Response {
    change_json(response, |body| {
        let lists = body
            .as_object_mut()
            .into_iter()
            .flat_map(|members| members.values_mut());
        let list = lists
            .filter_map(Value::as_array_mut)
            .find(|list| !list.is_empty());
        if let Some(list) = list {
            list.push(list[0].clone());
        }
    })
    .await
}

/// Replaces one member of the body.
pub(super) async fn set_member(response: Response, member: &str, text: String) -> Response {
    change_json(response, |body| {
        if let Some(members) = body.as_object_mut() {
            members.insert(member.to_owned(), Value::String(text));
        }
    })
    .await
}

/// Bodies that are no JSON stay as they are.
async fn change_json(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let (parts, bytes) = take(response).await;
    let bytes = match serde_json::from_slice(&bytes) {
        Ok(mut body) => {
            change(&mut body);
            Bytes::from(body.to_string())
        }
        Err(_) => bytes,
    };
    Response::from_parts(parts, Body::from(bytes))
}

/// The page a request asks for. Our tokens need no percent-encoding.
pub(super) fn page_token(uri: &Uri, parameter: &str) -> Option<String> {
    let pairs = uri.query()?.split('&');
    let token = pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, token)| *name == parameter && !token.is_empty());
    token.map(|(_, token)| token.to_owned())
}
