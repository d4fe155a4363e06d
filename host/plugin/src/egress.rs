//! The only way out of the sandbox: `wasi:http`, to the adapter's endpoint and to no other place.

use std::sync::Arc;

use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION,
};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};
use url::Url;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use crate::client;
use crate::credential::Credential;
use crate::limits::{Limit, Limits};
use crate::mask::Mask;
use crate::origin::Origin;
use crate::usage::{Refusal, RequestLog, lock};

/// The largest request body: the longest statement that any of the warehouses takes is 16 MiB.
const REQUEST_BODY_BYTES: usize = 32 << 20;

/// What the requests of one adapter have in common.
#[derive(Debug)]
pub(crate) struct Gate {
    pub endpoint: Origin,
    pub credential: Credential,
    pub client: reqwest::Client,
    pub limits: Limits,
}

/// The way out of one instance. Without a gate, as while a manifest is read, nothing gets out.
pub(crate) struct Egress {
    pub gate: Option<Arc<Gate>>,
    pub log: Arc<RequestLog>,
    /// Set by the request that went over a limit.
    pub exceeded: Exceeded,
}

/// The limit that a call went over, told by whoever noticed.
pub(crate) type Exceeded = Arc<Mutex<Option<Limit>>>;

type Worker = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = Result<(Response<WasiBody>, Worker), Error>;

impl WasiHttpHooks for Egress {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _done: Worker,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let admitted = self.admit(&request);
        let log = self.log.clone();
        let exceeded = self.exceeded.clone();
        Box::new(async move {
            let (gate, url) = admitted?;
            send(&gate, url, request, log, exceeded).await
        })
    }
}

impl Egress {
    /// Lets a request out, or notes why not: the guest itself is told only that it was refused.
    fn admit(&self, request: &Request<WasiBody>) -> Result<(Arc<Gate>, Url), Error> {
        let url =
            Url::parse(&request.uri().to_string()).map_err(|_| Error::HttpRequestUriInvalid)?;
        let refuse = |reason: String| {
            let refusal = Refusal {
                request: name(request.method(), &url),
                reason,
            };
            tracing::warn!(
                request = refusal.request,
                reason = refusal.reason,
                "refused a request of a plugin"
            );
            self.log.refuse(refusal);
            Err(Error::HttpRequestDenied)
        };
        let Some(gate) = &self.gate else {
            return refuse("a plugin has no network while it tells its manifest".to_owned());
        };
        let origin = match Origin::of(&url) {
            Ok(origin) => origin,
            Err(error) => return refuse(error.to_string()),
        };
        if origin != gate.endpoint {
            return refuse(format!(
                "{origin} is not this adapter's endpoint, {}",
                gate.endpoint
            ));
        }
        if self.log.count_request() > gate.limits.requests {
            *lock(&self.exceeded) = Some(Limit::Requests(gate.limits.requests));
            return Err(Error::HttpRequestDenied);
        }
        Ok((gate.clone(), url))
    }
}

/// Headers that belong to the host.
fn is_forbidden(name: &HeaderName) -> bool {
    DEFAULT_FORBIDDEN_HEADERS.contains(name)
        || [AUTHORIZATION, PROXY_AUTHORIZATION, HOST, ACCEPT_ENCODING].contains(name)
        || name.as_str().starts_with("proxy-")
}

/// A request as errors and log lines name it: without the query, which may hold anything.
fn name(method: &http::Method, url: &Url) -> String {
    format!("{method} {}", &url[..url::Position::AfterPath])
}

async fn send(
    gate: &Arc<Gate>,
    url: Url,
    request: Request<WasiBody>,
    log: Arc<RequestLog>,
    exceeded: Exceeded,
) -> Answer {
    let (parts, body) = request.into_parts();
    let name = name(&parts.method, &url);
    let body = Limited::new(body, REQUEST_BODY_BYTES)
        .collect()
        .await
        .map_err(|_| Error::HttpRequestBodySize(Some(REQUEST_BODY_BYTES as u64)))?
        .to_bytes();
    let mut outgoing = reqwest::Request::new(parts.method, url);
    *outgoing.headers_mut() = parts.headers;
    outgoing.headers_mut().remove(HOST);
    gate.credential.attach(outgoing.headers_mut());
    if !body.is_empty() {
        *outgoing.body_mut() = Some(body.into());
    }
    tracing::trace!(request = name, "sending");
    let response = gate.client.execute(outgoing).await.map_err(|error| {
        log.fail(client::reason(&error));
        client::code(&error)
    })?;
    tracing::trace!(
        request = name,
        status = response.status().as_u16(),
        "answered"
    );
    let (parts, body) = Response::<reqwest::Body>::from(response).into_parts();
    let mut parts = parts;
    mask_headers(&gate.credential, &mut parts.headers);
    let body = Metered {
        body,
        mask: gate.credential.mask(),
        gate: gate.clone(),
        log,
        exceeded,
    };
    Ok((
        Response::from_parts(parts, body.boxed_unsync()),
        Box::new(async { Ok(()) }),
    ))
}

/// A response body on its way into the sandbox: counted, limited, and its failure noted in full.
struct Metered {
    body: reqwest::Body,
    mask: Option<Mask>,
    gate: Arc<Gate>,
    log: Arc<RequestLog>,
    exceeded: Exceeded,
}

impl Body for Metered {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            let frame = match std::task::ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    self.log.fail(client::reason(&error));
                    return Poll::Ready(Some(Err(client::code(&error))));
                }
                None => {
                    let held = self
                        .mask
                        .as_mut()
                        .map(Mask::finish)
                        .filter(|held| !held.is_empty());
                    return Poll::Ready(held.map(|held| Ok(Frame::data(held))));
                }
            };
            self.count(&frame)?;
            // No warehouse sends trailers, and no guest reads them.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            let data = match &mut self.mask {
                Some(mask) => mask.chunk(data),
                None => data,
            };
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && !self.mask.as_ref().is_some_and(Mask::holds)
    }

    fn size_hint(&self) -> SizeHint {
        // What the mask holds still comes.
        SizeHint::default()
    }
}

impl Metered {
    fn count(&self, frame: &Frame<Bytes>) -> Result<(), Error> {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        let limits = &self.gate.limits;
        if self.log.count_bytes(bytes) > limits.response_bytes() {
            *lock(&self.exceeded) = Some(Limit::Response(limits.response_mb));
            return Err(Error::HttpRequestBodySize(None));
        }
        Ok(())
    }
}

/// Takes the credential out of the headers of an answer.
fn mask_headers(credential: &Credential, headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        if let Some(mut mask) = credential.mask() {
            let mut masked = mask
                .chunk(Bytes::copy_from_slice(value.as_bytes()))
                .to_vec();
            masked.extend_from_slice(&mask.finish());
            if masked != value.as_bytes() {
                *value = HeaderValue::from_static("[redacted]");
            }
        }
    }
}
