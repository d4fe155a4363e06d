//! One request on its way, through all its tries.

use std::time::Duration;

use super::client::Client;
use super::failure;
use super::request::Request;
use super::response::Response;
use super::retry::Trouble;
use super::transport::{Fault, Incoming, Ticket};
use crate::{Error, PATIENCE, Progress, Result, Waited, log};

/// A request under way. Dropping it abandons the request.
///
/// It repeats the request where that is safe and may help; see [`Retry`](super::Retry) and [`Repeat`](super::Repeat). While it
/// rests in between, waiting for it returns [`Waited::Waiting`] like any other wait.
#[derive(Debug)]
#[must_use = "dropping a call abandons its request"]
pub struct Call {
    client: Client,
    request: Box<Request>,
    state: State,
    started: Duration,
    /// How many tries have failed.
    tries: u32,
}

#[derive(Debug)]
enum State {
    /// The request is out.
    Out(Flight),
    /// Nothing is out until that time, because of that error.
    Resting(Duration, Box<Error>),
    /// The outcome was returned.
    Over,
}

/// A ticket that is given back.
#[derive(Debug)]
struct Flight {
    client: Client,
    ticket: Ticket,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.client.transport().abandon(self.ticket);
    }
}

impl Call {
    pub(super) fn start(client: Client, request: Request) -> Self {
        let started = client.now();
        let state = match request.check() {
            Ok(()) => State::Out(Flight {
                ticket: client.start(&request, 0),
                client: client.clone(),
            }),
            // The error comes out at the first poll, where every other error does.
            Err(error) => State::Resting(Duration::MAX, Box::new(error)),
        };
        Self {
            client,
            request: Box::new(request),
            state,
            started,
            tries: 0,
        }
    }

    /// The outcome, if there is one already. Never blocks.
    pub fn poll(&mut self) -> Option<Result<Response>> {
        loop {
            match &mut self.state {
                State::Out(flight) => {
                    let outcome = self.client.transport().poll(flight.ticket)?;
                    if let Some(outcome) = self.judge(outcome) {
                        self.state = State::Over;
                        return Some(outcome);
                    }
                }
                State::Resting(Duration::MAX, error) => {
                    let error = (**error).clone();
                    self.state = State::Over;
                    return Some(Err(error));
                }
                State::Resting(until, _) if self.client.now() < *until => return None,
                State::Resting(..) => {
                    let ticket = self.client.start(&self.request, self.tries);
                    self.state = State::Out(Flight {
                        client: self.client.clone(),
                        ticket,
                    });
                }
                State::Over => {
                    return Some(Err(Error::internal(format!(
                        "{} was waited for twice",
                        self.request.label()
                    ))));
                }
            }
        }
    }

    /// Waits for the outcome, but not longer than [`PATIENCE`].
    pub fn wait(&mut self) -> Result<Waited<Response>> {
        match self.finish_within(PATIENCE) {
            Some(outcome) => outcome.map(Waited::Ready),
            None => Ok(Waited::Waiting(self.progress())),
        }
    }

    /// Waits for the outcome, but not longer than the given time; none if it has not come by then.
    pub fn finish_within(&mut self, time: Duration) -> Option<Result<Response>> {
        let deadline = self.client.now() + time;
        loop {
            if let Some(outcome) = self.poll() {
                return Some(outcome);
            }
            let left = deadline.saturating_sub(self.client.now());
            if left.is_zero() {
                return None;
            }
            wait_for_any(&self.client, std::iter::once(&*self), left);
        }
    }

    /// Blocks until the outcome has come: for the calls that have no way to say that they wait.
    pub fn finish(mut self) -> Result<Response> {
        loop {
            if let Some(outcome) = self.finish_within(PATIENCE) {
                return outcome;
            }
        }
    }

    /// What the call waits for, in a few words for the user.
    pub fn progress(&self) -> Progress {
        Progress::new(match &self.state {
            State::Resting(until, error) => {
                let seconds = until.saturating_sub(self.client.now()).as_secs() + 1;
                format!("{}; next try in {seconds} s", error.message)
            }
            State::Out(_) | State::Over => format!("no answer yet to {}", self.request.label()),
        })
    }

    /// The outcome that an answer or a fault amounts to; none if the request is to be repeated, for which all is then prepared.
    fn judge(&mut self, outcome: Result<Incoming, Fault>) -> Option<Result<Response>> {
        let label = self.request.label();
        let elapsed = self.client.now() - self.started;
        let (error, trouble) = match outcome.and_then(whole) {
            Err(fault) => {
                let trouble = Trouble::of(&fault);
                (fault.into_error(&label, self.client.origin()), trouble)
            }
            Ok(incoming) => {
                log::trace!(
                    "{label}: HTTP {}, {} bytes, {} ms",
                    incoming.status,
                    incoming.body.len(),
                    elapsed.as_millis()
                );
                let Incoming {
                    status,
                    headers,
                    body,
                } = incoming;
                let response = Response {
                    status,
                    headers,
                    body,
                    request: label,
                };
                if (200..300).contains(&status) || self.request.accepted.contains(&status) {
                    return Some(Ok(response));
                }
                failure::of(
                    &response,
                    self.client.explain(&response),
                    self.client.transport().unix_seconds(),
                )
            }
        };
        self.tries += 1;
        let random = self.client.transport().random();
        let pause = trouble.and_then(|trouble| {
            self.client
                .retry()
                .pause(trouble, self.request.repeat, self.tries, elapsed, random)
        });
        let Some(pause) = pause else {
            return Some(Err(self.told_of_tries(error, elapsed)));
        };
        log::debug!("{}; next try in {} ms", error.message, pause.as_millis());
        self.state = State::Resting(self.client.now() + pause, Box::new(error));
        None
    }

    fn told_of_tries(&self, mut error: Error, elapsed: Duration) -> Error {
        if self.tries > 1 {
            error.message += &format!(" (tried {} times in {} s)", self.tries, elapsed.as_secs());
        }
        error
    }
}

/// Refuses a body that is shorter than announced. With a content encoding the announced length is that of the encoded form.
fn whole(incoming: Incoming) -> Result<Incoming, Fault> {
    let header = |name: &str| {
        let (_, value) = incoming
            .headers
            .iter()
            .find(|(present, _)| present.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    };
    let announced = header("content-length").and_then(|length| length.trim().parse::<u64>().ok());
    let received = incoming.body.len() as u64;
    match announced {
        Some(announced) if received < announced && header("content-encoding").is_none() => {
            Err(Fault::Cut {
                received,
                announced,
            })
        }
        _ => Ok(incoming),
    }
}

/// Blocks until one of the calls may have come further, but not longer than the given time.
pub(super) fn wait_for_any<'a>(
    client: &Client,
    calls: impl Iterator<Item = &'a Call>,
    at_most: Duration,
) {
    let now = client.now();
    let mut at_most = at_most;
    let mut tickets = Vec::new();
    for call in calls {
        match &call.state {
            State::Out(flight) => tickets.push(flight.ticket),
            State::Resting(until, _) => at_most = at_most.min(until.saturating_sub(now)),
            State::Over => return,
        }
    }
    client.transport().wait(&tickets, at_most);
}
