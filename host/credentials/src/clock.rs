use std::fmt;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::DATE;

use crate::transport::BoxFuture;

/// What time it is, and waiting for another.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Waits for so long.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// How far this machine's clock is from a server's. A signed token is made of this machine's time and judged by the server's.
///
/// It prints as a clause: `this machine's clock is 7 min ahead of the server's`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSkew {
    /// By how much, to the second.
    pub by: Duration,
    /// Whether this machine's clock is the later one.
    pub is_ahead: bool,
}

/// A clock that is wrong by no more than this is not worth a word: servers tolerate it.
const TOLERATED: Duration = Duration::from_secs(60);

impl ClockSkew {
    /// Compares the time with the header `Date` of an answer that came just now (RFC 9110, section 6.6.1). None where there is no such header, or where the
    /// two differ by a minute or less.
    pub fn between(now: SystemTime, headers: &HeaderMap) -> Option<Self> {
        let date = headers.get(DATE)?.to_str().ok()?;
        let theirs = httpdate::parse_http_date(date).ok()?;
        let (by, is_ahead) = match now.duration_since(theirs) {
            Ok(by) => (by, true),
            Err(error) => (error.duration(), false),
        };
        let by = Duration::from_secs(by.as_secs());
        (by > TOLERATED).then_some(Self { by, is_ahead })
    }
}

impl fmt::Display for ClockSkew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.by.as_secs();
        let (amount, unit) = match seconds {
            0..120 => (seconds, "s"),
            120..7_200 => (seconds / 60, "min"),
            7_200..172_800 => (seconds / 3_600, "h"),
            _ => (seconds / 86_400, "days"),
        };
        let direction = if self.is_ahead { "ahead of" } else { "behind" };
        write!(
            f,
            "this machine's clock is {amount} {unit} {direction} the server's"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(now: &str, date: &str, expected: Option<&str>) {
        let now = httpdate::parse_http_date(now).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(DATE, date.parse().unwrap());
        let skew = ClockSkew::between(now, &headers).map(|skew| skew.to_string());
        assert_eq!(skew.as_deref(), expected);
    }

    #[test]
    fn skew_is_told_with_its_direction_and_only_when_it_matters() {
        let now = "Fri, 06 Mar 2026 12:00:00 GMT";
        check(
            now,
            "Fri, 06 Mar 2026 11:52:10 GMT",
            Some("this machine's clock is 7 min ahead of the server's"),
        );
        check(
            now,
            "Fri, 06 Mar 2026 12:01:30 GMT",
            Some("this machine's clock is 90 s behind the server's"),
        );
        check(
            now,
            "Thu, 05 Mar 2026 12:00:00 GMT",
            Some("this machine's clock is 24 h ahead of the server's"),
        );
        check(now, "Fri, 06 Mar 2026 11:59:00 GMT", None);
        check(now, "yesterday", None);
    }
}
