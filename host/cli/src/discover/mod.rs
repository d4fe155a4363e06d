//! `rocky discover`: what a warehouse holds, and all of it in the cache.

mod list;
mod report;

pub use list::{Filter, Listed, list};
pub use report::DiscoverReport;
