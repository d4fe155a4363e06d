use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::secret::Secret;

/// What a request gets: the headers that carry a credential. Cheap to clone.
#[derive(Clone)]
pub struct Attachment {
    headers: Arc<[(HeaderName, HeaderValue)]>,
    /// What was sent to servers until it was made, its own secrets among them.
    secrets: Arc<[Secret]>,
    /// Which of its broker's credentials it is, counted from the first; 0 where there is only ever one.
    pub(crate) generation: u64,
}

impl Attachment {
    /// Marks every value as sensitive: HTTP/2 then keeps it out of its compression tables, and `Debug` does not show it.
    pub(crate) fn new(
        headers: Vec<(HeaderName, HeaderValue)>,
        secrets: Vec<Secret>,
        generation: u64,
    ) -> Self {
        let headers = headers.into_iter().map(|(name, mut value)| {
            value.set_sensitive(true);
            (name, value)
        });
        Self {
            headers: headers.collect(),
            secrets: secrets.into(),
            generation,
        }
    }

    /// Puts its headers among a request's, in place of any of the same name.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in self.headers.iter() {
            headers.insert(name, value.clone());
        }
    }

    /// The names of its headers: those that nobody else may set.
    pub fn header_names(&self) -> impl Iterator<Item = &HeaderName> {
        self.headers.iter().map(|(name, _)| name)
    }

    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// Whether a server would see no difference.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        self.headers == other.headers
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut headers = f.debug_map();
        for name in self.header_names() {
            headers.entry(name, &format_args!("[redacted]"));
        }
        headers.finish()
    }
}
