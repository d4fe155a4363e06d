//! Jobs: statements on their way, and their results page by page.

mod cells;
mod handlers;
mod parameters;
mod record;
mod render;
mod request;
mod results;

pub(super) use handlers::routes;
pub(super) use record::Jobs;
pub(super) use results::{Cut, PageRows, TimestampFormat};
