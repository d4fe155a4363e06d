//! What a tree says of a schema as a whole.

use std::collections::{BTreeMap, HashSet};

use rocky_cache::{Connection, SchemaInfo};
use rocky_schema::{Coverage, IdentifierRules, SchemaName};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// The version of the tree's own format.
pub const FORMAT: u32 = 1;

/// The file beside a schema's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub adapter: String,
    pub catalog: String,
    pub schema: String,
    pub coverage: Coverage,
    /// How many tables could not be described.
    pub failed_tables: u64,
    pub warehouse: Warehouse,
    pub described: Described,
    /// The tables that have files, sorted.
    pub tables: Vec<String>,
}

/// Which warehouse it is, and how it reads names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warehouse {
    pub plugin: String,
    pub dialect: String,
    pub identifiers: IdentifierRules,
    pub endpoint: String,
    pub identity: BTreeMap<String, String>,
}

/// When and how it was described. That is no difference: two descriptions that say the same are the same tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    pub at: Moment,
    pub principal: Option<String>,
    pub note: Option<String>,
    /// The plugin's version.
    pub version: String,
    /// The digest of the plugin's file.
    pub digest: String,
}

impl Manifest {
    /// What the cache knows of a schema.
    pub fn new(connection: &Connection, info: &SchemaInfo, tables: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            adapter: connection.adapter.clone(),
            catalog: info.name.catalog.clone(),
            schema: info.name.schema.clone(),
            coverage: info.coverage,
            failed_tables: info.failed,
            warehouse: Warehouse {
                plugin: connection.plugin.clone(),
                dialect: connection.dialect.clone(),
                identifiers: connection.rules,
                endpoint: connection.endpoint.clone(),
                identity: connection.identity.clone(),
            },
            described: Described {
                at: info.cost.described_at.into(),
                principal: info.principal.clone(),
                note: info.note.clone(),
                version: info.provenance.version.clone(),
                digest: info.provenance.digest.clone(),
            },
            tables,
        }
    }

    /// The schema's name.
    pub fn name(&self) -> SchemaName {
        SchemaName::new(&self.catalog, &self.schema)
    }

    /// Whether both say the same but for when and how it was described.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let other = Self {
            described: self.described.clone(),
            ..other.clone()
        };
        *self == other
    }

    /// Its file.
    pub fn render(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        // Texts and numbers only, which can all be written.
        text.map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads its file.
    ///
    /// # Errors
    ///
    /// With the place, when it is no manifest or contradicts itself.
    pub fn parse(text: &str) -> Result<Self, String> {
        let place = |error: serde_json::Error| told(&error);
        // First only the version: of another one nothing else is to be expected.
        let Format { format } = serde_json::from_str(text).map_err(place)?;
        if format != FORMAT {
            return Err(format!(
                "1:1: it is of format {format}, and this version of rocky knows format {FORMAT}"
            ));
        }
        let manifest: Self = serde_json::from_str(text).map_err(place)?;
        let mut names = HashSet::new();
        for table in &manifest.tables {
            if table.is_empty() || !names.insert(table) {
                return Err(format!(
                    "1:1: it lists the table `{table}` twice or without a name"
                ));
            }
        }
        Ok(manifest)
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// An error as `LINE:COLUMN: what`.
pub fn told(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = error.to_string();
    let what = what.strip_suffix(&place).unwrap_or(&what);
    format!("{}:{}: {what}", error.line(), error.column())
}
