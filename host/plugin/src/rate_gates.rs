//! Pauses that servers ask for, kept per origin in the host: each instance is fresh and knows of no other.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, RETRY_AFTER};
use tokio::time::Instant;

use crate::origin::Origin;
use crate::usage::lock;

/// A longer pause is the adapter's to wait for, or to give up: it can tell the user.
const PATIENCE: Duration = Duration::from_secs(3);
/// No server is taken at its word for longer than this.
const LONGEST: Duration = Duration::from_secs(300);

/// The pauses of all adapters.
#[derive(Debug, Default)]
pub(crate) struct RateGates(Mutex<HashMap<Origin, Instant>>);

impl RateGates {
    /// Waits until `origin` may be asked again, if that is soon; if not, returns for how long it may not. Whoever waits
    /// holds up nobody who asks another.
    pub(crate) async fn wait(&self, origin: &Origin) -> Option<Duration> {
        while let Some(opens) = self.opens(origin) {
            let pause = opens.saturating_duration_since(Instant::now());
            if pause > PATIENCE {
                return Some(pause);
            }
            tokio::time::sleep_until(opens).await;
        }
        None
    }

    /// Takes note of an answer that asks for a pause.
    pub(crate) fn note(&self, origin: &Origin, status: http::StatusCode, headers: &HeaderMap) {
        if !matches!(status.as_u16(), 429 | 503) {
            return;
        }
        let asked = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let Some(pause) = asked.and_then(|text| pause(text, SystemTime::now())) else {
            return;
        };
        let opens = Instant::now() + pause.min(LONGEST);
        tracing::debug!(%origin, seconds = pause.as_secs(), "asked to pause");
        let mut gates = lock(&self.0);
        let gate = gates.entry(origin.clone()).or_insert(opens);
        *gate = opens.max(*gate);
    }

    fn opens(&self, origin: &Origin) -> Option<Instant> {
        let mut gates = lock(&self.0);
        let opens = *gates.get(origin)?;
        if opens > Instant::now() {
            return Some(opens);
        }
        gates.remove(origin);
        None
    }
}

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
fn pause(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text.trim()).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood() {
        let now = httpdate::parse_http_date("Fri, 20 Nov 2026 12:00:00 GMT").unwrap();
        let seconds = |text| pause(text, now).map(|pause| pause.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("Fri, 20 Nov 2026 12:00:09 GMT"), Some(9));
        assert_eq!(seconds("Fri, 20 Nov 2026 11:00:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }

    #[test]
    fn only_the_origin_that_asked_is_waited_for_and_the_longest_pause_counts() {
        let gates = RateGates::default();
        let (a, b): (Origin, Origin) = ("a.example".parse().unwrap(), "b.example".parse().unwrap());
        let asking =
            |seconds: &str| HeaderMap::from_iter([(RETRY_AFTER, seconds.parse().unwrap())]);
        let seconds = |origin| {
            let opens: Option<Instant> = gates.opens(origin);
            opens.map(|opens| (opens - Instant::now()).as_secs_f64().round())
        };
        gates.note(&a, http::StatusCode::TOO_MANY_REQUESTS, &asking("30"));
        gates.note(&a, http::StatusCode::TOO_MANY_REQUESTS, &asking("10"));
        gates.note(&b, http::StatusCode::OK, &asking("30"));
        assert_eq!((seconds(&a), seconds(&b)), (Some(30.0), None));
        gates.note(&a, http::StatusCode::SERVICE_UNAVAILABLE, &asking("100000"));
        assert_eq!(seconds(&a), Some(300.0));
        gates.note(&b, http::StatusCode::TOO_MANY_REQUESTS, &asking("0"));
        assert_eq!(seconds(&b), None);
    }
}
