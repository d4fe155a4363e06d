//! Whose SQL it is.

use rocky_schema::{Folding, IdentifierRules, Matching};
use sqlparser::dialect::{BigQueryDialect, DatabricksDialect, SnowflakeDialect};

/// A warehouse's way of writing SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Databricks SQL, which is Spark's and more.
    Databricks,
    /// BigQuery's GoogleSQL.
    BigQuery,
    /// Snowflake SQL.
    Snowflake,
}

impl Dialect {
    /// The dialect of that name, as adapters' manifests write it.
    ///
    /// ```
    /// use rocky_compile::Dialect;
    /// assert_eq!(Dialect::from_name("bigquery"), Some(Dialect::BigQuery));
    /// assert_eq!(Dialect::from_name("tsql"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "databricks" => Some(Self::Databricks),
            "bigquery" => Some(Self::BigQuery),
            "snowflake" => Some(Self::Snowflake),
            _ => None,
        }
    }

    /// The name that [`Dialect::from_name`] knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Databricks => "databricks",
            Self::BigQuery => "bigquery",
            Self::Snowflake => "snowflake",
        }
    }

    /// The warehouse, as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Databricks => "Databricks",
            Self::BigQuery => "BigQuery",
            Self::Snowflake => "Snowflake",
        }
    }

    /// How the warehouse matches names, as its adapter tells it: for whoever has not asked one.
    pub fn identifier_rules(self) -> IdentifierRules {
        match self {
            Self::Databricks => IdentifierRules {
                unquoted: Folding::Lower,
                tables: Matching::IgnoreCase,
                columns: Matching::IgnoreCase,
                quote: '`',
            },
            Self::BigQuery => IdentifierRules {
                unquoted: Folding::Preserve,
                tables: Matching::Exact,
                columns: Matching::IgnoreCase,
                quote: '`',
            },
            Self::Snowflake => IdentifierRules {
                unquoted: Folding::Upper,
                tables: Matching::Exact,
                columns: Matching::Exact,
                quote: '"',
            },
        }
    }

    /// The parser's rules for it.
    pub(crate) fn parser(self) -> &'static dyn sqlparser::dialect::Dialect {
        match self {
            Self::Databricks => &DatabricksDialect,
            Self::BigQuery => &BigQueryDialect,
            Self::Snowflake => &SnowflakeDialect,
        }
    }
}
