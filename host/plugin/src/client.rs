//! The HTTP client of one adapter: pooled connections, gzip, the system's CA certificates, no redirects.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use wasmtime_wasi_http::Error;

use crate::error::ConfigError;
use crate::origin::{Origin, Scheme};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// A client for requests to `endpoint`.
pub(crate) fn build(endpoint: &Origin, user_agent: &str) -> Result<reqwest::Client, ConfigError> {
    // TLS needs one implementation of its primitives for the whole process; where an embedder has chosen one, it stands.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .referer(false)
        .gzip(true);
    if endpoint.scheme() == Scheme::Http {
        // No TLS, so no certificates: reading the system's takes longer than a whole run over a local connection.
        // And no proxy: a credential may go to this machine in the clear, and no further.
        builder = builder.tls_certs_only([]).no_proxy();
    }
    builder.build().map_err(|error| ConfigError::Client {
        endpoint: endpoint.to_string(),
        reason: reason(&error),
    })
}

/// The innermost cause of an error: what outer ones add is what the guest knows and says itself.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

/// The code that the guest is told. It says as much as `wasi:http` has words for; the host keeps the whole reason.
pub(crate) fn code(error: &reqwest::Error) -> Error {
    let mut cause = error.source();
    while let Some(error) = cause {
        // What an I/O error wraps is not among its sources.
        let io = error.downcast_ref::<std::io::Error>();
        if let Some(inner) = io.and_then(std::io::Error::get_ref)
            && let Some(tls) = inner.downcast_ref::<rustls::Error>()
        {
            return match tls {
                rustls::Error::InvalidCertificate(_) => Error::TlsCertificateError,
                _ => Error::TlsProtocolError,
            };
        }
        if let Some(io) = io
            && let Some(code) = code_of_io(io)
        {
            return code;
        }
        if let Some(hyper) = error.downcast_ref::<hyper::Error>()
            && (hyper.is_incomplete_message() || hyper.is_body_write_aborted())
        {
            return Error::HttpResponseIncomplete;
        }
        if error.is::<rustls::Error>() {
            return Error::TlsProtocolError;
        }
        if error.to_string().contains("failed to lookup address") {
            return Error::DnsError {
                rcode: None,
                info_code: None,
            };
        }
        cause = error.source();
    }
    if error.is_timeout() {
        Error::ConnectionTimeout
    } else if error.is_connect() {
        Error::DestinationUnavailable
    } else if error.is_body() {
        Error::HttpResponseIncomplete
    } else if error.is_decode() {
        Error::HttpResponseContentCoding(None)
    } else {
        Error::ConnectionTerminated
    }
}

fn code_of_io(error: &std::io::Error) -> Option<Error> {
    match error.kind() {
        ErrorKind::ConnectionRefused => Some(Error::ConnectionRefused),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Some(Error::ConnectionTerminated)
        }
        ErrorKind::UnexpectedEof => Some(Error::HttpResponseIncomplete),
        ErrorKind::TimedOut => Some(Error::ConnectionTimeout),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Some(Error::DestinationUnavailable)
        }
        _ => None,
    }
}
