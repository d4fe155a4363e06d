use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Joins calls: while one is under way, the others wait for its result.
#[derive(Debug)]
pub(crate) struct Flight<V> {
    under_way: Mutex<Option<watch::Receiver<Option<V>>>>,
}

impl<V: Clone> Flight<V> {
    pub(crate) fn new() -> Self {
        Self {
            under_way: Mutex::new(None),
        }
    }

    /// Runs `call`, or waits for the one that runs. Where that one is dropped before it ends, one of those who wait runs its own.
    pub(crate) async fn run(&self, call: impl Future<Output = V>) -> V {
        let sender = loop {
            let mut receiver = {
                let mut under_way = lock(&self.under_way);
                let Some(receiver) = under_way.as_ref() else {
                    let (sender, receiver) = watch::channel(None);
                    *under_way = Some(receiver);
                    break sender;
                };
                receiver.clone()
            };
            if let Ok(value) = receiver.wait_for(Option::is_some).await
                && let Some(value) = value.clone()
            {
                return value;
            }
        };
        let mut place = Place {
            flight: self,
            sender,
            is_held: true,
        };
        let value = call.await;
        place.give_up();
        place.sender.send_replace(Some(value.clone()));
        value
    }
}

/// The place of the call that runs. It is given up before the result is told and before its sender goes: whoever wakes up because of
/// that, and perhaps has found the result useless, finds it free.
struct Place<'a, V> {
    flight: &'a Flight<V>,
    sender: watch::Sender<Option<V>>,
    is_held: bool,
}

impl<V> Place<'_, V> {
    fn give_up(&mut self) {
        // Afterwards the place may be another's.
        if std::mem::take(&mut self.is_held) {
            *lock(&self.flight.under_way) = None;
        }
    }
}

impl<V> Drop for Place<'_, V> {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// Locks, also after another thread has panicked: what our locks guard is whole between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Wake, Waker};

    use super::*;

    #[tokio::test]
    async fn calls_at_the_same_time_run_once() {
        let flight = Flight::new();
        let runs = AtomicU32::new(0);
        let call = || async {
            tokio::task::yield_now().await;
            runs.fetch_add(1, Ordering::Relaxed)
        };
        let values = tokio::join!(flight.run(call()), flight.run(call()));
        assert_eq!(values, (0, 0));
        assert_eq!(flight.run(call()).await, 1);
    }

    /// Notes, at the moment when a waiter is woken, whether the place is free.
    struct OnWake {
        flight: Arc<Flight<u32>>,
        found_free: AtomicU32,
    }

    impl Wake for OnWake {
        fn wake(self: Arc<Self>) {
            let is_free = lock(&self.flight.under_way).is_none();
            self.found_free
                .store(1 + u32::from(is_free), Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn whoever_is_told_the_result_finds_the_place_free() {
        let flight = Arc::new(Flight::new());
        let (end, ended) = tokio::sync::oneshot::channel();
        let mut first = Box::pin(flight.run(async { ended.await.unwrap_or_default() }));
        assert!(futures::poll!(first.as_mut()).is_pending());
        let on_wake = Arc::new(OnWake {
            flight: flight.clone(),
            found_free: AtomicU32::new(0),
        });
        let waker = Waker::from(on_wake.clone());
        let mut second = Box::pin(flight.run(async { 2 }));
        let mut context = Context::from_waker(&waker);
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert_eq!(end.send(1), Ok(()));
        assert_eq!(first.await, 1);
        assert_eq!(on_wake.found_free.load(Ordering::Relaxed), 2);
        assert_eq!(second.await, 1);
    }

    #[tokio::test]
    async fn one_of_those_who_wait_takes_over_when_the_first_is_dropped() {
        let flight = Flight::new();
        let mut first = Box::pin(flight.run(std::future::pending::<u32>()));
        assert!(futures::poll!(first.as_mut()).is_pending());
        let mut second = Box::pin(flight.run(async { 2 }));
        let mut third = Box::pin(flight.run(async { 3 }));
        assert!(futures::poll!(second.as_mut()).is_pending());
        assert!(futures::poll!(third.as_mut()).is_pending());
        drop(first);
        assert_eq!(third.await, 3);
        assert_eq!(second.await, 2);
    }
}
