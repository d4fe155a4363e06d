//! Rules that make requests fail.

use crate::glob;
use axum::http::{Method, Uri};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A rule: which requests, from which on, how often, and what happens to them.
///
/// ```
/// use rocky_emulator::{Action, Fault};
///
/// // The third page of any table list fails once.
/// let fault = Fault::on("/tables", Action::status(503)).skip(2);
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it then hits.
    #[serde(default)]
    pub times: Times,
    /// What happens to them.
    pub action: Action,
}

/// Which requests a fault concerns; what is not given matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// The method, in any case.
    pub method: Option<String>,
    /// Part of the path as sent; with a `*` in it, a pattern for the whole path.
    pub path: Option<String>,
    /// Part of the query as sent; with a `*` in it, a pattern for the whole query.
    pub query: Option<String>,
}

/// How often a fault hits: a number, or `"forever"` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Times {
    /// Every time, until the faults are cleared.
    Forever,
    /// This often.
    #[serde(untagged)]
    Count(u32),
}

impl Default for Times {
    fn default() -> Self {
        Self::Count(1)
    }
}

/// What happens to a request. In JSON the member `kind` tells which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// This answer instead of the real one.
    Status {
        /// The status code.
        status: u16,
        /// Headers, for example `Retry-After`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body; without one, the protocol's own error body for the status.
        #[serde(default)]
        body: Option<String>,
    },
    /// Status 200 and a page of HTML, as a proxy or login page answers.
    Html,
    /// The real answer with its length, but only the first half of its bytes; then the connection
    /// is closed.
    CutBody,
    /// The connection is closed without an answer.
    DropConnection,
    /// No answer, until the client gives up.
    Hang,
    /// The real answer, later.
    Delay {
        /// How much later, in milliseconds.
        ms: u64,
    },
    /// Status 302 to another address.
    Redirect {
        /// The value of `Location`.
        to: String,
    },
    /// A list whose next page is always the one just sent.
    RepeatPage,
    /// A list with its first entry a second time at its end.
    DuplicateItem,
    /// Half of the real body as if it were whole.
    InvalidJson,
}

impl Action {
    /// The protocol's own error for this status.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            headers: BTreeMap::new(),
            body: None,
        }
    }

    /// Status 429 with `Retry-After` in seconds.
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let header = ("Retry-After".to_owned(), retry_after_seconds.to_string());
        Self::Status {
            status: 429,
            headers: BTreeMap::from([header]),
            body: None,
        }
    }
}

impl Fault {
    /// Hits the first request whose path holds this text, or is like this pattern if it has a `*`.
    pub fn on(path: &str, action: Action) -> Self {
        Self {
            matching: Match {
                path: Some(path.to_owned()),
                ..Match::default()
            },
            skip: 0,
            times: Times::default(),
            action,
        }
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.matching.method = Some(method.to_owned());
        self
    }

    /// Only requests whose query holds this text, or is like this pattern if it has a `*`.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.matching.query = Some(query.to_owned());
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Hits this many requests.
    #[must_use]
    pub fn times(mut self, requests: u32) -> Self {
        self.times = Times::Count(requests);
        self
    }

    /// Hits every matching request.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = Times::Forever;
        self
    }
}

impl Match {
    fn covers(&self, method: &Method, uri: &Uri) -> bool {
        let like = |pattern: &Option<String>, text: &str| match pattern {
            None => true,
            Some(pattern) if pattern.contains('*') => glob::matches(pattern, text),
            Some(part) => text.contains(part.as_str()),
        };
        let method_fits = match &self.method {
            None => true,
            Some(wanted) => wanted.eq_ignore_ascii_case(method.as_str()),
        };
        method_fits && like(&self.path, uri.path()) && like(&self.query, uri.query().unwrap_or(""))
    }
}

/// The rules in force, in order.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn add(&self, fault: Fault) {
        self.with(|faults| faults.push(fault));
    }

    pub fn clear(&self) {
        self.with(Vec::clear);
    }

    /// The rules, with what is left of their counts.
    pub fn list(&self) -> Vec<Fault> {
        self.with(|faults| faults.clone())
    }

    /// What the first rule that is due does to this request. Rules that match but still skip count
    /// the request and let later rules have it.
    pub fn strike(&self, method: &Method, uri: &Uri) -> Option<Action> {
        self.with(|faults| {
            faults
                .iter_mut()
                .filter(|fault| fault.matching.covers(method, uri))
                .find_map(Fault::due)
        })
    }
}

impl Fault {
    fn due(&mut self) -> Option<Action> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        match &mut self.times {
            Times::Forever => {}
            Times::Count(0) => return None,
            Times::Count(left) => *left -= 1,
        }
        Some(self.action.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn rules_read_from_json_as_documented() {
        let fault: Fault = serde_json::from_str(
            r#"{"match": {"path": "/tables"}, "skip": 2, "times": "forever",
                "action": {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}}"#,
        )
        .unwrap();
        assert_eq!(fault.times, Times::Forever);
        assert_eq!(fault.action, Action::rate_limited(1));
        let fault: Fault =
            serde_json::from_str(r#"{"times": 3, "action": {"kind": "drop_connection"}}"#).unwrap();
        assert_eq!(fault.times, Times::Count(3));
        assert!(serde_json::from_str::<Fault>(r#"{"action": {"kind": "explode"}}"#).is_err());
    }

    #[test]
    fn a_rule_skips_then_hits_then_is_spent() {
        let faults = Faults::default();
        faults.add(Fault::on("/tables", Action::Html).skip(1).times(2));
        faults.add(Fault::on("/api/*/tables", Action::Hang).forever());
        let uri = Uri::from_static("/api/2.1/tables?x=1");
        let hits: Vec<_> = (0..4)
            .map(|_| faults.strike(&Method::GET, &uri).unwrap())
            .collect();
        assert_eq!(
            hits,
            [Action::Hang, Action::Html, Action::Html, Action::Hang]
        );
        let other = Uri::from_static("/api/2.1/schemas");
        assert_eq!(faults.strike(&Method::GET, &other), None);
    }
}
