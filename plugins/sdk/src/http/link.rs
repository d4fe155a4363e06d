//! Addresses that a warehouse hands out.

use std::fmt;

use super::failure::Reason;
use super::request::Request;
use crate::{Error, Result};

/// A whole address that the warehouse handed out, such as one of a file in storage. Whoever has it may follow it, so it is a
/// secret: neither errors nor log lines show what comes after its path.
///
/// ```
/// use rocky_adapter_sdk::Link;
///
/// let link = Link::parse("https://files.example:8443/results/1?signature=s3cret")?.with_header("x-store-key", "k");
/// assert_eq!(link.origin(), "https://files.example:8443");
/// assert_eq!(format!("{link:?}"), "Link(https://files.example:8443/results/1)");
/// # Ok::<(), rocky_adapter_sdk::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    origin: String,
    target: String,
    headers: Vec<(String, String)>,
}

impl fmt::Debug for Link {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Link({}{})", self.origin, self.path())
    }
}

impl Link {
    /// Reads an address: `https://HOST[:PORT]/PATH[?QUERY]`, encoded as it will be sent.
    ///
    /// # Errors
    /// When it is not such an address.
    pub fn parse(address: &str) -> Result<Self> {
        let (scheme, rest) = address.split_once("://").ok_or_else(not_one)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(end);
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        let is_address = matches!(scheme, "https" | "http")
            && !host.is_empty()
            && host.bytes().all(is_host)
            && target.bytes().all(|byte| byte.is_ascii_graphic())
            && !target.contains('#');
        if !is_address {
            return Err(not_one());
        }
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self {
            origin: format!("{scheme}://{host}"),
            target: format!("{slash}{target}"),
            headers: Vec::new(),
        })
    }

    /// Adds a header that following it needs.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Scheme, host and port: where it leads.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(super) fn request(&self) -> Request {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let request = Request::get_encoded(&self.origin, path, query);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }
}

fn not_one() -> Error {
    Error::protocol("the warehouse handed out a link that is not an address of the web")
}

/// The code and the message of an error document, as object stores send it. The rest may repeat what the link holds.
pub(super) fn explain(_status: u16, body: &[u8]) -> Option<Reason> {
    let body = std::str::from_utf8(body).ok()?;
    let element = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        let (text, _) = rest.split_once(&format!("</{name}>"))?;
        Some(text.to_owned())
    };
    Some(Reason {
        error_code: element("Code"),
        message: element("Message").unwrap_or_else(|| "no reason given".to_owned()),
        code: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Reply, Script};

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for wrong in [
            "",
            "/results/1?sig=a",
            "ftp://files.example/1",
            "https://",
            "https://user@files.example/1",
            "https://files.example/a b",
            "https://files.example/1#x",
            "https://files.example/ü",
            "https://files.example\r\nx: y/",
        ] {
            let error = Link::parse(wrong).unwrap_err();
            assert!(!error.message.contains("sig"), "{error}");
        }
        let link = Link::parse("https://files.example?a=b").unwrap();
        assert_eq!(link.target, "/?a=b");
    }

    #[test]
    fn following_one_brings_its_headers_and_none_of_the_warehouse_s() {
        let script = Script::new();
        script.on("GET /1?sig=a%2Fb&x", Reply::json("[]"));
        let client = script.client().with_header("x-warehouse-api", "2");
        let link = Link::parse("https://files.example/1?sig=a%2Fb&x").unwrap();
        let call = client.follow(&link.with_header("x-store-key", "k"));
        assert_eq!(
            call.finish().unwrap().request(),
            "GET https://files.example/1"
        );
        let sent = script.sent();
        assert_eq!(
            sent[0].headers,
            [("x-store-key".to_owned(), "k".to_owned())]
        );
    }

    #[test]
    fn a_refusal_is_told_without_what_the_link_holds() {
        let script = Script::new();
        let body = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Provided>s3cret</Provided></Error>";
        script.on("GET /1?sig=s3cret", Reply::status(403).with_body(body));
        let link = Link::parse("https://files.example/1?sig=s3cret").unwrap();
        let error = script.client().follow(&link).finish().unwrap_err();
        assert_eq!(
            error.message,
            "GET https://files.example/1 answered HTTP 403 AccessDenied: Request has expired"
        );
        script.on("GET /1?sig=s3cret", Reply::status(403).with_body("s3cret"));
        let error = script.client().follow(&link).finish().unwrap_err();
        assert_eq!(
            error.message,
            "GET https://files.example/1 answered HTTP 403: no reason given"
        );
    }
}
