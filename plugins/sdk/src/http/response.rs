//! What a warehouse answered.

use serde::Deserialize;

use super::request::cut;
use crate::{Error, Result, json};

/// A whole answer with a status that the request takes for success.
#[derive(Clone, Debug)]
pub struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
    /// The label of the request that it answers.
    pub(super) request: String,
}

impl Response {
    /// The HTTP status: 2xx, or one that the request accepts.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header; letter case of the name does not matter. None if it is missing or not ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(present, _)| present.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok().map(str::trim)
    }

    /// The body, whole.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The request that this answers: method and path.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// Reads the body as JSON, borrowing from it.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        self.read(json::decode)
    }

    /// Reads the body with a function of the adapter's, and adds the request to its errors. A body that is a web page is told as
    /// such, because it usually comes from a proxy or a login in between.
    pub fn read<'a, T>(&'a self, read: impl FnOnce(&'a [u8]) -> Result<T>) -> Result<T> {
        read(&self.body).map_err(|error| {
            let error = match Body::of(self) {
                Body::Page(title) => Error::protocol(format!(
                    "HTTP {} came with {title} where JSON was expected; check that the endpoint is the warehouse itself and not a login or a proxy",
                    self.status
                )),
                Body::Nothing => Error::protocol(format!("HTTP {} came with an empty body where JSON was expected", self.status)),
                Body::Text(_) => error,
            };
            error.context(&self.request).with_attribute("request", self.request.as_str())
        })
    }
}

/// What a body is when it is not the JSON that was expected.
pub(super) enum Body {
    /// Nothing.
    Nothing,
    /// A web page, in words: with its title, if it has one.
    Page(String),
    /// Anything else: its first line.
    Text(String),
}

impl Body {
    const LINE_CHARS: usize = 200;

    pub(super) fn of(response: &Response) -> Self {
        // What a person needs is in the beginning. Cutting bytes may split a character, which the lossy reading forgives.
        let start = &response.body[..response.body.len().min(4096)];
        let text = String::from_utf8_lossy(start);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Self::Nothing;
        }
        let lower = text.to_ascii_lowercase();
        let declared = response
            .header("content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        if lower.starts_with("<!doctype html")
            || lower.starts_with("<html")
            || (declared && lower.starts_with('<'))
        {
            return Self::Page(match title(text, &lower) {
                Some(title) => format!("an HTML page titled `{}`", cut(&title, 80)),
                None => "an HTML page".to_owned(),
            });
        }
        Self::Text(cut(
            text.lines().next().unwrap_or_default().trim_end(),
            Self::LINE_CHARS,
        ))
    }
}

/// The title of a web page, on one line. `lower` is `text` in ASCII lower case, so positions agree.
fn title(text: &str, lower: &str) -> Option<String> {
    let from = lower.find("<title")?;
    let from = from + lower[from..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    let title = text[from..to]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    Some(title).filter(|title| !title.is_empty())
}
