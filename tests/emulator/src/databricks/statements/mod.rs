//! Statement execution: run, poll, fetch, cancel.

mod cells;
mod files;
mod handlers;
mod manifest;
mod outcome;
mod record;
mod request;

pub(super) use handlers::routes;
pub(super) use record::{File, Statements};
