//! The emulator as its clients meet it: over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bigquery;
mod binary;
mod client;
mod control;
mod delivery;
mod describe;
mod faults;
mod flights;
mod information;
mod names;
mod sign_in;
mod snowflake;
mod sql;
mod statements;
mod unity;
