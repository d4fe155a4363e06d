//! The server as an editor sees it: real messages over a stream in memory.

#![allow(clippy::expect_used)]

mod answers;
mod cache;
mod client;
mod life;
mod memory;
mod typing;
