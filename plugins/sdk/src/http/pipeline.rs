//! Several requests at once, their answers in order.

use std::collections::VecDeque;

use super::call::{Call, wait_for_any};
use super::client::Client;
use super::request::Request;
use super::response::Response;
use crate::{PATIENCE, Progress, Result, Waited};

/// Many requests of which a few are under way at a time, and whose answers come in the order of the requests.
///
/// Each request has a key, such as the table or the chunk that it is for, which comes back with its outcome. A request that fails
/// does not end the others: what a failure means is the adapter's decision.
///
/// ```
/// use rocky_adapter_sdk::testing::{Reply, Script};
/// use rocky_adapter_sdk::{Pipeline, Request, Waited};
///
/// let script = Script::new();
/// script.on("GET /chunks/1", Reply::json("[1]").after_millis(500));
/// script.on("GET /chunks/2", Reply::json("[2]"));
///
/// let mut chunks = Pipeline::new(&script.client(), 4);
/// for chunk in ["1", "2"] {
///     chunks.push(chunk, Request::get("/chunks").segment(chunk));
/// }
/// let Waited::Ready(Some((chunk, response))) = chunks.next_outcome() else { panic!() };
/// assert_eq!((chunk, response?.body()), ("1", &b"[1]"[..]));
/// # Ok::<(), rocky_adapter_sdk::Error>(())
/// ```
#[derive(Debug)]
pub struct Pipeline<K> {
    client: Client,
    window: usize,
    waiting: VecDeque<(K, Request)>,
    under_way: VecDeque<(K, Slot)>,
    done: u64,
}

/// A call, or its outcome until those before it have theirs.
#[derive(Debug)]
enum Slot {
    Open(Call),
    Settled(Result<Response>),
}

impl<K> Pipeline<K> {
    /// Up to `window` requests at once. Their answers are kept until it is their turn, so the window bounds memory too.
    pub fn new(client: &Client, window: usize) -> Self {
        Self {
            client: client.clone(),
            window: window.max(1),
            waiting: VecDeque::new(),
            under_way: VecDeque::new(),
            done: 0,
        }
    }

    /// Adds a request behind the others, and sends it as soon as there is room.
    pub fn push(&mut self, key: K, request: Request) {
        self.waiting.push_back((key, request));
        self.fill();
    }

    /// The next outcome in the order of the requests; none when there is no request left.
    pub fn next_outcome(&mut self) -> Waited<Option<(K, Result<Response>)>> {
        let deadline = self.client.now() + PATIENCE;
        loop {
            for (_, slot) in &mut self.under_way {
                if let Slot::Open(call) = slot
                    && let Some(outcome) = call.poll()
                {
                    *slot = Slot::Settled(outcome);
                }
            }
            let Some((key, slot)) = self.under_way.pop_front() else {
                return Waited::Ready(None);
            };
            let call = match slot {
                Slot::Settled(outcome) => {
                    self.done += 1;
                    self.fill();
                    return Waited::Ready(Some((key, outcome)));
                }
                Slot::Open(call) => call,
            };
            let left = deadline.saturating_sub(self.client.now());
            let progress = call.progress();
            self.under_way.push_front((key, Slot::Open(call)));
            if left.is_zero() {
                return Waited::Waiting(self.counted(progress));
            }
            let open = self.under_way.iter().filter_map(|(_, slot)| match slot {
                Slot::Open(call) => Some(call),
                Slot::Settled(_) => None,
            });
            wait_for_any(&self.client, open, left);
        }
    }

    /// How many outcomes were returned.
    pub fn done(&self) -> u64 {
        self.done
    }

    fn counted(&self, progress: Progress) -> Progress {
        let total = self.done + (self.under_way.len() + self.waiting.len()) as u64;
        progress.with_count(self.done, total)
    }

    fn fill(&mut self) {
        while self.under_way.len() < self.window
            && let Some((key, request)) = self.waiting.pop_front()
        {
            let call = self.client.send(request);
            self.under_way.push_back((key, Slot::Open(call)));
        }
    }
}
