//! Testing an adapter natively, against a warehouse that is a script.
//!
//! ```
//! use rocky_adapter_sdk::testing::{Reply, Script};
//! use rocky_adapter_sdk::{ErrorCode, Request};
//!
//! let script = Script::new();
//! script.on("GET /catalogs?page_token=a%20b", Reply::status(503));
//! script.on("GET /catalogs?page_token=a%20b", Reply::json("[]"));
//!
//! let response = script.client().fetch(Request::get("/catalogs").query("page_token", "a b"))?;
//! assert_eq!(response.body(), b"[]");
//! assert_eq!(script.sent().len(), 2);
//! assert_eq!(script.elapsed().as_secs(), 1); // By the script's own clock, which nobody waits for.
//! # Ok::<(), rocky_adapter_sdk::Error>(())
//! ```
//!
//! Nothing here sleeps: the script's clock jumps to the next thing that happens. Its random numbers are all 0. Both make a test
//! the same every time.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use crate::http::transport::{Fault, Incoming, Outgoing, Ticket, Transport};
use crate::log::Level;
use crate::{Client, Cursor, Entry, Error, Progress, Result, Step, Summary};

/// A warehouse that answers as a test says. Cloning it gives another hold of the same one.
#[derive(Clone, Debug, Default)]
pub struct Script(Rc<State>);

#[derive(Debug, Default)]
struct State {
    once: RefCell<BTreeMap<String, VecDeque<Reply>>>,
    always: RefCell<BTreeMap<String, Reply>>,
    flights: RefCell<BTreeMap<Ticket, Flight>>,
    sent: RefCell<Vec<Sent>>,
    abandoned: RefCell<Vec<String>>,
    now: Cell<Duration>,
    most_at_once: Cell<usize>,
}

#[derive(Debug)]
struct Flight {
    line: String,
    ready: Duration,
    most_body_bytes: usize,
    outcome: Result<Incoming, Fault>,
}

/// What a [`Script`] was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Method, path and query: `GET /catalogs?page_token=a%20b`.
    pub line: String,
    /// Every header, names as they were given.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there was none.
    pub body: String,
}

/// What a [`Script`] answers.
#[derive(Clone, Debug)]
pub struct Reply {
    outcome: Result<Incoming, Fault>,
    after: Duration,
}

impl Reply {
    /// HTTP 200 with this JSON.
    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200)
            .with_header("content-type", "application/json")
            .with_body(body.into())
    }

    /// An HTTP status with an empty body.
    pub fn status(status: u16) -> Self {
        Self {
            outcome: Ok(Incoming {
                status,
                ..Incoming::default()
            }),
            after: Duration::ZERO,
        }
    }

    /// No answer, for the given reason.
    pub fn fault(fault: Fault) -> Self {
        Self {
            outcome: Err(fault),
            after: Duration::ZERO,
        }
    }

    /// The same with this body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        if let Ok(incoming) = &mut self.outcome {
            incoming.body = body.into();
        }
        self
    }

    /// The same with another header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Ok(incoming) = &mut self.outcome {
            incoming
                .headers
                .push((name.to_owned(), value.as_bytes().to_vec()));
        }
        self
    }

    /// The same, later.
    #[must_use]
    pub fn after_millis(mut self, millis: u64) -> Self {
        self.after = Duration::from_millis(millis);
        self
    }
}

impl Script {
    /// The origin that the scripted warehouse is at.
    pub const ORIGIN: &str = "https://warehouse.test";

    /// A warehouse that knows no request yet. A request that it does not know fails, with an error that quotes it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next request of this method, path and query, once. Several replies to one request are used in turn.
    pub fn on(&self, line: &str, reply: Reply) {
        self.0
            .once
            .borrow_mut()
            .entry(line.to_owned())
            .or_default()
            .push_back(reply);
    }

    /// Answers every request of this method, path and query for which no reply of [`on`](Self::on) is left.
    pub fn always(&self, line: &str, reply: Reply) {
        self.0.always.borrow_mut().insert(line.to_owned(), reply);
    }

    /// The way to this warehouse, for [`Adapter::open`](crate::Adapter::open).
    pub fn client(&self) -> Client {
        Client::new(Rc::new(self.clone()), Self::ORIGIN)
    }

    /// Every request so far, in the order in which they were sent.
    pub fn sent(&self) -> Vec<Sent> {
        self.0.sent.borrow().clone()
    }

    /// The lines of every request so far.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .sent
            .borrow()
            .iter()
            .map(|sent| sent.line.clone())
            .collect()
    }

    /// The lines of the requests that were given up before their answer was taken.
    pub fn abandoned(&self) -> Vec<String> {
        self.0.abandoned.borrow().clone()
    }

    /// The most requests that were under way at once.
    pub fn most_at_once(&self) -> usize {
        self.0.most_at_once.get()
    }

    /// The time on the script's clock since it was made.
    pub fn elapsed(&self) -> Duration {
        self.0.now.get()
    }

    fn reply(&self, line: &str) -> Reply {
        let once = self
            .0
            .once
            .borrow_mut()
            .get_mut(line)
            .and_then(VecDeque::pop_front);
        let always = || self.0.always.borrow().get(line).cloned();
        let unknown = || {
            Reply::fault(Fault::Malformed(format!(
                "the script has no reply to {line}"
            )))
        };
        once.or_else(always).unwrap_or_else(unknown)
    }
}

impl Transport for Script {
    fn start(&self, request: &Outgoing<'_>) -> Ticket {
        let line = format!("{} {}", request.method, request.target);
        let reply = self.reply(&line);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.0.sent.borrow_mut().push(Sent {
            line: line.clone(),
            headers: request.headers.iter().map(owned).collect(),
            body: String::from_utf8_lossy(request.body.unwrap_or_default()).into_owned(),
        });
        let ticket = Ticket(self.0.sent.borrow().len() as u64);
        let mut flights = self.0.flights.borrow_mut();
        let ready = self.0.now.get() + reply.after;
        flights.insert(
            ticket,
            Flight {
                line,
                ready,
                most_body_bytes: request.most_body_bytes,
                outcome: reply.outcome,
            },
        );
        self.0
            .most_at_once
            .set(self.0.most_at_once.get().max(flights.len()));
        ticket
    }

    fn poll(&self, ticket: Ticket) -> Option<Result<Incoming, Fault>> {
        let mut flights = self.0.flights.borrow_mut();
        if flights.get(&ticket)?.ready > self.0.now.get() {
            return None;
        }
        let flight = flights.remove(&ticket)?;
        Some(match flight.outcome {
            Ok(incoming) if incoming.body.len() > flight.most_body_bytes => {
                Err(Fault::TooLarge(Some(flight.most_body_bytes as u64)))
            }
            outcome => outcome,
        })
    }

    fn abandon(&self, ticket: Ticket) {
        if let Some(flight) = self.0.flights.borrow_mut().remove(&ticket) {
            self.0.abandoned.borrow_mut().push(flight.line);
        }
    }

    fn wait(&self, tickets: &[Ticket], at_most: Duration) {
        let now = self.0.now.get();
        let flights = self.0.flights.borrow();
        let first = tickets
            .iter()
            .filter_map(|ticket| Some(flights.get(ticket)?.ready))
            .min();
        let end = now.saturating_add(at_most);
        self.0
            .now
            .set(first.map_or(end, |ready| ready.clamp(now, end)));
    }

    fn now(&self) -> Duration {
        self.0.now.get()
    }

    fn unix_seconds(&self) -> u64 {
        self.0.now.get().as_secs()
    }

    fn random(&self) -> u64 {
        0
    }
}

/// A whole answer of a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Every entry of every page.
    pub entries: Vec<Entry>,
    /// The entries of each page.
    pub pages: Vec<usize>,
    /// Every wait that it told.
    pub waits: Vec<Progress>,
    /// How it ended; none if it ended with [`Step::Unchanged`].
    pub summary: Option<Summary>,
}

/// Asks a cursor to its end, as the host does. A cursor that goes on for a million steps is taken for an endless one.
pub fn drain(cursor: &mut impl Cursor) -> Result<Answer> {
    let mut answer = Answer::default();
    for _ in 0..1_000_000 {
        match cursor.next()? {
            Step::Page(entries) => {
                answer.pages.push(entries.len());
                answer.entries.extend(entries);
            }
            Step::Waiting(progress) => answer.waits.push(progress),
            Step::Unchanged => return Ok(answer),
            Step::Done(summary) => {
                answer.summary = Some(summary);
                return Ok(answer);
            }
        }
    }
    Err(Error::internal("the cursor does not come to an end"))
}

thread_local! {
    static HEARD: RefCell<Option<Vec<(Level, String)>>> = const { RefCell::new(None) };
}

/// Runs something and returns the lines that it told, of every level.
pub fn log_lines(run: impl FnOnce()) -> Vec<(Level, String)> {
    HEARD.set(Some(Vec::new()));
    run();
    HEARD.take().unwrap_or_default()
}

pub(crate) fn listening() -> bool {
    HEARD.with_borrow(Option::is_some)
}

pub(crate) fn hear(level: Level, line: &str) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(lines) = heard {
            lines.push((level, line.to_owned()));
        }
    });
}
