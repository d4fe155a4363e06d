//! Domains under which anybody can have a place of their own, such as a bucket. Whoever may read from all of them may write to one:
//! the address of a request says enough.

use rocky_plugin::OriginPattern;

/// A provider's domain, and the labels below it that are the provider's own besides its regions.
type Provider = (&'static str, &'static [&'static str]);

/// The storage of the clouds that warehouses run in, and of some others.
const PROVIDERS: [Provider; 14] = [
    ("aliyuncs.com", &[]),
    ("amazonaws.com", &["dualstack", "s3", "s3-accelerate"]),
    ("amazonaws.com.cn", &["dualstack", "s3"]),
    ("backblazeb2.com", &["s3"]),
    ("cloudfront.net", &[]),
    ("core.chinacloudapi.cn", &AZURE),
    ("core.usgovcloudapi.net", &AZURE),
    ("core.windows.net", &AZURE),
    ("digitaloceanspaces.com", &[]),
    ("googleapis.com", &["commondatastorage", "storage"]),
    ("googleusercontent.com", &["storage"]),
    ("r2.cloudflarestorage.com", &["eu", "fedramp"]),
    ("storage.azure.net", &AZURE),
    ("wasabisys.com", &["s3"]),
];

const AZURE: [&str; 6] = ["blob", "dfs", "file", "queue", "table", "web"];

/// Parts of the world, at the end of which regions of AWS have a number.
const DIRECTIONS: [&str; 9] = [
    "central",
    "east",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "west",
];

/// Whether a pattern admits places that anybody can have.
pub fn is_shared(pattern: &OriginPattern) -> bool {
    let Some(domain) = pattern.below() else {
        return false;
    };
    PROVIDERS.iter().any(|(provider, own)| {
        let Some(rest) = domain.strip_suffix(provider) else {
            return false;
        };
        let is_own = |label: &str| own.contains(&label) || is_region(label) || is_zone(label);
        match rest.strip_suffix('.') {
            None => rest.is_empty(),
            Some(labels) => labels.split('.').all(is_own),
        }
    })
}

/// `eu-west-1`, `us-gov-east-1`, `s3-eu-west-1`.
fn is_region(label: &str) -> bool {
    let region = label.strip_prefix("s3-").unwrap_or(label);
    let Some((start, number)) = region.rsplit_once('-') else {
        return false;
    };
    let direction = start.rsplit_once('-').map(|(_, direction)| direction);
    number.bytes().all(|it| it.is_ascii_digit())
        && direction.is_some_and(|direction| DIRECTIONS.contains(&direction))
}

/// `z12`, as Azure has them.
fn is_zone(label: &str) -> bool {
    let number = label.strip_prefix('z').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(pattern: &str, expected: bool) {
        assert_eq!(is_shared(&pattern.parse().unwrap()), expected, "{pattern}");
    }

    #[test]
    fn what_anybody_can_have_is_told_from_what_somebody_has() {
        for shared in [
            "https://*.amazonaws.com",
            "https://*.s3.amazonaws.com",
            "https://*.s3.eu-west-1.amazonaws.com",
            "https://*.s3-us-gov-east-1.amazonaws.com",
            "https://*.s3.dualstack.ap-northeast-1.amazonaws.com",
            "https://*.core.windows.net",
            "https://*.blob.core.windows.net",
            "https://*.z12.blob.storage.azure.net",
            "https://*.googleapis.com",
            "https://*.storage.googleapis.com",
        ] {
            check(shared, true);
        }
        for own in [
            "https://*.acme.example",
            "https://acme.blob.core.windows.net",
            "https://*.acme.blob.core.windows.net",
            "https://*.my-bucket-1.s3.amazonaws.com",
            "https://*.notamazonaws.com",
            "https://storage.googleapis.com",
        ] {
            check(own, false);
        }
    }
}
