//! The queries of requests: what in them could make another request of one that passes for harmless.

use url::Url;

/// Names of parameters that some server takes for another method, another body or another credential than the request has. Without
/// letter case, and without a `$` before them.
const OVERRIDING: [&str; 12] = [
    "_method",
    "access_token",
    "authorization",
    "callback",
    "ct",
    "httpmethod",
    "key",
    "method",
    "oauth_token",
    "req",
    "x-http-method-override",
    "xhr_method",
];

/// The first parameter that could make another request of a read.
pub(crate) fn overriding(url: &Url) -> Option<String> {
    let mut names = url.query_pairs().map(|(name, _)| name);
    let name = names.find(|name| {
        let bare = name.trim().trim_start_matches('$').to_ascii_lowercase();
        OVERRIDING.contains(&bare.as_str())
    });
    name.map(Into::into)
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
        ] {
            assert!(overriding(&url(query)).is_some(), "{query}");
        }
        for query in [
            "",
            "pageToken=key",
            "max_results=0&page_token=abc",
            "view=BASIC",
            "keys=1",
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
