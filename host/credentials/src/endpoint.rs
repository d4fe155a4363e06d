//! Where secrets may be sent.

use url::{Host, Position, Url};

use crate::error::CredentialError;

/// Refuses an address to which a secret must not go: one that is neither HTTPS nor this machine, or that carries a secret itself.
pub(crate) fn check(key: &'static str, url: &Url) -> Result<(), CredentialError> {
    let unusable = |reason: &str| {
        Err(CredentialError::Unusable {
            key,
            value: name(url),
            reason: reason.to_owned(),
        })
    };
    if !url.username().is_empty() || url.password().is_some() {
        return unusable("a user name or password does not belong in a URL");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => unusable("over plain http a secret goes to this machine only: use https"),
        _ => unusable("the scheme must be https"),
    }
}

/// Whether an address is this machine's.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An address as messages name it: origin and path. The rest may hold anything.
pub(crate) fn name(url: &Url) -> String {
    let path = &url[Position::BeforePath..Position::AfterPath];
    format!("{}{path}", origin(url))
}

/// The origin of an address (RFC 6454), without any user in it.
pub(crate) fn origin(url: &Url) -> String {
    let origin = url.origin();
    if origin.is_tuple() {
        origin.ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_url(url: &str, expected: Result<(), &str>) {
        let actual = check("token_url", &url.parse().unwrap()).map_err(|error| error.to_string());
        assert_eq!(actual, expected.map_err(ToOwned::to_owned), "{url}");
    }

    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        check_url("https://idp.example/token?tenant=1", Ok(()));
        check_url("http://localhost:8080/token", Ok(()));
        check_url("http://127.0.0.2/token", Ok(()));
        check_url("http://[::1]/token", Ok(()));
        check_url(
            "http://idp.example/token?a=b",
            Err(
                "`token_url` cannot be http://idp.example/token: over plain http a secret goes to this machine only: use https",
            ),
        );
        check_url(
            "https://me:canary@idp.example/",
            Err(
                "`token_url` cannot be https://idp.example/: a user name or password does not belong in a URL",
            ),
        );
        check_url(
            "file:///etc/token",
            Err("`token_url` cannot be file:/etc/token: the scheme must be https"),
        );
    }
}
