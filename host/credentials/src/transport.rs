use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};

/// A future on the heap that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How requests to token endpoints get out: the host's HTTP client.
///
/// Whoever implements it follows no redirects, since a secret must not go where a server points, gives up after a time, and limits the size of a body. It does not
/// retry: the broker does.
pub trait TokenTransport: Send + Sync {
    /// Sends one request and collects its answer, whatever its status.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>>;
}

/// Why there is no answer. The texts go into messages, redacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection came about, so that nothing has been sent: worth another attempt.
    #[error("{0}")]
    Unreachable(String),
    /// Anything else: an answer that broke off, was too large or took too long.
    #[error("{0}")]
    Failed(String),
}
