use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A schema (BigQuery: dataset) within a catalog (BigQuery: project; Snowflake: database).
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct SchemaName {
    /// The catalog, exactly as the warehouse stores it.
    pub catalog: String,
    /// The schema, exactly as the warehouse stores it.
    pub schema: String,
}

impl SchemaName {
    /// Names `schema` in `catalog`.
    pub fn new(catalog: impl Into<String>, schema: impl Into<String>) -> Self {
        Self {
            catalog: catalog.into(),
            schema: schema.into(),
        }
    }

    /// Names a table of this schema.
    pub fn table(&self, table: impl Into<String>) -> TableName {
        TableName {
            schema: self.clone(),
            table: table.into(),
        }
    }
}

/// `catalog.schema`; a part that is not a plain word is quoted, so that the text cannot be misread.
///
/// ```
/// use rocky_schema::SchemaName;
/// assert_eq!(SchemaName::new("raw", "flights").to_string(), "raw.flights");
/// assert_eq!(SchemaName::new("raw", "a.b").to_string(), "raw.\"a.b\"");
/// ```
impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_part(f, &self.catalog)?;
        f.write_str(".")?;
        write_part(f, &self.schema)
    }
}

/// A table within a [`SchemaName`].
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct TableName {
    /// The schema that holds the table.
    #[serde(flatten)]
    pub schema: SchemaName,
    /// The table, exactly as the warehouse stores it.
    pub table: String,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.schema)?;
        write_part(f, &self.table)
    }
}

/// Writes one part of a dotted name. Control characters are escaped, so a hostile name cannot drive a terminal.
fn write_part(f: &mut fmt::Formatter<'_>, part: &str) -> fmt::Result {
    use fmt::Write;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    if !part.is_empty() && part.chars().all(plain) {
        return f.write_str(part);
    }
    f.write_char('"')?;
    for c in part.chars() {
        match c {
            '"' => f.write_str("\"\"")?,
            c if c.is_control() => write!(f, "{}", c.escape_unicode())?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schema: SchemaName, table: &str, expected: &str) {
        assert_eq!(schema.table(table).to_string(), expected);
    }

    #[test]
    fn a_part_that_could_be_misread_is_quoted() {
        check(
            SchemaName::new("raw", "flights"),
            "planes",
            "raw.flights.planes",
        );
        check(
            SchemaName::new("my-project", "Größe"),
            "t$1",
            "my-project.Größe.t$1",
        );
        check(SchemaName::new("a.b", "c"), "d", "\"a.b\".c.d");
        check(
            SchemaName::new("a", ""),
            "say \"hi\"",
            "a.\"\".\"say \"\"hi\"\"\"",
        );
        check(
            SchemaName::new("a", "b"),
            "\u{1b}[31m",
            "a.b.\"\\u{1b}[31m\"",
        );
    }
}
