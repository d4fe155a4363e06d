use std::fmt;
use std::str::FromStr;

use url::Host;

use crate::origin::{Origin, OriginError, Scheme};

/// Origins that an adapter may reach: one, or all hosts below a domain.
///
/// A pattern is an [`Origin`] whose host may begin with `*.`, which stands for one or more labels. Nothing else is a
/// wildcard: neither schemes nor ports, nor a part of a label, nor an address. The domain after `*.` has two labels or
/// more, so that no pattern covers a whole top-level domain.
///
/// ```
/// use rocky_plugin::{Origin, OriginPattern};
/// let storage: OriginPattern = "https://*.blob.core.windows.net".parse()?;
/// assert!(storage.matches(&"https://a.blob.core.windows.net".parse::<Origin>()?));
/// assert!(!storage.matches(&"https://blob.core.windows.net".parse::<Origin>()?));
/// assert!(!storage.matches(&"http://a.blob.core.windows.net".parse::<Origin>()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    /// The origin, without the `*.`.
    base: Origin,
    below: bool,
}

/// Why a text is not an [`OriginPattern`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// What follows a `*.`, or the whole, is not an origin.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// A `*` somewhere else.
    #[error("a `*` may only stand at the beginning of a host, as in https://*.storage.example.com")]
    Wildcard,
    /// A wildcard above an address or a single label.
    #[error("after `*.` there must be a domain of two labels or more, not {0}")]
    TooWide(String),
}

impl OriginPattern {
    /// Whether it admits `origin`.
    pub fn matches(&self, origin: &Origin) -> bool {
        if !self.below {
            return self.base == *origin;
        }
        if (self.base.scheme(), self.base.port()) != (origin.scheme(), origin.port()) {
            return false;
        }
        match (self.base.host(), origin.host()) {
            (Host::Domain(domain), Host::Domain(host)) => host
                .strip_suffix(domain.as_str())
                .and_then(|labels| labels.strip_suffix('.'))
                .is_some_and(|labels| labels.split('.').all(|label| !label.is_empty())),
            _ => false,
        }
    }

    /// The one origin that it stands for; none where it stands for many.
    pub fn exact(&self) -> Option<&Origin> {
        (!self.below).then_some(&self.base)
    }

    /// The domain below which it admits every host; none where it stands for one origin.
    pub fn below(&self) -> Option<&str> {
        match self.base.host() {
            Host::Domain(domain) if self.below => Some(domain),
            _ => None,
        }
    }
}

/// Just this origin.
impl From<Origin> for OriginPattern {
    fn from(base: Origin) -> Self {
        Self { base, below: false }
    }
}

impl FromStr for OriginPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let (scheme, host) = text.split_once("://").unwrap_or(("https", text));
        let below = host.starts_with("*.");
        let host = host.strip_prefix("*.").unwrap_or(host);
        if host.contains('*') || scheme.contains('*') {
            return Err(PatternError::Wildcard);
        }
        let base: Origin = format!("{scheme}://{host}").parse()?;
        match base.host() {
            Host::Domain(domain) if domain.trim_matches('.').contains('.') => {}
            host if below => return Err(PatternError::TooWide(host.to_string())),
            _ => {}
        }
        Ok(Self { base, below })
    }
}

/// In its canonical spelling, which parses to the same pattern.
impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.base.to_string();
        match (self.below, text.split_once("://")) {
            (true, Some((scheme, rest))) => write!(f, "{scheme}://*.{rest}"),
            _ => f.write_str(&text),
        }
    }
}

impl Scheme {
    /// Whether everything that travels is encrypted.
    pub fn is_encrypted(self) -> bool {
        self == Scheme::Https
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pattern(text: &str) -> Result<String, String> {
        let parsed = text.parse::<OriginPattern>();
        parsed
            .map(|it| it.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_wildcard_stands_in_one_place_only() {
        for (text, expected) in [
            ("example.com", "https://example.com"),
            (
                "https://*.S3.amazonaws.com:443/",
                "https://*.s3.amazonaws.com",
            ),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://10.0.0.1", "https://10.0.0.1"),
        ] {
            assert_eq!(pattern(text).as_deref(), Ok(expected), "{text}");
        }
        for bad in [
            "*",
            "*.com",
            "https://*",
            "https://*.com",
            "*://example.com",
            "https://a*.example.com",
            "https://a.*.example.com",
            "https://*.*.example.com",
            "https://**.example.com",
            "https://*.10.0.0.1",
            "https://*.[::1]",
            "https://example.com:*",
            "https://*example.com",
            "https://example.com/*",
            "ftp://example.com",
            "https://a@example.com",
            "https://*.com.",
        ] {
            assert!(pattern(bad).is_err(), "{bad}: {:?}", pattern(bad));
        }
    }

    #[test]
    fn one_of_many_hosts_tells_below_which_domain_they_are() {
        let many: OriginPattern = "https://*.Store.example.com:8443".parse().unwrap();
        assert_eq!(many.below(), Some("store.example.com"));
        let one: OriginPattern = "https://store.example.com".parse().unwrap();
        assert_eq!(one.below(), None);
    }

    #[test]
    fn it_admits_what_it_says_and_nothing_near_it() {
        let admits = |pattern: &str, origin: &str| {
            let pattern: OriginPattern = pattern.parse().unwrap();
            pattern.matches(&origin.parse().unwrap())
        };
        for (text, origin, expected) in [
            ("https://a.example.com", "https://a.example.com", true),
            ("https://a.example.com", "https://A.EXAMPLE.com:443", true),
            ("https://a.example.com", "https://b.a.example.com", false),
            ("https://a.example.com", "http://a.example.com:443", false),
            ("https://a.example.com", "https://a.example.com:8443", false),
            ("https://a.example.com", "https://a.example.com.", false),
            ("https://*.example.com", "https://a.example.com", true),
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://.example.com", false),
            ("https://*.example.com", "https://evilexample.com", false),
            (
                "https://*.example.com",
                "https://a.example.com.evil.org",
                false,
            ),
            ("https://*.example.com", "https://a.example.com.", false),
            ("https://*.example.com", "https://a.example.com:444", false),
            ("https://10.0.0.1", "https://0x0a.1", true),
            ("https://10.0.0.1", "https://[::ffff:10.0.0.1]", false),
        ] {
            // What is no origin at all is never asked about.
            if origin.parse::<Origin>().is_ok() {
                assert_eq!(admits(text, origin), expected, "{text} {origin}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn printing_and_parsing_agree(text in "(https?://)?(\\*\\.)?[a-z0-9.\\-:*]{1,24}") {
            if let Ok(pattern) = text.parse::<OriginPattern>() {
                proptest::prop_assert_eq!(pattern.to_string().parse::<OriginPattern>(), Ok(pattern));
            }
        }

        #[test]
        fn a_host_outside_the_domain_is_never_admitted(host in "[a-z0-9.\\-]{1,30}") {
            let pattern: OriginPattern = "https://*.store.example.com".parse().unwrap();
            if let Ok(origin) = host.parse::<Origin>() {
                let Host::Domain(name) = origin.host().clone() else { return Ok(()) };
                let inside = name.ends_with(".store.example.com") && name.len() > ".store.example.com".len()
                    && !name.starts_with('.') && !name.contains("..");
                proptest::prop_assert_eq!(pattern.matches(&origin), inside, "{}", name);
            }
        }
    }
}
