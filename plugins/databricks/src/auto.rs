//! A schema's tables from the source that can tell them: Unity Catalog's REST API first, which wakes no SQL warehouse, and SQL where
//! that is not permitted.

use rocky_adapter_sdk::{
    Client, Cursor, DescribeRequest, Error, ErrorCode, Progress, Result, Step, TableFilter, log,
};

use crate::rest::RestTables;
use crate::sql::SqlTables;

/// What `learned` calls the catalogs whose tables SQL has to tell, each between two line breaks.
const THROUGH_SQL: &str = "through_sql";

/// An answer, page by page.
#[derive(Debug)]
pub struct AutoTables {
    client: Client,
    warehouse_id: Option<String>,
    request: DescribeRequest,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// REST is asked; whether it has answered.
    Rest(Box<RestTables>, bool),
    /// SQL is asked, after REST has refused for this reason.
    Sql(Box<SqlTables>, Option<Error>),
}

impl AutoTables {
    /// Sends the first requests.
    pub fn start(
        client: &Client,
        warehouse_id: Option<&str>,
        request: DescribeRequest,
        filter: &TableFilter,
    ) -> Self {
        let is_known = is_through_sql(&request);
        let source = match warehouse_id.filter(|_| is_known) {
            Some(warehouse_id) => Source::Sql(
                Box::new(SqlTables::start(client, warehouse_id, request.clone())),
                None,
            ),
            None => {
                let tables = RestTables::start(client, request.clone(), filter);
                Source::Rest(Box::new(tables), false)
            }
        };
        Self {
            client: client.clone(),
            warehouse_id: warehouse_id.map(str::to_owned),
            request,
            source,
        }
    }

    /// REST refuses: SQL may still be permitted, and tells what there is to see.
    fn turn_to_sql(&mut self, error: Error) -> Result<Step> {
        let Some(warehouse_id) = &self.warehouse_id else {
            let more = "with a `warehouse_id` its information_schema would be asked instead";
            return Err(Error {
                message: format!("{}; {more}", error.message),
                ..error
            });
        };
        log::info!("asking the information_schema, because REST refuses: {error}");
        let tables = SqlTables::start(&self.client, warehouse_id, self.request.clone());
        self.source = Source::Sql(Box::new(tables), Some(error));
        let message = "Unity Catalog's REST API is not permitted; asking the information_schema";
        Ok(Step::Waiting(Progress::new(message)))
    }

    /// What the next instance need not find out again, besides what the source itself has learned.
    fn learn(&self, step: Step) -> Step {
        match (step, &self.source) {
            (Step::Done(mut summary), Source::Sql(..)) => {
                let known = self.request.learned.get(THROUGH_SQL).unwrap_or("\n");
                let known = match is_through_sql(&self.request) {
                    true => known.to_owned(),
                    false => format!("{known}{}\n", self.request.catalog),
                };
                summary.learned.set(THROUGH_SQL, known);
                Step::Done(summary)
            }
            (step, _) => step,
        }
    }
}

impl Cursor for AutoTables {
    fn next(&mut self) -> Result<Step> {
        let step = match &mut self.source {
            Source::Rest(tables, answered) => match tables.next() {
                Err(error) if !*answered && error.code == ErrorCode::PermissionDenied => {
                    self.turn_to_sql(error)?
                }
                outcome => {
                    *answered |= matches!(outcome, Ok(Step::Page(_)));
                    outcome?
                }
            },
            Source::Sql(tables, refusal) => match (tables.next(), refusal.take()) {
                // A principal that REST refuses may see nothing through SQL either, and then that is why.
                (Err(error), Some(refusal)) if error.code == ErrorCode::NotFound => {
                    return Err(refusal.context("the information_schema does not list it either"));
                }
                (outcome, kept) => {
                    *refusal = kept;
                    outcome?
                }
            },
        };
        Ok(self.learn(step))
    }
}

fn is_through_sql(request: &DescribeRequest) -> bool {
    let known = request.learned.get(THROUGH_SQL).unwrap_or_default();
    known.contains(&format!("\n{}\n", request.catalog))
}
