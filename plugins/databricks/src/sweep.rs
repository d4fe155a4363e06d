//! Which tables of a schema have changed since the caller described them: the schema's list without columns, which is short.

use std::collections::HashSet;

use rocky_adapter_sdk::{Client, DescribeRequest, Pages, Result, TableFilter, Waited, log, ready};

use crate::page::TablesPage;
use crate::{request, rest, tables};

/// So many changed tables are asked for by themselves, whatever their share.
const FEW: usize = 16;

/// The list under way.
#[derive(Debug)]
pub struct Sweep {
    pages: Box<Pages>,
    /// What the user wants to know of at all: other tables are never known, and would look changed each time.
    filter: TableFilter,
    seen: HashSet<String>,
    /// The tables of the revisions that the caller holds.
    pub unchanged: Vec<String>,
    /// All others.
    pub changed: Vec<String>,
}

impl Sweep {
    /// Asks for the first page.
    pub fn start(client: &Client, request: &DescribeRequest, filter: TableFilter) -> Self {
        let list = request::tables_without_columns(&request.catalog, &request.schema);
        Self {
            pages: Box::new(Pages::start(client, list, request::PAGE_TOKEN)),
            filter,
            seen: HashSet::new(),
            unchanged: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// Takes what has come; false when nothing more will come.
    pub fn receive(&mut self, request: &DescribeRequest) -> Result<Waited<bool>> {
        let Some(response) = ready!(self.pages.next_page()?) else {
            return Ok(Waited::Ready(false));
        };
        let page = response.read(TablesPage::parse)?;
        self.pages.follow(page.next_page_token.as_deref())?;
        let told = page.tables.into_iter().map(|item| {
            let is_known = request.knows(&item.name, tables::revision(&item).as_deref());
            (item.name, is_known)
        });
        let broken = page.broken.into_iter().map(|(name, _)| (name, false));
        for (name, is_known) in told.chain(broken) {
            if !self.seen.insert(name.to_string()) {
                return Err(rest::twice(&name, &response));
            }
            match is_known {
                _ if !self.filter.admits(&name) => {}
                true => self.unchanged.push(name.into()),
                false => self.changed.push(name.into()),
            }
        }
        Ok(Waited::Ready(true))
    }

    /// Whether so little has changed that asking table by table is less work than the list with all columns.
    pub fn is_worthwhile(&self) -> bool {
        log::debug!(
            "{} tables have changed since they were described, {} have not",
            self.changed.len(),
            self.unchanged.len()
        );
        self.changed.len() <= FEW.max(self.unchanged.len() / 10)
    }
}
