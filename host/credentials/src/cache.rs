//! The credential that a broker holds, and when it wants another.

use std::time::{Duration, SystemTime};

use crate::attachment::Attachment;
use crate::mint::Minted;

/// How long before its end a credential is replaced: on its way a request takes time, and some servers refuse the last half minute.
const REFRESHED_BEFORE: Duration = Duration::from_secs(60);

/// A credential that lives shorter than this is replaced at half its life instead.
const SHORT_LIFE: Duration = Duration::from_secs(120);

/// After a refresh that failed while the old credential still holds, how long it is used without another attempt.
const PAUSE: Duration = Duration::from_secs(10);

/// Longer promises than a day are not relied on.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// At most one credential.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    held: Option<Held>,
    generation: u64,
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
    pub(crate) fn hold(&mut self, minted: Minted, asked_at: SystemTime) -> Attachment {
        let life = minted.life.min(LONGEST_LIFE);
        let margin = if life < SHORT_LIFE {
            life / 2
        } else {
            REFRESHED_BEFORE
        };
        self.generation += 1;
        let attachment = Attachment::new(minted.headers, self.generation);
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

    /// Drops the credential if it is the one that a server rejected.
    pub(crate) fn reject(&mut self, generation: u64) {
        let is_rejected = |held: &Held| held.attachment.generation == generation;
        if self.held.as_ref().is_some_and(is_rejected) {
            self.held = None;
        }
    }
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
        cache.hold(Minted { headers, life }, at(1_000));
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
        cache.reject(0);
        assert!(cache.fresh(at(1_000)).is_some());
        cache.reject(1);
        assert!(cache.fresh(at(1_000)).is_none());
    }
}
