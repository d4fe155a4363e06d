use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a warehouse turns a name into that was written without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Folding {
    /// Nothing: the name stands as written (BigQuery).
    Preserve,
    /// Lower case (Databricks, PostgreSQL).
    Lower,
    /// Upper case (Snowflake).
    Upper,
}

/// When two stored names are the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Matching {
    /// Only when they are equal: `"Orders"` and `ORDERS` are two tables.
    Exact,
    /// When they differ in letter case only.
    IgnoreCase,
}

/// How a warehouse matches the names in a query with the names that it stores.
///
/// ```
/// use rocky_schema::{Folding, IdentifierRules, Matching};
/// let snowflake = IdentifierRules {
///     unquoted: Folding::Upper,
///     tables: Matching::Exact,
///     columns: Matching::Exact,
///     quote: '"',
/// };
/// assert_eq!(snowflake.stored("orders", false), "ORDERS");
/// assert_eq!(snowflake.stored("Orders", true), "Orders");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentifierRules {
    /// What an unquoted name becomes before it is looked up.
    pub unquoted: Folding,
    /// How catalogs, schemas and tables match.
    pub tables: Matching,
    /// How columns match.
    pub columns: Matching,
    /// The character that quotes a name; doubled inside it.
    pub quote: char,
}

impl IdentifierRules {
    /// The name that the warehouse looks for when a query says `name`, with or without quotes.
    pub fn stored<'a>(&self, name: &'a str, quoted: bool) -> Cow<'a, str> {
        if quoted {
            return Cow::Borrowed(name);
        }
        match self.unquoted {
            Folding::Preserve => Cow::Borrowed(name),
            Folding::Lower => Cow::Owned(name.to_lowercase()),
            Folding::Upper => Cow::Owned(name.to_uppercase()),
        }
    }
}

impl IdentifierRules {
    /// How a query writes a stored name: with quotes where it would stand for another name without.
    ///
    /// ```
    /// use rocky_schema::{Folding, IdentifierRules, Matching};
    /// let snowflake = IdentifierRules {
    ///     unquoted: Folding::Upper,
    ///     tables: Matching::Exact,
    ///     columns: Matching::Exact,
    ///     quote: '"',
    /// };
    /// assert_eq!(snowflake.written("ORDERS"), "ORDERS");
    /// assert_eq!(snowflake.written("my \"own\""), "\"my \"\"own\"\"\"");
    /// ```
    pub fn written<'a>(&self, stored: &'a str) -> Cow<'a, str> {
        if self.stored(stored, false) == stored {
            return Cow::Borrowed(stored);
        }
        let quote = self.quote;
        let doubled = String::from_iter([quote, quote]);
        let inner = stored.replace(quote, &doubled);
        Cow::Owned(format!("{quote}{inner}{quote}"))
    }
}

impl Matching {
    /// The text under which `name` is found: two names match when their keys are equal.
    pub fn key<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match self {
            Matching::Exact => Cow::Borrowed(name),
            Matching::IgnoreCase => lower(name),
        }
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match name.bytes().all(is_lower) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_match_only_where_case_is_ignored() {
        assert_eq!(
            Matching::IgnoreCase.key("ÄPFEL"),
            Matching::IgnoreCase.key("äpfel")
        );
        assert_ne!(Matching::Exact.key("Orders"), Matching::Exact.key("ORDERS"));
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_is_folding_once(name in ".*") {
            let key = Matching::IgnoreCase.key(&name).into_owned();
            proptest::prop_assert_eq!(Matching::IgnoreCase.key(&key).into_owned(), key.clone());
        }
    }
}
