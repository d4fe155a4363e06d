//! Requests of the host's own, for tokens.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use rocky_credentials::{BoxFuture, TokenTransport, TransportError};
use url::Url;

use crate::client::{self, Clients};
use crate::origin::Origin;
use crate::usage::Contacts;

/// The largest answer with a token.
const ANSWER_BYTES: usize = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reaches the places that the user's configuration names, wherever they are; no guest has a say in them.
pub(crate) struct TokenClient {
    pub clients: Clients,
    pub contacts: Arc<Contacts>,
}

impl TokenTransport for TokenClient {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let failed = |reason: String| TransportError::Failed(reason);
            let url = Url::parse(&request.uri().to_string())
                .map_err(|error| failed(error.to_string()))?;
            let origin = Origin::of(&url).map_err(|error| failed(error.to_string()))?;
            let client = self.clients.of(origin.scheme()).map_err(failed)?;
            let (parts, body) = request.into_parts();
            let mut outgoing = reqwest::Request::new(parts.method, url);
            *outgoing.headers_mut() = parts.headers;
            *outgoing.body_mut() = Some(body.into());
            *outgoing.timeout_mut() = Some(TIMEOUT);
            self.contacts.sent(&origin);
            let response = client
                .execute(outgoing)
                .await
                .map_err(|error| explain(&error))?;
            let (parts, body) = Response::<reqwest::Body>::from(response).into_parts();
            let body = Limited::new(body, ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| failed(error.to_string()))?.to_bytes();
            self.contacts.received(&origin, body.len() as u64);
            Ok(Response::from_parts(parts, body))
        })
    }
}

fn explain(error: &reqwest::Error) -> TransportError {
    let reason = client::reason(error);
    match error.is_connect() {
        true => TransportError::Unreachable(reason),
        false => TransportError::Failed(reason),
    }
}
