//! The proxy of https requests, as the environment or the configuration says.

use rocky_plugin::Proxy;
use url::Url;

use crate::config::ProxyChoice;

/// The address of a proxy; a bare `HOST:PORT` is one that speaks http.
pub fn parse(text: &str) -> Option<Url> {
    let text = text.trim();
    let url = match text.contains("://") {
        true => Url::parse(text),
        false => Url::parse(&format!("http://{text}")),
    };
    let url = url.ok()?;
    let speaks_http = matches!(url.scheme(), "http" | "https");
    (speaks_http && url.has_host() && matches!(url.path(), "" | "/")).then_some(url)
}

/// The proxy that was chosen. In the environment the lower-case names count first, as they do for curl.
///
/// # Errors
///
/// The name of the variable that holds something else than the address of a proxy.
pub fn resolve(
    choice: &ProxyChoice,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, &'static str> {
    let first = |names: [&'static str; 2]| {
        let values = names
            .into_iter()
            .filter_map(|name| Some((name, variable(name)?)));
        values
            .into_iter()
            .find(|(_, value)| !value.trim().is_empty())
    };
    let bypass = first(["no_proxy", "NO_PROXY"])
        .map(|(_, value)| value)
        .unwrap_or_default();
    let url = match choice {
        ProxyChoice::None => return Ok(None),
        ProxyChoice::Through(url) => url.clone(),
        ProxyChoice::Environment => {
            let found =
                first(["https_proxy", "HTTPS_PROXY"]).or_else(|| first(["all_proxy", "ALL_PROXY"]));
            let Some((name, value)) = found else {
                return Ok(None);
            };
            parse(&value).ok_or(name)?
        }
    };
    Ok(Some(Proxy { url, bypass }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_configuration_counts_before_the_environment_and_lower_case_before_upper() {
        let of = |choice: &ProxyChoice, variables: &[(&str, &str)]| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let proxy = resolve(choice, variable)?;
            Ok::<_, &str>(proxy.map(|proxy| (proxy.place(), proxy.bypass)))
        };
        let environment = ProxyChoice::Environment;
        let at = |place: &str, bypass: &str| Ok(Some((place.to_owned(), bypass.to_owned())));
        assert_eq!(of(&environment, &[]), Ok(None));
        assert_eq!(of(&environment, &[("HTTPS_PROXY", "")]), Ok(None));
        assert_eq!(of(&environment, &[("HTTP_PROXY", "http://a:1")]), Ok(None));
        assert_eq!(
            of(
                &environment,
                &[("HTTPS_PROXY", "http://u:p@a:1/"), ("NO_PROXY", "b")]
            ),
            at("http://a:1", "b")
        );
        assert_eq!(
            of(
                &environment,
                &[("https_proxy", "a:1"), ("HTTPS_PROXY", "http://b:1")]
            ),
            at("http://a:1", "")
        );
        assert_eq!(
            of(&environment, &[("ALL_PROXY", "http://a:1")]),
            at("http://a:1", "")
        );
        assert_eq!(
            of(&environment, &[("ALL_PROXY", "socks5://a:1")]),
            Err("ALL_PROXY")
        );
        let through = ProxyChoice::Through(parse("http://c:1").unwrap());
        assert_eq!(
            of(&through, &[("HTTPS_PROXY", "http://a:1")]),
            at("http://c:1", "")
        );
        assert_eq!(
            of(&ProxyChoice::None, &[("HTTPS_PROXY", "http://a:1")]),
            Ok(None)
        );
    }
}
