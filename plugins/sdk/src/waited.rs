//! Waiting without blocking.

use std::time::Duration;

/// How long the SDK blocks before it returns [`Waited::Waiting`]. The host wants a step at least every few seconds.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// How far a wait has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being waited for, in a few words for the user: `the warehouse is starting`.
    pub message: String,
    /// How many units of work are done, if that is known.
    pub done: Option<u64>,
    /// Out of how many, if that is known.
    pub total: Option<u64>,
}

impl Progress {
    /// A wait of which only the reason is known.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            done: None,
            total: None,
        }
    }

    /// Says how much is done, out of how much.
    #[must_use]
    pub fn with_count(mut self, done: u64, total: u64) -> Self {
        self.done = Some(done);
        self.total = Some(total);
        self
    }
}

/// What came of waiting for a short while.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a wait must reach the host: see `ready!`"]
pub enum Waited<T> {
    /// It is there.
    Ready(T),
    /// Not yet: tell the host, and ask again.
    Waiting(Progress),
}

impl<T> Waited<T> {
    /// Changes what is ready.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Waited<U> {
        match self {
            Self::Ready(value) => Waited::Ready(change(value)),
            Self::Waiting(progress) => Waited::Waiting(progress),
        }
    }
}

/// Takes the value out of a [`Waited`], or returns the wait from the function around it.
///
/// Works in functions that return `Result<Step>` and in ones that return `Result<Waited<_>>`. The function is called
/// again later and must then come to the same place, so what it waits for is kept in a field.
#[macro_export]
macro_rules! ready {
    ($waited:expr) => {
        match $waited {
            $crate::Waited::Ready(value) => value,
            $crate::Waited::Waiting(progress) => return ::std::result::Result::Ok(progress.into()),
        }
    };
}

impl<T> From<Progress> for Waited<T> {
    fn from(progress: Progress) -> Self {
        Self::Waiting(progress)
    }
}
