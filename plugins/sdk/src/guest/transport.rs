//! HTTP through wasi:http, and WASI's clocks and random numbers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::http::outgoing_handler::{self, FutureIncomingResponse};
use wasip2::http::types::{
    ErrorCode, Fields, HeaderError, IncomingBody, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, RequestOptions, Scheme, http_error_code,
};
use wasip2::io::poll::{self, Pollable};
use wasip2::io::streams::{InputStream, StreamError};
use wasip2::random::random;

use crate::http::transport::{Fault, Incoming, Outgoing, Ticket, Transport};

/// The world outside, as the host gives it to a component.
#[derive(Default)]
pub struct Wasi {
    exchanges: RefCell<BTreeMap<Ticket, Exchange>>,
    last: RefCell<u64>,
}

impl Transport for Wasi {
    fn start(&self, request: &Outgoing<'_>) -> Ticket {
        let mut last = self.last.borrow_mut();
        *last += 1;
        let ticket = Ticket(*last);
        let exchange = match send(request) {
            Ok(future) => Exchange {
                most_body_bytes: request.most_body_bytes,
                stage: Stage::waiting(future),
            },
            Err(fault) => Exchange {
                most_body_bytes: 0,
                stage: Stage::Failed(fault),
            },
        };
        self.exchanges.borrow_mut().insert(ticket, exchange);
        ticket
    }

    fn poll(&self, ticket: Ticket) -> Option<Result<Incoming, Fault>> {
        let mut exchanges = self.exchanges.borrow_mut();
        let outcome = exchanges.get_mut(&ticket)?.advance()?;
        exchanges.remove(&ticket);
        Some(outcome)
    }

    fn abandon(&self, ticket: Ticket) {
        self.exchanges.borrow_mut().remove(&ticket);
    }

    fn wait(&self, tickets: &[Ticket], at_most: Duration) {
        let exchanges = self.exchanges.borrow();
        let timer = monotonic_clock::subscribe_duration(nanoseconds(at_most));
        let mut pollables = vec![&timer];
        for ticket in tickets {
            match exchanges.get(ticket).map(|exchange| &exchange.stage) {
                Some(Stage::Waiting(waiting)) => pollables.push(&waiting.ready),
                Some(Stage::Reading(reading)) => pollables.push(&reading.ready),
                // There is something to be told at once.
                Some(Stage::Failed(_)) | None => return,
            }
        }
        poll::poll(&pollables);
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn unix_seconds(&self) -> u64 {
        wall_clock::now().seconds
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }
}

/// A request under way, and what has come of it.
struct Exchange {
    most_body_bytes: usize,
    stage: Stage,
}

enum Stage {
    Waiting(Waiting),
    Reading(Reading),
    Failed(Fault),
}

/// Before the response. A pollable is a child of what it polls, and fields are dropped in their order.
struct Waiting {
    ready: Pollable,
    future: FutureIncomingResponse,
}

/// Within the body. Each field is a child of the next one.
struct Reading {
    ready: Pollable,
    stream: InputStream,
    _body: IncomingBody,
    _response: IncomingResponse,
    incoming: Incoming,
}

impl Stage {
    fn waiting(future: FutureIncomingResponse) -> Self {
        Self::Waiting(Waiting {
            ready: future.subscribe(),
            future,
        })
    }
}

impl Exchange {
    /// The outcome, if it is there. Never blocks.
    fn advance(&mut self) -> Option<Result<Incoming, Fault>> {
        loop {
            self.stage = match &mut self.stage {
                Stage::Failed(fault) => return Some(Err(fault.clone())),
                Stage::Reading(reading) => return reading.advance(self.most_body_bytes),
                Stage::Waiting(waiting) => match waiting.future.get()? {
                    Ok(Ok(response)) => match Reading::start(response) {
                        Ok(reading) => Stage::Reading(reading),
                        Err(fault) => Stage::Failed(fault),
                    },
                    Ok(Err(code)) => Stage::Failed(fault(code)),
                    Err(()) => {
                        Stage::Failed(Fault::Garbled("the response was taken twice".to_owned()))
                    }
                },
            };
        }
    }
}

impl Reading {
    /// How much to read at once: what a host has at hand is less.
    const READ_BYTES: u64 = 1 << 20;

    /// No more is set aside on the word of a header than this.
    const MOST_RESERVED_BYTES: usize = 8 << 20;

    fn start(response: IncomingResponse) -> Result<Self, Fault> {
        let gone = |()| Fault::Garbled("the body was taken twice".to_owned());
        let headers = response.headers().entries();
        let announced = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| {
                std::str::from_utf8(value)
                    .ok()?
                    .trim()
                    .parse::<usize>()
                    .ok()
            });
        let reserved = announced.unwrap_or_default().min(Self::MOST_RESERVED_BYTES);
        let incoming = Incoming {
            status: response.status(),
            headers,
            body: Vec::with_capacity(reserved),
        };
        let body = response.consume().map_err(gone)?;
        let stream = body.stream().map_err(gone)?;
        Ok(Self {
            ready: stream.subscribe(),
            stream,
            _body: body,
            _response: response,
            incoming,
        })
    }

    fn advance(&mut self, most_body_bytes: usize) -> Option<Result<Incoming, Fault>> {
        loop {
            match self.stream.read(Self::READ_BYTES) {
                Ok(bytes) if bytes.is_empty() => return None,
                Ok(bytes) if self.incoming.body.len() + bytes.len() > most_body_bytes => {
                    return Some(Err(Fault::TooLarge(Some(most_body_bytes as u64))));
                }
                Ok(bytes) => self.incoming.body.extend_from_slice(&bytes),
                Err(StreamError::Closed) => return Some(Ok(std::mem::take(&mut self.incoming))),
                Err(StreamError::LastOperationFailed(error)) => {
                    let lost = || {
                        Fault::Lost("the connection broke in the middle of the answer".to_owned())
                    };
                    return Some(Err(http_error_code(&error).map_or_else(lost, fault)));
                }
            }
        }
    }
}

fn header_fault(name: &str, error: HeaderError) -> String {
    match error {
        HeaderError::Forbidden => {
            format!("the header `{name}` belongs to the host, which lets no plugin set it")
        }
        HeaderError::Immutable | HeaderError::InvalidSyntax => {
            format!("the header `{name}` is not valid")
        }
    }
}

fn send(request: &Outgoing<'_>) -> Result<FutureIncomingResponse, Fault> {
    let malformed = |what: &str| Fault::Malformed(format!("{what} is not valid"));
    let headers = Fields::new();
    for (name, value) in request.headers {
        headers
            .append(name, value.as_bytes())
            .map_err(|error| Fault::Malformed(header_fault(name, error)))?;
    }
    let outgoing = OutgoingRequest::new(headers);
    let (scheme, authority) = match request.origin.split_once("://") {
        Some(("http", authority)) => (Scheme::Http, authority),
        Some(("https", authority)) => (Scheme::Https, authority),
        _ => return Err(malformed("the endpoint")),
    };
    let method = match request.method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => Method::Other(other.to_owned()),
    };
    outgoing
        .set_method(&method)
        .map_err(|()| malformed("the method"))?;
    outgoing
        .set_scheme(Some(&scheme))
        .map_err(|()| malformed("the scheme"))?;
    outgoing
        .set_authority(Some(authority))
        .map_err(|()| malformed("the endpoint"))?;
    outgoing
        .set_path_with_query(Some(request.target))
        .map_err(|()| malformed("the path"))?;

    let options = RequestOptions::new();
    // A host that does not support a timeout says so; its own then counts.
    let _ = options.set_first_byte_timeout(Some(nanoseconds(request.answer_timeout)));

    let body = outgoing.body().map_err(|()| malformed("the body"))?;
    let future = outgoing_handler::handle(outgoing, Some(options)).map_err(fault)?;
    write(body, request.body.unwrap_or_default())?;
    Ok(future)
}

/// Writes as much at a time as the host takes without blocking. Bodies are small, so that is all of it, at once.
fn write(body: OutgoingBody, mut bytes: &[u8]) -> Result<(), Fault> {
    let broke = |_| Fault::Lost("the connection broke while the request was sent".to_owned());
    if !bytes.is_empty() {
        let stream = body
            .write()
            .map_err(|()| Fault::Malformed("the body was taken twice".to_owned()))?;
        while !bytes.is_empty() {
            let room = usize::try_from(stream.check_write().map_err(broke)?).unwrap_or(usize::MAX);
            if room == 0 {
                stream.subscribe().block();
                continue;
            }
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            stream.write(now).map_err(broke)?;
            bytes = later;
        }
    }
    OutgoingBody::finish(body, None).map_err(fault)
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn fault(code: ErrorCode) -> Fault {
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => Fault::Denied,
        ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => Fault::UnknownHost,
        ErrorCode::DnsTimeout => {
            Fault::Unreachable("the host name could not be looked up in time".to_owned())
        }
        ErrorCode::ConnectionRefused => Fault::Unreachable("the connection was refused".to_owned()),
        ErrorCode::ConnectionTimeout => {
            Fault::Unreachable("no connection came about in time".to_owned())
        }
        ErrorCode::DestinationUnavailable | ErrorCode::DestinationIpUnroutable => {
            Fault::Unreachable("there is no way to the address".to_owned())
        }
        ErrorCode::ConnectionLimitReached => {
            Fault::Unreachable("there are too many connections".to_owned())
        }
        ErrorCode::TlsCertificateError => {
            Fault::Encryption("the certificate is not trusted".to_owned())
        }
        ErrorCode::TlsProtocolError => {
            Fault::Encryption("no encrypted connection came about".to_owned())
        }
        ErrorCode::TlsAlertReceived(alert) => Fault::Encryption(match alert.alert_message {
            Some(message) => format!("the other side refused the encrypted connection: {message}"),
            None => "the other side refused the encrypted connection".to_owned(),
        }),
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Fault::Silent,
        ErrorCode::ConnectionTerminated => Fault::Lost("the connection broke".to_owned()),
        ErrorCode::HttpResponseIncomplete => {
            Fault::Lost("the connection broke in the middle of the answer".to_owned())
        }
        ErrorCode::InternalError(why) => {
            Fault::Lost(why.unwrap_or_else(|| "the connection failed".to_owned()))
        }
        ErrorCode::HttpResponseBodySize(limit) => Fault::TooLarge(limit),
        ErrorCode::HttpResponseHeaderSize(_) | ErrorCode::HttpResponseHeaderSectionSize(_) => {
            Fault::TooLarge(None)
        }
        ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_)
        | ErrorCode::HttpProtocolError
        | ErrorCode::HttpUpgradeFailed
        | ErrorCode::LoopDetected => Fault::Garbled(code.to_string()),
        other => Fault::Malformed(other.to_string()),
    }
}
