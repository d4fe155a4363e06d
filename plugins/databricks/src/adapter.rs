//! The adapter, configured.

use rocky_adapter_sdk::{
    Adapter, Attributes, Client, Context, Cursor, DescribeRequest, Error, Manifest, Pages, Request,
    Response, Result, SchemaEntry, Settings, Step, TableFilter,
};

use crate::auto::AutoTables;
use crate::hive::{self, HiveTables};
use crate::page::{CatalogsPage, Named, SchemasPage};
use crate::rest::RestTables;
use crate::settings::{DatabricksSettings, Source};
use crate::sql::SqlTables;
use crate::{failure, manifest, request};

/// The adapter for Databricks.
pub struct Databricks {
    client: Client,
    settings: DatabricksSettings,
}

impl Adapter for Databricks {
    type Cursor = Tables;

    fn manifest() -> Manifest {
        manifest::manifest()
    }

    fn open(client: Client, settings: &Settings) -> Result<Self> {
        let settings = DatabricksSettings::read(settings)?;
        let client = client
            .with_explain(failure::explain)
            .with_retry(settings.retry);
        Ok(Self { client, settings })
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        let read = |response: &Response| {
            let page = response.read(CatalogsPage::parse)?;
            Ok((names(page.catalogs), page.next_page_token.map(Into::into)))
        };
        self.list(request::catalogs(), read)
            .context(|| "cannot list the catalogs")
    }

    fn list_schemas(&self, catalog: &str) -> Result<Vec<SchemaEntry>> {
        let read = |response: &Response| {
            let page = response.read(SchemasPage::parse)?;
            Ok((names(page.schemas), page.next_page_token.map(Into::into)))
        };
        let names = if hive::is_hive(catalog) {
            hive::schemas(&self.client, self.warehouse_for_hive()?, catalog)
        } else {
            self.list(request::schemas(catalog), read)
        };
        let names = names.context(|| format!("cannot list the schemas of catalog `{catalog}`"))?;
        Ok(names.into_iter().map(SchemaEntry::new).collect())
    }

    fn describe(&self, request: DescribeRequest) -> Result<Tables> {
        let mut request = request;
        let learned = request.learned.clone();
        request.only = request.only.map(|names| self.settings.tables.only(names));
        let source =
            match &self.settings.source {
                _ if hive::is_hive(&request.catalog) => {
                    let warehouse_id = self.warehouse_for_hive()?;
                    Kind::Hive(HiveTables::start(
                        &self.client,
                        warehouse_id,
                        &self.settings,
                        request,
                    ))
                }
                Source::Auto { warehouse_id } => Kind::Auto(AutoTables::start(
                    &self.client,
                    warehouse_id.as_deref(),
                    request,
                    &self.settings.tables,
                )),
                Source::Rest => Kind::Rest(RestTables::start(
                    &self.client,
                    request,
                    &self.settings.tables,
                )),
                Source::InformationSchema { warehouse_id } => Kind::Sql(Box::new(
                    SqlTables::start(&self.client, warehouse_id, request),
                )),
            };
        Ok(Tables {
            source,
            filter: self.settings.tables.clone(),
            learned,
        })
    }
}

impl Databricks {
    /// The SQL warehouse that has to tell of the catalog from before Unity Catalog.
    fn warehouse_for_hive(&self) -> Result<&str> {
        self.settings.source.warehouse_id().ok_or_else(|| {
            Error::invalid_config(
                "Unity Catalog does not know hive_metastore, which only SQL can describe: `warehouse_id` or `http_path` must say on \
                 which SQL warehouse, and `source` may not be `rest`",
            )
        })
    }

    /// Follows a list to its end.
    fn list(
        &self,
        first: Request,
        read: impl Fn(&Response) -> Result<(Vec<String>, Option<String>)>,
    ) -> Result<Vec<String>> {
        let mut pages = Pages::start(&self.client, first, request::PAGE_TOKEN);
        let mut all = Vec::new();
        while let Some(response) = pages.next_page_blocking()? {
            let (names, token) = read(&response)?;
            pages.follow(token.as_deref())?;
            all.extend(names);
        }
        Ok(all)
    }
}

fn names(items: Option<Vec<Named<'_>>>) -> Vec<String> {
    items
        .unwrap_or_default()
        .into_iter()
        .map(|item| item.name.into())
        .collect()
}

/// An answer from any source, page by page.
#[derive(Debug)]
pub struct Tables {
    source: Kind,
    filter: TableFilter,
    /// What was known before.
    learned: Attributes,
}

#[derive(Debug)]
enum Kind {
    Auto(AutoTables),
    Rest(RestTables),
    Sql(Box<SqlTables>),
    Hive(HiveTables),
}

impl Cursor for Tables {
    fn next(&mut self) -> Result<Step> {
        let step = match &mut self.source {
            Kind::Auto(tables) => tables.next(),
            Kind::Rest(tables) => tables.next(),
            Kind::Sql(tables) => tables.next(),
            Kind::Hive(tables) => tables.next(),
        };
        let mut step = self.filter.step(step?);
        if let Step::Done(summary) = &mut step {
            // What this answer did not have to find out is still known.
            for (name, value) in self.learned.iter() {
                if summary.learned.get(name).is_none() {
                    summary.learned.set(name, value);
                }
            }
        }
        Ok(step)
    }
}
