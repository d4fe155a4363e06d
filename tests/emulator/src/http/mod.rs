//! HTTP that every protocol shares: the accept loop, what happens to a request before and after
//! its handler, and the control endpoint.

pub(crate) mod control;
pub mod fault;
mod front;
pub mod requests;
mod serve;
mod tamper;

use axum::Router;

/// What a protocol serves: its API, and the files of its large results at another origin.
pub(crate) struct Servers {
    pub api: Router,
    pub storage: Router,
}

pub(crate) use front::{Wire, front};
pub(crate) use serve::serve;
