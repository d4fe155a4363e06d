//! Ctrl-C: what runs on a warehouse is cancelled before the process ends.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rocky_plugin::Host;
use tokio::signal::ctrl_c;

use crate::error::{CommandError, Status};

/// How long adapters may take to end what they have running: some seconds for the answer that tells what it is, and some to
/// cancel it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The plugin hosts that have to be told.
#[derive(Debug, Default)]
pub struct Interrupt(Mutex<Vec<Host>>);

impl Interrupt {
    /// Has `host` told when the user interrupts.
    pub fn register(&self, host: &Host) {
        self.hosts().push(host.clone());
    }

    /// Runs `work` until it is done or interrupted. After the first Ctrl-C adapters end what they have running; the second one ends
    /// everything.
    pub async fn guard(
        &self,
        work: impl Future<Output = Result<Status, CommandError>>,
    ) -> Result<Status, CommandError> {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            outcome = &mut work => return outcome,
            _ = ctrl_c() => {}
        }
        let hosts: Vec<Host> = self.hosts().clone();
        if !hosts.is_empty() {
            eprintln!("interrupted: cancelling what still runs (Ctrl-C again to leave it)");
            hosts.iter().for_each(Host::cancel);
            tokio::select! {
                _ = &mut work => {}
                _ = ctrl_c() => {}
                () = tokio::time::sleep(PATIENCE) => {}
            }
        }
        Err(CommandError::failed(
            "interrupted; what was committed to the cache stays",
        ))
    }

    fn hosts(&self) -> std::sync::MutexGuard<'_, Vec<Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
