//! Work that waits to be polled for, runs in the background and ends once.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Where the work is.
#[derive(Debug)]
pub(crate) enum Phase<T, E> {
    /// The warehouse is not awake.
    Pending,
    Running,
    Succeeded(Arc<T>),
    Failed(Arc<E>),
}

// A derived one would ask the same of what is shared.
impl<T, E> Clone for Phase<T, E> {
    fn clone(&self) -> Self {
        match self {
            Self::Pending => Self::Pending,
            Self::Running => Self::Running,
            Self::Succeeded(answer) => Self::Succeeded(Arc::clone(answer)),
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
        }
    }
}

impl<T, E> Phase<T, E> {
    fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded(_) | Self::Failed(_))
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

/// How far a piece of work `W` has come, which answers `T` or fails with `E`.
#[derive(Debug)]
pub(crate) struct Progress<W, T, E> {
    phase: watch::Sender<Phase<T, E>>,
    state: Mutex<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    /// Polls that still find the warehouse asleep.
    pending_polls: u32,
    /// What to do, until it is started.
    work: Option<W>,
    task: Option<AbortHandle>,
    ended_at: Option<u64>,
}

impl<W, T, E> Progress<W, T, E> {
    /// Nothing has happened yet. Without work somebody else's will end it.
    pub fn new(work: Option<W>, pending_polls: u32) -> Self {
        Self {
            phase: watch::Sender::new(Phase::Pending),
            state: Mutex::new(State {
                pending_polls,
                work,
                task: None,
                ended_at: None,
            }),
        }
    }

    fn state<R>(&self, change: impl FnOnce(&mut State<W>) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn phase(&self) -> Phase<T, E> {
        self.phase.borrow().clone()
    }

    /// When it ended, in milliseconds since 1970.
    pub fn ended_at(&self) -> Option<u64> {
        self.state(|state| state.ended_at)
    }

    /// Starts the work, unless it was started or ended before. `run` returns what stops it.
    pub fn start(&self, run: impl FnOnce(W) -> AbortHandle) {
        self.state(|state| {
            if let Some(work) = state.work.take() {
                self.phase.send_replace(Phase::Running);
                state.task = Some(run(work));
            }
        });
    }

    /// One look from outside. While the warehouse sleeps each look brings it nearer to waking; true
    /// says that the work is to be started.
    pub fn look(&self) -> bool {
        let waits = matches!(self.phase(), Phase::Pending);
        waits
            && self.state(|state| {
                let due = state.pending_polls == 0;
                state.pending_polls = state.pending_polls.saturating_sub(1);
                due
            })
    }

    /// Waits for the end, but not longer than this; what waits for polls is not waited for.
    pub async fn wait(&self, limit: Duration) -> Phase<T, E> {
        if !matches!(self.phase(), Phase::Pending) {
            let mut phases = self.phase.subscribe();
            // On timeout the phase is what it is; the sender lives as long as this.
            let _ = tokio::time::timeout(limit, phases.wait_for(Phase::is_final)).await;
        }
        self.phase()
    }

    /// The end, unless it has ended before. What still runs is stopped.
    pub fn end(&self, phase: Phase<T, E>) {
        self.state(|state| {
            state.work = None;
            state.ended_at.get_or_insert_with(now);
            self.phase.send_if_modified(|current| {
                let ends = !current.is_final();
                if ends {
                    *current = phase;
                }
                ends
            });
            if let Some(task) = state.task.take() {
                task.abort();
            }
        });
    }
}
