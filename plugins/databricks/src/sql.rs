//! A schema's tables through `information_schema`, with a single statement.

use rocky_adapter_sdk::{
    Attributes, Client, Cursor, DescribeRequest, Error, ErrorCode, Outbox, Progress, Result, Step,
    Summary, Waited, log, ready,
};

use crate::request::{self, Disposition, Execute, Parameter};
use crate::result::{Row, Rows};
use crate::statement::{self, Statement};
use crate::tables::{self, Assembly, COLUMNS};

/// More names than this are not sent to the warehouse; the wanted tables are then picked from the answer.
const MOST_NAMES: usize = 200;

/// What `learned` calls the schemas whose results are too large to come inline, each between two line breaks.
const THROUGH_LINKS: &str = "through_links";

/// An answer, page by page.
#[derive(Debug)]
pub struct SqlTables {
    client: Client,
    warehouse_id: String,
    request: DescribeRequest,
    assembly: Assembly,
    outbox: Outbox,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Running(Statement, Disposition),
    Reading(Box<Rows<{ COLUMNS.len() }>>, Disposition),
    Done(Summary),
}

impl SqlTables {
    /// Sends the statement.
    pub fn start(client: &Client, warehouse_id: &str, request: DescribeRequest) -> Self {
        let disposition = match is_through_links(&request) {
            true => Disposition::ExternalLinks,
            false => Disposition::Inline,
        };
        Self {
            client: client.clone(),
            warehouse_id: warehouse_id.to_owned(),
            assembly: Assembly::new(request.clone()),
            outbox: Outbox::new(),
            stage: Stage::Running(
                send(client, warehouse_id, &request, disposition),
                disposition,
            ),
            request,
        }
    }

    /// Takes what has come into the outbox, or to the summary.
    fn receive(&mut self) -> Result<Waited<()>> {
        let (assembly, outbox) = (&mut self.assembly, &mut self.outbox);
        let take = |row: Row<'_, { COLUMNS.len() }>| assembly.add(row, outbox);
        match &mut self.stage {
            Stage::Running(statement, disposition) => {
                let disposition = *disposition;
                let response = match statement.next() {
                    Err(error)
                        if error.code == ErrorCode::TooLarge
                            && disposition == Disposition::Inline =>
                    {
                        return Ok(self.turn_to_links(&error));
                    }
                    outcome => ready!(outcome?),
                };
                let rows = Rows::begin(&self.client, &response, COLUMNS, take)?;
                self.stage = Stage::Reading(Box::new(rows), disposition);
            }
            Stage::Reading(rows, _) => {
                if !ready!(rows.next(take)?) {
                    self.finish()?;
                }
            }
            Stage::Done(_) => {}
        }
        Ok(Waited::Ready(()))
    }

    /// The result is too large to come inline: it is asked for once more, as files.
    fn turn_to_links(&mut self, error: &Error) -> Waited<()> {
        log::info!("asking for links to the result: {error}");
        let disposition = Disposition::ExternalLinks;
        let statement = send(&self.client, &self.warehouse_id, &self.request, disposition);
        self.stage = Stage::Running(statement, disposition);
        let message = "the result is too large to come inline; asking for links to it";
        Waited::Waiting(Progress::new(message))
    }

    fn explained(&self, error: Error) -> Error {
        match statement::is_without_warehouse(&error) {
            true => statement::without_warehouse(error, &self.warehouse_id),
            false => self.assembly.explained(error),
        }
    }

    /// Everything has come: what is left is the last table, and the truth about the whole.
    fn finish(&mut self) -> Result<()> {
        let Stage::Reading(rows, disposition) = &self.stage else {
            return Ok(());
        };
        let truncated = rows.is_truncated();
        let principal = self.assembly.finish(truncated, &mut self.outbox)?;
        let facts = [
            ("statement_id", rows.statement_id().to_owned()),
            ("rows", rows.count().to_string()),
        ];
        let mut summary = match truncated {
            true => Summary::truncated("Databricks cut the statement's result short"),
            false => Summary::exhausted(),
        };
        if *disposition == Disposition::ExternalLinks {
            let known = self.request.learned.get(THROUGH_LINKS).unwrap_or("\n");
            let known = match is_through_links(&self.request) {
                true => known.to_owned(),
                false => format!("{known}{}\n", full_name(&self.request)),
            };
            summary.learned.set(THROUGH_LINKS, known);
        }
        self.stage = Stage::Done(Summary {
            principal,
            attributes: Attributes::from_iter(facts),
            ..summary
        });
        Ok(())
    }
}

/// Sends the statement that describes a schema.
fn send(
    client: &Client,
    warehouse_id: &str,
    request: &DescribeRequest,
    disposition: Disposition,
) -> Statement {
    let names = request
        .only
        .as_deref()
        .filter(|names| names.len() <= MOST_NAMES)
        .unwrap_or_default();
    let sql = sql(&request.catalog, names.len());
    let parameter = |name: String, value| Parameter { name, value };
    let schema = parameter("schema".to_owned(), request.schema.as_str());
    let tables = names
        .iter()
        .enumerate()
        .map(|(index, name)| parameter(format!("table_{index}"), name));
    let execute = Execute {
        statement: &sql,
        warehouse_id,
        parameters: std::iter::once(schema).chain(tables).collect(),
    };
    Statement::start(client, request::execute(&execute, disposition))
}

fn full_name(request: &DescribeRequest) -> String {
    format!("{}\t{}", request.catalog, request.schema)
}

fn is_through_links(request: &DescribeRequest) -> bool {
    let known = request.learned.get(THROUGH_LINKS).unwrap_or_default();
    known.contains(&format!("\n{}\n", full_name(request)))
}

impl Cursor for SqlTables {
    fn next(&mut self) -> Result<Step> {
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        if let Stage::Done(summary) = &self.stage {
            return Ok(Step::Done(summary.clone()));
        }
        ready!(self.receive().map_err(|error| self.explained(error))?);
        // Nothing in it is a sign of life too.
        Ok(Step::Page(self.outbox.portion().unwrap_or_default()))
    }
}

/// The statement. The outer joins tell three things apart: a schema that does not exist has no row, one without tables has a row without
/// table, and a table without columns has a row without column.
fn sql(catalog: &str, names: usize) -> String {
    let information = format!("{}.information_schema", tables::quoted(catalog));
    let wanted = match names {
        0 => String::new(),
        _ => {
            let names: Vec<String> = (0..names).map(|index| format!(":table_{index}")).collect();
            format!(" AND t.table_name IN ({})", names.join(", "))
        }
    };
    format!(
        "SELECT current_user() AS principal, t.table_name, t.table_type, t.data_source_format, t.comment AS table_comment, \
         t.last_altered, c.column_name, c.ordinal_position, c.full_data_type, c.is_nullable, c.column_default, \
         c.partition_index, c.identity_generation, c.generation_expression, c.is_identity, c.comment AS column_comment \
         FROM {information}.schemata s \
         LEFT JOIN {information}.tables t ON t.table_schema = s.schema_name{wanted} \
         LEFT JOIN {information}.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name \
         WHERE s.schema_name = :schema \
         ORDER BY t.table_name, c.ordinal_position"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_wanted_tables_are_parameters() {
        assert!(
            sql("raw", 2)
                .contains("s.schema_name AND t.table_name IN (:table_0, :table_1) LEFT JOIN")
        );
        assert!(!sql("raw", 0).contains(" IN "));
    }

    proptest! {
        /// Whatever a catalog is called, it stays one quoted name, three times, and the rest is the same for all.
        #[test]
        fn a_catalog_s_name_never_becomes_sql(catalog in any::<String>()) {
            let quoted = format!("`{}`", catalog.replace('`', "``"));
            let parts: Vec<String> = sql("", 0).split("``").map(str::to_owned).collect();
            prop_assert_eq!(parts.len(), 4);
            prop_assert_eq!(sql(&catalog, 0), parts.join(&quoted));
        }
    }
}
