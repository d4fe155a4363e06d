//! Asking again and again, less and less often.

use std::time::Duration;

use crate::{Client, PATIENCE, Progress, Waited};

/// The pauses between polls of something that takes a while: 0.2 s at first, half as long again each time, 5 s at most.
///
/// ```ignore
/// ready!(self.pacer.pause(|| Progress::new("the warehouse is starting")));
/// self.poll = Some(self.client.send(request::statement(&self.id)));
/// ```
#[derive(Debug)]
pub struct Pacer {
    client: Client,
    delay: Duration,
    until: Option<Duration>,
}

impl Pacer {
    const FIRST: Duration = Duration::from_millis(200);
    const LAST: Duration = Duration::from_secs(5);

    /// Pauses by the clock of `client`.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            delay: Self::FIRST,
            until: None,
        }
    }

    /// Begins a pause, which is told at once; or waits for the rest of the one begun, but not longer than [`PATIENCE`].
    pub fn pause(&mut self, progress: impl FnOnce() -> Progress) -> Waited<()> {
        let now = self.client.now();
        // Without a word between them, a few short pauses would be a long silence.
        let Some(until) = self.until else {
            self.until = Some(now + self.delay);
            return Waited::Waiting(progress());
        };
        self.client.sleep(until.saturating_sub(now).min(PATIENCE));
        if self.client.now() < until {
            return Waited::Waiting(progress());
        }
        self.until = None;
        self.delay = (self.delay * 3 / 2).min(Self::LAST);
        Waited::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Script;

    #[test]
    fn pauses_grow_to_five_seconds_and_are_told() {
        let script = Script::new();
        let mut pacer = Pacer::new(&script.client());
        let mut last = Duration::ZERO;
        let mut waits = 0;
        let mut pauses = Vec::new();
        while pauses.len() < 12 {
            match pacer.pause(|| Progress::new("waiting")) {
                Waited::Waiting(_) => waits += 1,
                Waited::Ready(()) => {
                    pauses.push((script.elapsed() - last).as_millis());
                    last = script.elapsed();
                }
            }
        }
        assert_eq!(
            pauses,
            [
                200, 300, 450, 675, 1012, 1518, 2278, 3417, 5000, 5000, 5000, 5000
            ]
        );
        assert_eq!(waits, 12 + 1 + 1 + 2 * 4);
    }
}
