use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rocky_credentials::CredentialError;

use crate::convert::clipped;
use crate::origin::Origin;

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

/// An origin that an adapter has sent requests to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Where.
    pub origin: String,
    /// HTTP requests sent there.
    pub requests: u64,
    /// Bytes of HTTP bodies received from there, after decompression.
    pub response_bytes: u64,
}

/// A request that the host did not let out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Method and URL without its query.
    pub request: String,
    /// Why.
    pub reason: String,
    /// What kind of reason that is.
    pub kind: RefusalKind,
}

/// Kinds of [`Refusal`], by what can be done about them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// Its origin is not allowed, but the manifest declares it, with a pattern that may be of many more.
    Declared {
        /// The origin.
        origin: String,
        /// The manifest's pattern.
        pattern: String,
    },
    /// Its origin is not allowed, and the component never announced it.
    Undeclared,
    /// Its host leads to an address that is not on the internet, and the user has not named that host.
    Address {
        /// The origin that would have to be named.
        origin: String,
    },
    /// It is not what a request to this place may look like: its scheme, headers or size.
    Malformed,
    /// It can change something, and the manifest does not announce it.
    Unannounced,
    /// The manifest announces it, and nobody has approved that.
    Unapproved,
    /// The content of an announced request is not of the kind that was announced.
    Body,
    /// Its SQL does more than it may.
    Statement,
    /// There is no network for this call.
    Offline,
}

/// Keeps and logs the first few refusals of a call: the rest say the same.
const KEPT_REFUSALS: usize = 8;
/// After so many refusals no good can come of a call, which fails already with the first.
const REFUSALS: u64 = 100;
/// What is shown of a request that was refused, and of the reason: both hold texts of the guest.
const REQUEST_BYTES: usize = 512;
const REASON_BYTES: usize = 4 << 10;

/// What the host saw of one call's requests, kept outside the guest.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    /// Also those that are not let out.
    attempts: AtomicU64,
    requests: AtomicU64,
    refused: AtomicU64,
    response_bytes: AtomicU64,
    refusals: Mutex<Vec<Refusal>>,
    /// The latest request that did not get through, and why in full: the guest is told only a code.
    failure: Mutex<Option<String>>,
    /// Why there was no credential for a request.
    credential: Mutex<Option<CredentialError>>,
}

impl RequestLog {
    /// Counts one more request that the guest wants to send, and returns how many there are now.
    pub(crate) fn count_attempt(&self) -> u64 {
        self.attempts.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts one more request that may be sent.
    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one more request that is not let out, and returns how many there are now.
    pub(crate) fn count_refusal(&self) -> u64 {
        self.refused.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether so many requests were refused that the instance is to be stopped.
    pub(crate) fn is_flood(&self) -> bool {
        self.refused.load(Ordering::Relaxed) > REFUSALS
    }

    /// Counts bytes received and returns how many there are now.
    pub(crate) fn count_bytes(&self, bytes: u64) -> u64 {
        self.response_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes
    }

    /// Takes note of a request that is not let out, and logs it if it is one of the first.
    pub(crate) fn refuse(&self, refusal: Refusal) {
        if self.count_refusal() > KEPT_REFUSALS as u64 {
            return;
        }
        let refusal = Refusal {
            request: clipped(refusal.request, REQUEST_BYTES),
            reason: clipped(refusal.reason, REASON_BYTES),
            kind: refusal.kind,
        };
        tracing::warn!(
            request = refusal.request,
            reason = refusal.reason,
            "refused a request of a plugin"
        );
        lock(&self.refusals).push(refusal);
    }

    pub(crate) fn fail(&self, reason: String) {
        *lock(&self.failure) = Some(reason);
    }

    pub(crate) fn fail_credential(&self, error: CredentialError) {
        *lock(&self.credential) = Some(error);
    }

    pub(crate) fn credential_failure(&self) -> Option<CredentialError> {
        lock(&self.credential).clone()
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

/// What all calls of an adapter have sent where, also those that failed.
#[derive(Debug, Default)]
pub(crate) struct Contacts(Mutex<BTreeMap<String, Contact>>);

impl Contacts {
    /// Counts a request that is sent.
    pub(crate) fn sent(&self, origin: &Origin) {
        self.count(origin, 1, 0);
    }

    /// Counts bytes received.
    pub(crate) fn received(&self, origin: &Origin, bytes: u64) {
        self.count(origin, 0, bytes);
    }

    fn count(&self, origin: &Origin, requests: u64, bytes: u64) {
        let origin = origin.to_string();
        let mut contacts = lock(&self.0);
        let contact = contacts.entry(origin).or_insert_with_key(|origin| Contact {
            origin: origin.clone(),
            requests: 0,
            response_bytes: 0,
        });
        contact.requests += requests;
        contact.response_bytes += bytes;
    }

    /// All of them, sorted by origin.
    pub(crate) fn all(&self) -> Vec<Contact> {
        lock(&self.0).values().cloned().collect()
    }
}

/// A poisoned lock means that another thread panicked between two assignments of plain data, which is still usable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(log: &RequestLog) {
        log.refuse(Refusal {
            request: "x".repeat(10_000),
            reason: "y".repeat(10_000),
            kind: RefusalKind::Undeclared,
        });
    }

    #[test]
    fn the_first_refusals_are_kept_and_no_more_than_can_be_read_of_each() {
        let log = RequestLog::default();
        for _ in 0..=REFUSALS {
            assert!(!log.is_flood());
            refuse(&log);
        }
        assert!(log.is_flood());
        let kept = log.refusals();
        assert_eq!(kept.len(), KEPT_REFUSALS);
        for refusal in kept {
            assert!(refusal.request.len() < 1_000 && refusal.reason.len() < 5_000);
        }
    }
}
