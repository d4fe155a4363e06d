//! The adapter, configured.

use rocky_adapter_sdk::{
    Adapter, Client, Context, Cursor, DescribeRequest, Manifest, Pages, Request, Response, Result,
    SchemaEntry, Settings, Step, TableFilter,
};

use crate::auto::DatasetTables;
use crate::names::{self, Dataset};
use crate::page::{DatasetsPage, ProjectsPage};
use crate::settings::BigQuerySettings;
use crate::{failure, manifest, request};

/// The adapter for BigQuery.
pub struct BigQuery {
    client: Client,
    settings: BigQuerySettings,
}

impl Adapter for BigQuery {
    type Cursor = Tables;

    fn manifest() -> Manifest {
        manifest::manifest()
    }

    fn open(client: Client, settings: &Settings) -> Result<Self> {
        let settings = BigQuerySettings::read(settings)?;
        let client = client
            .with_explain(failure::explain)
            .with_retry(settings.retry);
        Ok(Self { client, settings })
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        let read = |response: &Response| {
            let page: ProjectsPage = response.json()?;
            let names = page.projects.into_iter().map(|item| item.id.into());
            Ok((names.collect(), page.next_page_token.map(Into::into)))
        };
        self.list(request::projects(), read)
            .context(|| "cannot list the projects")
    }

    fn list_schemas(&self, catalog: &str) -> Result<Vec<SchemaEntry>> {
        names::project_name(catalog)?;
        let read = |response: &Response| {
            let page: DatasetsPage = response.json()?;
            let names = page.datasets.into_iter();
            let names = names.map(|item| item.dataset_reference.dataset_id.into());
            Ok((names.collect(), page.next_page_token.map(Into::into)))
        };
        let names = self
            .list(request::datasets(catalog), read)
            .context(|| format!("cannot list the datasets of project `{catalog}`"))?;
        Ok(names.into_iter().map(SchemaEntry::new).collect())
    }

    fn describe(&self, request: DescribeRequest) -> Result<Tables> {
        let dataset = Dataset::new(&request.catalog, &request.schema)?;
        let mut request = request;
        request.only = request.only.map(|names| self.settings.tables.only(names));
        Ok(Tables {
            source: DatasetTables::start(&self.client, dataset, &self.settings, request),
            filter: self.settings.tables.clone(),
        })
    }
}

impl BigQuery {
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

/// An answer, page by page.
#[derive(Debug)]
pub struct Tables {
    source: DatasetTables,
    filter: TableFilter,
}

impl Cursor for Tables {
    fn next(&mut self) -> Result<Step> {
        self.source.next().map(|step| self.filter.step(step))
    }
}
