//! Panics of redb, turned into errors.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;

use crate::error::CacheError;
use crate::fault::Fault;

thread_local! {
    /// How many calls of [`quietly`] this thread is in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether a panic of the current thread would be caught by this crate and become a [`CacheError`].
///
/// On a damaged file redb may panic. Its message helps nobody, so a program that wants to print the error alone asks
/// this in its panic hook:
///
/// ```
/// let report = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |panic| {
///     if !rocky_cache::contains_panics() {
///         report(panic);
///     }
/// }));
/// ```
pub fn contains_panics() -> bool {
    DEPTH.with(Cell::get) > 0
}

/// Runs `work` and catches its panic. What `work` touches is either dropped on the way out or redb's own, which marks
/// itself for repair.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> thread::Result<T> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    outcome
}

/// Runs `work` against the file at `path`; a panic of redb becomes [`CacheError::Damaged`].
pub(crate) fn contained<T>(
    attempt: &'static str,
    path: &Path,
    work: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, CacheError> {
    settle(attempt, path, quietly(work))
}

/// What came of something that ran [`quietly`] against the file at `path`.
pub(crate) fn settle<T>(
    attempt: &'static str,
    path: &Path,
    outcome: thread::Result<Result<T, Fault>>,
) -> Result<T, CacheError> {
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(fault)) => Err(fault.during(attempt, path)),
        Err(panic) => Err(told(&*panic).during(attempt, path)),
    }
}

/// A panic of redb, as a fault of the file.
pub(crate) fn told(panic: &(dyn Any + Send)) -> Fault {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
    Fault::Damaged(format!(
        "reading it failed: {}",
        said.unwrap_or("unknown reason")
    ))
}
