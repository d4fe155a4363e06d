//! What a guest writes to its standard output and error: log lines, and its last words when it crashes.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

use crate::usage::lock;

/// How much of what a guest wrote last is kept.
const KEPT_BYTES: usize = 8 << 10;

/// Both output streams of one instance.
#[derive(Clone)]
pub(crate) struct GuestOutput {
    adapter: Arc<str>,
    kept: Arc<Mutex<VecDeque<u8>>>,
}

impl GuestOutput {
    pub(crate) fn new(adapter: Arc<str>) -> Self {
        Self {
            adapter,
            kept: Arc::default(),
        }
    }

    /// What a guest that has just crashed said of it: Rust's panic message without its frame, or else all that is kept.
    pub(crate) fn last_words(&self) -> String {
        let kept: Vec<u8> = lock(&self.kept).iter().copied().collect();
        let text = String::from_utf8_lossy(&kept);
        panic_message(&text).unwrap_or_else(|| text.trim().to_owned())
    }
}

/// The message of the last Rust panic in a text: the lines after `… panicked at FILE:LINE:COLUMN:`.
fn panic_message(text: &str) -> Option<String> {
    let (_, after) = text.rsplit_once("panicked at ")?;
    let (place, message) = after.split_once('\n')?;
    let message = message.split("\nnote: run with").next().unwrap_or(message);
    Some(format!(
        "{} ({})",
        message.trim(),
        place.trim_end_matches(':')
    ))
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

/// Never blocks and never fails, so that a chatty guest cannot stall and a crashing one can say why.
impl AsyncWrite for GuestOutput {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut kept = lock(&self.kept);
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(KEPT_BYTES);
        kept.drain(..excess);
        tracing::trace!(adapter = %self.adapter, "wrote {} bytes to its standard output or error", bytes.len());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_message_is_found_in_its_frame() {
        let text = "starting\n\nthread '<unnamed>' (1) panicked at src/lib.rs:3:5:\nno such\nthing\n\
                    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(
            panic_message(text).as_deref(),
            Some("no such\nthing (src/lib.rs:3:5)")
        );
        assert_eq!(panic_message("Traceback: boom"), None);
    }
}
