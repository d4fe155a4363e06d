//! What one instance may have under way at once: requests, and the bodies that the host holds for them.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests at once: more than any adapter of ours sends. Another waits until one has been answered and its answer read.
const REQUESTS: usize = 64;
/// Bytes of one body: the longest statement that any of the warehouses takes is 16 MiB.
const BODY_BYTES: usize = 32 << 20;
/// Bytes of the bodies of all requests under way.
const ALL_BODIES_BYTES: usize = 64 << 20;

/// The room that one instance has for requests. Cheap to clone; the clones share it.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    body_bytes: usize,
    all_bodies_bytes: usize,
}

/// The place of one request; given up when this is dropped.
pub(crate) type Place = Option<OwnedSemaphorePermit>;

/// A body that the host holds, and the room that it takes until this is dropped.
#[derive(Debug)]
pub(crate) struct HeldBody {
    pub bytes: Bytes,
    _room: Place,
}

/// Why a body cannot be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("its body is longer than {0} bytes")]
    TooLong(usize),
    #[error("the bodies of all requests under way are longer than {0} bytes")]
    AllTooLong(usize),
    #[error("its body is broken off")]
    BrokenOff,
}

impl Default for InFlight {
    fn default() -> Self {
        Self::new(REQUESTS, BODY_BYTES, ALL_BODIES_BYTES)
    }
}

impl InFlight {
    fn new(requests: usize, body_bytes: usize, all_bodies_bytes: usize) -> Self {
        Self {
            requests: Arc::new(Semaphore::new(requests)),
            bytes: Arc::new(Semaphore::new(all_bodies_bytes)),
            body_bytes,
            all_bodies_bytes,
        }
    }

    /// Waits for room for one more request. The semaphore is never closed, so there always is a place.
    pub(crate) async fn place(&self) -> Place {
        self.requests.clone().acquire_owned().await.ok()
    }

    /// Reads a body to its end. Where there is no room for it that is an error at once: a guest that waited with half of two bodies
    /// written would wait for itself.
    pub(crate) async fn read<B>(&self, mut body: B) -> Result<HeldBody, BodyError>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut read = BytesMut::new();
        let mut room: Place = None;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| BodyError::BrokenOff)?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if data.len() > self.body_bytes.saturating_sub(read.len()) {
                return Err(BodyError::TooLong(self.body_bytes));
            }
            let more = self.room_for(data.len())?;
            match (&mut room, more) {
                (Some(room), Some(more)) => room.merge(more),
                (room, more) => *room = more,
            }
            read.extend_from_slice(&data);
        }
        Ok(HeldBody {
            bytes: read.freeze(),
            _room: room,
        })
    }

    fn room_for(&self, bytes: usize) -> Result<Place, BodyError> {
        let too_long = BodyError::AllTooLong(self.all_bodies_bytes);
        let permits = u32::try_from(bytes).map_err(|_| too_long)?;
        let room = self.bytes.clone().try_acquire_many_owned(permits);
        room.map(Some).map_err(|_| too_long)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures::FutureExt;
    use http_body_util::Full;

    use super::*;

    fn read(room: &InFlight, bytes: usize) -> Result<HeldBody, BodyError> {
        let body = Full::new(Bytes::from(vec![b'x'; bytes]));
        room.read(body).now_or_never().unwrap()
    }

    #[test]
    fn all_bodies_together_have_a_limit_and_give_their_room_back() {
        let room = InFlight::new(1, 8, 12);
        assert_eq!(read(&room, 9).unwrap_err(), BodyError::TooLong(8));
        let first = read(&room, 8).unwrap();
        assert_eq!(first.bytes.len(), 8);
        assert_eq!(read(&room, 5).unwrap_err(), BodyError::AllTooLong(12));
        let second = read(&room, 4).unwrap();
        drop((first, second));
        assert!(read(&room, 8).is_ok());
    }

    #[test]
    fn a_request_waits_until_there_is_a_place() {
        let room = InFlight::new(1, 8, 8);
        let first = room.place().now_or_never().unwrap();
        assert!(room.place().now_or_never().is_none());
        drop(first);
        assert!(room.place().now_or_never().is_some());
    }
}
