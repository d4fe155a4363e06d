//! From a manifest's endpoints and the user's settings to the one origin that gets the credential.

use serde_json::{Map, Value};

use crate::error::ConfigError;
use crate::manifest::{EndpointSource, Manifest, ManifestError};
use crate::origin::{Origin, Scheme};

/// Checks one endpoint of a manifest: its settings exist and are the user's alone, and a template cannot be led out of its fixed
/// domain.
pub(crate) fn check(source: &EndpointSource, manifest: &Manifest) -> Result<(), ManifestError> {
    let known = |name: &str| match manifest.setting(name) {
        // The credential goes there, and so it is not for the plugin to say where that is.
        Some(setting) if setting.default.is_some() => {
            Err(ManifestError::EndpointDefault(name.to_owned()))
        }
        Some(_) => Ok(()),
        None => Err(ManifestError::EndpointSetting(name.to_owned())),
    };
    match source {
        EndpointSource::Setting(name) => known(name),
        EndpointSource::Template(template) => {
            let parts =
                parts(template).ok_or_else(|| ManifestError::EndpointTemplate(template.clone()))?;
            parts.iter().try_for_each(|part| match part {
                Part::Setting(name) => known(name),
                Part::Text(_) => Ok(()),
            })
        }
    }
}

/// The endpoint that the settings lead to which the user gave, and what in the manifest says so. Defaults do not count: they are the
/// plugin's, and the credential goes there.
pub(crate) fn resolve<'a>(
    manifest: &'a Manifest,
    given: &Map<String, Value>,
) -> Result<(&'a EndpointSource, Origin), ConfigError> {
    let given = |name: &str| given.get(name).and_then(Value::as_str);
    for source in &manifest.endpoints {
        let found = match source {
            EndpointSource::Setting(name) => {
                given(name).map(|value| (name.clone(), value.to_owned()))
            }
            EndpointSource::Template(template) => fill(template, &given),
        };
        if let (None, EndpointSource::Template(template)) = (&found, source)
            && let Some((key, text)) = unusable(template, &given)
        {
            return Err(ConfigError::EndpointPart {
                key,
                text,
                template: template.clone(),
            });
        }
        if let Some((key, text)) = found {
            let origin = text.parse();
            let origin = origin.map_err(|source| ConfigError::Endpoint { key, text, source });
            return Ok((source, origin?));
        }
    }
    Err(ConfigError::NoEndpoint {
        settings: manifest.endpoints.iter().flat_map(settings_of).collect(),
    })
}

/// Whether a credential may travel to this origin: never in the clear over a network.
pub(crate) fn is_safe_for_credentials(origin: &Origin) -> bool {
    origin.scheme() == Scheme::Https || origin.is_loopback()
}

#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Setting(&'a str),
}

/// Splits `https://{account}.vendor.example`; `None` unless the host ends in a fixed domain of two labels or more. The last of them
/// begins with a letter: else the whole could be an address (WHATWG URL, "ends in a number"), and no name would be looked up whose
/// address could be checked.
fn parts(template: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = template.strip_prefix("https://")?;
    while let Some((text, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        parts.push(Part::Text(text));
        parts.push(Part::Setting(name));
        rest = after;
    }
    let fixed = if parts.is_empty() {
        rest
    } else {
        rest.strip_prefix('.')?
    };
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let is_name = fixed
        .rsplit('.')
        .next()
        .is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()));
    if fixed.split('.').count() < 2 || !fixed.split('.').all(label) || !is_name {
        return None;
    }
    parts.push(Part::Text(rest));
    Some(parts)
}

/// The template with values in it, and the name of its first setting; `None` where a value is missing.
fn fill<'a>(template: &str, given: &impl Fn(&str) -> Option<&'a str>) -> Option<(String, String)> {
    let parts = parts(template)?;
    let mut text = String::from("https://");
    let mut first = None;
    for part in &parts {
        match part {
            Part::Text(fixed) => text.push_str(fixed),
            Part::Setting(name) => {
                let value = host_part(given(name)?, &parts);
                // Whatever else stands in a host could end it early: `evil.example/`, `evil.example#`, `user@evil.example`.
                let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
                if value.is_empty() || !value.bytes().all(plain) {
                    return None;
                }
                first.get_or_insert(*name);
                // Names of hosts have no underscore, and vendors write a hyphen in its place.
                text.push_str(&value.replace('_', "-"));
            }
        }
    }
    Some((first.unwrap_or("endpoint").to_owned(), text))
}

/// A template without the names of its settings, so that two that lead to the same places are equal.
pub(crate) fn shape(template: &str) -> Option<Vec<Option<&str>>> {
    let parts = parts(template)?;
    let shape = parts.into_iter().map(|part| match part {
        Part::Text(text) => Some(text),
        Part::Setting(_) => None,
    });
    Some(shape.collect())
}

/// What a value adds to the host. The address itself, or the host, counts as what stands before the fixed domain.
fn host_part<'v>(value: &'v str, parts: &[Part<'_>]) -> &'v str {
    let Some(Part::Text(domain)) = parts.last() else {
        return value;
    };
    let value = value.trim();
    let host = value.strip_prefix("https://").unwrap_or(value);
    let host = host.strip_suffix('/').unwrap_or(host);
    let ending = host.len().checked_sub(domain.len());
    let split = ending.and_then(|at| host.split_at_checked(at));
    match split {
        Some((part, end)) if !part.is_empty() && end.eq_ignore_ascii_case(domain) => part,
        _ => value,
    }
}

/// The first value that cannot be part of a host name, where all that a template needs are given.
fn unusable<'a>(
    template: &str,
    given: &impl Fn(&str) -> Option<&'a str>,
) -> Option<(String, String)> {
    let parts = parts(template)?;
    let mut settings = parts.iter().filter_map(|part| match part {
        Part::Setting(name) => Some(*name),
        Part::Text(_) => None,
    });
    let found = settings.find(|name| given(name).is_some())?;
    Some((found.to_owned(), given(found)?.to_owned()))
}

fn settings_of(source: &EndpointSource) -> Vec<String> {
    match source {
        EndpointSource::Setting(name) => vec![name.clone()],
        EndpointSource::Template(template) => parts(template)
            .into_iter()
            .flatten()
            .filter_map(|part| match part {
                Part::Setting(name) => Some(name.to_owned()),
                Part::Text(_) => None,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Setting, SettingKind};
    use rocky_schema::{Folding, IdentifierRules, Matching};
    use serde_json::json;

    /// A manifest with the settings `host`, which has no default, and `api`, which may have one.
    fn manifest(default: Option<Value>, endpoints: Vec<EndpointSource>) -> Manifest {
        let setting = |name: &str, default| Setting {
            name: name.to_owned(),
            kind: SettingKind::Text,
            description: String::new(),
            required: false,
            default,
            choices: Vec::new(),
            identity: false,
        };
        Manifest {
            name: "stranger".to_owned(),
            version: String::new(),
            description: String::new(),
            dialect: String::new(),
            identifiers: IdentifierRules {
                unquoted: Folding::Preserve,
                tables: Matching::Exact,
                columns: Matching::Exact,
                quote: '"',
            },
            settings: vec![setting("host", None), setting("api", default)],
            endpoints,
            origins: Vec::new(),
            statements: Vec::new(),
            controls: Vec::new(),
        }
    }

    #[test]
    fn a_plugin_cannot_say_where_the_credential_goes() {
        let evil = Some(json!("https://evil.example"));
        let api_first = || {
            let names = ["api", "host"].map(str::to_owned);
            names.map(EndpointSource::Setting).to_vec()
        };
        let template = "https://{api}.vendor.example".to_owned();
        for endpoints in [api_first(), vec![EndpointSource::Template(template)]] {
            assert_eq!(
                manifest(evil.clone(), endpoints).check(true),
                Err(ManifestError::EndpointDefault("api".to_owned()))
            );
        }
        assert_eq!(manifest(None, api_first()).check(true), Ok(()));
        // And should one get by, what the user did not give is not there.
        let manifest = manifest(evil, api_first());
        let given = json!({"host": "https://warehouse.example"});
        let (_, origin) = resolve(&manifest, given.as_object().unwrap()).unwrap();
        assert_eq!(origin.to_string(), "https://warehouse.example");
    }

    #[test]
    fn only_the_very_shape_of_an_approved_template_is_approved() {
        let approved = crate::Approved {
            templates: vec!["https://{account}.vendor.example".to_owned()],
            ..crate::Approved::default()
        };
        let admits = |template: &str| {
            let origin = "https://acme.vendor.example".parse().unwrap();
            approved.admits_endpoint(&EndpointSource::Template(template.to_owned()), &origin)
        };
        assert!(admits("https://{host}.vendor.example"));
        for other in [
            "https://acme.vendor.example",
            "https://acme.{account}.vendor.example",
            "https://{account}.other.example",
        ] {
            assert!(!admits(other), "{other}");
        }
    }

    #[test]
    fn a_value_that_is_no_part_of_a_host_is_told() {
        let template = "https://{host}.vendor.example".to_owned();
        let manifest = manifest(None, vec![EndpointSource::Template(template)]);
        let given = json!({"host": "org/account"});
        let error = resolve(&manifest, given.as_object().unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the setting `host` does not tell where the warehouse is: `org/account` cannot stand for `{host}` in https://{host}.vendor.example"
        );
    }

    #[test]
    fn a_template_must_end_in_a_fixed_domain() {
        assert!(parts("https://{account}.snowflakecomputing.com").is_some());
        assert!(parts("https://bigquery.googleapis.com").is_some());
        for bad in [
            "http://{a}.vendor.com",
            "https://{a}",
            "https://{a}.com",
            "https://{a}vendor.com",
            "https://vendor.com/{a}",
            "https://{a}.vendor.com/x",
            "https://{a}.vendor.com:{p}",
            "https://{a.vendor.com",
            "https://169.254.169.254",
            "https://{a}.254.169.254",
            "https://{a}.169.0xfe",
            "https://{a}.169.0xa9fe",
            "https://{a}.vendor.1",
        ] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }

    #[test]
    fn no_value_leads_out_of_the_domain() {
        let with = |value: &'static str| {
            fill("https://{a}.vendor.com", &move |_: &str| Some(value)).map(|(_, url)| url)
        };
        assert_eq!(
            with("my-org.eu"),
            Some("https://my-org.eu.vendor.com".to_owned())
        );
        for (whole, part) in [
            ("https://my-org.vendor.com", "my-org"),
            ("https://my-org.eu.Vendor.com/", "my-org.eu"),
            ("my_org.vendor.com", "my-org"),
            ("my_org", "my-org"),
        ] {
            assert_eq!(with(whole), Some(format!("https://{part}.vendor.com")));
        }
        for bad in [
            "https://evil.com",
            "https://evil.com/.vendor.com",
            "https://evil.com#.vendor.com",
            "https://me@evil.vendor.com",
            "http://my-org.vendor.com",
            "https://my-org.vendor.com/path",
            "https://.vendor.com",
            "org/account",
            "",
            "evil.com/",
            "evil.com#",
            "evil.com?",
            "me@evil.com",
            "evil.com:1",
            "e%2f",
        ] {
            assert_eq!(with(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_template_leads_to_an_address(
            template in "https://(\\{a\\}\\.)?[0-9a-fx]{1,4}(\\.[0-9a-fx]{1,4}){1,3}",
            value in "[0-9a-fx.]{1,8}",
        ) {
            if let Some((_, text)) = fill(&template, &|_: &str| Some(value.as_str()))
                && let Ok(origin) = text.parse::<Origin>()
            {
                proptest::prop_assert_eq!(origin.address(), None, "{}", text);
            }
        }
    }
}
