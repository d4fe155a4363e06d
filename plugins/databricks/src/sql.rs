//! A schema's tables through `information_schema`, with a single statement.

use rocky_adapter_sdk::json::Int64;
use rocky_adapter_sdk::{
    Attributes, Client, Cursor, DescribeRequest, Error, ErrorCode, Outbox, Pipeline, Progress,
    Response, Result, Step, Summary, Waited, log, ready,
};

use crate::request::{self, Execute, Parameter};
use crate::rows::{Chunk, Executed, Layout, Tally};
use crate::statement::Statement;
use crate::tables::{self, Assembly, COLUMNS};

/// How many chunks are fetched at a time.
const CHUNKS_AT_ONCE: usize = 4;

/// More names than this are not sent to the warehouse; the wanted tables are then picked from the answer.
const MOST_NAMES: usize = 200;

/// An answer, page by page.
#[derive(Debug)]
pub struct SqlTables {
    client: Client,
    warehouse_id: String,
    assembly: Assembly,
    outbox: Outbox,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Running(Statement),
    Reading(Box<Reading>),
    Done(Summary),
}

/// The result of a statement, chunk by chunk.
#[derive(Debug)]
struct Reading {
    statement_id: String,
    layout: Layout<{ COLUMNS.len() }>,
    chunks: Pipeline<u64>,
    /// How many chunks were asked for, counting the first, which came by itself.
    asked: u64,
    /// How many chunks there are, as far as is known.
    total_chunks: u64,
    total_rows: Option<u64>,
    truncated: bool,
    tally: Tally,
}

impl SqlTables {
    /// Sends the statement.
    pub fn start(client: &Client, warehouse_id: &str, request: DescribeRequest) -> Self {
        let names = request
            .only
            .as_deref()
            .filter(|names| names.len() <= MOST_NAMES)
            .unwrap_or_default();
        let sql = statement(&request.catalog, names.len());
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
        let statement = Statement::start(client, request::execute(&execute));
        Self {
            client: client.clone(),
            warehouse_id: warehouse_id.to_owned(),
            assembly: Assembly::new(request),
            outbox: Outbox::new(),
            stage: Stage::Running(statement),
        }
    }

    /// Takes what has come into the outbox, or to the summary.
    fn receive(&mut self) -> Result<Waited<()>> {
        match &mut self.stage {
            Stage::Running(statement) => {
                let response = ready!(statement.next()?);
                self.begin(&response)?;
            }
            Stage::Reading(reading) => {
                let Some((index, outcome)) = ready!(reading.next_chunk()) else {
                    self.finish()?;
                    return Ok(Waited::Ready(()));
                };
                let response = outcome.map_err(|error| result_is_gone(error, index))?;
                let chunk: Chunk = response.json()?;
                reading.take(chunk, &mut self.assembly, &mut self.outbox)?;
                reading.ask();
            }
            Stage::Done(_) => {}
        }
        Ok(Waited::Ready(()))
    }

    fn begin(&mut self, response: &Response) -> Result<()> {
        let executed: Executed = response.json()?;
        let manifest = &executed.manifest;
        let total = |count: Option<_>| count.and_then(|Int64(count)| u64::try_from(count).ok());
        let mut reading = Box::new(Reading {
            statement_id: executed.statement_id.into(),
            layout: Layout::find(COLUMNS, &manifest.schema)?,
            chunks: Pipeline::new(&self.client, CHUNKS_AT_ONCE),
            asked: 1,
            total_chunks: total(manifest.total_chunk_count).unwrap_or(1),
            total_rows: total(manifest.total_row_count),
            truncated: manifest.truncated,
            tally: Tally::default(),
        });
        log::debug!(
            "statement {}: {} chunks",
            reading.statement_id,
            reading.total_chunks
        );
        // The other chunks are on their way while the first is read.
        reading.ask();
        if let Some(chunk) = executed.result {
            reading.take(chunk, &mut self.assembly, &mut self.outbox)?;
            reading.ask();
        }
        self.stage = Stage::Reading(reading);
        Ok(())
    }

    /// Says what was attempted. Where the API itself does not find something, it is the SQL warehouse.
    fn explained(&self, error: Error) -> Error {
        let by_api = error.attributes.get("http_status").is_some();
        if error.code == ErrorCode::NotFound && by_api {
            return error.context(format_args!(
                "cannot run a statement on SQL warehouse `{}`",
                self.warehouse_id
            ));
        }
        self.assembly.explained(error)
    }

    /// Everything has come: what is left is the last table, and the truth about the whole.
    fn finish(&mut self) -> Result<()> {
        let Stage::Reading(reading) = &self.stage else {
            return Ok(());
        };
        reading.tally.check(reading.total_rows)?;
        let principal = self.assembly.finish(reading.truncated, &mut self.outbox)?;
        let facts = [
            ("statement_id", reading.statement_id.clone()),
            ("rows", reading.tally.rows().to_string()),
        ];
        let summary = if reading.truncated {
            Summary::truncated("Databricks cut the statement's result short")
        } else {
            Summary::exhausted()
        };
        self.stage = Stage::Done(Summary {
            principal,
            attributes: Attributes::from_iter(facts),
            ..summary
        });
        Ok(())
    }
}

impl Reading {
    fn next_chunk(&mut self) -> Waited<Option<(u64, Result<Response>)>> {
        match self.chunks.next_outcome() {
            Waited::Waiting(_) => Waited::Waiting(
                Progress::new("the statement's result is on its way")
                    .with_count(self.tally.chunks(), self.total_chunks),
            ),
            ready => ready,
        }
    }

    /// Asks for the chunks that are next, but not for more than can be read soon: their number is only said, not yet seen.
    fn ask(&mut self) {
        let soon = self.tally.chunks().max(1) + CHUNKS_AT_ONCE as u64;
        while self.asked < self.total_chunks.min(soon) {
            self.chunks
                .push(self.asked, request::chunk(&self.statement_id, self.asked));
            self.asked += 1;
        }
    }

    fn take(
        &mut self,
        chunk: Chunk<'_>,
        assembly: &mut Assembly,
        outbox: &mut Outbox,
    ) -> Result<()> {
        self.tally.count(&chunk)?;
        // A successor that was not announced counts too.
        if let Some(next) = chunk.next_chunk_index {
            if u64::try_from(next.0) != Ok(self.tally.chunks()) {
                return Err(Error::protocol(format!(
                    "chunk {} is followed by chunk {}",
                    self.tally.chunks() - 1,
                    next.0
                )));
            }
            self.total_chunks = self.total_chunks.max(self.tally.chunks() + 1);
        }
        for row in chunk.data_array.unwrap_or_default() {
            assembly.add(self.layout.cells(row)?, outbox)?;
        }
        Ok(())
    }
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

/// A result that Databricks does not know any more is not what the caller means by not found.
fn result_is_gone(error: Error, chunk: u64) -> Error {
    let error = error.context(format_args!(
        "cannot fetch chunk {chunk} of the statement's result"
    ));
    if error.code == ErrorCode::NotFound {
        error.with_code(ErrorCode::Unavailable)
    } else {
        error
    }
}

/// The statement. The outer joins tell three things apart: a schema that does not exist has no row, one without tables has a row without
/// table, and a table without columns has a row without column.
fn statement(catalog: &str, names: usize) -> String {
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
            statement("raw", 2)
                .contains("s.schema_name AND t.table_name IN (:table_0, :table_1) LEFT JOIN")
        );
        assert!(!statement("raw", 0).contains(" IN "));
    }

    proptest! {
        /// Whatever a catalog is called, it stays one quoted name, three times, and the rest is the same for all.
        #[test]
        fn a_catalog_s_name_never_becomes_sql(catalog in any::<String>()) {
            let quoted = format!("`{}`", catalog.replace('`', "``"));
            let parts: Vec<String> = statement("", 0).split("``").map(str::to_owned).collect();
            prop_assert_eq!(parts.len(), 4);
            prop_assert_eq!(statement(&catalog, 0), parts.join(&quoted));
        }
    }
}
