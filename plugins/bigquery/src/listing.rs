//! The names of a dataset's tables.

use rocky_adapter_sdk::{Client, ErrorCode, Pages, Result, Waited, ready};

use crate::names::Dataset;
use crate::page::TablesPage;
use crate::request;

/// A list under way.
#[derive(Debug)]
pub struct Listing {
    client: Client,
    dataset: Dataset,
    pages: Pages,
    names: Vec<String>,
    began_again: bool,
}

impl Listing {
    /// Asks for the first page.
    pub fn start(client: &Client, dataset: &Dataset) -> Self {
        Self {
            client: client.clone(),
            dataset: dataset.clone(),
            pages: pages(client, dataset),
            names: Vec::new(),
            began_again: false,
        }
    }

    /// All names, once they have come.
    pub fn next(&mut self) -> Result<Waited<Vec<String>>> {
        loop {
            let response = match self.pages.next_page() {
                // A token points at a table, and leads nowhere once that is dropped.
                Err(error)
                    if error.code == ErrorCode::NotFound
                        && self.pages.count() > 0
                        && !self.began_again =>
                {
                    self.began_again = true;
                    self.names.clear();
                    self.pages = pages(&self.client, &self.dataset);
                    continue;
                }
                outcome => ready!(outcome?),
            };
            let Some(response) = response else {
                return Ok(Waited::Ready(std::mem::take(&mut self.names)));
            };
            let page: TablesPage = response.json()?;
            self.pages.follow(page.next_page_token.as_deref())?;
            let names = page.tables.into_iter();
            self.names
                .extend(names.map(|item| String::from(item.table_reference.table_id)));
        }
    }
}

fn pages(client: &Client, dataset: &Dataset) -> Pages {
    Pages::start(client, request::tables(dataset), request::PAGE_TOKEN)
}
