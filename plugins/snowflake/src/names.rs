//! Names in statements, in paths and in settings.

use rocky_adapter_sdk::{Error, Result};

/// A schema, by the names that are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The database that it is in.
    pub database: String,
    /// Its own name.
    pub name: String,
}

impl Schema {
    /// Takes two names from outside.
    ///
    /// # Errors
    /// When one is empty, which no name is.
    pub fn new(database: &str, name: &str) -> Result<Self> {
        if database.is_empty() || name.is_empty() {
            return Err(Error::not_found(
                "neither a database nor a schema can have an empty name",
            ));
        }
        Ok(Self {
            database: database.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The full name as statements quote it: `"ACME"."SHOP"`.
    pub fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.database), quoted(&self.name))
    }

    /// The full name of an object in it.
    pub fn object(&self, name: &str) -> String {
        format!("{}.{}", self.quoted(), quoted(name))
    }

    /// What a person may have meant by names that are not stored, where letter case is all that is wrong.
    pub fn hint(&self) -> Option<String> {
        let has_lower = |name: &str| name.chars().any(|letter| letter.is_ascii_lowercase());
        (has_lower(&self.database) || has_lower(&self.name)).then(|| {
            let (database, name) = (self.database.to_uppercase(), self.name.to_uppercase());
            format!(
                "names count as they are stored, which is in upper case unless they were made in quotes: {database}.{name}"
            )
        })
    }
}

/// A name as Snowflake quotes it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in a statement. A backslash would begin an escape.
pub fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "''");
    format!("'{text}'")
}

/// A name as a path has it: bare where that means the same, in quotes where letter case or another character would be lost.
pub fn in_path(name: &str) -> String {
    let is_bare = name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && name.chars().all(|letter| {
            letter.is_ascii_uppercase() || letter.is_ascii_digit() || matches!(letter, '_' | '$')
        });
    match is_bare {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// The stored form of a name that a person has written, as SQL reads it: `analyst` is `ANALYST`, `"Analyst"` is `Analyst`.
///
/// # Errors
/// When it is empty, or has a quote that is not doubled.
pub fn stored(written: &str) -> Result<String, &'static str> {
    let written = written.trim();
    let inner = written
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let name = match inner {
        Some(inner) if inner.replace("\"\"", "").contains('"') => {
            return Err("has a quote within that is not doubled");
        }
        Some(inner) => inner.replace("\"\"", "\""),
        None if written.contains('"') => return Err("has a quote that nothing closes"),
        None => written.to_uppercase(),
    };
    match name.is_empty() {
        true => Err("is empty"),
        false => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_in_a_setting_is_read_as_sql_reads_it() {
        for (written, name) in [
            ("analyst", Ok("ANALYST")),
            (" WH_XS ", Ok("WH_XS")),
            ("\"Analyst\"", Ok("Analyst")),
            ("\"a\"\"b\"", Ok("a\"b")),
            ("\"a\"b\"", Err("has a quote within that is not doubled")),
            ("\"a", Err("has a quote that nothing closes")),
            ("", Err("is empty")),
            ("\"\"", Err("is empty")),
        ] {
            assert_eq!(stored(written).as_deref(), name.as_ref().map(|it| &**it));
        }
    }

    #[test]
    fn a_path_quotes_what_would_be_folded() {
        assert_eq!(in_path("ITEM_2$"), "ITEM_2$");
        assert_eq!(in_path("Item"), "\"Item\"");
        assert_eq!(in_path("2ND"), "\"2ND\"");
        assert_eq!(in_path("A\"B"), "\"A\"\"B\"");
    }

    #[test]
    fn letter_case_is_hinted_at_only_where_it_may_be_wrong() {
        let hint = |database, name| Schema::new(database, name).unwrap().hint();
        assert_eq!(hint("ACME", "SHOP"), None);
        assert!(hint("acme", "SHOP").unwrap().ends_with("ACME.SHOP"));
    }

    proptest! {
        /// What is quoted reads back as itself, so that no name ends its quotes.
        #[test]
        fn a_quoted_name_is_itself(name in "\\PC+") {
            prop_assert_eq!(stored(&quoted(&name)), Ok(name));
        }

        /// Between the first and the last quote of a literal every quote and every backslash is doubled.
        #[test]
        fn a_literal_never_ends_early(text in any::<String>()) {
            let literal = literal(&text);
            let inner = &literal[1..literal.len() - 1];
            let rest = inner.replace("''", "").replace("\\\\", "");
            prop_assert!(!rest.contains(['\'', '\\']), "{}", literal);
        }
    }
}
