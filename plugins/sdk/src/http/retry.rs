//! When to try again.

use std::time::Duration;

use super::request::Repeat;
use super::transport::Fault;

/// How hard to try: for how long, in all, a request is repeated that the warehouse turns away or that gets lost.
///
/// A warehouse that turns requests away (HTTP 429 and 503) is asked again after 1, 2, 4, 8 and then every 10 seconds, or when it
/// said to; a request that was lost, or that broke the warehouse (HTTP 500, 502, 504), twice at most, after a quarter and half
/// a second. Each pause varies by chance, so that many who were turned away together do not return together. If the next pause would end
/// after the budget, the failure is returned at once: a limit that lasts longer must not be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The time from the first try to the last.
    pub budget: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            budget: Duration::from_secs(60),
        }
    }
}

/// What went wrong, as far as trying again is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The request was not begun. The warehouse may have said when to return.
    TurnedAway(Option<Duration>),
    /// No connection came about.
    Unreached,
    /// The request, or its answer, got lost.
    Broken,
}

impl Trouble {
    pub(super) fn of(fault: &Fault) -> Option<Self> {
        if fault.is_before_sending() {
            Some(Self::Unreached)
        } else if fault.is_loss() {
            Some(Self::Broken)
        } else {
            None
        }
    }
}

impl Retry {
    const BROKEN_TRIES: u32 = 3;

    /// How long to rest before the next try; none if there is no point in one. `tries` counts those that failed.
    pub(super) fn pause(
        &self,
        trouble: Trouble,
        repeat: Repeat,
        tries: u32,
        elapsed: Duration,
        random: u64,
    ) -> Option<Duration> {
        let allowed = match trouble {
            Trouble::TurnedAway(_) => repeat != Repeat::Never,
            Trouble::Unreached => repeat != Repeat::Never && tries < Self::BROKEN_TRIES,
            Trouble::Broken => repeat == Repeat::Always && tries < Self::BROKEN_TRIES,
        };
        if !allowed {
            return None;
        }
        let doublings = tries.saturating_sub(1).min(8);
        let pause = match trouble {
            Trouble::TurnedAway(Some(told)) => {
                told + varied(Duration::from_millis(500), random) / 2
            }
            Trouble::TurnedAway(None) => varied(
                (Duration::from_secs(1) * (1 << doublings)).min(Duration::from_secs(10)),
                random,
            ),
            Trouble::Unreached | Trouble::Broken => {
                varied(Duration::from_millis(250) * (1 << doublings), random)
            }
        };
        (elapsed + pause <= self.budget).then_some(pause)
    }
}

/// From the given time to half as much again.
fn varied(time: Duration, random: u64) -> Duration {
    const STEPS: u32 = 1 << 10;
    let step = (random % u64::from(STEPS)) as u32;
    time + time * step / (2 * STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry {
        budget: Duration::from_secs(60),
    };

    fn millis(trouble: Trouble, repeat: Repeat, tries: u32) -> Option<u128> {
        RETRY
            .pause(trouble, repeat, tries, Duration::ZERO, 0)
            .map(|pause| pause.as_millis())
    }

    #[test]
    fn pauses_double_up_to_ten_seconds() {
        let pauses = [1, 2, 3, 4, 5, 6, 100]
            .map(|tries| millis(Trouble::TurnedAway(None), Repeat::Always, tries));
        assert_eq!(
            pauses,
            [1000, 2000, 4000, 8000, 10_000, 10_000, 10_000].map(Some)
        );
    }

    #[test]
    fn chance_makes_a_pause_longer_by_less_than_half() {
        let most = RETRY
            .pause(
                Trouble::TurnedAway(None),
                Repeat::Always,
                1,
                Duration::ZERO,
                u64::MAX,
            )
            .unwrap();
        assert!(
            most > Duration::from_millis(1490) && most < Duration::from_millis(1500),
            "{most:?}"
        );
    }

    #[test]
    fn what_the_warehouse_said_is_never_cut_short() {
        let told = Some(Duration::from_secs(7));
        for random in [0, 1, 511, u64::MAX] {
            let pause = RETRY
                .pause(
                    Trouble::TurnedAway(told),
                    Repeat::WhenRefused,
                    1,
                    Duration::ZERO,
                    random,
                )
                .unwrap();
            assert!(
                pause >= Duration::from_secs(7) && pause < Duration::from_secs(8),
                "{pause:?}"
            );
        }
    }

    #[test]
    fn a_limit_that_lasts_beyond_the_budget_is_not_waited_for() {
        let told = Some(Duration::from_secs(61));
        assert_eq!(millis(Trouble::TurnedAway(told), Repeat::Always, 1), None);
        let late = Duration::from_secs(59) + Duration::from_millis(1);
        assert_eq!(
            RETRY.pause(Trouble::TurnedAway(None), Repeat::Always, 1, late, 0),
            None
        );
    }

    #[test]
    fn what_may_have_happened_is_repeated_only_where_twice_is_as_good_as_once() {
        assert_eq!(millis(Trouble::Broken, Repeat::Always, 1), Some(250));
        assert_eq!(millis(Trouble::Broken, Repeat::Always, 2), Some(500));
        assert_eq!(millis(Trouble::Broken, Repeat::Always, 3), None);
        assert_eq!(millis(Trouble::Broken, Repeat::WhenRefused, 1), None);
        assert_eq!(
            millis(Trouble::Unreached, Repeat::WhenRefused, 1),
            Some(250)
        );
        assert_eq!(millis(Trouble::TurnedAway(None), Repeat::Never, 1), None);
    }
}
