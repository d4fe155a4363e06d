//! Telling what the adapter does.
//!
//! The macros build their line only where somebody listens. The host adds the adapter's name, and shows, hides or stores the line.
//!
//! ```
//! use rocky_adapter_sdk::log;
//!
//! let schema = "flights";
//! log::debug!("schema {schema} has changed");
//! ```

use std::fmt;

pub use crate::{
    __log_debug as debug, __log_error as error, __log_info as info, __log_trace as trace,
    __log_warn as warn,
};

/// How much a line matters, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed. A failure that is also returned as an error needs no line.
    Error,
    /// The user should know, although the work goes on.
    Warn,
    /// A step that a user who asks for detail wants to see.
    Info,
    /// What somebody needs who looks for a defect in the adapter.
    Debug,
    /// Everything: single requests, single pages.
    Trace,
}

/// Whether anybody listens to lines of this level.
pub fn enabled(level: Level) -> bool {
    level <= sink::verbosity()
}

/// Tells a line. The macros of this module are shorter.
pub fn write(level: Level, line: fmt::Arguments<'_>) {
    if enabled(level) {
        sink::write(level, &line.to_string());
    }
}

#[cfg(target_arch = "wasm32")]
use crate::guest::log as sink;

/// Natively nobody listens but a test that asks to.
#[cfg(not(target_arch = "wasm32"))]
mod sink {
    use super::Level;

    pub fn verbosity() -> Level {
        if crate::testing::listening() {
            Level::Trace
        } else {
            Level::Error
        }
    }

    pub fn write(level: Level, line: &str) {
        crate::testing::hear(level, line);
    }
}

/// Tells that something failed; see [`log`](crate::log).
#[doc(hidden)]
#[macro_export]
macro_rules! __log_error {
    ($($line:tt)*) => { $crate::log::write($crate::log::Level::Error, ::std::format_args!($($line)*)) };
}

/// Tells what the user should know; see [`log`](crate::log).
#[doc(hidden)]
#[macro_export]
macro_rules! __log_warn {
    ($($line:tt)*) => { $crate::log::write($crate::log::Level::Warn, ::std::format_args!($($line)*)) };
}

/// Tells a step; see [`log`](crate::log).
#[doc(hidden)]
#[macro_export]
macro_rules! __log_info {
    ($($line:tt)*) => { $crate::log::write($crate::log::Level::Info, ::std::format_args!($($line)*)) };
}

/// Tells what helps to find a defect; see [`log`](crate::log).
#[doc(hidden)]
#[macro_export]
macro_rules! __log_debug {
    ($($line:tt)*) => { $crate::log::write($crate::log::Level::Debug, ::std::format_args!($($line)*)) };
}

/// Tells everything; see [`log`](crate::log).
#[doc(hidden)]
#[macro_export]
macro_rules! __log_trace {
    ($($line:tt)*) => { $crate::log::write($crate::log::Level::Trace, ::std::format_args!($($line)*)) };
}
