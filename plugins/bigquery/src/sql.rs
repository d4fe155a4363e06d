//! A dataset's tables through its `INFORMATION_SCHEMA`, with a single query.

use std::collections::HashSet;

use rocky_adapter_sdk::json::Int64;
use rocky_adapter_sdk::{
    Attributes, Client, Error, ErrorCode, Outbox, Pages, Response, Result, Waited, log, ready,
};

use crate::assembly::{Assembly, COLUMNS};
use crate::job::{Job, QueryPlan, Reference};
use crate::names::Dataset;
use crate::request;
use crate::rows::{Layout, ResultPage, Rows};
use crate::settings::BigQuerySettings;

/// More names than this are not sent along; the wanted tables are then picked from the answer.
const MOST_NAMES: usize = 5_000;

/// A query, and its result page by page.
#[derive(Debug)]
pub struct SqlTables {
    client: Client,
    dataset: Dataset,
    plan: QueryPlan,
    /// Whether the region's views are asked, rather than the dataset's.
    of_region: bool,
    assembly: Assembly,
    wanted: Option<HashSet<String>>,
    stage: Stage,
    facts: Attributes,
}

#[derive(Debug)]
enum Stage {
    Running(Box<Job>),
    Reading(Box<Reading>),
    Done(Option<String>),
}

/// A result under way.
#[derive(Debug)]
struct Reading {
    layout: Layout<{ COLUMNS.len() }>,
    /// The further pages; none where all rows came with the end of the query.
    pages: Option<Pages>,
    rows: u64,
    total: Option<u64>,
}

impl SqlTables {
    /// Sends the query, for all tables of the dataset or just for these.
    pub fn start(
        client: &Client,
        dataset: &Dataset,
        settings: &BigQuerySettings,
        wanted: Option<Vec<String>>,
    ) -> Self {
        let region = settings.location.as_deref();
        let tables = wanted.clone().filter(|names| names.len() <= MOST_NAMES);
        let plan = QueryPlan {
            project: settings
                .project
                .clone()
                .unwrap_or_else(|| dataset.project.clone()),
            sql: sql(dataset, region, tables.is_some()),
            location: settings.location.clone(),
            maximum_bytes_billed: settings.maximum_bytes_billed,
            dataset: dataset.name.clone(),
            tables,
        };
        let wanted: Option<HashSet<String>> = wanted.map(|names| names.into_iter().collect());
        Self {
            client: client.clone(),
            dataset: dataset.clone(),
            of_region: region.is_some(),
            assembly: Assembly::new(wanted.clone()),
            wanted,
            stage: Stage::Running(Box::new(Job::start(client, plan.clone()))),
            plan,
            facts: Attributes::new(),
        }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    pub fn receive(&mut self, outbox: &mut Outbox) -> Result<Waited<bool>> {
        match &mut self.stage {
            Stage::Running(job) => {
                let (client, facts) = (&self.client, &mut self.facts);
                let begun = job.next(|mut page, job| {
                    set_facts(facts, &page, job);
                    let mut reading = Reading::begin(client, &page, job)?;
                    reading.take(&mut page.rows, &mut self.assembly, outbox)?;
                    Ok(reading)
                });
                let reading = match begun {
                    Err(error) if self.of_region && is_of_region(&error) => {
                        self.turn_to_dataset(&error);
                        return Ok(Waited::Ready(true));
                    }
                    outcome => ready!(outcome?),
                };
                self.stage = Stage::Reading(Box::new(reading));
            }
            Stage::Reading(reading) => {
                let page = match &mut reading.pages {
                    Some(pages) => ready!(pages.next_page()?),
                    None => None,
                };
                match page {
                    Some(response) => self.read(&response, outbox)?,
                    None => self.finish(outbox)?,
                }
            }
            Stage::Done(_) => return Ok(Waited::Ready(false)),
        }
        Ok(Waited::Ready(true))
    }

    /// Who asked, and what the query took: once nothing more will come.
    pub fn end(&mut self) -> (Option<String>, Attributes) {
        let principal = match &mut self.stage {
            Stage::Done(principal) => principal.take(),
            _ => None,
        };
        (principal, std::mem::take(&mut self.facts))
    }

    /// The views of a region need a right on the whole project; those of the dataset do not.
    fn turn_to_dataset(&mut self, error: &Error) {
        log::info!(
            "asking the dataset's INFORMATION_SCHEMA, because the region's is refused: {error}"
        );
        self.of_region = false;
        self.plan.sql = sql(&self.dataset, None, self.plan.tables.is_some());
        self.stage = Stage::Running(Box::new(Job::start(&self.client, self.plan.clone())));
    }

    fn read(&mut self, response: &Response, outbox: &mut Outbox) -> Result<()> {
        let Stage::Reading(reading) = &mut self.stage else {
            return Ok(());
        };
        let mut page: ResultPage = response.json()?;
        if let Some(pages) = &mut reading.pages {
            pages.follow(page.page_token.as_deref())?;
        }
        reading.take(&mut page.rows, &mut self.assembly, outbox)
    }

    fn finish(&mut self, outbox: &mut Outbox) -> Result<()> {
        let Stage::Reading(reading) = &self.stage else {
            return Ok(());
        };
        if let Some(total) = reading.total.filter(|total| *total != reading.rows) {
            return Err(Error::protocol(format!(
                "the query's result has {total} rows, but {} came",
                reading.rows
            )));
        }
        let rows = reading.rows.to_string();
        let (principal, exists) = self.assembly.finish(outbox);
        // The region's list of datasets has a row for each that there is.
        if self.of_region && !exists && self.wanted.is_none() {
            return Err(Error::not_found(
                "the region's INFORMATION_SCHEMA does not list it",
            ));
        }
        self.facts.set("rows", rows);
        self.stage = Stage::Done(principal);
        Ok(())
    }
}

impl Reading {
    /// The first page has come; its rows are still to be taken.
    fn begin(client: &Client, page: &ResultPage<'_>, job: Option<&Reference>) -> Result<Self> {
        let pages = match page.page_token.as_deref().filter(|it| !it.is_empty()) {
            None => None,
            Some(token) => {
                let job = job.ok_or_else(|| {
                    Error::protocol("the result has a second page, but BigQuery has not said which job it is of")
                })?;
                let results = request::results(&job.project, &job.id, job.location.as_deref());
                Some(Pages::resume(client, results, request::PAGE_TOKEN, token))
            }
        };
        Ok(Self {
            layout: Layout::find(COLUMNS, page.schema.as_ref())?,
            pages,
            rows: 0,
            total: count(page.total_rows),
        })
    }

    fn take(
        &mut self,
        rows: &mut Rows<'_>,
        assembly: &mut Assembly,
        outbox: &mut Outbox,
    ) -> Result<()> {
        self.rows += rows.count() as u64;
        for cells in self.layout.cells(rows)? {
            assembly.add(cells, outbox)?;
        }
        Ok(())
    }
}

fn count(value: Option<Int64>) -> Option<u64> {
    value.and_then(|it| u64::try_from(it.0).ok())
}

/// What the query took.
fn set_facts(facts: &mut Attributes, page: &ResultPage<'_>, job: Option<&Reference>) {
    let number = |value| count(value).map(|it| it.to_string());
    for (name, value) in [
        ("job_id", job.map(|job| job.id.clone())),
        ("bytes_processed", number(page.total_bytes_processed)),
        ("bytes_billed", number(page.total_bytes_billed)),
    ] {
        facts.set_if_some(name, value);
    }
}

/// Whether an error may be of the region's views only.
fn is_of_region(error: &Error) -> bool {
    matches!(
        error.code,
        ErrorCode::PermissionDenied | ErrorCode::NotFound
    )
}

/// The query. Names of datasets and tables are parameters, but for the one that says whose views are asked.
fn sql(dataset: &Dataset, region: Option<&str>, some: bool) -> String {
    let views = match region {
        Some(region) => format!("`{}.region-{}`", dataset.project, region.to_lowercase()),
        None => dataset.quoted(),
    };
    let views = format!("{views}.INFORMATION_SCHEMA");
    // A region has views of all its datasets, of which one is wanted: each view is told which, so that none has to be read whole.
    let same = |view: &str| match region {
        Some(_) => format!(" AND {view}.table_schema = @dataset"),
        None => String::new(),
    };
    let from = match region {
        Some(_) => format!(
            "{views}.SCHEMATA AS s LEFT JOIN {views}.TABLES AS t ON t.table_schema = s.schema_name{}",
            same("t")
        ),
        None => format!("{views}.TABLES AS t"),
    };
    let filter = match (region, some) {
        (Some(_), false) => "s.schema_name = @dataset",
        (Some(_), true) => "s.schema_name = @dataset AND t.table_name IN UNNEST(@tables)",
        (None, false) => "t.table_schema = @dataset",
        (None, true) => "t.table_schema = @dataset AND t.table_name IN UNNEST(@tables)",
    };
    format!(
        "SELECT SESSION_USER() AS principal, t.table_name, t.table_type, o.option_value AS table_description, c.column_name, c.data_type, \
         c.is_nullable, c.column_default, c.is_hidden, c.is_partitioning_column, c.clustering_ordinal_position, c.collation_name, \
         p.field_path, p.description AS field_description \
         FROM {from} \
         LEFT JOIN {views}.TABLE_OPTIONS AS o ON o.table_name = t.table_name{} AND o.option_name = 'description' \
         LEFT JOIN {views}.COLUMNS AS c ON c.table_name = t.table_name{} \
         LEFT JOIN {views}.COLUMN_FIELD_PATHS AS p ON p.table_name = c.table_name{} AND p.column_name = c.column_name \
         AND p.description IS NOT NULL \
         WHERE {filter} \
         ORDER BY t.table_name, c.ordinal_position, c.column_name, p.field_path",
        same("o"),
        same("c"),
        same("p"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_s_own_views_are_asked_unless_its_region_is_known() {
        let dataset = Dataset::new("acme-dev", "shop").unwrap();
        let own = sql(&dataset, None, false);
        assert!(
            own.contains("FROM `acme-dev.shop`.INFORMATION_SCHEMA.TABLES AS t LEFT"),
            "{own}"
        );
        assert!(!own.contains("UNNEST"), "{own}");
        let region = sql(&dataset, Some("EU"), true);
        assert!(
            region.contains("`acme-dev.region-eu`.INFORMATION_SCHEMA.SCHEMATA"),
            "{region}"
        );
        assert!(region.contains("c.table_schema = @dataset"), "{region}");
        assert!(region.contains("IN UNNEST(@tables)"), "{region}");
    }
}
