//! What happened since the last analysis.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the cache is looked at while nothing happens.
const LOOK: Duration = Duration::from_secs(1);

/// What happened since the last analysis. However often something happened, it is done once.
#[derive(Debug, Default)]
pub struct Inbox {
    news: Mutex<News>,
    arrived: Condvar,
}

/// What an analysis has to take in.
#[derive(Debug, Default)]
pub struct News {
    /// The files may have changed.
    pub files: bool,
    /// The models of which the open text changed, or that were opened.
    pub texts: BTreeSet<String>,
    /// Somebody thinks that the cache has changed.
    pub cache: bool,
    /// Nobody is there any more.
    pub end: bool,
}

impl News {
    fn is_empty(&self) -> bool {
        !self.files && self.texts.is_empty() && !self.cache && !self.end
    }
}

impl Inbox {
    /// Says what happened.
    pub fn tell(&self, what: impl FnOnce(&mut News)) {
        what(&mut self.lock());
        self.arrived.notify_one();
    }

    /// Waits until something happens, but no longer than until it is time to look at the cache, and takes it.
    pub fn take(&self) -> News {
        let news = self.lock();
        let result = self
            .arrived
            .wait_timeout_while(news, LOOK, |news| news.is_empty());
        let (mut news, _) = result.unwrap_or_else(PoisonError::into_inner);
        let end = news.end;
        let taken = std::mem::take(&mut *news);
        news.end = end;
        taken
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
