use std::fmt;

use url::{Host, Url};

/// How a request travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }
}

/// Where a server is: scheme, host and port, each in its one canonical spelling (WHATWG URL).
///
/// ```
/// use rocky_plugin::Origin;
/// let origin: Origin = "HTTPS://DBC-1.Cloud.Databricks.com:443/".parse()?;
/// assert_eq!(origin.to_string(), "https://dbc-1.cloud.databricks.com");
/// # Ok::<(), rocky_plugin::OriginError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Host<String>,
    port: u16,
}

/// Why a text is not an [`Origin`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It does not parse as a URL.
    #[error("{0}")]
    Malformed(url::ParseError),
    /// Its scheme is not `http` or `https`.
    #[error("the scheme must be https (or http), not {0}")]
    Scheme(String),
    /// It carries a user name or password.
    #[error(
        "a user name or password does not belong in a URL; the credential is configured apart from it"
    )]
    UserInfo,
    /// It goes on after the port.
    #[error("nothing may follow the host and port, but {0:?} does")]
    Path(String),
}

impl Origin {
    /// The origin of a URL, whatever its path.
    ///
    /// # Errors
    ///
    /// When the URL has another scheme than HTTP(S), no host, or names a user.
    pub fn of(url: &Url) -> Result<Self, OriginError> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            other => return Err(OriginError::Scheme(other.to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::UserInfo);
        }
        let host = url
            .host()
            .ok_or(OriginError::Malformed(url::ParseError::EmptyHost))?
            .to_owned();
        let port = url.port().unwrap_or(scheme.default_port());
        Ok(Self { scheme, host, port })
    }

    /// How requests to it travel.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// As a URL, with the path `/`.
    pub fn to_url(&self) -> Url {
        let text = self.to_string();
        Url::parse(&text).unwrap_or_else(|_| unreachable!("an origin is a URL: {text}"))
    }

    /// The host: a name or an address.
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The address, where the host is one.
    pub fn address(&self) -> Option<std::net::IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// The port, also where it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is this machine, by its name or address.
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }
    }
}

/// Parses a URL without a path, or a bare host name, which means HTTPS.
impl std::str::FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.trim();
        let url = if text.contains("://") {
            Url::parse(text)
        } else {
            Url::parse(&format!("https://{text}"))
        }
        .map_err(OriginError::Malformed)?;
        let origin = Self::of(&url)?;
        let rest = &url[url::Position::BeforePath..];
        if !matches!(rest, "" | "/") {
            return Err(OriginError::Path(rest.to_owned()));
        }
        Ok(origin)
    }
}

/// The serialised origin of RFC 6454: without a trailing slash, and without the port where it is the scheme's own.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let actual = text.parse::<Origin>().map(|o| o.to_string());
        match (actual, expected) {
            (Ok(actual), Ok(expected)) => assert_eq!(actual, expected, "{text}"),
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "{text}: {error}");
            }
            (actual, expected) => panic!("{text}: {actual:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn one_place_has_one_spelling() {
        check(
            "dbc-1.cloud.databricks.com",
            Ok("https://dbc-1.cloud.databricks.com"),
        );
        check(
            "https://dbc-1.cloud.databricks.com:443/",
            Ok("https://dbc-1.cloud.databricks.com"),
        );
        check("http://127.1:8080", Ok("http://127.0.0.1:8080"));
        check("http://0x7f000001:8080", Ok("http://127.0.0.1:8080"));
        check("http://[::1]:80", Ok("http://[::1]"));
        check("localhost:9000", Ok("https://localhost:9000"));
        check(
            "https://Bücher.example",
            Ok("https://xn--bcher-kva.example"),
        );
    }

    #[test]
    fn what_is_more_or_other_than_a_place_is_refused() {
        check("ftp://example.com", Err("https (or http), not ftp"));
        check("https://me:pw@example.com", Err("user name or password"));
        check("https://example.com/sql/1.0", Err("\"/sql/1.0\""));
        check("https://example.com?x=1", Err("?x=1"));
        check("https://", Err("empty host"));
        check("exa mple.com", Err("invalid"));
    }

    proptest::proptest! {
        #[test]
        fn printing_and_parsing_agree(text in "(https?://)?[a-z0-9.\\-\\[\\]:]{1,30}") {
            if let Ok(origin) = text.parse::<Origin>() {
                proptest::prop_assert_eq!(origin.to_string().parse::<Origin>(), Ok(origin));
            }
        }
    }
}
