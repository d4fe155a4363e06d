//! Names as users write them: dotted, with quotes where a part needs them, and patterns.

use rocky_schema::{IdentifierRules, Matching, SchemaName};
use wildmatch::WildMatch;

use crate::error::CommandError;

/// A part of a dotted name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part, without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

impl Part {
    /// Whether it matches a name as a pattern, by the warehouse's own rule for letter case; where that is not known, exactly.
    pub fn matches(&self, name: &str, rules: Option<&IdentifierRules>) -> bool {
        let Some(rules) = rules else {
            return matches(&self.text, name);
        };
        let matching = rules.tables;
        let readings = self.readings(rules);
        readings
            .iter()
            .any(|pattern| matches(&matching.key(pattern), &matching.key(name)))
    }

    /// The names that it may stand for, the likelier one first: itself, and what the warehouse makes of it without quotes.
    pub fn readings(&self, rules: &IdentifierRules) -> Vec<String> {
        let mut readings = vec![self.text.clone()];
        let folded = rules.stored(&self.text, self.quoted);
        if folded != self.text {
            readings.push(folded.into_owned());
        }
        readings
    }
}

/// The stored form of a name of one part that stands in a configuration, as the warehouse's SQL reads it: within the warehouse's quotes it
/// is taken as it is. Where case does not count the warehouse stores one case only, and a name written in another would be a second entry
/// of the cache.
pub fn stored(rules: &IdentifierRules, written: &str) -> String {
    let quote = rules.quote;
    let inner = written
        .strip_prefix(quote)
        .and_then(|rest| rest.strip_suffix(quote));
    let (name, quoted) = match inner {
        Some(inner) => {
            let doubled = String::from_iter([quote, quote]);
            (inner.replace(&doubled, &quote.to_string()), true)
        }
        None => (written.to_owned(), false),
    };
    let is_exact = quoted && rules.tables == Matching::Exact;
    rules.stored(&name, is_exact).into_owned()
}

/// The one spelling under which a name from a warehouse's own list is kept.
pub fn listed(rules: &IdentifierRules, name: String) -> String {
    match rules.tables {
        Matching::Exact => name,
        Matching::IgnoreCase => rules.stored(&name, false).into_owned(),
    }
}

/// A pattern of schemas, `CATALOG.SCHEMA`: in each part `*` stands for any characters and `?` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaPattern([Part; 2]);

impl SchemaPattern {
    /// Reads a pattern. Without a dot it is that of a catalog.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        match schema_parts(text)? {
            Some(parts) => Ok(Self(parts)),
            None => Err(CommandError::usage(format!(
                "`{text}` is not CATALOG.SCHEMA"
            ))),
        }
    }

    /// Whether schemas of this catalog can match.
    pub fn matches_catalog(&self, catalog: &str, rules: &IdentifierRules) -> bool {
        self.0[0].matches(catalog, Some(rules))
    }

    /// Whether it matches this schema, by its warehouse's own rule for letter case.
    pub fn matches(&self, name: &SchemaName, rules: &IdentifierRules) -> bool {
        self.matches_catalog(&name.catalog, rules) && self.0[1].matches(&name.schema, Some(rules))
    }

    /// The part for the schema.
    pub fn schema(&self) -> &str {
        &self.0[1].text
    }
}

/// The parts of `CATALOG.SCHEMA`; of `CATALOG` alone with a pattern for all its schemas. None if there are more.
pub fn schema_parts(text: &str) -> Result<Option<[Part; 2]>, CommandError> {
    Ok(match split(text)?.as_slice() {
        [catalog, schema] => Some([catalog.clone(), schema.clone()]),
        [catalog] => {
            let any = Part {
                text: "*".to_owned(),
                quoted: false,
            };
            Some([catalog.clone(), any])
        }
        _ => None,
    })
}

/// Splits `a."b.c".d` into its parts. A part may be quoted with `"` or a backtick, doubled inside it.
pub fn split(text: &str) -> Result<Vec<Part>, CommandError> {
    let mut parts = Vec::new();
    let mut rest = text.chars().peekable();
    loop {
        let mut part = String::new();
        let quoted = matches!(rest.peek(), Some('"' | '`'));
        match rest.peek().copied() {
            Some(quote @ ('"' | '`')) => {
                rest.next();
                loop {
                    match rest.next() {
                        Some(c) if c == quote && rest.peek() == Some(&quote) => {
                            rest.next();
                            part.push(quote);
                        }
                        Some(c) if c == quote => break,
                        Some(c) => part.push(c),
                        None => {
                            return Err(CommandError::usage(format!(
                                "`{text}`: the quote {quote} is not closed"
                            )));
                        }
                    }
                }
            }
            _ => {
                while let Some(c) = rest.next_if(|c| *c != '.') {
                    part.push(c);
                }
                if part.is_empty() {
                    return Err(CommandError::usage(format!(
                        "`{text}`: a part of the name is empty"
                    )));
                }
            }
        }
        parts.push(Part { text: part, quoted });
        match rest.next() {
            Some('.') => {}
            None => return Ok(parts),
            Some(other) => {
                return Err(CommandError::usage(format!(
                    "`{text}`: expected a dot, found {other:?}"
                )));
            }
        }
    }
}

/// Whether a text is a pattern: `*` stands for any characters, `?` for one.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether `name` matches `pattern`. Case counts; whoever ignores it folds both first.
pub fn matches(pattern: &str, name: &str) -> bool {
    WildMatch::new(pattern).matches(name)
}

/// The known name that `name` was probably meant to be.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A text from outside, safe to print on a terminal: control characters become escapes, and so do those that change the direction of text.
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() || turns_text(c) => safe.extend(c.escape_default()),
            c => safe.push(c),
        }
    }
    safe
}

/// Whether a character changes the direction in which others are shown, or begins a line.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same for a text of several lines.
pub fn printable_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(printable).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rocky_schema::Folding;

    use super::*;

    #[test]
    fn a_dot_separates_unless_it_is_quoted() {
        let parts = |text: &str| {
            split(text).map(|parts| parts.into_iter().map(|part| part.text).collect::<Vec<_>>())
        };
        assert_eq!(parts("raw.flights").unwrap(), ["raw", "flights"]);
        assert_eq!(parts("a.\"b.c\".`d``e`").unwrap(), ["a", "b.c", "d`e"]);
        for bad in ["", "a..b", "a.", "\"a", "\"a\"b"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }

    fn rules(unquoted: Folding, tables: Matching, quote: char) -> IdentifierRules {
        IdentifierRules {
            unquoted,
            tables,
            columns: tables,
            quote,
        }
    }

    #[test]
    fn a_name_is_read_as_its_warehouse_reads_it() {
        let snowflake = rules(Folding::Upper, Matching::Exact, '"');
        let databricks = rules(Folding::Lower, Matching::IgnoreCase, '`');
        let bigquery = rules(Folding::Preserve, Matching::Exact, '`');
        for (rules, written, name) in [
            (snowflake, "raw", "RAW"),
            (snowflake, "\"raw\"", "raw"),
            (snowflake, "\"a\"\"b\"", "a\"b"),
            (snowflake, "`raw`", "`RAW`"),
            (databricks, "Raw", "raw"),
            (databricks, "`Raw`", "raw"),
            (bigquery, "Raw", "Raw"),
        ] {
            assert_eq!(stored(&rules, written), name, "{written}");
        }
        let readings = |text: &str| split(text).unwrap()[0].readings(&snowflake);
        assert_eq!(readings("Orders"), ["Orders", "ORDERS"]);
        assert_eq!(readings("\"Orders\""), ["Orders"]);
        assert_eq!(readings("ORDERS"), ["ORDERS"]);
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in [
            ("*", ""),
            ("src__*", "src__"),
            ("*a*b", "xaxaxb"),
            ("f?o", "foo"),
            ("ä*", "äé"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("src__*", "src_x"),
            ("a", "ab"),
            ("?", ""),
            ("*x", "xy"),
            ("A", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_a_guess_is_not() {
        let known = ["plugin", "auth", "limits"];
        assert_eq!(closest("plugn", known), Some("plugin"));
        assert_eq!(closest("colour", known), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_displayed_can_be_written(catalog in "[^\\p{Cc}]+", schema in "[^\\p{Cc}]+") {
            let name = SchemaName::new(catalog, schema);
            let parts = split(&name.to_string()).unwrap().into_iter().map(|part| part.text);
            proptest::prop_assert_eq!(parts.collect::<Vec<_>>(), [name.catalog, name.schema]);
        }
    }
}
