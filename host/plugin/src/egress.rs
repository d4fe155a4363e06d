//! The only way out of the sandbox: `wasi:http`, to the adapter's endpoint and where else it was allowed.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName,
    PROXY_AUTHORIZATION, RETRY_AFTER, TE, TRAILER,
};
use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;
use rocky_credentials::{Attachment, Broker, ClockSkew, CredentialError};
use url::Url;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use crate::address::not_public;
use crate::client::{self, Clients};
use crate::in_flight::{HeldBody, InFlight, Place};
use crate::limits::{Limit, Limits};
use crate::mask::Masks;
use crate::origin::Origin;
use crate::pattern::OriginPattern;
use crate::rate_gates::RateGates;
use crate::requests::{Expected, Reason, RequestRules, is_read};
use crate::resources::CHUNK_BYTES;
use crate::response_body::{Metered, mask_headers};
use crate::usage::{Contacts, Refusal, RefusalKind, RequestLog, lock};

/// All headers of a request: servers refuse more than some 16 KiB.
const REQUEST_HEADER_BYTES: usize = 32 << 10;
/// All headers of an answer.
const RESPONSE_HEADER_BYTES: usize = 256 << 10;
/// The address of a request: the longest that servers take is 8 to 16 KiB.
const URL_BYTES: usize = 32 << 10;

/// What the requests of one adapter have in common.
pub(crate) struct Gate {
    pub endpoint: Origin,
    pub credential: Broker,
    /// Where else it may read.
    pub allow: Vec<OriginPattern>,
    /// Where else it said that it may want to read.
    pub declared: Vec<OriginPattern>,
    pub rules: RequestRules,
    pub clients: Clients,
    pub rates: Arc<RateGates>,
    /// Whether nobody waits for answers any more.
    pub cancelled: Arc<AtomicBool>,
    pub contacts: Arc<Contacts>,
    pub limits: Limits,
}

/// The way out of one instance. Without a gate, as while a manifest is read, nothing gets out.
pub(crate) struct Egress {
    pub gate: Option<Arc<Gate>>,
    pub log: Arc<RequestLog>,
    /// Set by the request that went over a limit.
    pub exceeded: Exceeded,
    pub in_flight: InFlight,
}

/// The limit that a call went over, told by whoever noticed.
pub(crate) type Exceeded = Arc<Mutex<Option<Limit>>>;

type Worker = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = Result<(Response<WasiBody>, Worker), Error>;

impl WasiHttpHooks for Egress {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK_BYTES
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
        let in_flight = self.in_flight.clone();
        Box::new(async move {
            let (gate, url, origin) = admitted?;
            let outgoing = Outgoing {
                gate,
                url,
                origin,
                log,
                exceeded,
                in_flight,
            };
            outgoing.send(request).await
        })
    }
}

impl Egress {
    /// Lets a request out as far as its head goes, or notes why not: the guest itself is told only that it was refused.
    fn admit(&self, request: &Request<WasiBody>) -> Result<(Arc<Gate>, Url, Origin), Error> {
        let attempts = self.log.count_attempt();
        let url = Url::parse(&request.uri().to_string()).map_err(|_| {
            self.log.count_refusal();
            Error::HttpRequestUriInvalid
        })?;
        let refuse = |(kind, reason): Reason| {
            let request = name(request.method(), &url);
            self.log.refuse(Refusal {
                request,
                reason,
                kind,
            });
            Error::HttpRequestDenied
        };
        let Some(gate) = &self.gate else {
            let reason = "a plugin has no network while it tells its manifest".to_owned();
            return Err(refuse((RefusalKind::Offline, reason)));
        };
        if attempts > gate.limits.requests {
            *lock(&self.exceeded) = Some(Limit::Requests(gate.limits.requests));
            self.log.count_refusal();
            return Err(Error::HttpRequestDenied);
        }
        let origin = gate.admit_origin(&url).map_err(refuse)?;
        check_size(&url, request.headers())
            .map_err(|reason| refuse((RefusalKind::Malformed, reason)))?;
        self.log.count_request();
        Ok((gate.clone(), url, origin))
    }
}

impl Gate {
    fn admit_origin(&self, url: &Url) -> Result<Origin, Reason> {
        let origin =
            Origin::of(url).map_err(|error| (RefusalKind::Malformed, error.to_string()))?;
        if origin == self.endpoint || self.allow.iter().any(|pattern| pattern.matches(&origin)) {
            return Ok(origin);
        }
        let declared = self
            .declared
            .iter()
            .find(|pattern| pattern.matches(&origin));
        let near = origin.address().and_then(not_public);
        let near = near.map(|near| format!(" ({near})")).unwrap_or_default();
        let (kind, how) = match declared {
            Some(pattern) => (
                RefusalKind::Declared {
                    origin: origin.to_string(),
                    pattern: pattern.to_string(),
                },
                "its manifest declares it",
            ),
            None => (RefusalKind::Undeclared, "its manifest never announced it"),
        };
        let endpoint = &self.endpoint;
        let place =
            format!("{origin}{near} is neither this adapter's endpoint, {endpoint}, nor allowed");
        Err((kind, format!("{place}, and {how}")))
    }
}

/// Headers that belong to the host, decide where a request ends, or make another request of it.
fn is_forbidden(name: &HeaderName) -> bool {
    const OVERRIDES: [&str; 6] = [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-host",
    ];
    // Some servers read `_` as `-`.
    let plain = name.as_str().replace('_', "-");
    DEFAULT_FORBIDDEN_HEADERS.contains(name)
        || [
            AUTHORIZATION,
            PROXY_AUTHORIZATION,
            HOST,
            ACCEPT_ENCODING,
            TE,
            TRAILER,
        ]
        .contains(name)
        || OVERRIDES.contains(&plain.as_str())
        || plain.starts_with("proxy-")
        || (plain != name.as_str()
            && plain
                .parse()
                .is_ok_and(|twin: HeaderName| is_forbidden(&twin)))
}

fn check_size(url: &Url, headers: &HeaderMap) -> Result<(), String> {
    if url.as_str().len() > URL_BYTES {
        return Err(format!("its address is longer than {URL_BYTES} bytes"));
    }
    match header_bytes(headers) > REQUEST_HEADER_BYTES {
        true => Err(format!(
            "its headers are longer than {REQUEST_HEADER_BYTES} bytes"
        )),
        false => Ok(()),
    }
}

fn header_bytes(headers: &HeaderMap) -> usize {
    let bytes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    bytes.sum()
}

/// A request as errors and log lines name it: without the query, which may hold anything.
fn name(method: &http::Method, url: &Url) -> String {
    format!("{method} {}", &url[..url::Position::AfterPath])
}

/// What a server that has asked for a pause would answer now, without asking it.
fn paused(pause: Duration) -> Response<WasiBody> {
    let empty = http_body_util::Empty::new().map_err(|never| match never {});
    let mut response = Response::new(empty.boxed_unsync());
    *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    let seconds = pause.as_secs().saturating_add(1);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

/// A request to a place that it may go to.
struct Outgoing {
    gate: Arc<Gate>,
    url: Url,
    origin: Origin,
    log: Arc<RequestLog>,
    exceeded: Exceeded,
    in_flight: InFlight,
}

impl Outgoing {
    async fn send(self, request: Request<WasiBody>) -> Answer {
        let place = self.in_flight.place().await;
        let (parts, body) = request.into_parts();
        let name = name(&parts.method, &self.url);
        // What is refused for its head is not worth the memory of its body.
        let body = match self.judge_head(&parts) {
            Ok(expected) => self.read(&expected, body).await,
            Err(refusal) => Err(refusal),
        };
        let body = body.map_err(|refusal| self.refuse(name.clone(), refusal))?;
        if let Some(pause) = self.gate.rates.wait(&self.origin).await {
            return Ok((paused(pause), Box::new(async { Ok(()) })));
        }
        let request = Request::from_parts(parts, body.bytes.clone());
        let (response, attached) = self.exchange(&request).await?;
        let status = response.status();
        tracing::trace!(request = name, status = status.as_u16(), "answered");
        self.gate
            .rates
            .note(&self.origin, status, response.headers());
        if header_bytes(response.headers()) > RESPONSE_HEADER_BYTES {
            self.log.fail(format!(
                "its headers are longer than {RESPONSE_HEADER_BYTES} bytes"
            ));
            return Err(Error::HttpResponseHeaderSectionSize(None));
        }
        let response = self.admit_response(response, attached.as_ref(), place);
        Ok((response, Box::new(async { Ok(()) })))
    }

    /// Elsewhere than at the endpoint an adapter only reads.
    fn judge_head(&self, head: &Parts) -> Result<Expected<'_>, Reason> {
        if self.origin == self.gate.endpoint {
            return self.gate.rules.judge_head(head, &self.url);
        }
        let origin = &self.origin;
        let otherwise =
            format!("from {origin}, which is not its endpoint, an adapter may only read");
        match is_read(&head.method) {
            true => Ok(Expected::Nothing { otherwise }),
            false => Err((RefusalKind::Unannounced, otherwise)),
        }
    }

    async fn read(&self, expected: &Expected<'_>, body: WasiBody) -> Result<HeldBody, Reason> {
        let read = self.in_flight.read(body).await;
        let body = read.map_err(|error| (RefusalKind::Malformed, error.to_string()))?;
        self.gate.rules.judge_body(expected, &body.bytes)?;
        Ok(body)
    }

    fn refuse(&self, request: String, (kind, reason): Reason) -> Error {
        self.log.refuse(Refusal {
            request,
            reason,
            kind,
        });
        Error::HttpRequestDenied
    }

    /// Sends the request with the credential, if it goes to the endpoint. Where that is rejected it is renewed, once.
    async fn exchange(
        &self,
        request: &Request<Bytes>,
    ) -> Result<(reqwest::Response, Option<Attachment>), Error> {
        if self.origin != self.gate.endpoint {
            return Ok((self.execute(request, None).await?, None));
        }
        let credential = &self.gate.credential;
        let attached = credential.attachment().await;
        let attached = attached.map_err(|error| self.without_credential(error))?;
        let response = self.execute(request, Some(&attached)).await?;
        if response.status() != http::StatusCode::UNAUTHORIZED {
            return Ok((response, Some(attached)));
        }
        if let Some(skew) = ClockSkew::between(SystemTime::now(), response.headers()) {
            self.log.fail(skew.to_string());
        }
        let renewed = credential.renewed(&attached).await;
        match renewed.map_err(|error| self.without_credential(error))? {
            Some(renewed) => {
                let response = self.execute(request, Some(&renewed)).await?;
                Ok((response, Some(renewed)))
            }
            None => Ok((response, Some(attached))),
        }
    }

    fn without_credential(&self, error: CredentialError) -> Error {
        self.log.fail_credential(error);
        Error::HttpRequestDenied
    }

    async fn execute(
        &self,
        request: &Request<Bytes>,
        attached: Option<&Attachment>,
    ) -> Result<reqwest::Response, Error> {
        let client = self
            .gate
            .clients
            .of(self.origin.scheme())
            .map_err(|reason| {
                self.log.fail(reason);
                Error::ConfigurationError
            })?;
        self.gate.contacts.sent(&self.origin);
        let sent = client.execute(self.outgoing(request, attached)).await;
        sent.map_err(|error| match client::refused_address(&error) {
            Some(refused) => {
                let kind = RefusalKind::Address {
                    origin: self.origin.to_string(),
                };
                self.refuse(
                    name(request.method(), &self.url),
                    (kind, refused.to_string()),
                )
            }
            None => {
                self.log.fail(client::reason(&error));
                client::code(&error)
            }
        })
    }

    /// The request as it travels.
    fn outgoing(
        &self,
        request: &Request<Bytes>,
        attached: Option<&Attachment>,
    ) -> reqwest::Request {
        let mut outgoing = reqwest::Request::new(request.method().clone(), self.url.clone());
        *outgoing.headers_mut() = request.headers().clone();
        // Both follow from what is sent; a guest's own would be another truth.
        outgoing.headers_mut().remove(HOST);
        outgoing.headers_mut().remove(CONTENT_LENGTH);
        if let Some(attached) = attached {
            attached.apply(outgoing.headers_mut());
        }
        if !request.body().is_empty() {
            *outgoing.body_mut() = Some(request.body().clone().into());
        }
        outgoing
    }

    fn admit_response(
        &self,
        response: reqwest::Response,
        attached: Option<&Attachment>,
        place: Place,
    ) -> Response<WasiBody> {
        let credential = &self.gate.credential;
        let needles = match attached {
            Some(attached) => credential.needles_with(attached),
            None => credential.needles(),
        };
        let masks = Masks::new(
            needles
                .into_iter()
                .map(|secret| secret.expose().as_bytes().to_vec()),
        );
        let (mut parts, body) = Response::<reqwest::Body>::from(response).into_parts();
        mask_headers(&masks, &mut parts.headers);
        let body = Metered {
            body,
            masks,
            origin: self.origin.clone(),
            received: 0,
            gate: self.gate.clone(),
            log: self.log.clone(),
            exceeded: self.exceeded.clone(),
            _place: place,
        };
        Response::from_parts(parts, body.boxed_unsync())
    }
}
