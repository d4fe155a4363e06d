//! The secrets of one broker, to find them again in texts that come from outside.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Mutex;

use url::form_urlencoded::byte_serialize;

use crate::flight::lock;
use crate::secret::Secret;

/// A shorter secret is not looked for: it would be found by chance.
const SHORTEST_BYTES: usize = 6;

/// A shorter line of a longer secret is not looked for either: what is secret in a key is in its long lines.
const SHORTEST_LINE_BYTES: usize = 16;

/// How many secrets that were sent are remembered: some tokens back, with what was exchanged for them.
const SENT: usize = 24;

/// How many of those that were only read: some keys, line by line.
const READ: usize = 256;

/// Remembers the last secrets. What is remembered again moves to the front, so that what is in use is never forgotten.
#[derive(Debug, Default)]
pub(crate) struct Vault {
    secrets: Mutex<Secrets>,
}

#[derive(Debug, Default)]
struct Secrets {
    sent: VecDeque<Secret>,
    read: VecDeque<Secret>,
}

impl Vault {
    /// Remembers a secret in the form in which it is sent to a server, which may echo it.
    pub(crate) fn remember_sent(&self, secret: &Secret) {
        remember(&mut lock(&self.secrets).sent, secret, SENT);
    }

    /// Remembers a secret that is sent in a form, where some characters are encoded.
    pub(crate) fn remember_in_form(&self, secret: &Secret) {
        self.remember_sent(secret);
        let encoded: String = byte_serialize(secret.expose().as_bytes()).collect();
        self.remember_sent(&Secret::new(encoded));
    }

    /// Remembers what was read: as a whole, and line by line, because a message may quote any line of a key.
    pub(crate) fn remember_read(&self, secret: &Secret) {
        let read = &mut lock(&self.secrets).read;
        let whole = secret.expose().trim();
        remember(read, &Secret::new(whole), READ);
        if whole.contains('\n') {
            let lines = whole.lines().map(str::trim);
            let secret_lines = lines
                .filter(|line| line.len() >= SHORTEST_LINE_BYTES && !line.starts_with("-----"));
            for line in secret_lines {
                remember(read, &Secret::new(line), READ);
            }
        }
    }

    /// What was sent, the longest first.
    pub(crate) fn needles(&self) -> Vec<Secret> {
        let mut needles: Vec<Secret> = lock(&self.secrets).sent.iter().cloned().collect();
        needles.sort_by_key(|it| std::cmp::Reverse(it.expose().len()));
        needles
    }

    /// Puts `[redacted]` in the place of every secret. Where secrets overlap in the text, all that belongs to any of them goes.
    pub(crate) fn redact(&self, text: String) -> String {
        let mut found = self.find(&text);
        if found.is_empty() {
            return text;
        }
        found.sort_by_key(|span| span.start);
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for span in found {
            if span.start >= end {
                redacted.push_str(text.get(end..span.start).unwrap_or_default());
                redacted.push_str("[redacted]");
            }
            end = end.max(span.end);
        }
        redacted.push_str(text.get(end..).unwrap_or_default());
        redacted
    }

    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let secrets = lock(&self.secrets);
        let all = secrets.sent.iter().chain(&secrets.read);
        all.flat_map(|secret| places(text, secret.expose()))
            .collect()
    }
}

fn remember(secrets: &mut VecDeque<Secret>, secret: &Secret, most: usize) {
    if secret.expose().len() < SHORTEST_BYTES {
        return;
    }
    secrets.retain(|known| known != secret);
    secrets.push_front(secret.clone());
    secrets.truncate(most);
}

/// Where a secret stands in a text, also where it overlaps itself.
fn places<'a>(text: &'a str, secret: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let step = secret.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(secret)?;
        from = start + step;
        Some(start..start + secret.len())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vault(secrets: &[&str]) -> Vault {
        let vault = Vault::default();
        for secret in secrets {
            vault.remember_sent(&Secret::new(*secret));
        }
        vault
    }

    fn check(secrets: &[&str], text: &str, expected: &str) {
        assert_eq!(vault(secrets).redact(text.to_owned()), expected);
    }

    #[test]
    fn secrets_go_also_where_they_overlap() {
        check(&["canary"], "a canary!", "a [redacted]!");
        check(&["canary", "canary-2"], "canary-2", "[redacted]");
        check(&["abcdef", "defghi"], "xabcdefghix", "x[redacted]x");
        check(&["aaaaaa"], "aaaaaaa", "[redacted]");
        check(&["short"], "short", "short");
        check(&["schlüssel"], "ein schlüssel", "ein [redacted]");
    }

    #[test]
    fn any_line_of_a_key_is_a_secret() {
        let vault = Vault::default();
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n";
        vault.remember_read(&Secret::new(key));
        let text = "-----BEGIN PRIVATE KEY-----? 1: MIIEvgIBADANBgkqhkiG".to_owned();
        assert_eq!(
            vault.redact(text),
            "-----BEGIN PRIVATE KEY-----? 1: [redacted]"
        );
        assert!(vault.needles().is_empty());
    }

    #[test]
    fn what_is_in_use_is_not_forgotten() {
        let vault = Vault::default();
        let secret = Secret::new("client-secret");
        for token in 0..1_000 {
            vault.remember_sent(&secret);
            vault.remember_sent(&Secret::new(format!("token-{token}")));
        }
        assert_eq!(vault.redact("client-secret".to_owned()), "[redacted]");
        assert_eq!(vault.redact("token-999".to_owned()), "[redacted]");
        assert_eq!(vault.needles().len(), SENT);
    }

    proptest! {
        #[test]
        fn no_secret_remains_wherever_it_stands(
            secrets in prop::collection::vec("[AB]{6,9}|[A-Zß]{6,30}", 1..6),
            pieces in prop::collection::vec(("[ABß ]{0,12}", any::<prop::sample::Index>()), 0..6),
        ) {
            let mut text = String::new();
            for (piece, index) in &pieces {
                text.push_str(piece);
                text.push_str(index.get::<String>(&secrets));
            }
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let redacted = vault(&secrets).redact(text);
            for secret in secrets {
                prop_assert!(!redacted.contains(secret), "{redacted}");
            }
        }
    }
}
