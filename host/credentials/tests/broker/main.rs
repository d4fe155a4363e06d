//! Brokers as the host sees them: through their public interface, with a transport that answers from a script and a clock that is set.

#![allow(clippy::unwrap_used)]

mod google;
mod oauth;
mod secrecy;
mod snowflake;
mod sources;
mod support;
mod waiting;
