//! Tokens from the metadata server of Google Cloud's machines, which knows them by where they are.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::{HeaderName, HeaderValue};
use url::{Host, Url};

use crate::answer;
use crate::endpoint;
use crate::error::{CredentialError, Grant, Setting};
use crate::exchange::Question;
use crate::mint::{Context, Minted};

/// The name by which every machine of Google Cloud finds it.
const HOST: &str = "metadata.google.internal";

/// Proves on both sides that nobody was led here by accident; the server demands it and gives it back.
const FLAVOR: HeaderName = HeaderName::from_static("metadata-flavor");

/// A machine of Google Cloud, which is given tokens.
#[derive(Clone, Debug)]
pub struct GoogleMetadata {
    /// The metadata server's host and, if need be, port; none means `metadata.google.internal`. It is asked over plain http, so it has to be that name, this
    /// machine, or an address of a private network.
    pub host: Option<String>,
    /// A service account of the machine: `default` or an e-mail address.
    pub service_account: String,
    /// What the token is for; none means what the machine was made with.
    pub scopes: Vec<String>,
}

impl Default for GoogleMetadata {
    /// The machine's own service account, with all that it may do.
    fn default() -> Self {
        Self {
            host: None,
            service_account: "default".to_owned(),
            scopes: Vec::new(),
        }
    }
}

/// Gets a machine its tokens.
#[derive(Debug)]
pub(crate) struct Metadata {
    url: Url,
}

impl Metadata {
    pub(crate) fn new(config: &GoogleMetadata, context: &Context) -> Result<Self, CredentialError> {
        let service_account = config.service_account.trim();
        if service_account.is_empty() {
            return Err(CredentialError::Empty(Setting::value("service_account")));
        }
        let mut url = server(config.host.as_deref().unwrap_or(HOST))?;
        // A URL of http always has segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(["computeMetadata", "v1", "instance", "service-accounts"]);
            segments.extend([service_account, "token"]);
        }
        if !config.scopes.is_empty() {
            url.query_pairs_mut()
                .append_pair("scopes", &config.scopes.join(","));
        }
        context.note_endpoint(&url);
        Ok(Self { url })
    }

    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        let mut question = Question::get(Grant::Metadata, &self.url);
        let google = HeaderValue::from_static("Google");
        question.headers_mut().insert(FLAVOR, google);
        let answer = question.ask(context).await?;
        let flavor = answer.headers().get(FLAVOR);
        if !flavor.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"Google")) {
            let endpoint = question.endpoint;
            return Err(CredentialError::NotMetadataServer { endpoint });
        }
        answer::read(&question, &answer, context)
    }
}

/// The server's address. It speaks plain http, so it has to be near: a token comes back.
fn server(host: &str) -> Result<Url, CredentialError> {
    let unusable = |reason: &str| CredentialError::Unusable {
        key: "host",
        value: format!("{host:?}"),
        reason: reason.to_owned(),
    };
    // Else a path, a user or a query would hide in it.
    if host.contains(['/', '\\', '@', '?', '#']) {
        return Err(unusable("only a host and a port are wanted"));
    }
    let url =
        Url::parse(&format!("http://{host}")).map_err(|error| unusable(&error.to_string()))?;
    if !is_near(&url) {
        return Err(unusable(
            "a metadata server is metadata.google.internal, this machine, or an address of a private network",
        ));
    }
    Ok(url)
}

fn is_near(url: &Url) -> bool {
    endpoint::is_loopback(url)
        || match url.host() {
            Some(Host::Domain(name)) => name == HOST,
            Some(Host::Ipv4(address)) => is_private_v4(address),
            Some(Host::Ipv6(address)) => is_private_v6(address),
            None => false,
        }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    address.is_link_local() || address.is_private()
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local() || address.is_unique_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, expected: Result<&str, &str>) {
        match (server(host), expected) {
            (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected),
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "{host}: {error}");
            }
            (actual, expected) => panic!("{host}: {actual:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn a_metadata_server_is_near() {
        check(HOST, Ok("http://metadata.google.internal/"));
        check("169.254.169.254", Ok("http://169.254.169.254/"));
        check("localhost:8091", Ok("http://localhost:8091/"));
        check("[fd20:ce::254]", Ok("http://[fd20:ce::254]/"));
        check("8.8.8.8", Err("private network"));
        check(
            "metadata.google.internal.example.com",
            Err("private network"),
        );
        check("me@127.0.0.1", Err("only a host and a port"));
        check("127.0.0.1/path", Err("only a host and a port"));
        check("", Err("empty host"));
    }
}
