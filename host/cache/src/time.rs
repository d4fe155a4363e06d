use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How much time passed from `earlier` to this moment; `None` when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Option<Duration> {
        self.0.checked_sub(earlier.0).map(Duration::from_millis)
    }

    pub(crate) fn days_before(self, days: u32) -> Timestamp {
        const DAY_MILLIS: u64 = 86_400_000;
        Timestamp(self.0.saturating_sub(u64::from(days) * DAY_MILLIS))
    }
}

/// A time before 1970 becomes the epoch itself.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let elapsed = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        UNIX_EPOCH
            .checked_add(Duration::from_millis(timestamp.0))
            .unwrap_or(UNIX_EPOCH)
    }
}

/// Whether something described at `described_at` is still fresh at `now`.
///
/// An age of exactly `ttl_seconds` is fresh. A time to live of 0 makes everything stale, and so does a description
/// from the future: then one of two clocks is wrong and its age says nothing.
///
/// ```
/// use rocky_cache::{Timestamp, is_fresh};
/// let (then, now) = (Timestamp::from_millis(0), Timestamp::from_millis(60_000));
/// assert!(is_fresh(then, now, 60));
/// assert!(!is_fresh(then, now, 59));
/// assert!(!is_fresh(now, now, 0));
/// assert!(!is_fresh(now, then, u64::MAX));
/// ```
pub fn is_fresh(described_at: Timestamp, now: Timestamp, ttl_seconds: u64) -> bool {
    match now.since(described_at) {
        Some(age) => ttl_seconds > 0 && age <= Duration::from_secs(ttl_seconds),
        None => false,
    }
}
