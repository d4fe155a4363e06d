//! The chunks of a statement's result, wherever they are.
//!
//! A chunk comes inline, or as a link to a file in storage. A link expires after minutes, so it is asked for just before it is
//! followed, and again when the storage refuses it.

use std::collections::VecDeque;
use std::time::Duration;

use rocky_adapter_sdk::json::Int64;
use rocky_adapter_sdk::{
    Call, Client, Error, ErrorCode, Link, PATIENCE, Progress, Response, Result, Waited, log,
};

use crate::request;
use crate::rows::{Chunk, ExternalLink};

/// How many chunks are fetched at a time.
const AT_ONCE: usize = 4;

/// How often a link is asked for again that the storage refuses.
const MOST_RENEWALS: u32 = 2;

/// Chunks on their way, which come in order.
#[derive(Debug)]
pub struct Chunks {
    client: Client,
    statement_id: String,
    parts: VecDeque<Part>,
    /// Whether they are files in storage.
    linked: bool,
    /// How many were asked for, counting the first, which comes by itself.
    asked: u64,
    /// How many there are, as far as is known.
    total: u64,
}

/// A chunk that has come.
#[derive(Debug)]
pub struct Arrived {
    response: Response,
    /// What its link said of it, if its rows came from storage.
    file: Option<File>,
}

/// What a link says of the file that it leads to.
#[derive(Clone, Copy, Debug)]
struct File {
    chunk_index: Option<Int64>,
    row_offset: Option<Int64>,
    row_count: Option<Int64>,
    next_chunk_index: Option<Int64>,
}

impl Arrived {
    /// Reads it.
    pub fn chunk(&self) -> Result<Chunk<'_>> {
        let Some(file) = self.file else {
            return self.response.json();
        };
        Ok(Chunk {
            chunk_index: file.chunk_index,
            row_offset: file.row_offset,
            row_count: file.row_count,
            next_chunk_index: file.next_chunk_index,
            data_array: Some(self.response.json()?),
            external_links: None,
        })
    }
}

/// A chunk on its way.
#[derive(Debug)]
struct Part {
    index: u64,
    state: State,
    renewals: u32,
}

#[derive(Debug)]
enum State {
    /// Databricks is asked.
    Asking(Call),
    /// The storage is asked.
    Following(Call, File),
    /// It has come, or will not.
    Settled(Result<Arrived>),
}

impl Chunks {
    /// The chunks of a result that has so many.
    pub fn new(client: &Client, statement_id: &str, total: u64) -> Self {
        Self {
            client: client.clone(),
            statement_id: statement_id.to_owned(),
            parts: VecDeque::new(),
            linked: false,
            asked: 1,
            total,
        }
    }

    /// The first chunk, which came with the end of the statement, is a link.
    pub fn begin_with_links(&mut self, links: &[ExternalLink<'_>]) -> Result<()> {
        self.linked = true;
        self.parts.push_back(Part {
            index: 0,
            state: follow(&self.client, links, 0)?,
            renewals: 0,
        });
        Ok(())
    }

    /// There are at least so many.
    pub fn announce(&mut self, total: u64) {
        self.total = self.total.max(total);
    }

    /// How many there are, as far as is known.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Asks for the chunks that are next after so many, but not for more than can be read soon: their number is only said, not yet
    /// seen.
    pub fn ask(&mut self, read: u64) {
        let soon = read.max(1) + AT_ONCE as u64;
        while self.asked < self.total.min(soon) {
            let ask = request::chunk(&self.statement_id, self.asked);
            self.parts.push_back(Part {
                index: self.asked,
                state: State::Asking(self.client.send(ask)),
                renewals: 0,
            });
            self.asked += 1;
        }
    }

    /// The next chunk; none when all that were asked for have come.
    pub fn next(&mut self) -> Waited<Option<Result<Arrived>>> {
        let deadline = self.client.now() + PATIENCE;
        loop {
            for part in &mut self.parts {
                part.advance(&self.client, &self.statement_id, self.linked);
            }
            match self.parts.pop_front() {
                None => return Waited::Ready(None),
                Some(Part {
                    index,
                    state: State::Settled(outcome),
                    ..
                }) => {
                    let outcome = outcome.map_err(|error| result_is_gone(error, index));
                    return Waited::Ready(Some(outcome));
                }
                Some(part) => self.parts.push_front(part),
            }
            let left = deadline.saturating_sub(self.client.now());
            if left.is_zero() {
                return Waited::Waiting(Progress::new("the statement's result is on its way"));
            }
            self.wait(left);
        }
    }

    fn wait(&self, at_most: Duration) {
        let calls = self.parts.iter().filter_map(|part| match &part.state {
            State::Asking(call) | State::Following(call, _) => Some(call),
            State::Settled(_) => None,
        });
        self.client.wait_for_any(calls, at_most);
    }
}

impl Part {
    /// Goes as far as it can without waiting.
    fn advance(&mut self, client: &Client, statement_id: &str, linked: bool) {
        loop {
            let next = match &mut self.state {
                State::Asking(call) => match call.poll() {
                    None => return,
                    Some(Ok(response)) if linked => of_answer(client, &response, self.index),
                    Some(outcome) => State::Settled(outcome.map(|response| Arrived {
                        response,
                        file: None,
                    })),
                },
                State::Following(call, file) => match call.poll() {
                    None => return,
                    Some(Err(error)) if is_refusal(&error) && self.renewals < MOST_RENEWALS => {
                        self.renewals += 1;
                        log::debug!("asking for the link of chunk {} again: {error}", self.index);
                        State::Asking(client.send(request::chunk(statement_id, self.index)))
                    }
                    Some(outcome) => {
                        let file = Some(*file);
                        let outcome = outcome.map_err(storage_refuses);
                        State::Settled(outcome.map(|response| Arrived { response, file }))
                    }
                },
                State::Settled(_) => return,
            };
            self.state = next;
        }
    }
}

/// What an answer amounts to that should hold a link.
fn of_answer(client: &Client, response: &Response, index: u64) -> State {
    let state = response.json::<Chunk>().and_then(|chunk| {
        let links = chunk.external_links.unwrap_or_default();
        follow(client, &links, index)
    });
    state.unwrap_or_else(|error| State::Settled(Err(error)))
}

fn follow(client: &Client, links: &[ExternalLink<'_>], index: u64) -> Result<State> {
    let is_it = |link: &&ExternalLink| {
        let said = link.chunk_index;
        said.is_none_or(|said| u64::try_from(said.0) == Ok(index))
    };
    let link = links.iter().find(is_it).ok_or_else(|| {
        Error::protocol(format!(
            "the statement's result has no link to its chunk {index}"
        ))
    })?;
    let file = File {
        chunk_index: link.chunk_index,
        row_offset: link.row_offset,
        row_count: link.row_count,
        next_chunk_index: link.next_chunk_index,
    };
    let headers = link.http_headers.iter().flatten();
    let link = headers.fold(Link::parse(&link.external_link)?, |link, (name, value)| {
        link.with_header(name, value)
    });
    Ok(State::Following(client.follow(&link), file))
}

/// What storage refuses says nothing of what the principal may do in the warehouse.
fn storage_refuses(error: Error) -> Error {
    match is_refusal(&error) {
        true => error.with_code(ErrorCode::Other("storage-refused".to_owned())),
        false => error,
    }
}

/// Whether storage refuses a link, as it does when that has expired. A refusal of the host's own has no HTTP status.
fn is_refusal(error: &Error) -> bool {
    let fact = |name| error.attributes.get(name);
    match fact("http_status") {
        Some("401" | "403") => true,
        Some("400") => matches!(fact("error_code"), Some("ExpiredToken" | "RequestExpired")),
        _ => false,
    }
}

/// A result that Databricks does not know any more is not what the caller means by not found.
fn result_is_gone(error: Error, chunk: u64) -> Error {
    let error = error.context(format_args!(
        "cannot fetch chunk {chunk} of the statement's result"
    ));
    match error.code {
        ErrorCode::NotFound => error.with_code(ErrorCode::Other("result-gone".to_owned())),
        _ => error,
    }
}
