//! A whole adapter, for a warehouse that answers `GET /schemas` with a list of names, and `GET /tables?schema=…` with pages of
//! tables. Copy it to begin one of your own; a native test of it is in `tests/tiny_adapter.rs`.

use rocky_adapter_sdk::{
    Adapter, Client, Column, Context, Cursor, DescribeRequest, Endpoint, Entry, Error, Folding,
    IdentifierRules, Manifest, Matching, Outbox, Pages, Request, Result, SchemaEntry, Setting,
    SettingKind, Settings, Step, Summary, Table, json, ready,
};
use serde::Deserialize;

rocky_adapter_sdk::export!(Tiny);

/// The adapter, configured.
pub struct Tiny {
    client: Client,
    settings: TinySettings,
}

/// What the user may say in `rocky.toml`.
#[derive(Deserialize)]
struct TinySettings {
    page_size: u32,
}

impl Adapter for Tiny {
    type Cursor = Tables;

    fn manifest() -> Manifest {
        Manifest {
            name: "tiny".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: "Describes the tables of a Tiny warehouse.".to_owned(),
            dialect: "ansi".to_owned(),
            identifiers: IdentifierRules {
                unquoted: Folding::LowerCase,
                tables: Matching::Exact,
                columns: Matching::Exact,
                quote: '"',
            },
            settings: vec![
                Setting::new("host", SettingKind::Text, "The address of the warehouse.").required(),
                Setting::new(
                    "page_size",
                    SettingKind::Integer,
                    "How many tables to ask for at a time.",
                )
                .default_value(100),
            ],
            endpoints: vec![Endpoint::Setting("host".to_owned())],
            origins: Vec::new(),
            statements: Vec::new(),
            controls: Vec::new(),
        }
    }

    fn open(client: Client, settings: &Settings) -> Result<Self> {
        let settings: TinySettings = settings.read()?;
        if settings.page_size == 0 {
            return Err(Error::invalid_config(
                "setting `page_size` is 0; at least 1 table must be on a page",
            ));
        }
        Ok(Self { client, settings })
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        Ok(vec!["tiny".to_owned()])
    }

    fn list_schemas(&self, _catalog: &str) -> Result<Vec<SchemaEntry>> {
        let response = self.client.fetch(Request::get("/schemas"))?;
        let names: Vec<json::Text> = response.json()?;
        Ok(names.into_iter().map(SchemaEntry::new).collect())
    }

    fn describe(&self, request: DescribeRequest) -> Result<Tables> {
        let first = Request::get("/tables")
            .query("schema", &request.schema)
            .query("page_size", &self.settings.page_size.to_string());
        Ok(Tables {
            pages: Pages::start(&self.client, first, "page_token"),
            outbox: Outbox::new(),
            request,
        })
    }
}

/// An answer, page by page.
pub struct Tables {
    pages: Pages,
    outbox: Outbox,
    request: DescribeRequest,
}

/// One page of the warehouse's.
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    tables: Vec<TinyTable<'a>>,
    #[serde(borrow)]
    next: Option<json::Text<'a>>,
}

#[derive(Deserialize)]
struct TinyTable<'a> {
    #[serde(borrow)]
    name: json::Text<'a>,
    changed: json::Int64,
    #[serde(borrow)]
    columns: Vec<(json::Text<'a>, json::Text<'a>)>,
}

impl Cursor for Tables {
    fn next(&mut self) -> Result<Step> {
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        let page = self
            .pages
            .next_page()
            .context(|| format!("cannot list the tables of `{}`", self.request.schema))?;
        let Some(response) = ready!(page) else {
            return Ok(Step::Done(Summary::exhausted()));
        };
        let page: Page = response.json()?;
        self.pages.follow(page.next.as_deref())?;
        let only = self.request.only.as_ref();
        let is_wanted = |table: &TinyTable| {
            only.is_none_or(|names| names.iter().any(|name| **name == *table.name))
        };
        self.outbox
            .extend(page.tables.into_iter().filter(is_wanted).map(entry));
        Ok(Step::Page(self.outbox.portion().unwrap_or_default()))
    }
}

fn entry(table: TinyTable) -> Entry {
    let mut described = Table::new(table.name, "table");
    described.revision = Some(table.changed.0.to_string());
    described.columns = table
        .columns
        .into_iter()
        .map(|(name, data_type)| Column::new(name, data_type))
        .collect();
    Entry::Table(described)
}
