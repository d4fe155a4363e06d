//! Talking HTTP to a warehouse.
//!
//! A [`Client`] sends a [`Request`] and returns a [`Call`] at once; several calls may be under way, and a [`Pipeline`] keeps
//! some of many under way at a time. A call turns what came back into a [`Response`] or an [`Error`](crate::Error), and repeats the request
//! where that is safe and may help.

mod call;
mod client;
mod encode;
mod failure;
mod link;
mod pipeline;
mod request;
mod response;
mod retry;
mod retry_after;
#[cfg(test)]
mod tests;
pub mod transport;

pub use call::Call;
pub use client::{Client, Explain};
pub use failure::Reason;
pub use link::Link;
pub use pipeline::Pipeline;
pub use request::{Repeat, Request};
pub use response::Response;
pub use retry::Retry;
