//! Statements: submitted, polled for, fetched partition by partition, cancelled.

mod cells;
mod handlers;
mod order;
mod partitions;
mod record;
mod render;
mod request;

pub(super) use cells::{Format, Reader};
pub(super) use handlers::{POLL_WINDOW, routes, together};
pub(super) use order::{Bindings, Order, Script, statement_count};
pub(super) use partitions::Partitions;
pub(super) use record::{Phase, Record, Statements};
pub(super) use render::column;
