//! Pages: how many entries, from where on, and the token for what follows.

use crate::catalog::Name;
use crate::databricks::error::ApiError;
use crate::settings::Settings;
use serde::Deserialize;

/// A token for the first page. Only needed where a token must be sent at all: after an empty page.
pub(in crate::databricks) const FIRST_PAGE: &str = "r";

/// The query parameters that every list takes.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PageParameters {
    max_results: Option<i64>,
    page_token: Option<String>,
    #[serde(default)]
    pub include_browse: bool,
}

/// One page as a handler shall fill it.
#[derive(Debug)]
pub(super) struct Page {
    /// Most entries; no limit when the client does not paginate.
    limit: usize,
    /// The names of the last entry of the page before.
    pub after: Vec<Name>,
    /// Sent empty, with a token for the page itself.
    empty: bool,
}

impl Page {
    /// Reads the parameters of a list whose pages the server cuts at `size` entries.
    pub fn read(
        parameters: &PageParameters,
        settings: &Settings,
        size: usize,
    ) -> Result<Self, ApiError> {
        let limit = match parameters.max_results {
            None => usize::MAX,
            Some(0) => size,
            Some(asked) => match usize::try_from(asked) {
                Ok(asked) => asked.min(size),
                Err(_) => {
                    return Err(ApiError::invalid_parameter(format!(
                        "max_results must not be negative, but is {asked}."
                    )));
                }
            },
        };
        let token = parameters
            .page_token
            .as_deref()
            .filter(|text| !text.is_empty());
        let (ready, after) = match token {
            None => (false, Vec::new()),
            Some(token) => {
                decode(token).ok_or_else(|| ApiError::invalid_parameter("Invalid page token."))?
            }
        };
        Ok(Self {
            limit,
            after,
            empty: settings.empty_pages && !ready && limit != usize::MAX,
        })
    }

    /// Puts entries into `{"<list>":[…]}` until the page is full. `entries` come with the names
    /// that a token must hold to continue behind them, and `write` appends one as JSON.
    pub fn fill<T>(
        &self,
        list: &str,
        entries: impl Iterator<Item = (Vec<Name>, T)>,
        mut write: impl FnMut(&mut Vec<u8>, &[Name], T) -> Result<(), ApiError>,
    ) -> Result<Vec<u8>, ApiError> {
        let mut out = format!("{{\"{list}\":[").into_bytes();
        if self.empty {
            finish(&mut out, Some(&encode(true, &self.after)));
            return Ok(out);
        }
        let mut last = None;
        for (written, (names, entry)) in entries.enumerate() {
            if written == self.limit {
                let token = last.map(|names: Vec<Name>| encode(false, &names));
                finish(&mut out, token.as_deref());
                return Ok(out);
            }
            if written > 0 {
                out.push(b',');
            }
            write(&mut out, &names, entry)?;
            last = Some(names);
        }
        finish(&mut out, None);
        Ok(out)
    }
}

fn finish(out: &mut Vec<u8>, token: Option<&str>) {
    out.push(b']');
    if let Some(token) = token {
        // Tokens are hexadecimal and dots, so they need no escapes.
        out.extend_from_slice(format!(",\"next_page_token\":\"{token}\"").as_bytes());
    }
    out.push(b'}');
}

/// `r` when the page's own entries are due, `n` when an empty page may come first; then the names
/// in hexadecimal, each after a dot.
fn encode(ready: bool, after: &[Name]) -> String {
    let mut token = if ready { FIRST_PAGE } else { "n" }.to_owned();
    for name in after {
        token.push('.');
        for byte in name.as_str().bytes() {
            token.push_str(&format!("{byte:02x}"));
        }
    }
    token
}

fn decode(token: &str) -> Option<(bool, Vec<Name>)> {
    let mut parts = token.split('.');
    let ready = match parts.next()? {
        FIRST_PAGE => true,
        "n" => false,
        _ => return None,
    };
    let names: Option<Vec<Name>> = parts.map(decode_name).collect();
    Some((ready, names?))
}

fn decode_name(text: &str) -> Option<Name> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    if pairs.len() % 2 == 1 {
        return None;
    }
    let bytes = pairs.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8);
    let name = String::from_utf8(bytes.collect()).ok()?;
    Some(Name::exact(&name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn tokens_carry_any_name() {
        let names = vec![Name::exact("a.b \"ö\" 🦀"), Name::exact("x")];
        assert_eq!(decode(&encode(true, &names)).unwrap(), (true, names));
        assert_eq!(decode(FIRST_PAGE).unwrap(), (true, vec![]));
        for wrong in ["x", "n.0", "n.zz", "n.ff"] {
            assert!(decode(wrong).is_none(), "{wrong}");
        }
    }
}
