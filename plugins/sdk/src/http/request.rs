//! What is asked of a warehouse.

use std::time::Duration;

use serde::Serialize;

use super::encode::push_encoded;
use crate::{Error, Result};

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Whenever that may help: doing it twice is as good as once. The default for GET.
    Always,
    /// Only if it was turned away before it began: no connection, HTTP 429, HTTP 503. The default for all else.
    WhenRefused,
    /// Never: for what is not worth waiting for.
    Never,
}

/// A request to the warehouse's endpoint.
///
/// Whatever comes from outside, such as a name or a token, goes through [`segment`](Self::segment), [`query`](Self::query) or
/// [`json`](Self::json), which encode it; the path itself is a literal.
///
/// ```
/// use rocky_adapter_sdk::Request;
///
/// let request = Request::get("/api/2.1/unity-catalog/tables").segment("main.shop.a/b").query("include_browse", "true");
/// assert_eq!(request.label(), "GET /api/2.1/unity-catalog/tables/main.shop.a%2Fb");
/// assert_eq!(request.target(), "/api/2.1/unity-catalog/tables/main.shop.a%2Fb?include_browse=true");
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: String,
    /// What is added to the query of every try but the first, encoded.
    pub(super) query_when_repeated: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    /// Where it goes, if not to the endpoint: labels tell.
    pub(super) elsewhere: Option<String>,
    pub(super) repeat: Repeat,
    pub(super) accepted: Vec<u16>,
    pub(super) answer_timeout: Duration,
    /// Why the request cannot be sent. Kept until then, so that building one reads as one expression.
    pub(super) problem: Option<Error>,
}

impl Request {
    /// How long a label may be; names of tables are in paths, and may be long.
    const LABEL_CHARS: usize = 160;

    /// How long an answer may take to begin. Warehouses that hold an answer back do so for less than a minute.
    const ANSWER_TIMEOUT: Duration = Duration::from_secs(75);

    /// Reads what is at `path`, which begins with `/`.
    pub fn get(path: &'static str) -> Self {
        Self::new("GET", path, Repeat::Always)
    }

    /// Sends something to `path`, which begins with `/`.
    pub fn post(path: &'static str) -> Self {
        Self::new("POST", path, Repeat::WhenRefused)
    }

    /// Reads what is at a path and a query of another place that are encoded already.
    pub(super) fn get_encoded(origin: &str, path: &str, query: &str) -> Self {
        Self {
            query: query.to_owned(),
            elsewhere: Some(origin.to_owned()),
            ..Self::new("GET", path, Repeat::Always)
        }
    }

    fn new(method: &'static str, path: &str, repeat: Repeat) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: String::new(),
            query_when_repeated: String::new(),
            headers: Vec::new(),
            body: None,
            elsewhere: None,
            repeat,
            accepted: Vec::new(),
            answer_timeout: Self::ANSWER_TIMEOUT,
            problem: None,
        }
    }

    /// Adds a segment to the path, encoded. A segment that is empty, `.` or `..` means another path to servers, so that request fails
    /// instead of being sent.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        if matches!(segment, "" | "." | "..") {
            self.problem = Some(Error::unsupported(format!(
                "`{segment}` cannot be part of the path {}",
                self.path
            )));
        }
        self.path.push('/');
        push_encoded(&mut self.path, segment);
        self
    }

    /// Adds a parameter to the query, encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        push_encoded(&mut self.query, name);
        self.query.push('=');
        push_encoded(&mut self.query, value);
        self
    }

    /// Adds a parameter if there is a value.
    #[must_use]
    pub fn query_if_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a parameter to the query of every try but the first, encoded: for warehouses that have to be told of one.
    #[must_use]
    pub fn query_when_repeated(mut self, name: &str, value: &str) -> Self {
        let text = &mut self.query_when_repeated;
        if !text.is_empty() {
            text.push('&');
        }
        push_encoded(text, name);
        text.push('=');
        push_encoded(text, value);
        self
    }

    /// Adds a header. The host adds `authorization` itself, and refuses a request that has one.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends this value as JSON.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = Some(body),
            Err(error) => {
                self.problem = Some(Error::internal(format!(
                    "a request's body has no JSON form: {error}"
                )))
            }
        }
        self
    }

    /// Says when the request may be sent again.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Takes this HTTP status for an answer rather than a failure: 304 where an entity tag was sent, for example.
    #[must_use]
    pub fn accept(mut self, status: u16) -> Self {
        self.accepted.push(status);
        self
    }

    /// Says how long the answer may take to begin, for requests that the warehouse holds back longer than most.
    #[must_use]
    pub fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// The request in errors and log lines: method and path, long ones cut. Without the query: it may hold tokens.
    pub fn label(&self) -> String {
        let place = self.elsewhere.as_deref().unwrap_or_default();
        let path = cut(&self.path, Self::LABEL_CHARS);
        format!("{} {place}{path}", self.method)
    }

    /// Path and query as they are sent first.
    pub fn target(&self) -> String {
        self.target_of(0)
    }

    /// Path and query as they are sent after so many failed tries.
    pub(super) fn target_of(&self, failed: u32) -> String {
        let again = match failed {
            0 => "",
            _ => self.query_when_repeated.as_str(),
        };
        match (self.query.as_str(), again) {
            ("", "") => self.path.clone(),
            ("", query) | (query, "") => format!("{}?{query}", self.path),
            (query, again) => format!("{}?{query}&{again}", self.path),
        }
    }

    /// The body as it is sent; empty where there is none.
    pub fn body(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    pub(super) fn check(&self) -> Result<()> {
        self.problem.clone().map_or(Ok(()), Err)
    }
}

/// The first `chars` characters of a text, with a sign that it goes on.
pub(super) fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
