use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AdapterError, Attributes, Table};

/// How much of a schema an answer covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// Every table that the principal may see was returned. Only such an answer proves that a table is gone.
    Exhausted,
    /// Some tables may be missing: a filter, a budget or a cap of the warehouse cut the answer.
    Truncated,
}

/// One table's part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The table's description.
    Table(Table),
    /// The named table still has the revision that the caller said it knows.
    Unchanged(String),
    /// The named table exists but could not be described. What is known of it stays.
    Failed(String, AdapterError),
}

impl Entry {
    /// The name of the table that this entry is about.
    pub fn name(&self) -> &str {
        match self {
            Entry::Table(table) => &table.name,
            Entry::Unchanged(name) | Entry::Failed(name, _) => name,
        }
    }
}

/// What an adapter says at the end of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Whether the answer is the whole schema.
    pub coverage: Coverage,
    /// Who asked, as the warehouse knows them: a user, role or service principal.
    pub principal: Option<String>,
    /// A revision of the whole schema, taken before the description it belongs to.
    pub revision: Option<String>,
    /// A remark for the user, such as why the answer was truncated.
    pub note: Option<String>,
    /// Facts about the answer: bytes billed, statements run.
    pub attributes: Attributes,
}

impl Summary {
    /// A complete answer without further facts.
    pub fn exhausted() -> Self {
        Self {
            coverage: Coverage::Exhausted,
            principal: None,
            revision: None,
            note: None,
            attributes: Attributes::new(),
        }
    }
}

/// One schema of a catalog, as a list of schemas names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaEntry {
    /// The name exactly as the warehouse stores it.
    pub name: String,
    /// A revision of the schema, where the list gives one at no extra cost.
    pub revision: Option<String>,
}
