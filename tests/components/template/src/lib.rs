//! An adapter of a vendor nobody knows: its manifest, not the user, says under which domain the warehouse is.

use rocky_adapter_sdk::{
    Adapter, Client, Cursor, DescribeRequest, Endpoint, Folding, IdentifierRules, Manifest,
    Matching, Request, Result, SchemaEntry, Setting, SettingKind, Settings, Step, Summary,
};

rocky_adapter_sdk::export!(Template);

/// The adapter.
pub struct Template(Client);

impl Adapter for Template {
    type Cursor = TemplateCursor;

    fn manifest() -> Manifest {
        Manifest {
            name: "template".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: "Talks to a warehouse under a domain of its own choice.".to_owned(),
            dialect: "ansi".to_owned(),
            identifiers: IdentifierRules {
                unquoted: Folding::Preserve,
                tables: Matching::Exact,
                columns: Matching::Exact,
                quote: '"',
            },
            settings: vec![Setting::new("account", SettingKind::Text, "The account.").required()],
            endpoints: vec![Endpoint::Template(
                "https://{account}.vendor.example".to_owned(),
            )],
            origins: Vec::new(),
            statements: Vec::new(),
            controls: Vec::new(),
        }
    }

    fn open(client: Client, _: &Settings) -> Result<Self> {
        Ok(Self(client))
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn list_schemas(&self, _: &str) -> Result<Vec<SchemaEntry>> {
        Ok(Vec::new())
    }

    fn describe(&self, _: DescribeRequest) -> Result<TemplateCursor> {
        Ok(TemplateCursor(self.0.clone()))
    }
}

/// An answer without tables.
pub struct TemplateCursor(Client);

impl Cursor for TemplateCursor {
    fn next(&mut self) -> Result<Step> {
        self.0.fetch(Request::get("/"))?;
        Ok(Step::Done(Summary::exhausted()))
    }
}
