//! What a model says about itself: TOML in a comment at the top of its file, or in a file beside it.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use crate::models::Problem;
use crate::names;

/// What a model may say about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The name by which other models read it; the file's name, where it is left out.
    pub name: Option<String>,
    /// The adapter in whose warehouse it runs.
    pub adapter: Option<String>,
    /// The catalog in which it is materialised, and of names without one.
    pub catalog: Option<String>,
    /// The schema in which it is materialised, and of names without one.
    pub schema: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Whether it is checked.
    pub check: Option<bool>,
}

/// How the comment begins, alone in its line, and how it ends: a comment to every warehouse and every editor. Longer rules of dashes only
/// decorate.
const OPENING: &str = "/*---";
const CLOSING: &str = "---*/";
/// The same without a comment, as other tools write it.
const FENCE: &str = "---";

/// The TOML at the top of a model's text, if there is one, and where the SQL begins.
///
/// # Errors
/// Where it begins, if it has no end.
pub fn front_matter(text: &str) -> Result<(Option<Range<usize>>, usize), Range<usize>> {
    // Some editors of Windows begin a file with a byte order mark.
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let rest = text.get(start..).unwrap_or_default();
    let after = |opening| rest.strip_prefix(opening).filter(|it| ends_line(it));
    if let Some(inner) = after(OPENING) {
        let from = start + OPENING.len();
        return match inner.find(CLOSING) {
            Some(length) => Ok((Some(from..from + length), from + length + CLOSING.len())),
            None if inner.contains("*/") => Ok((None, start)),
            None => Err(start..from),
        };
    }
    let Some(inner) = after(FENCE) else {
        return Ok((None, start));
    };
    let from = start + FENCE.len();
    let mut end = from;
    for line in inner.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Ok((Some(from..end), end + line.len()));
        }
        if line.starts_with("--") {
            // No TOML, but a comment between dashes.
            break;
        }
        end += line.len();
    }
    Ok((None, start))
}

fn ends_line(rest: &str) -> bool {
    let blanks = rest.trim_start_matches([' ', '\t']);
    blanks.is_empty() || blanks.starts_with(['\n', '\r'])
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

impl About {
    /// Reads TOML that lies at `place` of the text of a file.
    pub fn read(path: &str, text: &Arc<str>, place: Range<usize>) -> Result<Self, Problem> {
        let source = text.get(place.clone()).unwrap_or_default();
        let about: Self = toml::from_str(source).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let span = place.start + span.start..place.start + span.end;
            let problem = Problem::new(path, text, span, error.message().trim());
            problem.help(help(error.message()))
        })?;
        let names = [
            ("name", &about.name),
            ("adapter", &about.adapter),
            ("catalog", &about.catalog),
            ("schema", &about.schema),
        ];
        for (key, name) in names {
            if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
                let message = format!("`{key}` is empty");
                return Err(Problem::new(path, text, place, message));
            }
        }
        Ok(about)
    }

    /// Takes from `other` what this does not say.
    pub fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            adapter: self.adapter.or(other.adapter),
            catalog: self.catalog.or(other.catalog),
            schema: self.schema.or(other.schema),
            description: self.description.or(other.description),
            check: self.check.or(other.check),
        }
    }
}

/// What a model may say of itself.
const KEYS: [&str; 6] = [
    "name",
    "adapter",
    "catalog",
    "schema",
    "description",
    "check",
];

/// What to do about a mistake of which the parser says this.
fn help(message: &str) -> String {
    let unknown = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next());
    match unknown.and_then(|key| names::closest(key, KEYS)) {
        Some(key) => format!("did you mean `{key}`?"),
        None => "what a model says of itself is TOML: name = \"daily\", check = false".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn front_matter_is_a_comment_or_between_fences() {
        for (text, toml, sql) in [
            (
                "/*---\nname = \"a\"\n---*/\nSELECT 1",
                Some("\nname = \"a\"\n"),
                "\nSELECT 1",
            ),
            (
                "\n---\nname = \"a\"\n---\nSELECT 1",
                Some("\nname = \"a\"\n"),
                "SELECT 1",
            ),
            (
                "---\r\nname = 1\r\n---\r\nSELECT 1",
                Some("\r\nname = 1\r\n"),
                "SELECT 1",
            ),
            ("---\n---", Some("\n"), ""),
            ("--- a comment\nSELECT 1", None, "--- a comment\nSELECT 1"),
            ("---\nname = 1\nSELECT 1", None, "---\nname = 1\nSELECT 1"),
            ("/*---\nplain */ SELECT 1", None, "/*---\nplain */ SELECT 1"),
            (
                "/*-----\n Daily\n -----*/\nSELECT 1",
                None,
                "/*-----\n Daily\n -----*/\nSELECT 1",
            ),
            (
                "/*--- Daily ---*/\nSELECT 1",
                None,
                "/*--- Daily ---*/\nSELECT 1",
            ),
            (
                "---\n-- Daily\n---\nSELECT 1",
                None,
                "---\n-- Daily\n---\nSELECT 1",
            ),
            ("SELECT 1", None, "SELECT 1"),
            ("\u{feff}SELECT 1", None, "SELECT 1"),
            ("\u{feff}/*---\n---*/SELECT 1", Some("\n"), "SELECT 1"),
            ("", None, ""),
        ] {
            let (place, start) = front_matter(text).unwrap();
            assert_eq!(place.map(|it| &text[it]), toml, "{text:?}");
            assert_eq!(&text[start..], sql, "{text:?}");
        }
        assert_eq!(front_matter("\n/*---\nname = 1\nSELECT 1"), Err(1..6));
    }

    #[test]
    fn a_mistake_points_into_the_file() {
        let text: Arc<str> = "/*---\nnane = \"a\"\n---*/\nSELECT 1".into();
        let (place, _) = front_matter(&text).unwrap();
        let problem = About::read("m.sql", &text, place.unwrap()).unwrap_err();
        assert_eq!(&text[problem.span], "nane");
        assert!(problem.message.contains("nane"), "{}", problem.message);
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_file_holds_its_sql_is_a_part_of_it(text in "(-|\\*|/|\n|a| ){0,40}") {
            match front_matter(&text) {
                Ok((place, start)) => {
                    proptest::prop_assert!(text.get(start..).is_some());
                    proptest::prop_assert!(place.is_none_or(|it| text.get(it.clone()).is_some() && it.end <= start));
                }
                Err(opening) => proptest::prop_assert_eq!(&text[opening], OPENING),
            }
        }
    }
}
