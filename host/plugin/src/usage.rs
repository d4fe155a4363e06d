use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What one call used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// HTTP requests sent.
    pub requests: u64,
    /// Bytes of HTTP bodies received, after decompression.
    pub response_bytes: u64,
    /// From the request for an instance to the last step.
    pub duration: Duration,
}

/// A request that the host did not let out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Method and URL without its query.
    pub request: String,
    /// Why.
    pub reason: String,
}

/// Keeps the first few refusals of a call: the rest say the same.
const KEPT_REFUSALS: usize = 8;

/// What the host saw of one call's requests, kept outside the guest.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    requests: AtomicU64,
    response_bytes: AtomicU64,
    refusals: Mutex<Vec<Refusal>>,
    /// The latest request that did not get through, and why in full: the guest is told only a code.
    failure: Mutex<Option<String>>,
}

impl RequestLog {
    /// Counts one more request and returns how many there are now.
    pub(crate) fn count_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts bytes received and returns how many there are now.
    pub(crate) fn count_bytes(&self, bytes: u64) -> u64 {
        self.response_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        let mut refusals = lock(&self.refusals);
        if refusals.len() < KEPT_REFUSALS {
            refusals.push(refusal);
        }
    }

    pub(crate) fn fail(&self, reason: String) {
        *lock(&self.failure) = Some(reason);
    }

    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        lock(&self.refusals).clone()
    }

    pub(crate) fn failure(&self) -> Option<String> {
        lock(&self.failure).clone()
    }

    pub(crate) fn usage(&self, duration: Duration) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            response_bytes: self.response_bytes.load(Ordering::Relaxed),
            duration,
        }
    }
}

/// A poisoned lock means that another thread panicked between two assignments of plain data, which is still usable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
