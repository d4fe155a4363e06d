use std::fmt;

use crate::mask::Mask;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

/// A text that must not be seen: prints as `[redacted]` however it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Why a secret cannot be used. Never shows it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The token is empty.
    #[error("the token is empty")]
    Empty,
    /// The token holds a character that no HTTP header may hold.
    #[error(
        "the token holds a line break or another character that cannot be sent in an HTTP header"
    )]
    NotAHeader,
}

/// What the host attaches to requests for an adapter's endpoint, and to no other request.
#[derive(Clone, Debug, Default)]
pub struct Credential(Kind);

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    None,
    Bearer {
        token: Secret,
        header: HeaderValue,
    },
}

/// A shorter secret is not looked for in texts: it would be found by chance.
const SHORTEST_REDACTED: usize = 6;

impl Credential {
    /// No credential: requests go out as they are.
    pub fn none() -> Self {
        Self::default()
    }

    /// `Authorization: Bearer TOKEN` (RFC 6750).
    ///
    /// # Errors
    ///
    /// When the token is empty or cannot be sent in a header. White space around it, such as a file's last line break, is dropped.
    pub fn bearer(token: Secret) -> Result<Self, CredentialError> {
        let text = token.0.trim();
        if text.is_empty() {
            return Err(CredentialError::Empty);
        }
        let mut header = HeaderValue::try_from(format!("Bearer {text}"))
            .map_err(|_| CredentialError::NotAHeader)?;
        header.set_sensitive(true);
        let token = Secret::new(text);
        Ok(Self(Kind::Bearer { token, header }))
    }

    /// Whether there is no credential.
    pub fn is_none(&self) -> bool {
        matches!(self.0, Kind::None)
    }

    /// What the configuration calls it.
    pub fn kind(&self) -> &'static str {
        match self.0 {
            Kind::None => "none",
            Kind::Bearer { .. } => "bearer",
        }
    }

    pub(crate) fn attach(&self, headers: &mut HeaderMap) {
        if let Kind::Bearer { header, .. } = &self.0 {
            headers.insert(AUTHORIZATION, header.clone());
        }
    }

    /// What takes the secret out of a server's answers; none where there is nothing to take out.
    pub(crate) fn mask(&self) -> Option<Mask> {
        match &self.0 {
            Kind::Bearer { token, .. } if token.0.len() >= SHORTEST_REDACTED => {
                Some(Mask::new(&token.0))
            }
            _ => None,
        }
    }

    /// Takes the secret out of a text that came from outside, such as an error in which a server echoes the request.
    pub(crate) fn redact(&self, text: String) -> String {
        match &self.0 {
            Kind::Bearer { token, .. }
                if token.0.len() >= SHORTEST_REDACTED && text.contains(&token.0) =>
            {
                text.replace(&token.0, "[redacted]")
            }
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let credential = Credential::bearer(Secret::new("dapi-canary-1234\n")).unwrap();
        assert!(!format!("{credential:?}").contains("canary"));
        let echoed = credential.redact("401 for Bearer dapi-canary-1234!".to_owned());
        assert_eq!(echoed, "401 for Bearer [redacted]!");
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_refused_without_showing_it() {
        assert_eq!(
            Credential::bearer(Secret::new("  ")).unwrap_err(),
            CredentialError::Empty
        );
        let error = Credential::bearer(Secret::new("canary\r\nx: y")).unwrap_err();
        assert_eq!(error, CredentialError::NotAHeader);
        assert!(!error.to_string().contains("canary"));
    }
}
