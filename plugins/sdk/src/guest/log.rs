//! The contract's `log`.

use std::sync::OnceLock;

use super::bindings::describe::rocky::adapter::log as host;
use crate::log::Level;

/// The least important level that anybody listens to. Asked once: it does not change during the life of an instance.
pub fn verbosity() -> Level {
    static VERBOSITY: OnceLock<Level> = OnceLock::new();
    *VERBOSITY.get_or_init(|| match host::verbosity() {
        host::Level::Error => Level::Error,
        host::Level::Warn => Level::Warn,
        host::Level::Info => Level::Info,
        host::Level::Debug => Level::Debug,
        host::Level::Trace => Level::Trace,
    })
}

/// Tells the host a line.
pub fn write(level: Level, line: &str) {
    let level = match level {
        Level::Error => host::Level::Error,
        Level::Warn => host::Level::Warn,
        Level::Info => host::Level::Info,
        Level::Debug => host::Level::Debug,
        Level::Trace => host::Level::Trace,
    };
    host::log(level, line);
}
