//! The credential that a broker holds, and when it wants another.

use std::time::{Duration, SystemTime};

use crate::attachment::Attachment;
use crate::error::CredentialError;
use crate::mint::Minted;
use crate::secret::Secret;

/// How long before its end a credential is replaced: on its way a request takes time, and some servers refuse the last half minute.
const REFRESHED_BEFORE: Duration = Duration::from_secs(60);

/// A credential that lives shorter than this is replaced at half its life instead.
const SHORT_LIFE: Duration = Duration::from_secs(120);

/// After a refresh that failed while the old credential still holds, how long it is used without another attempt.
const PAUSE: Duration = Duration::from_secs(10);

/// How far apart rejections are that have a credential replaced before its time. Whether a server rejects one can be up to whoever
/// chooses what it is asked.
const REJECTIONS_APART: Duration = Duration::from_secs(30);

/// After an attempt that failed and left no credential, how long its error stands for others.
const FAILURE_STANDS: Duration = Duration::from_secs(5);

/// Longer promises than a day are not relied on.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// At most one credential.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    held: Option<Held>,
    generation: u64,
    rejected_at: Option<SystemTime>,
    failed: Option<(SystemTime, CredentialError)>,
}

#[derive(Debug)]
struct Held {
    attachment: Attachment,
    refresh_at: SystemTime,
    expires_at: SystemTime,
}

impl Cache {
    /// The credential, unless it wants to be replaced.
    pub(crate) fn fresh(&self, now: SystemTime) -> Option<Attachment> {
        let held = self.held.as_ref()?;
        (now < held.refresh_at).then(|| held.attachment.clone())
    }

    /// Takes in a new credential, whose life counts from when it was asked for.
    pub(crate) fn hold(
        &mut self,
        minted: Minted,
        secrets: Vec<Secret>,
        asked_at: SystemTime,
    ) -> Attachment {
        let life = minted.life.min(LONGEST_LIFE);
        let margin = if life < SHORT_LIFE {
            life / 2
        } else {
            REFRESHED_BEFORE
        };
        self.generation += 1;
        let attachment = Attachment::new(minted.headers, secrets, self.generation);
        self.failed = None;
        self.held = Some(Held {
            attachment: attachment.clone(),
            refresh_at: asked_at + (life - margin),
            expires_at: asked_at + life,
        });
        attachment
    }

    /// After a refresh that failed: the credential, if it has not expired. It is then left in peace for a while, or until it does.
    pub(crate) fn still_valid(&mut self, now: SystemTime) -> Option<Attachment> {
        let held = self.held.as_mut().filter(|held| now < held.expires_at)?;
        held.refresh_at = (now + PAUSE).min(held.expires_at);
        Some(held.attachment.clone())
    }

    /// Takes note of an attempt that failed and left no credential.
    pub(crate) fn fail(&mut self, error: CredentialError, now: SystemTime) {
        self.failed = Some((now, error));
    }

    /// Why there is no credential, if that was found out just now.
    pub(crate) fn failure(&self, now: SystemTime) -> Option<CredentialError> {
        let (at, error) = self.failed.as_ref()?;
        is_within(FAILURE_STANDS, *at, now).then(|| error.clone())
    }

    /// Drops the credential if it is the one that a server rejected. False where another was dropped for that just now: then this one
    /// stays.
    pub(crate) fn reject(&mut self, generation: u64, now: SystemTime) -> bool {
        let is_rejected = |held: &Held| held.attachment.generation == generation;
        if !self.held.as_ref().is_some_and(is_rejected) {
            return true;
        }
        let is_within = |at| is_within(REJECTIONS_APART, at, now);
        if self.rejected_at.is_some_and(is_within) {
            return false;
        }
        self.rejected_at = Some(now);
        self.held = None;
        true
    }
}

/// Whether so little time has passed since then. Not where the clock was set back: nobody knows how much has.
fn is_within(time: Duration, since: SystemTime, now: SystemTime) -> bool {
    now.duration_since(since).is_ok_and(|passed| passed < time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn holding(life: Duration) -> Cache {
        let mut cache = Cache::default();
        let headers = Vec::new();
        cache.hold(Minted { headers, life }, Vec::new(), at(1_000));
        cache
    }

    fn check_refresh(life_seconds: u64, expected_after_seconds: u64) {
        let cache = holding(Duration::from_secs(life_seconds));
        assert!(cache.fresh(at(1_000 + expected_after_seconds)).is_none());
        if expected_after_seconds > 0 {
            assert!(
                cache
                    .fresh(at(1_000 + expected_after_seconds - 1))
                    .is_some()
            );
        }
    }

    #[test]
    fn a_credential_is_replaced_a_minute_before_its_end_or_at_half_its_life() {
        check_refresh(3_600, 3_540);
        check_refresh(120, 60);
        check_refresh(60, 30);
        check_refresh(0, 0);
        check_refresh(u64::MAX, 24 * 60 * 60 - 60);
    }

    #[test]
    fn after_a_failed_refresh_the_old_one_is_used_until_it_expires() {
        let mut cache = holding(Duration::from_secs(100));
        assert!(cache.still_valid(at(1_060)).is_some());
        assert!(cache.fresh(at(1_069)).is_some());
        assert!(cache.fresh(at(1_070)).is_none());
        assert!(cache.still_valid(at(1_095)).is_some());
        assert!(cache.fresh(at(1_100)).is_none());
        assert!(cache.still_valid(at(1_100)).is_none());
    }

    #[test]
    fn only_the_rejected_one_is_dropped() {
        let mut cache = holding(Duration::from_secs(100));
        assert!(cache.reject(0, at(1_000)));
        assert!(cache.fresh(at(1_000)).is_some());
        assert!(cache.reject(1, at(1_000)));
        assert!(cache.fresh(at(1_000)).is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let mut cache = holding(Duration::from_secs(100));
        assert!(cache.reject(1, at(1_000)));
        cache.fail(CredentialError::Ending, at(1_000));
        assert_eq!(cache.failure(at(1_004)), Some(CredentialError::Ending));
        assert_eq!(cache.failure(at(1_005)), None);
        assert_eq!(cache.failure(at(900)), None);
        let (headers, life) = (Vec::new(), Duration::from_secs(100));
        cache.hold(Minted { headers, life }, Vec::new(), at(900));
        assert!(cache.reject(2, at(900)));
    }
}
