//! The HTTP clients of one adapter: pooled connections, gzip, the system's CA certificates, no redirects.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, NoProxy};
use wasmtime_wasi_http::Error;

use crate::origin::Scheme;
use crate::policy::Proxy;
use crate::resolve::{AddressRefused, CheckedResolver, Resolve};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// A client for each scheme, made when it is first needed.
pub(crate) struct Clients {
    user_agent: String,
    resolver: CheckedResolver,
    proxy: Option<Proxy>,
    http: OnceLock<Result<Client, String>>,
    https: OnceLock<Result<Client, String>>,
}

impl Clients {
    /// `named`: the hosts that the user has named, which may be anywhere; all of them, if there is no list.
    pub(crate) fn new(
        user_agent: &str,
        resolver: Arc<dyn Resolve>,
        named: Option<BTreeSet<String>>,
        proxy: Option<Proxy>,
    ) -> Self {
        // With a proxy its name is what is looked up, and most are in a private network.
        let proxy_host = proxy.as_ref().and_then(|proxy| proxy.url.host_str());
        let named = named.map(|named| {
            named
                .into_iter()
                .chain(proxy_host.map(str::to_owned))
                .collect()
        });
        Self {
            user_agent: user_agent.to_owned(),
            resolver: CheckedResolver {
                resolver,
                named: named.map(Arc::new),
            },
            proxy,
            http: OnceLock::new(),
            https: OnceLock::new(),
        }
    }

    /// The client for requests of this scheme, or why there is none.
    pub(crate) fn of(&self, scheme: Scheme) -> Result<&Client, String> {
        let client = match scheme {
            Scheme::Http => &self.http,
            Scheme::Https => &self.https,
        };
        let client = client.get_or_init(|| self.build(scheme).map_err(|error| reason(&error)));
        client.as_ref().map_err(Clone::clone)
    }

    fn build(&self, scheme: Scheme) -> reqwest::Result<Client> {
        // TLS needs one implementation of its primitives for the whole process; where an embedder has chosen one, it stands.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let builder = Client::builder()
            .user_agent(&self.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .dns_resolver(self.resolver.clone())
            .referer(false)
            .gzip(true)
            // What the environment says of proxies reaches us through the configuration or not at all.
            .no_proxy();
        match (scheme, &self.proxy) {
            // No TLS, so no certificates: reading the system's takes longer than a whole run over a local connection.
            // And no proxy: a credential may go to this machine in the clear, and no further.
            (Scheme::Http, _) => builder.tls_certs_only([]).build(),
            (Scheme::Https, None) => builder.build(),
            (Scheme::Https, Some(proxy)) => {
                let through = reqwest::Proxy::https(proxy.url.clone())?;
                let through = through.no_proxy(NoProxy::from_string(&proxy.bypass));
                builder.proxy(through).build()
            }
        }
    }
}

/// The address that was refused, if that is why a request failed.
pub(crate) fn refused_address(error: &reqwest::Error) -> Option<AddressRefused> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<AddressRefused>() {
            return Some(refused.clone());
        }
        cause = error.source();
    }
    None
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
