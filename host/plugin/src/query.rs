//! The queries of requests: what in them could make another request of one that passes for harmless.

use url::{Url, form_urlencoded};

/// Names of parameters that some server takes for another method, another body or another credential than the request has. Letters
/// and digits only, without letter case.
const OVERRIDING: [&str; 16] = [
    "accesstoken",
    "authorization",
    "bearertoken",
    "callback",
    "ct",
    "httpmethod",
    "key",
    "method",
    "oauthtoken",
    "req",
    "requestmethod",
    "xhrmethod",
    "xhttpmethod",
    "xhttpmethodoverride",
    "xmethodoverride",
    "xrequestmethod",
];

/// The first parameter that could make another request of a read. Some servers part parameters at `;` as well.
pub(crate) fn overriding(url: &Url) -> Option<String> {
    let parts = url.query().unwrap_or_default().split(['&', ';']);
    let mut names = parts.flat_map(|part| form_urlencoded::parse(part.as_bytes()));
    let found = names.find(|(name, _)| {
        let plain = name.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = plain.map(|letter| letter.to_ascii_lowercase()).collect();
        OVERRIDING.contains(&plain.as_str())
    });
    found.map(|(name, _)| name.into_owned())
}

/// The first parameter that is none of these.
pub(crate) fn outside(url: &Url, admitted: &[String]) -> Option<String> {
    let mut names = url.query_pairs().map(|(name, _)| name);
    let is_admitted = |name: &str| admitted.iter().any(|it| it == name);
    names.find(|name| !is_admitted(name)).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(query: &str) -> Url {
        let mut url: Url = "https://warehouse.example/x".parse().unwrap();
        url.set_query(Some(query));
        url
    }

    #[test]
    fn a_parameter_that_overrides_is_found_however_it_is_written() {
        for query in [
            "$httpMethod=DELETE",
            "a=b&%24HttpMethod=DELETE",
            "_method=delete",
            "%5Fmethod=delete",
            "access_token=x",
            "+key=x",
            "$ct=text/plain",
            "a=b;_method=DELETE",
            "a=b%26c;%5fmethod=DELETE",
            "x-http-method-override=DELETE",
            "X_HTTP_Method=DELETE",
            "access-token=x",
            "_method%5B%5D=DELETE",
        ] {
            assert!(overriding(&url(query)).is_some(), "{query}");
        }
        for query in [
            "",
            "pageToken=key",
            "max_results=0&page_token=abc",
            "view=BASIC",
            "keys=1",
            "a=b;keys=1",
            "filter=_method%3DDELETE",
            "filter=a%3Bkey%3D1",
        ] {
            assert_eq!(overriding(&url(query)), None, "{query}");
        }
    }

    #[test]
    fn only_what_is_announced_passes() {
        let admitted = ["location".to_owned()];
        assert_eq!(outside(&url("location=EU"), &admitted), None);
        assert_eq!(
            outside(&url("location=EU&async=true"), &admitted).as_deref(),
            Some("async")
        );
        assert_eq!(
            outside(&url("Location=EU"), &admitted).as_deref(),
            Some("Location")
        );
        assert_eq!(outside(&url("x"), &[]).as_deref(), Some("x"));
    }
}
