//! The tables of a schema that Unity Catalog does not know: those of `hive_metastore`.

use std::collections::HashSet;

use rocky_adapter_sdk::{
    Attributes, Client, Cursor, DescribeRequest, Error, Outbox, Result, Step, Summary, TableFilter,
    Waited, ready,
};

use crate::one_by_one::OneByOne;
use crate::principal::Principal;
use crate::result::Query;
use crate::settings::DatabricksSettings;
use crate::{statement, tables};

/// The catalog that came before Unity Catalog. Neither its API nor an information schema tells of it.
const CATALOG: &str = "hive_metastore";

/// What `learned` calls the fact that `DESCRIBE` does not answer as JSON.
const NO_JSON: &str = "no_describe_as_json";

/// Whether a catalog is the one from before Unity Catalog.
pub fn is_hive(catalog: &str) -> bool {
    catalog.eq_ignore_ascii_case(CATALOG)
}

/// The schemas of the catalog from before Unity Catalog.
pub fn schemas(client: &Client, warehouse_id: &str, catalog: &str) -> Result<Vec<String>> {
    let sql = format!("SHOW SCHEMAS IN {}", tables::quoted(catalog));
    let rows = Query::start(client, warehouse_id, &sql, ["databaseName"]).finish();
    let rows = rows.map_err(|error| match statement::is_without_warehouse(&error) {
        true => statement::without_warehouse(error, warehouse_id),
        false => error,
    })?;
    Ok(rows.into_iter().filter_map(|[name]| name).collect())
}

/// An answer, page by page: a statement that lists the tables, then one for each.
#[derive(Debug)]
pub struct HiveTables {
    client: Client,
    warehouse_id: String,
    request: DescribeRequest,
    filter: TableFilter,
    /// How many statements may be sent in all.
    budget: u64,
    stage: Stage,
    principal: Principal,
    outbox: Outbox,
}

#[derive(Debug)]
enum Stage {
    Listing(Box<Query<3>>),
    Describing(Box<OneByOne>),
}

impl HiveTables {
    /// Sends the first statement.
    pub fn start(
        client: &Client,
        warehouse_id: &str,
        settings: &DatabricksSettings,
        request: DescribeRequest,
    ) -> Self {
        let schema = tables::quoted(&request.schema);
        let sql = format!(
            "SHOW TABLES IN {}.{schema}",
            tables::quoted(&request.catalog)
        );
        let columns = ["database", "tableName", "isTemporary"];
        let query = Query::start(client, warehouse_id, &sql, columns);
        Self {
            client: client.clone(),
            warehouse_id: warehouse_id.to_owned(),
            principal: Principal::ask(client, &request.learned),
            request,
            filter: settings.tables.clone(),
            budget: settings.max_statements,
            stage: Stage::Listing(Box::new(query)),
            outbox: Outbox::new(),
        }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    fn receive(&mut self) -> Result<Waited<bool>> {
        match &mut self.stage {
            Stage::Listing(query) => {
                let rows = ready!(query.next()?);
                let tables = OneByOne::new(
                    &self.client,
                    &self.warehouse_id,
                    &self.request,
                    wanted(rows, &self.request, &self.filter),
                    self.request.learned.get(NO_JSON).map(|_| false),
                    self.budget - 1,
                );
                self.stage = Stage::Describing(Box::new(tables));
                Ok(Waited::Ready(true))
            }
            Stage::Describing(tables) => tables.receive(&mut self.outbox),
        }
    }

    fn explained(&self, error: Error) -> Error {
        match statement::is_without_warehouse(&error) {
            true => statement::without_warehouse(error, &self.warehouse_id),
            false => tables::explained(error, &self.request, "cannot describe the tables"),
        }
    }

    fn summary(&self, principal: Option<String>) -> Summary {
        let Stage::Describing(tables) = &self.stage else {
            return Summary::default();
        };
        let (total, done, sent) = tables.counts();
        let summary = match done == total {
            true => Summary::exhausted(),
            false => Summary::truncated(format!(
                "{done} of {total} tables were described: each takes a statement, and `max_statements` is {}",
                self.budget
            )),
        };
        let mut learned = Principal::learned(principal.as_deref());
        if tables.as_json() == Some(false) {
            learned.set(NO_JSON, "true");
        }
        let statements = (sent + 1).to_string();
        Summary {
            principal,
            learned,
            attributes: Attributes::from_iter([("statements", statements)]),
            ..summary
        }
    }
}

impl Cursor for HiveTables {
    fn next(&mut self) -> Result<Step> {
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        if ready!(self.receive().map_err(|error| self.explained(error))?) {
            // Nothing in it is a sign of life too.
            return Ok(Step::Page(self.outbox.portion().unwrap_or_default()));
        }
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        let principal = ready!(self.principal.settle()?);
        Ok(Step::Done(self.summary(principal)))
    }
}

/// Of the listed tables those that are asked for, by the caller and by the settings, without the ones that are only a session's.
fn wanted(
    rows: Vec<[Option<String>; 3]>,
    request: &DescribeRequest,
    filter: &TableFilter,
) -> Vec<String> {
    let only = request.only.as_ref();
    let only: Option<HashSet<&String>> = only.map(|names| names.iter().collect());
    let is_wanted = |name: &String| only.as_ref().is_none_or(|only| only.contains(name));
    let rows = rows.into_iter();
    let kept = rows.filter(|[_, _, temporary]| temporary.as_deref() != Some("true"));
    kept.filter_map(|[_, name, _]| name)
        .filter(|name| is_wanted(name) && filter.admits(name))
        .collect()
}
