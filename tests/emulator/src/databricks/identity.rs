//! Who am I: the SCIM call by which clients learn their principal.

use super::Workspace;
use super::caller::Caller;
use super::json::answer;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Workspace>> {
    Router::new().route("/api/2.0/preview/scim/v2/Me", get(me))
}

async fn me(Caller(viewer): Caller) -> Response {
    let principal = &*viewer.principal;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": principal,
        "displayName": principal,
        "active": true,
        "emails": [{"type": "work", "value": principal, "primary": true}],
    });
    answer(body.to_string())
}
