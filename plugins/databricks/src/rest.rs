//! A schema's tables through Unity Catalog's REST API.

use std::collections::HashSet;

use rocky_adapter_sdk::{
    Client, Cursor, DescribeRequest, Entry, Error, ErrorCode, Outbox, Pages, Pipeline, Request,
    Response, Result, Step, Summary, TableFilter, Waited, log, ready,
};

use crate::page::{TableItem, TablesPage};
use crate::principal::Principal;
use crate::sweep::Sweep;
use crate::{failure, request, tables};

/// How many single tables are asked for at a time.
const TABLES_AT_ONCE: usize = 8;

/// An answer, page by page.
#[derive(Debug)]
pub struct RestTables {
    client: Client,
    request: DescribeRequest,
    source: Source,
    principal: Principal,
    outbox: Outbox,
}

#[derive(Debug)]
enum Source {
    /// Which tables have changed.
    Sweep(Sweep),
    /// The schema's list; of it just the wanted tables, if not all are.
    List {
        pages: Box<Pages>,
        listed: HashSet<String>,
        wanted: Option<HashSet<String>>,
    },
    /// Tables, one by one.
    Single(Pipeline<String>),
}

impl RestTables {
    /// Sends the first requests.
    pub fn start(client: &Client, request: DescribeRequest, filter: &TableFilter) -> Self {
        let only = request.only.as_deref();
        let source = match only.and_then(|names| single_tables(&request, names)) {
            Some(tables) => one_by_one(client, tables),
            None if only.is_none() && !request.known.is_empty() => {
                Source::Sweep(Sweep::start(client, &request, filter.clone()))
            }
            None => list(client, &request),
        };
        let principal = Principal::ask(client, &request.learned);
        Self {
            client: client.clone(),
            request,
            source,
            principal,
            outbox: Outbox::new(),
        }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    fn receive(&mut self) -> Result<Waited<bool>> {
        match &mut self.source {
            Source::Sweep(sweep) => {
                if !ready!(sweep.receive(&self.request)?) {
                    self.swept();
                }
            }
            Source::List {
                pages,
                listed,
                wanted,
            } => {
                let Some(response) = ready!(pages.next_page()?) else {
                    return Ok(Waited::Ready(false));
                };
                let page = response.read(TablesPage::parse)?;
                log::debug!(
                    "page {}: {} tables",
                    pages.count(),
                    page.tables.len() + page.broken.len()
                );
                pages.follow(page.next_page_token.as_deref())?;
                let entries: Vec<Entry> = tables::of_page(page, &self.request).collect();
                for entry in &entries {
                    if !listed.insert(entry.name().to_owned()) {
                        return Err(twice(entry.name(), &response));
                    }
                }
                match wanted {
                    Some(wanted) => self.outbox.extend(
                        entries
                            .into_iter()
                            .filter(|entry| wanted.contains(entry.name())),
                    ),
                    None => self.outbox.extend(entries),
                }
            }
            Source::Single(pipeline) => {
                let Some((name, outcome)) = ready!(pipeline.next_outcome()) else {
                    return Ok(Waited::Ready(false));
                };
                self.outbox.extend(of_single(name, outcome, &self.request)?);
            }
        }
        Ok(Waited::Ready(true))
    }

    /// It is known what has changed: just that is asked for, unless it is most of the schema.
    fn swept(&mut self) {
        let Source::Sweep(sweep) = &mut self.source else {
            return;
        };
        let changed = match sweep.is_worthwhile() {
            true => single_tables(&self.request, &sweep.changed),
            false => None,
        };
        self.source = match changed {
            Some(tables) => {
                let unchanged = std::mem::take(&mut sweep.unchanged);
                self.outbox
                    .extend(unchanged.into_iter().map(Entry::Unchanged));
                one_by_one(&self.client, tables)
            }
            None => list(&self.client, &self.request),
        };
    }

    fn explained(&self, error: Error) -> Error {
        tables::explained(error, &self.request, "cannot list the tables")
    }
}

impl Cursor for RestTables {
    fn next(&mut self) -> Result<Step> {
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        if ready!(self.receive().map_err(|error| self.explained(error))?) {
            // Nothing in it is a sign of life too: any number of empty pages may follow each other.
            return Ok(Step::Page(self.outbox.portion().unwrap_or_default()));
        }
        let principal = ready!(self.principal.settle()?);
        let learned = Principal::learned(principal.as_deref());
        Ok(Step::Done(Summary {
            principal,
            learned,
            ..Summary::exhausted()
        }))
    }
}

/// A list that was changed while its pages were read may hold a table twice, and then perhaps lacks another.
pub(crate) fn twice(table: &str, response: &Response) -> Error {
    let request = response.request();
    Error::protocol(format!(
        "{request}: the list holds the table {table:?} twice; it may have changed while it was read: run again"
    ))
    .with_attribute("request", request)
}

fn list(client: &Client, request: &DescribeRequest) -> Source {
    let tables = request::tables(&request.catalog, &request.schema);
    Source::List {
        pages: Box::new(Pages::start(client, tables, request::PAGE_TOKEN)),
        listed: HashSet::new(),
        wanted: request
            .only
            .as_ref()
            .map(|names| names.iter().cloned().collect()),
    }
}

fn one_by_one(client: &Client, tables: Vec<(String, Request)>) -> Source {
    let mut pipeline = Pipeline::new(client, TABLES_AT_ONCE);
    for (name, table) in tables {
        pipeline.push(name, table);
    }
    Source::Single(pipeline)
}

/// The requests for just these tables, each once; none if one of them cannot be asked for by name.
fn single_tables(request: &DescribeRequest, names: &[String]) -> Option<Vec<(String, Request)>> {
    let mut seen = HashSet::new();
    let names = names.iter().filter(|name| seen.insert(name.as_str()));
    names
        .map(|name| {
            Some((
                name.clone(),
                request::table(&request.catalog, &request.schema, name)?,
            ))
        })
        .collect()
}

/// What came of asking for one table. A table that is not there is no entry; one that is refused has failed, and leaves the
/// others alone.
fn of_single(
    name: String,
    outcome: Result<Response>,
    request: &DescribeRequest,
) -> Result<Option<Entry>> {
    let table = outcome.and_then(|response| {
        let item: TableItem = response.json()?;
        Ok(tables::of_item(item, request))
    });
    match table {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => match error.code {
            ErrorCode::NotFound if !failure::is_of_schema(&error) => Ok(None),
            ErrorCode::PermissionDenied | ErrorCode::Protocol => {
                Ok(Some(Entry::Failed(name, error)))
            }
            _ => Err(error),
        },
    }
}
