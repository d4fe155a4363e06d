//! The seam between the SDK and the world outside: wasi:http and WASI's clocks in a component, a script in native tests.

use std::fmt;
use std::time::Duration;

use crate::{Error, ErrorCode};

/// A request as it goes out.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The HTTP method, upper case.
    pub method: &'static str,
    /// Scheme, host and port, without a slash at the end.
    pub origin: &'a str,
    /// Path and query, encoded.
    pub target: &'a str,
    /// Every header.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, if there is one.
    pub body: Option<&'a [u8]>,
    /// The most bytes of body to read; more is [`Fault::TooLarge`].
    pub most_body_bytes: usize,
    /// How long the answer may take to begin.
    pub answer_timeout: Duration,
}

/// A response as it came in, with its body read to the end.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// Every header.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What the SDK needs of the world outside.
pub trait Transport {
    /// Sends a request without waiting. What goes wrong is told by [`poll`](Self::poll).
    fn start(&self, request: &Outgoing<'_>) -> Ticket;

    /// The answer, if it has come as a whole. The ticket is then used up.
    fn poll(&self, ticket: Ticket) -> Option<Result<Incoming, Fault>>;

    /// Abandons a request.
    fn abandon(&self, ticket: Ticket);

    /// Blocks until something has come for one of the tickets, but no longer than `at_most`.
    fn wait(&self, tickets: &[Ticket], at_most: Duration);

    /// The time since some moment, never going back.
    fn now(&self) -> Duration;

    /// The time of day, in seconds since 1970.
    fn unix_seconds(&self) -> u64;

    /// Any number.
    fn random(&self) -> u64;
}

/// Why no answer came, or only half of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The host's policy does not allow the request.
    Denied,
    /// The host name is not known.
    UnknownHost,
    /// No connection came about, for the given reason. The request was not sent.
    Unreachable(String),
    /// The other side's certificate or encryption is not acceptable.
    Encryption(String),
    /// The answer did not come in time.
    Silent,
    /// The connection broke after the request was sent.
    Lost(String),
    /// The body ended early.
    Cut {
        /// How many bytes came.
        received: u64,
        /// How many were announced.
        announced: u64,
    },
    /// The body, or a header, is larger than allowed; the limit in bytes, if it is known.
    TooLarge(Option<u64>),
    /// The request is one that cannot be sent: a defect of the adapter or the SDK.
    Malformed(String),
    /// Something is wrong with the answer's HTTP.
    Garbled(String),
}

impl Fault {
    /// Whether the request surely did not reach the warehouse, and may do so later.
    pub(super) fn is_before_sending(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }

    /// Whether the request may have been lost by chance.
    pub(super) fn is_loss(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Cut { .. } | Self::Silent)
    }

    pub(super) fn into_error(self, request: &str, origin: &str) -> Error {
        let code = match &self {
            Self::Denied => ErrorCode::PermissionDenied,
            Self::Silent => ErrorCode::Timeout,
            Self::TooLarge(_) => ErrorCode::TooLarge,
            Self::Malformed(_) => ErrorCode::Internal,
            Self::Garbled(_) => ErrorCode::Protocol,
            Self::UnknownHost
            | Self::Unreachable(_)
            | Self::Encryption(_)
            | Self::Lost(_)
            | Self::Cut { .. } => ErrorCode::Unavailable,
        };
        Error::new(code, format!("{request} to {origin}: {self}"))
            .with_attribute("request", request)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied => out.write_str(
                "the host does not allow this request; see the adapter's network policy",
            ),
            Self::UnknownHost => out.write_str("the host name is not known; check its spelling"),
            Self::Unreachable(why) => write!(
                out,
                "{why}; check the address, and whether it can be reached from here"
            ),
            Self::Encryption(why) => write!(out, "{why}; check the address and its certificate"),
            Self::Silent => out.write_str("no answer came in time; try again later"),
            Self::Lost(why) => write!(out, "{why}; try again later"),
            Self::Cut {
                received,
                announced,
            } => {
                write!(
                    out,
                    "the answer ended after {received} of {announced} bytes; try again later"
                )
            }
            Self::TooLarge(Some(limit)) => write!(
                out,
                "the answer is larger than the {limit} bytes that are allowed"
            ),
            Self::TooLarge(None) => out.write_str("the answer is larger than allowed"),
            Self::Malformed(why) => write!(out, "the request cannot be sent: {why}"),
            Self::Garbled(why) => write!(out, "the answer is not proper HTTP: {why}"),
        }
    }
}
