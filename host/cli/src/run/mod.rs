//! `rocky run`: what is to be described, the describing, and the report.

mod execute;
mod known;
mod plan;
mod report;
mod show;

pub use execute::{Manner, execute_into};
pub use plan::{Request, Role, Target, plan};
pub use report::{ErrorReport, RunReport};
