//! What a warehouse answers, on its way into the sandbox.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use wasmtime_wasi_http::Error;

use crate::client;
use crate::egress::{Exceeded, Gate};
use crate::in_flight::Place;
use crate::limits::Limit;
use crate::mask::Masks;
use crate::origin::Origin;
use crate::usage::{RequestLog, lock};

/// A response body on its way into the sandbox: counted, limited, and its failure noted in full.
pub(crate) struct Metered {
    pub body: reqwest::Body,
    pub masks: Masks,
    pub origin: Origin,
    pub received: u64,
    pub gate: Arc<Gate>,
    pub log: Arc<RequestLog>,
    pub exceeded: Exceeded,
    /// The request is under way until its answer has been read or dropped.
    pub _place: Place,
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
                    let held = Some(self.masks.finish()).filter(|held| !held.is_empty());
                    return Poll::Ready(held.map(|held| Ok(Frame::data(held))));
                }
            };
            self.count(&frame)?;
            // No warehouse sends trailers, and no guest reads them.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            let data = self.masks.chunk(data);
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && !self.masks.hold()
    }

    fn size_hint(&self) -> SizeHint {
        // What the mask holds still comes.
        SizeHint::default()
    }
}

/// However it ends, what has come is told.
impl Drop for Metered {
    fn drop(&mut self) {
        self.gate.contacts.received(&self.origin, self.received);
    }
}

impl Metered {
    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), Error> {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        self.received += bytes;
        let limits = &self.gate.limits;
        if self.log.count_bytes(bytes) > limits.response_bytes() {
            *lock(&self.exceeded) = Some(Limit::Response(limits.response_mb));
            return Err(Error::HttpRequestBodySize(None));
        }
        Ok(())
    }
}

/// Takes the credential out of the headers of an answer.
pub(crate) fn mask_headers(masks: &Masks, headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        let mut masks = masks.clone();
        let mut masked = masks
            .chunk(Bytes::copy_from_slice(value.as_bytes()))
            .to_vec();
        masked.extend_from_slice(&masks.finish());
        if masked != value.as_bytes() {
            *value = HeaderValue::from_static("[redacted]");
        }
    }
}
