//! Models, and where they live.

use std::ops::Range;
use std::sync::Arc;

use rocky_schema::{IdentifierRules, SchemaName};

use crate::Dialect;

/// Where a model lives: how its SQL is read, and what a name means that does not say where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The adapter in whose warehouse it runs. Names are looked up in that warehouse only.
    pub adapter: String,
    /// How its SQL is written.
    pub dialect: Dialect,
    /// How its names match those of the warehouse.
    pub rules: IdentifierRules,
    /// The catalog of names without one, in stored form.
    pub catalog: Option<String>,
    /// The schema of names without one, in stored form.
    pub schema: Option<String>,
}

/// One SQL file: a query that is materialised as a table or view of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The name by which other models read it.
    pub name: String,
    /// The file, for messages; no two models have the same.
    pub path: String,
    /// The whole file.
    pub text: Arc<str>,
    /// Where in [`Model::text`] the SQL lies, after what the file says about itself. In bytes.
    pub query: Range<usize>,
    /// Where it lives.
    pub home: Arc<Home>,
    /// The schema in which it is materialised, where that is known: then it may be read as `schema.name`, too.
    pub target: Option<SchemaName>,
    /// What it is about.
    pub description: Option<String>,
    /// Whether it is checked. A model that is not has no diagnostics, but outputs as far as they can be known.
    pub check: bool,
}
