use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A text that must not be seen: it prints as `[redacted]`, and its memory is overwritten when the last copy goes.
///
/// ```
/// let secret = rocky_credentials::Secret::new("dapi-0123456789");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// The text itself, for whoever has to send it or look for it. It must go into no message.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The same without white space around it, such as the last line break of a file.
    pub(crate) fn trimmed(&self) -> Self {
        let trimmed = self.expose().trim();
        if trimmed.len() == self.expose().len() {
            self.clone()
        } else {
            Self::new(trimmed)
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
