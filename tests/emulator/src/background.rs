//! The runtime that the emulator lives on, apart from its caller's.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Planning a deep query recurses; unoptimised builds need more than the usual two megabytes.
const STACK_BYTES: usize = 16 << 20;

/// How long a query that never yields can hold up the end.
const GRACE: Duration = Duration::from_secs(1);

/// Threads that end when this is dropped. May be used and dropped anywhere, also in async code.
#[derive(Debug)]
pub(crate) struct Background(Option<Runtime>);

impl Background {
    /// Fails when threads are not to be had.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .enable_all()
            .thread_name("emulator")
            .thread_stack_size(STACK_BYTES)
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Lets this run until the end.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(work);
        }
    }

    /// Runs this on the background threads and blocks until it is done; `None` if it panicked.
    pub fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (done, result) = mpsc::channel();
        self.spawn(async move {
            // The receiver waits below for as long as the sender exists.
            let _ = done.send(work.await);
        });
        result.recv().ok()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else {
            return;
        };
        // Afterwards the port is closed. On a thread of its own, because async code must not wait
        // for a runtime itself; waiting requests are dropped, only busy ones use the grace.
        let ended = std::thread::spawn(move || runtime.shutdown_timeout(GRACE));
        // It only fails if it panicked, and then nothing is left to be ended.
        let _ = ended.join();
    }
}
