//! What happens to every request of a protocol, whatever it asks: it is counted, delayed, and
//! perhaps struck by a fault.

use super::fault::Action;
use super::serve::NeverSent;
use super::tamper;
use crate::shared::Shared;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What faults must know of a protocol to answer in its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wire {
    /// The JSON body of an error with this status.
    pub error_body: fn(StatusCode) -> String,
    /// The query parameter that asks for a page.
    pub page_parameter: &'static str,
    /// The member of a list that names the next page.
    pub next_page_member: &'static str,
    /// A token that asks for the first page.
    pub first_page_token: &'static str,
}

/// The middleware: its state says which protocol it stands before.
pub(crate) async fn front(
    State((shared, wire)): State<(Arc<Shared>, Wire)>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().to_string();
    let path = match request.extensions().get::<MatchedPath>() {
        Some(matched) => matched.as_str().to_owned(),
        None => request.uri().path().to_owned(),
    };
    shared.requests.count(&method, &path);
    let action = shared.faults.strike(request.method(), request.uri());
    pause(shared.settings().latency_ms).await;
    let response = match action {
        None => next.run(request).await,
        Some(action) => struck(action, wire, request, next).await,
    };
    let bytes = response.body().size_hint().exact().unwrap_or(0);
    shared.requests.sent(&method, &path, bytes);
    response
}

async fn pause(milliseconds: u64) {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

async fn struck(action: Action, wire: Wire, request: Request, next: Next) -> Response {
    match action {
        Action::Status {
            status,
            headers,
            body,
        } => prescribed(status, &headers, body, wire),
        Action::Html => html(),
        Action::Redirect { to } => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Action::Hang => std::future::pending().await,
        Action::DropConnection => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(NeverSent);
            response
        }
        Action::Delay { ms } => {
            pause(ms).await;
            next.run(request).await
        }
        Action::CutBody => tamper::cut_body(next.run(request).await).await,
        Action::InvalidJson => tamper::halve(next.run(request).await).await,
        Action::DuplicateItem => tamper::duplicate_item(next.run(request).await).await,
        Action::RepeatPage => {
            let token = tamper::page_token(request.uri(), wire.page_parameter)
                .unwrap_or_else(|| wire.first_page_token.to_owned());
            tamper::set_member(next.run(request).await, wire.next_page_member, token).await
        }
    }
}

fn prescribed(
    status: u16,
    headers: &BTreeMap<String, String>,
    body: Option<String>,
    wire: Wire,
) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = body.unwrap_or_else(|| (wire.error_body)(status));
    let json = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, json, body).into_response();
    for (name, value) in headers {
        // Headers that HTTP cannot carry are left out.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn html() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Sign in</title></head>\
                <body><form action=\"/login\"><input name=\"user\"></form></body></html>";
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::OK, kind, page).into_response()
}
