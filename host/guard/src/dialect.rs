//! What the warehouses' ways of writing SQL differ in, as far as it decides what passes.

use sqlparser::ast::Ident;
use sqlparser::dialect::{
    AnsiDialect, BigQueryDialect, DatabricksDialect, GenericDialect, SnowflakeDialect,
};

/// How a warehouse writes SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Databricks,
    BigQuery,
    Snowflake,
    Ansi,
    Generic,
}

impl Dialect {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "databricks" => Some(Self::Databricks),
            "bigquery" => Some(Self::BigQuery),
            "snowflake" => Some(Self::Snowflake),
            "ansi" => Some(Self::Ansi),
            "generic" => Some(Self::Generic),
            _ => None,
        }
    }

    pub(crate) fn parser(self) -> &'static dyn sqlparser::dialect::Dialect {
        match self {
            Self::Databricks => &DatabricksDialect,
            Self::BigQuery => &BigQueryDialect,
            Self::Snowflake => &SnowflakeDialect,
            Self::Ansi => &AnsiDialect {},
            Self::Generic => &GenericDialect,
        }
    }

    /// What encloses an identifier that is not a plain word.
    pub(crate) fn identifier_quote(self) -> char {
        match self {
            Self::Databricks | Self::BigQuery => '`',
            Self::Snowflake | Self::Ansi | Self::Generic => '"',
        }
    }

    /// Whether nobody knows which warehouse reads it.
    pub(crate) fn is_anybody(self) -> bool {
        matches!(self, Self::Ansi | Self::Generic)
    }

    /// Whether a quoted name may match one that is written in other letters.
    fn folds_quoted_names(self) -> bool {
        matches!(self, Self::Databricks | Self::BigQuery)
    }

    /// Whether `name` certainly is what `word`, in capitals, is without quotes.
    pub(crate) fn is_word(self, name: &Ident, word: &str) -> bool {
        match name.quote_style {
            Some(_) if !self.folds_quoted_names() => {
                // Who lets unquoted names become small would write the word small in quotes.
                name.value == word || (self.is_anybody() && name.value == word.to_ascii_lowercase())
            }
            _ => name.value.eq_ignore_ascii_case(word),
        }
    }

    /// Whether two names are certainly the same to the warehouse.
    pub(crate) fn same_name(self, one: &Ident, other: &Ident) -> bool {
        let both_plain = one.quote_style.is_none() && other.quote_style.is_none();
        if both_plain || self.folds_quoted_names() {
            return one.value.eq_ignore_ascii_case(&other.value);
        }
        one.quote_style == other.quote_style && one.value == other.value
    }
}
