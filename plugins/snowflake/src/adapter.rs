//! The adapter, configured.

use rocky_adapter_sdk::{
    Adapter, Client, Context, Cursor, DescribeRequest, Error, Manifest, Result, SchemaEntry,
    Settings, Step, TableFilter,
};

use crate::auto::SchemaTables;
use crate::names::{self, Schema};
use crate::objects::Pages;
use crate::settings::SnowflakeSettings;
use crate::{failure, manifest};

/// The adapter for Snowflake.
pub struct Snowflake {
    client: Client,
    settings: SnowflakeSettings,
}

impl Adapter for Snowflake {
    type Cursor = Tables;

    fn manifest() -> Manifest {
        manifest::manifest()
    }

    fn open(client: Client, settings: &Settings) -> Result<Self> {
        let settings = SnowflakeSettings::read(settings)?;
        let mut client = client
            .with_explain(failure::explain)
            .with_retry(settings.retry);
        if let Some(token_type) = settings.token_type {
            // The host's own word, where it has one, takes its place.
            client = client.with_header("x-snowflake-authorization-token-type", token_type);
        }
        Ok(Self { client, settings })
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        self.list("SHOW DATABASES".to_owned())
            .context(|| "cannot list the databases")
    }

    fn list_schemas(&self, catalog: &str) -> Result<Vec<SchemaEntry>> {
        if catalog.is_empty() {
            return Err(Error::not_found("no database has an empty name"));
        }
        let database = names::quoted(catalog);
        let names = self
            .list(format!("SHOW SCHEMAS IN DATABASE {database}"))
            .context(|| format!("cannot list the schemas of database {database}"))?;
        Ok(names.into_iter().map(SchemaEntry::new).collect())
    }

    fn describe(&self, request: DescribeRequest) -> Result<Tables> {
        let schema = Schema::new(&request.catalog, &request.schema)?;
        let mut request = request;
        request.only = request.only.map(|names| self.settings.tables.only(names));
        Ok(Tables {
            source: SchemaTables::start(&self.client, schema, &self.settings, request),
            filter: self.settings.tables.clone(),
        })
    }
}

impl Snowflake {
    /// The names that a SHOW lists, each once.
    fn list(&self, sql: String) -> Result<Vec<String>> {
        let pages = Pages::start(&self.client, &self.settings.session, sql, ["name"]);
        let mut names = Vec::new();
        pages.finish_blocking(|[name]| names.extend(name.map(String::from)))?;
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// An answer, page by page.
#[derive(Debug)]
pub struct Tables {
    source: SchemaTables,
    filter: TableFilter,
}

impl Cursor for Tables {
    fn next(&mut self) -> Result<Step> {
        self.source.next().map(|step| self.filter.step(step))
    }
}
