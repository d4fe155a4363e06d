//! The way to the warehouse.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use super::call::{Call, wait_for_any};
use super::failure::Reason;
use super::link::{self, Link};
use super::request::Request;
use super::response::Response;
use super::retry::Retry;
use super::transport::{Outgoing, Ticket, Transport};
use crate::Result;

/// Reads a warehouse's own error body: the HTTP status, and the body, which may be anything. None if it is not such a body.
pub type Explain = fn(status: u16, body: &[u8]) -> Option<Reason>;

/// The way to the warehouse's endpoint. Cloning it is cheap, and a clone is the same way.
///
/// The SDK gives one to [`Adapter::open`](crate::Adapter::open), which may shape it:
///
/// ```
/// use rocky_adapter_sdk::{Client, Reason, Retry};
///
/// fn shape(client: Client) -> Client {
///     client
///         .with_header("x-warehouse-api", "2")
///         .with_explain(|_status, body| {
///             let message = std::str::from_utf8(body).ok()?.strip_prefix("ERROR ")?;
///             Some(Reason { message: message.to_owned(), ..Reason::default() })
///         })
///         .with_retry(Retry { budget: std::time::Duration::from_secs(10) })
/// }
/// ```
#[derive(Clone)]
pub struct Client {
    transport: Rc<dyn Transport>,
    config: Rc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    origin: String,
    headers: Vec<(String, String)>,
    explain: Explain,
    retry: Retry,
    most_body_bytes: usize,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(out)
    }
}

impl Client {
    /// How many bytes an answer may have unless the adapter says otherwise: more than twice what warehouses put into one.
    pub const MOST_BODY_BYTES: usize = 64 << 20;

    /// A way to the warehouse at `origin`. Adapters are given theirs.
    pub fn new(transport: Rc<dyn Transport>, origin: &str) -> Self {
        let config = Config {
            origin: origin.trim_end_matches('/').to_owned(),
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            explain: |_, _| None,
            retry: Retry::default(),
            most_body_bytes: Self::MOST_BODY_BYTES,
        };
        Self {
            transport,
            config: Rc::new(config),
        }
    }

    fn configured(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Rc::make_mut(&mut self.config));
        self
    }

    /// Adds a header to every request, in place of an earlier one of that name.
    #[must_use]
    pub fn with_header(self, name: &str, value: &str) -> Self {
        self.configured(|config| {
            config
                .headers
                .retain(|(present, _)| !present.eq_ignore_ascii_case(name));
            config.headers.push((name.to_owned(), value.to_owned()));
        })
    }

    /// A way to another place that the manifest declares, such as storage for large results. No credential is sent there, and the
    /// host refuses it unless the user has allowed it.
    #[must_use]
    pub fn with_origin(self, origin: &str) -> Self {
        self.configured(|config| config.origin = origin.trim_end_matches('/').to_owned())
    }

    /// Says how the warehouse's error bodies are read.
    #[must_use]
    pub fn with_explain(self, explain: Explain) -> Self {
        self.configured(|config| config.explain = explain)
    }

    /// Says how hard to try.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        self.configured(|config| config.retry = retry)
    }

    /// Says how many bytes an answer may have.
    #[must_use]
    pub fn with_most_body_bytes(self, bytes: usize) -> Self {
        self.configured(|config| config.most_body_bytes = bytes)
    }

    /// The warehouse's endpoint: scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.config.origin
    }

    /// Sends a request without waiting for its answer.
    pub fn send(&self, request: Request) -> Call {
        Call::start(self.clone(), request)
    }

    /// Sends a request and blocks until its answer has come: for the calls that have no way to say that they wait.
    pub fn fetch(&self, request: Request) -> Result<Response> {
        self.send(request).finish()
    }

    /// Follows a link without waiting for the answer. Nothing of what goes to the warehouse goes there: no credential, because the host
    /// attaches it to requests for the endpoint only, and no header but the link's own. The host refuses it unless the user has allowed
    /// the place.
    pub fn follow(&self, link: &Link) -> Call {
        let client = self.clone().configured(|config| {
            link.origin().clone_into(&mut config.origin);
            config.headers.clear();
            config.explain = link::explain;
        });
        client.send(link.request())
    }

    /// Blocks until one of these calls may have come further, but not longer than the given time.
    pub fn wait_for_any<'a>(&self, calls: impl Iterator<Item = &'a Call>, at_most: Duration) {
        wait_for_any(self, calls, at_most);
    }

    /// The time since some moment, never going back.
    pub fn now(&self) -> Duration {
        self.transport.now()
    }

    /// A number that nobody can guess, such as for the id of a request.
    pub fn random(&self) -> u64 {
        self.transport.random()
    }

    /// Blocks for a while. A cursor uses [`Pacer`](crate::Pacer), which never blocks for long.
    pub fn sleep(&self, time: Duration) {
        if !time.is_zero() {
            self.transport.wait(&[], time);
        }
    }

    pub(super) fn explain(&self, response: &Response) -> Option<Reason> {
        (self.config.explain)(response.status, &response.body)
    }

    pub(super) fn retry(&self) -> Retry {
        self.config.retry
    }

    pub(super) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Sends a request of which so many tries have failed.
    pub(super) fn start(&self, request: &Request, failed: u32) -> Ticket {
        let length = request.body.as_ref().map(|body| body.len().to_string());
        let mut headers: Vec<(&str, &str)> = Vec::new();
        if let Some(length) = &length {
            headers.push(("content-type", "application/json"));
            headers.push(("content-length", length));
        }
        let own = request.headers.iter();
        let shared = self.config.headers.iter().filter(|(name, _)| {
            !request
                .headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        });
        headers.extend(
            shared
                .chain(own)
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        self.transport.start(&Outgoing {
            method: request.method,
            origin: &self.config.origin,
            target: &request.target_of(failed),
            headers: &headers,
            body: request.body.as_deref(),
            most_body_bytes: self.config.most_body_bytes,
            answer_timeout: request.answer_timeout,
        })
    }
}
