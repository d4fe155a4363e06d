//! Pages of lists: how many entries, from where on, and the token for what follows.

use super::error::ApiError;
use super::numbers::number;
use crate::catalog::Name;
use crate::settings::Settings;
use serde::Deserialize;
use serde_json::Value;

/// A token for the first page. Only needed where a token must be sent at all: after an empty page.
pub(super) const FIRST_PAGE: &str = "r";

/// The query parameters that every list takes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PageParameters {
    #[serde(deserialize_with = "number")]
    max_results: Option<u64>,
    page_token: Option<String>,
}

/// One page as a handler shall fill it.
#[derive(Debug)]
pub(super) struct Page {
    limit: usize,
    /// The last entry of the page before.
    pub after: Option<Name>,
    /// Sent empty, with a token for the page itself.
    empty: bool,
}

impl Page {
    /// Reads the parameters.
    pub fn read(parameters: &PageParameters, settings: &Settings) -> Result<Self, ApiError> {
        let asked = parameters.max_results.filter(|asked| *asked > 0);
        let asked = asked.and_then(|asked| usize::try_from(asked).ok());
        let token = parameters
            .page_token
            .as_deref()
            .filter(|token| !token.is_empty());
        let (ready, after) = match token {
            None => (false, None),
            Some(token) => decode(token).ok_or_else(|| ApiError::invalid("Invalid page token"))?,
        };
        Ok(Self {
            limit: asked.unwrap_or(usize::MAX).min(settings.list_page_size),
            after,
            empty: settings.empty_pages && !ready,
        })
    }

    /// Puts entries into the list of the body until the page is full. A list without entries is
    /// left out.
    pub fn fill<'a, T>(
        &self,
        body: &mut Value,
        list: &str,
        entries: impl Iterator<Item = (&'a Name, T)>,
        write: impl Fn(&Name, T) -> Value,
    ) {
        if self.empty {
            body["nextPageToken"] = encode(true, self.after.as_ref()).into();
            return;
        }
        let mut filled = Vec::new();
        let mut last = None;
        for (name, entry) in entries {
            if filled.len() == self.limit {
                body["nextPageToken"] = encode(false, last).into();
                break;
            }
            filled.push(write(name, entry));
            last = Some(name);
        }
        if !filled.is_empty() {
            body[list] = filled.into();
        }
    }
}

/// `r` when the page's own entries are due, `n` when an empty page may come first; then the name
/// in hexadecimal after a dot.
fn encode(ready: bool, after: Option<&Name>) -> String {
    let mut token = if ready { FIRST_PAGE } else { "n" }.to_owned();
    if let Some(name) = after {
        token.push('.');
        for byte in name.as_str().bytes() {
            token.push_str(&format!("{byte:02x}"));
        }
    }
    token
}

fn decode(token: &str) -> Option<(bool, Option<Name>)> {
    let (kind, name) = match token.split_once('.') {
        Some((kind, name)) => (kind, Some(decode_name(name)?)),
        None => (token, None),
    };
    match kind {
        FIRST_PAGE => Some((true, name)),
        "n" => Some((false, name)),
        _ => None,
    }
}

fn decode_name(text: &str) -> Option<Name> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let bytes = digits.chunks_exact(2);
    let bytes = bytes.map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    let name = String::from_utf8(bytes.collect()).ok()?;
    Some(Name::exact(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tokens_carry_any_name(ready in any::<bool>(), name in "\\PC{0,20}") {
            let name = Some(Name::exact(&name));
            let token = encode(ready, name.as_ref());
            prop_assert_eq!(decode(&token), Some((ready, name)));
        }

        #[test]
        fn any_token_is_read_or_refused(token in "\\PC{0,20}") {
            let _ = decode(&token);
        }
    }

    #[test]
    fn a_token_of_nobody_is_refused() {
        for wrong in ["x", "n.0", "n.zz", "n.ff", ""] {
            assert!(decode(wrong).is_none(), "{wrong}");
        }
    }
}
