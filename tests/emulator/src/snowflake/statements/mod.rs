//! Statements: submitted, polled for, fetched partition by partition, cancelled.

mod cells;
mod handlers;
mod partitions;
mod record;
mod render;
mod request;

pub(super) use handlers::routes;
pub(super) use record::Statements;
