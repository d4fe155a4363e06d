use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Mutex;

use tokio::sync::watch;

use crate::usage::lock;

/// Joins equal calls: while one is under way, the others wait for its result.
pub(crate) struct SingleFlight<K, V> {
    under_way: Mutex<HashMap<K, watch::Receiver<Option<V>>>>,
}

/// A result, and whether another call had it fetched.
pub(crate) struct Flown<V> {
    pub value: V,
    pub joined: bool,
}

impl<K: Clone + Eq + Hash, V: Clone> SingleFlight<K, V> {
    pub(crate) fn new() -> Self {
        Self {
            under_way: Mutex::new(HashMap::new()),
        }
    }

    /// Runs `call`, or waits for the equal one that runs. Where that one is dropped before it ends, the next takes over.
    pub(crate) async fn run(&self, key: &K, call: impl Future<Output = V>) -> Flown<V> {
        let sender = loop {
            let mut receiver = match lock(&self.under_way).entry(key.clone()) {
                Entry::Occupied(running) => running.get().clone(),
                Entry::Vacant(free) => {
                    let (sender, receiver) = watch::channel(None);
                    free.insert(receiver);
                    break sender;
                }
            };
            if let Ok(value) = receiver.wait_for(Option::is_some).await
                && let Some(value) = value.clone()
            {
                return Flown {
                    value,
                    joined: true,
                };
            }
        };
        // Leaves the map before `sender` goes, so that a follower that wakes up finds the place free.
        let place = Place {
            flight: self,
            key,
            sender,
        };
        let value = call.await;
        place.sender.send_replace(Some(value.clone()));
        Flown {
            value,
            joined: false,
        }
    }
}

struct Place<'a, K: Eq + Hash, V> {
    flight: &'a SingleFlight<K, V>,
    key: &'a K,
    sender: watch::Sender<Option<V>>,
}

impl<K: Eq + Hash, V> Drop for Place<'_, K, V> {
    fn drop(&mut self) {
        lock(&self.flight.under_way).remove(self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn equal_calls_run_once_and_different_ones_each() {
        let flight = SingleFlight::new();
        let runs = AtomicU32::new(0);
        let call = |value: u32| {
            let runs = &runs;
            async move {
                tokio::task::yield_now().await;
                runs.fetch_add(1, Ordering::Relaxed);
                value
            }
        };
        let (a, b, c) = tokio::join!(
            flight.run(&1, call(1)),
            flight.run(&1, call(1)),
            flight.run(&2, call(2))
        );
        assert_eq!((a.value, b.value, c.value), (1, 1, 2));
        assert_eq!((a.joined, b.joined, c.joined), (false, true, false));
        assert_eq!(runs.into_inner(), 2);
    }

    #[tokio::test]
    async fn a_follower_takes_over_when_the_first_is_dropped() {
        let flight = SingleFlight::new();
        let mut first = Box::pin(flight.run(&1, std::future::pending::<u32>()));
        assert!(futures::poll!(first.as_mut()).is_pending());
        let mut second = Box::pin(flight.run(&1, async { 7 }));
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop(first);
        assert_eq!(second.await.value, 7);
    }
}
