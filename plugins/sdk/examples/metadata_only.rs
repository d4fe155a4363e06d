//! An adapter that has nothing to describe: it tells what it is, and the host is content with that.

use rocky_adapter_sdk::{Folding, IdentifierRules, Manifest, Matching};

rocky_adapter_sdk::export_metadata!(manifest);

/// What this adapter is.
pub fn manifest() -> Manifest {
    Manifest {
        name: "metadata-only".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "An adapter that has nothing to describe.".to_owned(),
        dialect: "ansi".to_owned(),
        identifiers: IdentifierRules {
            unquoted: Folding::UpperCase,
            tables: Matching::Exact,
            columns: Matching::Exact,
            quote: '"',
        },
        settings: Vec::new(),
        endpoints: Vec::new(),
        origins: Vec::new(),
        statements: Vec::new(),
        controls: Vec::new(),
    }
}
