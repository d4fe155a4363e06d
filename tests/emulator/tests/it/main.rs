//! The emulator as its clients meet it: over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod binary;
mod client;
mod control;
mod faults;
mod flights;
mod information;
mod names;
mod sql;
mod statements;
mod unity;
